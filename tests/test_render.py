import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.fakes.face import Blank, ScriptedFace, blank_portrait, openness
from tests.fakes.tts import LETTER, ScriptedTts
from tests.test_sound import write as write_sound
from visavis.contracts import RESTING, Clause, Prepared, Stream, Voice
from visavis.errors import EngineError, InputError, OutputError, PortraitError, TextError, UnknownName
from visavis.media import AudioChunk, Look, Pixels, Portrait, VideoFrame
from visavis.render import Film, Progress, film, prepared_from
from visavis.sound import recording
from visavis.soundtrack import SECONDS_AFTER, SECONDS_BEFORE, Track, recorded, spoken
from visavis.stopwatch import Stopwatch

SIZE = (64, 64)
AROUND = SECONDS_BEFORE + SECONDS_AFTER
TEXT = [Clause("a" * 20, "en", 0.5), Clause("b" * 10, "en", 0.3)]
TEXT_SECONDS = 20 * LETTER + 0.5 + 10 * LETTER + 0.3 + AROUND


async def say(
    out: Path, clauses: list[Clause], tts: ScriptedTts, face: ScriptedFace, voice: str | None = None
) -> Film:
    watch = Stopwatch()
    speech = spoken(iter(clauses), tts, voice, watch)
    return await shot(speech, face, out, watch)


async def shot(
    track: Track,
    face: ScriptedFace,
    out: Path,
    watch: Stopwatch,
    progress: Progress = lambda done, expected: None,
    portrait: Callable[[], Portrait] = blank_portrait,
) -> Film:
    return await film(track, face, partial(prepared_from, portrait, face, watch), out, SIZE, watch, progress)


def decoded(path: Path) -> tuple[list[float], list[float]]:
    """How far the mouth is open, and how loud the sound is while that picture is shown; both 0..1."""
    with av.open(str(path)) as container:
        open_by = [openness(f.to_ndarray(format="rgb24").astype(np.uint8)) for f in container.decode(video=0)]
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    parts = np.split(samples, range(frames[0].sample_rate // 25, len(samples), frames[0].sample_rate // 25))
    return open_by, [float(np.abs(part).mean()) for part in parts[: len(open_by)]]


def show(into: list[tuple[float, float | None]]) -> Progress:
    return lambda done, expected: into.append((done, expected))


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def tasks() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def test_a_text_becomes_a_video_in_which_the_mouth_moves_with_the_sound(tmp_path: Path) -> None:
    made = await say(tmp_path / "a.mp4", TEXT, ScriptedTts(), ScriptedFace())
    mouth, loudness = decoded(made.path)
    assert made.frames == len(mouth) == round(TEXT_SECONDS * 25 + 0.5)
    assert made.seconds == pytest.approx(TEXT_SECONDS)
    assert (made.size, made.fps) == (SIZE, 25)
    inner = [n for n in range(1, len(mouth) - 1) if len({m > 0.5 for m in mouth[n - 1 : n + 2]}) == 1]
    assert [mouth[n] > 0.5 for n in inner] == [loudness[n] > 0.1 for n in inner]
    assert mouth[0] == mouth[-1] == 0
    assert left_in(tmp_path) == ["a.mp4"]
    assert tasks() == set()
    with av.open(str(made.path)) as container:
        assert "synthetic" in container.metadata["comment"]


async def test_frames_that_do_not_divide_the_rate(tmp_path: Path) -> None:
    made = await say(tmp_path / "a.mp4", TEXT, ScriptedTts(), ScriptedFace(30))
    assert made.frames == round(TEXT_SECONDS * 30)
    assert made.fps == 30


async def test_the_voice_is_the_first_of_the_texts_language_or_the_one_asked_for(tmp_path: Path) -> None:
    heard = list[str]()

    class Told(ScriptedTts):
        def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
            heard.append(voice.name)
            return super().speak(clauses, voice)

    await say(tmp_path / "a.mp4", [Clause("hola", "es"), Clause("hello", "en")], Told(), ScriptedFace())
    await say(tmp_path / "a.mp4", [Clause("hola", "es")], Told(), ScriptedFace(), "bert")
    assert heard == ["carla", "bert"]


async def test_a_sound_file_is_kept_as_it_is(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "speech.flac", "flac", 22_050, "stereo", seconds=2.0)
    watch = Stopwatch()
    made = await shot(recorded(recording(source)), ScriptedFace(), tmp_path / "a.mp4", watch)
    assert made.frames == 50
    assert made.seconds == 2.0
    mouth, loudness = decoded(made.path)
    assert min(mouth[2:-2]) > 0.5
    assert min(loudness[2:-2]) > 0.1


async def test_progress_ends_at_the_whole_and_the_estimate_becomes_exact(tmp_path: Path) -> None:
    seen = list[tuple[float, float | None]]()
    watch = Stopwatch()
    speech = spoken(iter(TEXT), ScriptedTts(), None, watch, characters=30)
    made = await shot(speech, ScriptedFace(), tmp_path / "a.mp4", watch, show(seen))
    assert len(seen) == made.frames
    assert seen == sorted(seen, key=itemgetter(0))
    done, expected = seen[-1]
    assert done == pytest.approx(made.seconds, abs=0.04)
    assert expected == pytest.approx(made.seconds)


async def test_a_text_of_unknown_length_gives_no_estimate_until_it_is_heard(tmp_path: Path) -> None:
    seen = list[tuple[float, float | None]]()
    watch = Stopwatch()
    clauses = [Clause("a" * 10, "en") for _ in range(20)]
    speech = spoken(iter(clauses), ScriptedTts(), None, watch)
    made = await shot(speech, ScriptedFace(), tmp_path / "a.mp4", watch, show(seen))
    assert seen[0][1] is None
    assert seen[-1][1] == pytest.approx(made.seconds)


async def test_the_stages_are_timed(tmp_path: Path) -> None:
    made = await say(tmp_path / "a.mp4", TEXT, ScriptedTts(), ScriptedFace())
    timings = made.timings
    assert 0 < timings.first_frame < timings.total
    assert min(timings.portrait, timings.prepare, timings.encode, timings.text) > 0
    assert min(timings.speech, timings.render) >= 0
    assert Stopwatch(since=5.0).now > 5


class Clock(threading.local):
    """Each thread has its own, which goes on only when it is told to."""

    now = 0.0


class Slow(ScriptedFace):
    """Takes a second for each picture."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        async with contextlib.aclosing(super().animate(speech, face, first, look)) as frames:
            async for frame in frames:
                self._clock.now += 1
                yield frame


async def test_what_the_encoder_waits_for_is_not_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("time.perf_counter", lambda: clock.now)
    made = await say(tmp_path / "a.mp4", TEXT, ScriptedTts(), Slow(clock))
    assert made.timings.render == made.frames
    assert made.timings.encode == 0


async def test_a_long_text_is_not_gathered_anywhere(tmp_path: Path) -> None:
    """What has been read of a text never runs far ahead of the pictures that are done."""
    read = 0
    gaps = []

    def clauses() -> Iterator[Clause]:
        nonlocal read
        for _ in range(200):
            read += 1
            yield Clause("a", "en", 0.04)

    def look(done: float, _: float | None) -> None:
        gaps.append(read - done / 0.1)

    watch = Stopwatch()
    speech = spoken(clauses(), ScriptedTts(), None, watch)
    await shot(speech, ScriptedFace(), tmp_path / "a.mp4", watch, look)
    assert read == 200
    assert max(gaps) < 16


async def test_portrait_and_speech_begin_together(tmp_path: Path) -> None:
    spoke = threading.Event()

    def clauses() -> Iterator[Clause]:
        spoke.set()
        yield TEXT[0]

    def portrait() -> Portrait:
        assert spoke.wait(10)
        return blank_portrait()

    watch = Stopwatch()
    speech = spoken(clauses(), ScriptedTts(), None, watch)
    await shot(speech, ScriptedFace(), tmp_path / "a.mp4", watch, portrait=portrait)


async def test_the_last_touch_is_put_on_every_picture_and_on_what_is_prepared_already(tmp_path: Path) -> None:
    face, watch = ScriptedFace(), Stopwatch()

    def darkened(pixels: Pixels) -> Pixels:
        return np.where(np.arange(64)[:, None, None] > 32, np.uint8(20), pixels)

    async def prepared() -> Blank:
        return Blank(*SIZE)

    speech = spoken(iter(TEXT), ScriptedTts(), None, watch)
    made = await film(speech, face, prepared, tmp_path / "a.mp4", SIZE, watch, finish=darkened)
    mouth, _ = decoded(made.path)
    assert min(mouth) > 1.5


@pytest.mark.parametrize("hops", [0, 1, 3, 10, 30, 60, 100, 200, 400])
async def test_a_cancelled_film_leaves_nothing(tmp_path: Path, hops: int) -> None:
    ended = []

    def endless() -> Iterator[Clause]:
        try:
            while True:
                yield Clause("more and more", "en", 0.1)
        finally:
            ended.append(True)

    watch = Stopwatch()
    face = ScriptedFace()
    speech = spoken(endless(), ScriptedTts(), None, watch)
    making = asyncio.create_task(shot(speech, face, tmp_path / "a.mp4", watch))
    for _ in range(hops):
        await asyncio.sleep(0.0002)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert left_in(tmp_path) == []
    assert tasks() == set()
    assert not [t for t in threading.enumerate() if t.name.startswith(("text", "encoder", "portrait"))]
    assert ended or hops < 30


class Stumbling(ScriptedFace):
    """Fails in the middle of its tenth picture."""

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        async with contextlib.aclosing(super().animate(speech, face, first, look)) as frames:
            async for frame in frames:
                if frame.at == 10:
                    raise EngineError("the face stumbled; try another portrait")
                yield frame


async def test_whatever_stage_fails_its_sentence_arrives_and_nothing_stays(tmp_path: Path) -> None:
    def lost() -> Portrait:
        raise PortraitError("no face was found; give another photo")

    out = tmp_path / "a.mp4"
    with pytest.raises(EngineError, match="scripted voice dies"):
        await say(out, TEXT, ScriptedTts(fails_at=1), ScriptedFace())
    with pytest.raises(EngineError, match="stumbled"):
        await say(out, TEXT, ScriptedTts(), Stumbling())
    with pytest.raises(UnknownName, match="unknown voice 'ad'; did you mean ada"):
        await say(out, TEXT, ScriptedTts(), ScriptedFace(), "ad")
    with pytest.raises(TextError, match="nothing to say"):
        await say(out, [], ScriptedTts(), ScriptedFace())
    speech = spoken(iter(TEXT), ScriptedTts(), None, Stopwatch())
    with pytest.raises(PortraitError, match="no face was found"):
        await shot(speech, ScriptedFace(), out, Stopwatch(), portrait=lost)
    with pytest.raises(InputError, match="nothing to say and nothing to hear"):
        await say(out, [Clause("", "en")], ScriptedTts(), ScriptedFace())
    assert left_in(tmp_path) == []
    assert tasks() == set()


async def test_a_place_that_cannot_be_written_to_is_told_before_any_work(tmp_path: Path) -> None:
    tts, face = ScriptedTts(), ScriptedFace()
    with pytest.raises(OutputError, match="there is no folder"):
        await say(tmp_path / "nowhere" / "a.mp4", TEXT, tts, face)
    assert tts.spoken == []
    assert face.drawn == []
