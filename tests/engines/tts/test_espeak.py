"""The engine as a whole: the contract, its process's deaths, and sound against phones."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.tts import (
    CHECKS,
    TEXTS,
    Check,
    Stage,
    check_utterance,
    collected,
    joined,
    level,
    phones_of,
    staged,
)
from visavis.contracts import Clause, Voice
from visavis.engines.tts import espeak
from visavis.engines.tts.espeak import Espeak, pieces, readable
from visavis.engines.tts.espeak_sound import VOWELS
from visavis.errors import EngineError
from visavis.media import LANGUAGES, AudioChunk, Language
from visavis.streams import stream_of

HELLO = Clause("Good morning, it is a pleasure to meet you.", "en", 0.2)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage


@pytest.fixture
async def engine() -> AsyncIterator[Espeak]:
    with contextlib.closing(Espeak()) as engine:
        yield engine


async def spoken(engine: Espeak, *clauses: Clause) -> list[AudioChunk]:
    return await collected(engine.speak(stream_of(clauses), engine.voices[0]))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


async def test_the_same_texts_sound_the_same_at_any_time(engine: Espeak) -> None:
    texts = Clause("She sells sea shells,", "en"), Clause("by the sea shore.", "en")
    now = await spoken(engine, *texts)
    await asyncio.sleep(1.1)  # espeak-ng would seed its noise by the second
    with contextlib.closing(Espeak()) as other:
        later = await spoken(other, *texts)
    assert [chunk.samples.tobytes() for chunk in later] == [chunk.samples.tobytes() for chunk in now]


async def test_a_text_sounds_the_same_whatever_was_said_before(engine: Espeak) -> None:
    """The library's pitch would flutter on from where it was, and make it longer or shorter."""
    first = await spoken(engine, HELLO)
    for language in 12 * LANGUAGES:
        await spoken(engine, Clause(TEXTS[language][0], language))
    again = await spoken(engine, HELLO)
    assert [chunk.phones for chunk in again] == [chunk.phones for chunk in first]
    assert [chunk.samples.tobytes() for chunk in again] == [chunk.samples.tobytes() for chunk in first]


async def test_ctrl_c_in_a_terminal_does_not_reach_its_process(engine: Espeak) -> None:
    assert os.getpgid(engine.pid) == engine.pid != os.getpgid(0)


async def test_a_killed_process_is_replaced(engine: Espeak) -> None:
    first = engine.pid
    os.killpg(first, signal.SIGKILL)
    check_utterance(await spoken(engine, HELLO, HELLO), engine.rate)
    assert engine.pid != first
    assert gone(first)


async def test_a_process_killed_in_the_middle_of_a_clause_is_asked_again(engine: Espeak) -> None:
    whole = joined(await spoken(engine, HELLO))
    victim = engine.pid
    os.killpg(victim, signal.SIGSTOP)
    speaking = asyncio.create_task(spoken(engine, HELLO))
    await asyncio.sleep(0.05)
    os.killpg(victim, signal.SIGKILL)
    chunks = await speaking
    check_utterance(chunks, engine.rate)
    assert np.array_equal(joined(chunks), whole)


async def test_a_process_killed_between_clauses_leaves_no_gap(engine: Espeak) -> None:
    speech = engine.speak(stream_of([HELLO, HELLO, HELLO]), engine.voices[0])
    chunks = []
    async for chunk in speech:
        chunks.append(chunk)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(engine.pid, signal.SIGKILL)
    check_utterance(chunks, engine.rate)


async def test_a_process_that_does_not_answer_counts_as_dead() -> None:
    with contextlib.closing(Espeak(patience=0.5)) as engine:
        stopped = engine.pid
        os.killpg(stopped, signal.SIGSTOP)
        check_utterance(await spoken(engine, HELLO), engine.rate)
        assert engine.pid != stopped
        assert gone(stopped)


def mortal(folder: Path, lives: int) -> Path:
    """A program for the process that dies, when it is first asked, as often as it is told to."""
    (folder / "lives").write_text(str(lives))
    program = folder / "mortal.py"
    program.write_text(
        "import os, pathlib, runpy, sys\n"
        f"lives = pathlib.Path({str(folder / 'lives')!r})\n"
        "if left := int(lives.read_text()):\n"
        "    os.read(0, 1)\n"
        "    lives.write_text(str(left - 1))\n"
        "    os._exit(1)\n"
        f"runpy.run_path({str(espeak.PROGRAM)!r}, run_name='__main__')\n"
    )
    return program


async def test_one_death_on_a_clause_is_not_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", mortal(tmp_path, 1))
    with contextlib.closing(Espeak()) as engine:
        check_utterance(await spoken(engine, HELLO, HELLO), engine.rate)


async def test_two_deaths_on_a_clause_are_an_error_and_the_next_utterance_goes_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", mortal(tmp_path, 2))
    with contextlib.closing(Espeak()) as engine:
        with pytest.raises(EngineError, match="died 2 times on the same text, 'Good morning"):
            await spoken(engine, HELLO)
        check_utterance(await spoken(engine, HELLO), engine.rate)


async def test_a_cancelled_clause_leaves_the_next_one_whole(engine: Espeak) -> None:
    """Cancelled while the process is at work, which then is stopped for longer than that takes."""
    os.killpg(engine.pid, signal.SIGSTOP)
    speaking = asyncio.create_task(spoken(engine, HELLO))
    await asyncio.sleep(0.05)
    speaking.cancel()
    await asyncio.wait([speaking])
    assert speaking.cancelled()
    os.killpg(engine.pid, signal.SIGCONT)
    check_utterance(await spoken(engine, HELLO), engine.rate)


async def test_closing_frees_a_speaker_that_waits() -> None:
    engine = Espeak()
    os.killpg(engine.pid, signal.SIGSTOP)
    speaking = asyncio.create_task(spoken(engine, HELLO))
    await asyncio.sleep(0.05)
    engine.close()
    with pytest.raises(EngineError, match="closed while it spoke"):
        await speaking
    assert gone(engine.pid)


async def test_nothing_is_left_of_a_closed_engine() -> None:
    engine = Espeak()
    await spoken(engine, HELLO)
    engine.close()
    engine.close()
    assert gone(engine.pid)


def gone(pid: int) -> bool:
    """Not even a zombie of ours."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


async def test_many_utterances_at_once(engine: Espeak) -> None:
    clauses = [Clause(TEXTS[language][0], language, 0.1) for language in LANGUAGES]
    utterances = await asyncio.gather(*(spoken(engine, *clauses[i % 4 :]) for i in range(8)))
    for chunks in utterances:
        check_utterance(chunks, engine.rate)
    lengths = [joined(chunks).size for chunks in utterances]
    assert all(abs(a - b) < 0.1 * engine.rate for a, b in zip(lengths[:4], lengths[4:], strict=True))


async def test_ten_thousand_characters(engine: Espeak) -> None:
    text = ("the quick brown fox jumps over the lazy dog " * 230)[:10_000]
    chunks = await spoken(engine, Clause(text, "en", 0.2))
    check_utterance(chunks, engine.rate)
    assert max(len(chunk.samples) for chunk in chunks) <= engine.rate
    assert joined(chunks).size > 300 * engine.rate


async def test_a_word_without_spaces_is_cut_too(engine: Espeak) -> None:
    assert [len(text) for text, _ in pieces(Clause("a" * 700, "en", 1.0))] == [300, 300, 100]
    check_utterance(await spoken(engine, Clause("好" * 700, "zh")), engine.rate)


@given(st.text(max_size=900), st.floats(0, 3))
def test_pieces_are_the_text(text: str, pause: float) -> None:
    portions = list(pieces(Clause(text, "en", pause)))
    assert "".join(portion for portion, _ in portions) == readable(text)
    assert [silence for _, silence in portions] == [0.0] * (len(portions) - 1) + [pause]
    assert all(len(portion) <= espeak.LONGEST for portion, _ in portions)


@given(st.text(st.characters()))
def test_what_is_read_can_be_sent_and_commands_nothing(text: str) -> None:
    text = readable(text)
    text.encode()
    assert not any(ord(character) < 32 or character == "\x7f" for character in text)


def test_persian_joiners_stay() -> None:
    assert readable("می\u200cتوانم") == "می\u200cتوانم"


async def test_a_command_in_the_text_does_not_change_the_voice(engine: Espeak) -> None:
    """espeak-ng takes a control character, a number and a letter for an order to change its pitch."""
    plain = await spoken(engine, Clause("two hundred, good morning", "en"))
    for text in ("two hundred, \x0190Pgood morning", "two hundred, \x01+90P good morning"):
        odd = await spoken(engine, Clause(text, "en"))
        assert abs(centroid(odd) / centroid(plain) - 1) < 0.25


def centroid(chunks: list[AudioChunk]) -> float:
    spectrum = np.abs(np.fft.rfft(joined(chunks)[-10_000:]))
    return float(np.sum(spectrum * np.arange(len(spectrum))) / np.sum(spectrum))


@pytest.mark.parametrize("name", ["library", "data"])
async def test_a_broken_installation_is_a_sentence(name: str, tmp_path: Path) -> None:
    library, data = espeak._installed()
    broken = (tmp_path / "libespeak-ng.so", data) if name == "library" else (library, tmp_path)
    with (
        contextlib.closing(Espeak(*broken)) as engine,
        pytest.raises(EngineError, match=r"espeak-ng cannot speak: .* install it anew"),
    ):
        await spoken(engine, HELLO)


def test_without_the_library_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(EngineError, match="pip install espeakng-loader"):
        Espeak()


def test_where_no_process_can_be_started_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(EngineError, match="no process could be started"):
        Espeak()


@pytest.mark.parametrize("language", LANGUAGES)
def test_vowels_sound_and_silences_do_not(language: Language, stage: Stage) -> None:
    """Phones against the sound: the middle of what is called a vowel is loud, of a silence is not."""
    voice = next(voice for voice in stage.tts.voices if voice.language == language)
    chunks = stage.spoken(*stage.clauses(language), voice=voice)
    levels = phone_levels(chunks)
    vowels = [loud for symbol, loud in levels if symbol[:1] in VOWELS]
    silences = [loud for symbol, loud in levels if not symbol]
    assert len(vowels) >= 10
    assert len(silences) >= 2
    assert np.percentile(vowels, 5) > max(silences) + 10
    assert np.median(vowels) > max(silences) + 25


def phone_levels(chunks: list[AudioChunk]) -> list[tuple[str, float]]:
    """Each phone's symbol and the level of its middle half; of silences, once the room has died down."""
    sound, rate = joined(chunks), chunks[0].rate
    found = []
    for phone in phones_of(chunks):
        quarter = (phone.end - phone.start) / 4
        first = phone.start + (quarter if phone.symbol else min(0.06, 2 * quarter))
        found.append((phone.symbol, level(sound[round(first * rate) : round((phone.end - quarter) * rate)])))
    return found


def test_a_closure_is_part_of_its_stop(stage: Stage) -> None:
    """The first half of [p t k] between vowels is quieter than the vowel before it."""
    chunks = stage.spoken(Clause("a papa, a copy, happy, a taco, a kayak, a potato", "en", 0.2))
    sound, rate = joined(chunks), stage.tts.rate
    phones = phones_of(chunks)
    drops = []
    for before, stop in pairwise(phones):
        if stop.symbol in {"p", "t", "k"} and before.symbol[:1] in VOWELS:
            half = (stop.start + stop.end) / 2
            vowel = sound[round(before.start * rate) : round(before.end * rate)]
            drops.append(level(vowel) - level(sound[round(stop.start * rate) : round(half * rate)]))
            assert stop.end - stop.start > 0.05
    assert len(drops) >= 6
    assert min(drops) > 10


@pytest.mark.parametrize(
    ("language", "text", "bearers"),
    [
        ("en", "banana", ["æ"]),
        ("en", "understand", ["æ"]),
        ("es", "canción", ["o"]),
        ("es", "teléfono", ["e"]),
        ("fa", "سلام", ["ɑ"]),
        ("zh", "你好", ["ɑu"]),
    ],
)
def test_stress_is_on_the_vowel_that_bears_it(
    language: Language, text: str, bearers: list[str], stage: Stage
) -> None:
    voice = next(voice for voice in stage.tts.voices if voice.language == language)
    phones = phones_of(stage.spoken(Clause(text, language), voice=voice))
    assert [phone.symbol for phone in phones if phone.stress == 2] == bearers
    assert all(phone.symbol[:1] in VOWELS for phone in phones if phone.stress)


async def test_a_foreign_word_leaves_no_trace_of_the_change_of_language(engine: Espeak) -> None:
    voice = next(voice for voice in engine.voices if voice.language == "fa")
    clause = Clause("این Windows است", "fa")
    chunks = await collected(engine.speak(stream_of([clause]), voice))
    assert all(phone.symbol.isalpha() or not phone.symbol for phone in phones_of(chunks))


async def test_a_voice_is_known_by_its_name(engine: Espeak) -> None:
    """A caller may have made the Voice itself."""
    name = engine.voices[1].name
    chunks = await collected(engine.speak(stream_of([HELLO]), Voice(name, "en", "male")))
    check_utterance(chunks, engine.rate)
