"""What every tts engine has to keep. An engine's test stages it once and runs each of CHECKS:

@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)

An engine of another package needs no more than that. One that cannot read English passes texts of its
own: staged(Engine(), {"fa": ("...", "...")}).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest

from visavis.contracts import Clause, Stream, Tts, Voice, VoiceSample
from visavis.errors import AudioError, UnknownName
from visavis.media import LANGUAGES, AudioChunk, Language, Phone, Samples
from visavis.streams import stream_of

T = TypeVar("T")

TEXTS: Mapping[Language, tuple[str, str]] = {
    "en": ("Good morning, it is a pleasure to meet you.", "What can I do for you?"),
    "zh": ("早上好，很高兴见到你。", "我能为你做什么？"),
    "es": ("Buenos días, es un placer conocerte.", "¿En qué puedo ayudarte?"),
    "fa": ("صبح به خیر، از دیدن شما خوشحالم.", "چه کاری می‌توانم انجام دهم؟"),
}
ODD = (
    "a < b & c > d",
    "<speak>one<break time='9s'/>two</speak>",
    "[[h@l'oU]] {pause} \\pau=900\\",
    "left\x01 200P\x00\x07\x1b[31m right",
    "half \ud83d of a pair, \ufffe and \U000e0041",
    "smile 😀👩🏽‍🚀 and ✓ on",
    "e\u0301\u200d\u200f\u00ad\ufeffa",
    "١٢٣ سلام 你好 Привет नमस्ते",
    "tab\tnew\nline\r\n",
)
SILENT = ("", " \n\t ", "...", "¿?!", "،。", "—", "\u200c", "😀😀")


@dataclass(frozen=True)
class Stage:
    """An engine, what it is to read, and the one event loop that it is used from."""

    tts: Tts
    texts: Mapping[Language, tuple[str, str]]
    runner: asyncio.Runner

    @property
    def voice(self) -> Voice:
        return next(voice for voice in self.tts.voices if voice.language in self.texts)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def spoken(self, *clauses: Clause, voice: Voice | None = None) -> list[AudioChunk]:
        """One utterance, all of it."""
        return self.run(collected(self.tts.speak(stream_of(clauses), voice or self.voice)))

    def clauses(self, language: Language | None = None, pause: float = 0.3) -> list[Clause]:
        language = language or self.voice.language
        return [Clause(text, language, pause) for text in self.texts[language]]


Check = Callable[[Stage], None]


@contextlib.contextmanager
def staged(tts: Tts, texts: Mapping[Language, tuple[str, str]] = TEXTS) -> Iterator[Stage]:
    with asyncio.Runner() as runner, contextlib.closing(tts):
        yield Stage(tts, texts, runner)


async def collected(speech: Stream[AudioChunk]) -> list[AudioChunk]:
    return [chunk async for chunk in speech]


def joined(chunks: Sequence[AudioChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def phones_of(chunks: Sequence[AudioChunk]) -> list[Phone]:
    return [phone for chunk in chunks for phone in chunk.phones or ()]


def level(samples: Samples) -> float:
    """Root mean square, dB below full scale."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))


def check_utterance(chunks: Sequence[AudioChunk], rate: int) -> None:
    """All that holds of any utterance: its chunks follow on, its phones cover it from end to end."""
    assert [chunk.rate for chunk in chunks] == [rate] * len(chunks)
    assert [chunk.at for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
    for chunk in chunks:
        assert chunk.samples.dtype == np.float32
        assert chunk.samples.ndim == 1
        assert len(chunk.samples) > 0
        assert np.abs(chunk.samples).max() <= 1
    if any(chunk.phones is not None for chunk in chunks):
        check_phones(chunks, rate)


def check_phones(chunks: Sequence[AudioChunk], rate: int) -> None:
    for chunk in chunks:
        assert chunk.phones is not None, "an engine knows its phones in every chunk or in none"
        for phone in chunk.phones:
            assert chunk.at <= round(phone.start * rate) < chunk.end
            assert phone.stress in (0, 1, 2)
            assert not set(phone.symbol) & set("ˈˌ'")
            assert phone.symbol or not phone.stress
    phones = phones_of(chunks)
    assert all(phone.start < phone.end for phone in phones)
    assert [phone.end for phone in phones[:-1]] == [phone.start for phone in phones[1:]]
    assert phones[0].start == 0
    assert round(phones[-1].end * rate) == chunks[-1].end


def tells_its_rate_and_voices(stage: Stage) -> None:
    assert isinstance(stage.tts.rate, int)
    assert stage.tts.rate >= 8000
    voices = stage.tts.voices
    assert voices
    assert len({voice.name for voice in voices}) == len(voices)
    assert {voice.language for voice in voices} <= set(LANGUAGES)
    assert {voice.gender for voice in voices} <= {"female", "male"}
    assert not any(voice.likeness for voice in voices)
    assert isinstance(stage.tts.version, str)
    assert stage.tts.version


def speaks_with_every_voice(stage: Stage) -> None:
    for voice in stage.tts.voices:
        chunks = stage.spoken(*stage.clauses(voice.language), voice=voice)
        check_utterance(chunks, stage.tts.rate)
        assert joined(chunks).size > stage.tts.rate
        assert level(joined(chunks)) > -35


def speaks_every_language_that_it_has_a_voice_for(stage: Stage) -> None:
    """Whichever voice was asked for: a sentence of another language is spoken by a relative."""
    mixed = [stage.clauses(language)[0] for language in {voice.language for voice in stage.tts.voices}]
    chunks = stage.spoken(*mixed)
    check_utterance(chunks, stage.tts.rate)
    assert joined(chunks).size > len(mixed) * stage.tts.rate / 2


def says_nothing_to_nothing(stage: Stage) -> None:
    assert stage.spoken() == []


def keeps_the_pauses(stage: Stage) -> None:
    """At the end and in the middle there is as much silence as was asked for."""
    first, second = stage.clauses(pause=0.8)
    chunks = stage.spoken(first, second)
    sound, rate = joined(chunks), stage.tts.rate
    quiet = level(sound) - 30
    assert level(sound[-round(0.7 * rate) :]) < quiet
    window = round(0.6 * rate)
    inside = [level(sound[i : i + window]) < quiet for i in range(0, len(sound) - 2 * window, rate // 20)]
    assert any(inside)


def is_silent_where_there_is_nothing_to_read(stage: Stage) -> None:
    for text in SILENT:
        chunks = stage.spoken(Clause(text, stage.voice.language, 0.4))
        check_utterance(chunks, stage.tts.rate)
        sound = joined(chunks)
        assert abs(len(sound) - 0.4 * stage.tts.rate) <= 0.1 * stage.tts.rate
        assert level(sound) < -60
        assert all(not phone.symbol for phone in phones_of(chunks))
        for chunk in stage.spoken(Clause(text, stage.voice.language, 0.0)):
            assert level(chunk.samples) < -60


def reads_or_drops_odd_characters(stage: Stage) -> None:
    """Nothing in a text is a command: no markup, no escape, no name of a phone."""
    for text in ODD:
        chunks = stage.spoken(Clause(text, stage.voice.language, 0.1))
        check_utterance(chunks, stage.tts.rate)
        assert level(joined(chunks)) > -50
        assert not any(phone.symbol == "" and phone.end - phone.start > 2 for phone in phones_of(chunks))


def speaks_a_text_of_any_length(stage: Stage) -> None:
    sentence = stage.texts[stage.voice.language][0]
    text = (sentence + " ") * (3000 // len(sentence))
    chunks = stage.spoken(Clause(text, stage.voice.language, 0.2))
    check_utterance(chunks, stage.tts.rate)
    assert joined(chunks).size > 60 * stage.tts.rate


def gives_sound_before_it_asks_for_more_text(stage: Stage) -> None:
    asked = 0

    async def reluctant() -> Stream[Clause]:
        nonlocal asked
        for clause in stage.clauses():
            asked += 1
            yield clause

    async def first() -> int:
        async with contextlib.aclosing(stage.tts.speak(reluctant(), stage.voice)) as speech:
            async for _ in speech:
                return asked
        return 0

    assert stage.run(first()) == 1


def closes_what_it_reads_from(stage: Stage) -> None:
    """When it is closed half way, and when it came to its end."""

    async def open_after(chunks: int) -> bool:
        closed = asyncio.Event()
        speech = stage.tts.speak(_watched(stage.clauses(), closed), stage.voice)
        async with contextlib.aclosing(speech):
            for _ in range(chunks):
                if await anext(speech, None) is None:
                    break
        return not closed.is_set()

    assert not stage.run(open_after(1))
    assert not stage.run(open_after(10_000))


def can_be_cancelled_anywhere(stage: Stage) -> None:
    """Wherever the speaker is cancelled, no task stays behind and the next utterance is whole."""

    async def cancelled(turns: int) -> None:
        closed = asyncio.Event()
        speech = stage.tts.speak(_watched(stage.clauses(), closed), stage.voice)
        task = asyncio.create_task(collected(speech))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert closed.is_set() or turns == 0  # what never began has nothing to close

    for turns in (0, 1, 2, 3, 5, 8, 20, 100):
        stage.run(cancelled(turns))
    check_utterance(stage.spoken(*stage.clauses()), stage.tts.rate)


def can_be_cancelled_while_it_waits_for_text(stage: Stage) -> None:
    async def cancelled() -> bool:
        closed = asyncio.Event()
        heard = asyncio.Event()

        async def endless() -> Stream[Clause]:
            try:
                yield stage.clauses()[0]
                await asyncio.Event().wait()
            finally:
                closed.set()

        async def listen() -> None:
            async for _ in stage.tts.speak(endless(), stage.voice):
                heard.set()

        task = asyncio.create_task(listen())
        await heard.wait()
        task.cancel()
        await asyncio.wait([task])
        return closed.is_set() and asyncio.all_tasks() == {asyncio.current_task()}

    assert stage.run(cancelled())


def speaks_one_utterance_after_another(stage: Stage) -> None:
    """Nothing of one is left in the next: each begins at 0, with sound in its first half second."""
    for _ in range(3):
        chunks = stage.spoken(stage.clauses()[0])
        check_utterance(chunks, stage.tts.rate)
        assert level(joined(chunks)[: stage.tts.rate // 2]) > -45


def keeps_utterances_apart(stage: Stage) -> None:
    """Two that are spoken at once, step by step, both come out whole, one after the other or not."""

    async def both() -> tuple[list[AudioChunk], list[AudioChunk]]:
        one, other = (
            collected(stage.tts.speak(stream_of(clauses), stage.voice))
            for clauses in (stage.clauses(), stage.clauses()[:1])
        )
        return await asyncio.gather(one, other)

    long, short = stage.run(both())
    check_utterance(long, stage.tts.rate)
    check_utterance(short, stage.tts.rate)
    assert joined(long).size > joined(short).size


def refuses_a_voice_it_does_not_have(stage: Stage) -> None:
    stranger = Voice("nobody of that name", stage.voice.language, "female")
    with pytest.raises(UnknownName, match="nobody of that name"):
        stage.spoken(*stage.clauses(), voice=stranger)


def resembles_somebody_or_says_why_not(stage: Stage) -> None:
    """A voice made from a sample has its own name, is the same each time, and speaks like any other."""
    spoken = stage.spoken(*stage.clauses() * 2, voice=stage.voice)
    sample = VoiceSample(joined(spoken), stage.tts.rate, stage.voice.language)
    try:
        voice = stage.tts.resembling(sample, "a name of its own")
    except AudioError:
        return
    assert voice.name == "a name of its own"
    assert voice.language == stage.voice.language
    assert voice.likeness
    assert stage.tts.resembling(sample, "a name of its own") == voice
    for language in stage.texts:
        chunks = stage.spoken(*stage.clauses(language), voice=voice)
        check_utterance(chunks, stage.tts.rate)
        assert level(joined(chunks)) > -35


def refuses_a_sample_without_a_voice(stage: Stage) -> None:
    for seconds in (0, 5):
        silence = np.zeros(seconds * stage.tts.rate, np.float32)
        with pytest.raises(AudioError):
            stage.tts.resembling(VoiceSample(silence, stage.tts.rate), "nobody")


async def _watched(clauses: Sequence[Clause], closed: asyncio.Event) -> AsyncGenerator[Clause, None]:
    try:
        for clause in clauses:
            yield clause
    finally:
        closed.set()


CHECKS: tuple[Check, ...] = (
    tells_its_rate_and_voices,
    speaks_with_every_voice,
    speaks_every_language_that_it_has_a_voice_for,
    says_nothing_to_nothing,
    keeps_the_pauses,
    is_silent_where_there_is_nothing_to_read,
    reads_or_drops_odd_characters,
    speaks_a_text_of_any_length,
    gives_sound_before_it_asks_for_more_text,
    closes_what_it_reads_from,
    can_be_cancelled_anywhere,
    can_be_cancelled_while_it_waits_for_text,
    speaks_one_utterance_after_another,
    keeps_utterances_apart,
    refuses_a_voice_it_does_not_have,
    resembles_somebody_or_says_why_not,
    refuses_a_sample_without_a_voice,
)
