import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.face import ScriptedFace, blank_portrait
from tests.fakes.tts import LETTER, ScriptedTts
from tests.test_sound import write as write_sound
from visavis.config import Settings
from visavis.contracts import Clause, Stream, Tts, Voice
from visavis.engines.tts.espeak import Espeak
from visavis.errors import EngineError, InputError, TextError, UnknownName
from visavis.evaluate.footage import pictures_of
from visavis.evaluate.noting import Notes
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.subjects import Setup, doors
from visavis.evaluate.subjects.engines import TIMES, Engines, Shot, since, typical
from visavis.evaluate.takes import Take
from visavis.media import AudioChunk, Language, Phone, Portrait
from visavis.render import Film
from visavis.soundtrack import SECONDS_AFTER, SECONDS_BEFORE
from visavis.stopwatch import Timings
from visavis.streams import Worker, closing

SETUP = Setup(Settings(), blank_portrait, tts="scripted", face="scripted", size=(64, 64))

SENTENCES = " ".join(f"Every sentence has a number, and this is {name}." for name in ("one", "two") * 8)


class Mute(Espeak):
    """A voice that does not tell when it says what."""

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
            async for chunk in chunks:
                yield replace(chunk, phones=None)


@contextlib.asynccontextmanager
async def engines(tts: Tts, setup: Setup = SETUP) -> AsyncIterator[Engines]:
    async with closing(Worker("test")) as worker, closing(tts), closing(Espeak()) as reading:
        yield Engines(setup, blank_portrait, tts, lambda fps: ScriptedFace(fps), lambda: reading, worker)


def scenario(saying: Saying, language: Language = "en") -> Scenario:
    return Scenario("mine", "Mine", "utterance", language, (), saying)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def performed(tts: Tts, folder: Path, saying: Saying, setup: Setup = SETUP) -> Take:
    async with engines(tts, setup) as subject:
        return await subject.perform(scenario(saying), folder, lambda done, expected: None)


async def test_a_short_text_is_taken_whole(tmp_path: Path) -> None:
    take = await performed(ScriptedTts(), tmp_path, Saying("Hello you."))
    seconds = SECONDS_BEFORE + 10 * LETTER + SECONDS_AFTER
    assert names(tmp_path) == ["mine.mp4"] == [take.video.name]
    assert take.whole == take.filmed == pytest.approx(take.seconds, abs=0.5)
    assert take.whole >= seconds
    assert (take.text, take.begins, take.aligned) == ("Hello you.", 0.0, "voice")
    assert take.frames == len(list(take.pictures())) == round(take.whole * 25 + 0.5)
    assert take.spoken == (("en", 0.0, take.whole),)
    assert take.first is not None
    assert 0 < take.first < take.took
    assert set(take.stages) <= set(take.spans)
    assert all(0 <= start <= end <= take.took for start, end in take.spans.values())
    assert set(take.stages) == {"text", "speech", "portrait", "prepare", "render", "encode"}
    assert take.portrait is not None
    assert take.reference is None


async def test_what_is_short_is_made_several_times_and_the_middle_time_counts(tmp_path: Path) -> None:
    short, long = ScriptedTts(), ScriptedTts()
    await performed(short, tmp_path, Saying("Hello."))
    await performed(long, tmp_path, Saying(SENTENCES))
    assert [clause.text for clause in short.spoken] == TIMES * ["Hello."]
    assert "".join(clause.written for clause in long.spoken) == SENTENCES


async def test_what_takes_long_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.evaluate.subjects.engines.QUICK", 0.0)
    tts = ScriptedTts()
    await performed(tts, tmp_path, Saying("Hello."))
    assert [clause.text for clause in tts.spoken] == ["Hello."]


def test_the_middle_of_each_time() -> None:
    def shot(total: float, encode: float) -> Shot:
        timings = Timings(0.0, 0.0, 0.0, 0.0, first_frame=0.1, render=0.0, encode=encode, total=total)
        film = Film(Path("a.mp4"), (64, 64), 25, 10, 0.4, timings)
        return Shot(film, 0.0, Notes(), {"encode": (0.1, total)})

    found = typical([shot(1.0, 0.9), shot(3.0, 0.2), shot(2.0, 0.3)])
    assert (found.film.timings.total, found.film.timings.encode) == (2.0, 0.3)
    assert found.spans == {"encode": (0.1, 2.0)}


async def test_phones_are_told_in_the_videos_time(tmp_path: Path) -> None:
    take = await performed(ScriptedTts(), tmp_path, Saying("Ah."))
    loud = np.flatnonzero(np.abs(take.samples) > 0.1) / take.rate
    sounds = [phone for phone in take.phones if phone.symbol]
    assert sounds[0].start == pytest.approx(SECONDS_BEFORE) == pytest.approx(loud[0], abs=0.005)
    assert sounds[-1].end == pytest.approx(loud[-1], abs=0.02)


async def test_of_a_long_text_the_end_is_taken_from_a_clause_on(tmp_path: Path) -> None:
    take = await performed(ScriptedTts(), tmp_path, Saying(SENTENCES))
    assert take.whole > 40
    assert take.filmed == pytest.approx(take.whole)
    assert take.begins + take.seconds == pytest.approx(take.whole, abs=0.1)
    assert 5 < take.seconds < 13
    assert SENTENCES.endswith(take.text)
    assert take.text.startswith(("Every", "and"))
    assert len([p for p in take.phones if p.symbol]) == sum(map(str.isalnum, take.text))
    assert 0 <= take.phones[0].start < 1 / take.fps
    ((language, start, end),) = take.spoken
    assert language == "en"
    assert start == pytest.approx(take.phones[0].start)
    assert end == pytest.approx(take.whole - take.begins)
    assert len(list(pictures_of(take.video))) == take.frames == pytest.approx(take.seconds * 25, abs=2)


async def test_only_the_end_is_filmed_where_that_is_asked_for(tmp_path: Path) -> None:
    take = await performed(ScriptedTts(), tmp_path, Saying(SENTENCES, filmed=6.0))
    assert take.whole > 40
    assert take.filmed == pytest.approx(take.whole - take.begins)
    assert 1 < take.filmed <= 6.0
    assert take.first is None
    assert SENTENCES.endswith(take.text)
    loud = np.flatnonzero(np.abs(take.samples) > 0.1) / take.rate
    assert take.phones[0].start == pytest.approx(loud[0], abs=0.01)


async def test_the_end_is_what_the_whole_ends_with(tmp_path: Path) -> None:
    whole = await performed(ScriptedTts(), tmp_path, Saying(SENTENCES))
    end = await performed(ScriptedTts(), tmp_path, Saying(SENTENCES, filmed=12.0))
    assert end.text == whole.text
    assert 0 <= end.begins - whole.begins < 1 / whole.fps
    assert [phone.symbol for phone in end.phones] == [phone.symbol for phone in whole.phones]
    later = round((end.begins - whole.begins) * whole.rate)
    length = min(len(end.samples), len(whole.samples) - later)
    assert np.abs(end.samples[:length] - whole.samples[later:][:length]).max() < 0.05


async def test_sizes_and_rates_are_the_scenarios_or_else_the_users(tmp_path: Path) -> None:
    small = await performed(ScriptedTts(), tmp_path, Saying("Hi.", size=(96, 96), fps=10))
    assert (small.size, small.fps) == ((96, 96), 10)
    usual = await performed(ScriptedTts(), tmp_path, Saying("Hi."))
    assert (usual.size, usual.fps) == ((64, 64), 25)


async def test_phones_that_the_voice_does_not_tell_are_found(tmp_path: Path) -> None:
    saying = Saying("Maybe we should bring a map.")
    known = await performed(Espeak(), tmp_path, saying)
    found = await performed(Mute(), tmp_path, saying)
    assert (known.aligned, found.aligned) == ("voice", "reading")
    apart = [
        abs(one.start - other.start)
        for one, other in zip(
            (p for p in known.phones if p.symbol), (p for p in found.phones if p.symbol), strict=True
        )
    ]
    assert float(np.median(apart)) < 0.03


async def test_two_performances_are_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        await performed(Espeak(), tmp_path / name, Saying("Twice the same."))
    one, other = ((tmp_path / name / "mine.mp4") for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


async def test_a_reference_is_resembled_and_kept(tmp_path: Path) -> None:
    write_sound(tmp_path / "me.wav", "pcm_s16le", 16_000, seconds=1.0)
    saying = Saying("Hello.", reference=tmp_path / "me.wav", recording=tmp_path / "me.wav")
    take = await performed(ScriptedTts(), tmp_path, saying)
    assert take.reference is not None
    assert (len(take.reference), take.reference_rate) == (16_000, 16_000)
    assert take.twin is not None
    assert (take.twin.seconds, take.twin.frames, take.twin.phones) == (1.0, 0, ())


async def test_what_cannot_be_said_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="dies on"):
        await performed(ScriptedTts(fails_at=0), tmp_path, Saying("Hello."))
    with pytest.raises(TextError, match="there is nothing to say"):
        await performed(ScriptedTts(), tmp_path, Saying("..."))
    spanish = ScriptedTts()
    spanish.voices = tuple(voice for voice in ScriptedTts.voices if voice.language == "es")
    with pytest.raises(UnknownName, match="unknown voice for the language 'zh'; there is: es"):
        await performed(spanish, tmp_path, Saying("你好，很高兴认识你。"))
    assert names(tmp_path) == []


async def test_engines_that_do_not_exist_are_told() -> None:
    (door,) = (door for door in doors() if door.name == "engines")
    for wrong in (replace(SETUP, tts="espaek"), replace(SETUP, tts="espeak", face="wrap")):
        with pytest.raises(UnknownName, match=r"did you mean (espeak|warp)"):
            async with door.opened(wrong):
                pass
    with pytest.raises(InputError, match="nobody to be seen"):
        async with door.opened(Setup(Settings())):
            pass


async def test_the_embedded_engines_are_opened_warm(portrait: Portrait, tmp_path: Path) -> None:
    (door,) = (door for door in doors() if door.name == "engines")
    setup = Setup(Settings(), lambda width, height: portrait)
    async with door.opened(setup) as subject:
        assert subject.configuration["face"] == "warp"
        take = await subject.perform(scenario(Saying("Hi.")), tmp_path, lambda done, expected: None)
    assert isinstance(take, Take)
    assert take.phones


def test_chunks_from_a_moment_on_are_an_utterance_of_their_own() -> None:
    phones = (Phone("a", 0.0, 0.5), Phone("b", 0.5, 1.0))
    chunks = [
        AudioChunk(np.arange(10, dtype=np.float32), 10, 0, phones),
        AudioChunk(np.arange(10, dtype=np.float32), 10, 10, (Phone("c", 1.0, 2.0),), (Phone("r", 3.0, 4.0),)),
    ]
    first, second = since(chunks, 0.5)
    assert (first.at, second.at) == (0, 5)
    assert first.samples.tolist() == [5, 6, 7, 8, 9]
    assert first.phones == (Phone("b", 0.0, 0.5),)
    assert second.phones == (Phone("c", 0.5, 1.5),)
    assert second.reading == (Phone("r", 0.0, 1.0),)
