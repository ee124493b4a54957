"""A conversation in a file: what is decoded again is what was seen and heard, at its time."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.fakes.talk import number_in, picture
from tests.transports.test_file import room_for
from visavis.conversation.stage import Moment
from visavis.errors import InputError, OutputError
from visavis.media import Pixels, Samples, sample_at
from visavis.transports import recording
from visavis.transports.file import VideoFile
from visavis.transports.recording import HEARS, Recorded, Tape, fitted, recorded

FPS, RATE = 25, 22_050
SIZE = (64, 64)
AVATAR, USER = 440.0, 1500.0


def tone(hertz: float, begin: int, end: int, rate: int) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(begin, end) / rate)).astype(np.float32)


def moment(at: int, *, spoken: bool = False, shown: bool = True, size: tuple[int, int] = SIZE) -> Moment:
    begin, end = sample_at(at, RATE, FPS), sample_at(at + 1, RATE, FPS)
    samples = tone(AVATAR, begin, end, RATE) if spoken else np.zeros(end - begin, np.float32)
    return Moment(at, samples, picture(at, size) if shown else None, spoken)


def said(tape: Tape, begin: float, end: float) -> None:
    """The user speaks, in pieces of 20 ms."""
    for at in range(round(begin * HEARS), round(end * HEARS), HEARS // 50):
        tape.overheard(tone(USER, at, at + HEARS // 50, HEARS), at / HEARS)


def perform(tape: Tape, numbers: Iterable[int], spoken: range = range(0)) -> None:
    for at in numbers:
        tape.performed(moment(at, spoken=at in spoken))


@contextlib.asynccontextmanager
async def taping(out: Path, **limits: float) -> AsyncIterator[tuple[Tape, "asyncio.Task[Recorded]"]]:
    """A tape and the task that writes it; stopped and awaited on leaving."""
    tape = Tape()
    task = asyncio.create_task(recorded(tape, out, SIZE, FPS, RATE, **limits))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    yield tape, task
    tape.stop()
    await asyncio.wait([task])


async def played(tape: Tape, numbers: Iterable[int], spoken: range = range(0)) -> None:
    """Perform as a session does, with time between the moments for whatever else there is."""
    for at in numbers:
        perform(tape, [at], spoken)
        for _ in range(20_000):
            if tape.waiting <= 5:
                break
            await asyncio.sleep(0.001)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [
            number_in(frame.to_ndarray(format="gray").astype(np.uint8)) for frame in container.decode(video=0)
        ]


def loud(path: Path, hertz: float, least: float = 0.08) -> list[tuple[float, float]]:
    """From when to when a tone is heard, in seconds, to a fiftieth; least: half of its amplitude."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    sound = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    rate, step = frames[0].sample_rate, frames[0].sample_rate // 50
    steps = sound[: len(sound) // step * step].reshape(-1, step)
    wave = np.exp(-2j * np.pi * hertz * np.arange(step) / rate) / step
    heard = np.concatenate([[False], np.abs(steps @ wave) > least, [False]])
    edges = np.flatnonzero(np.diff(heard.astype(int))) / 50 + (frames[0].time or 0)
    return [(float(a), float(b)) for a, b in edges.reshape(-1, 2)]


async def test_both_are_seen_and_heard_at_their_time(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, task):
        await played(tape, range(40, 90))
        said(tape, 2.0, 3.0)
        await played(tape, range(90, 190), spoken=range(100, 150))
    made = task.result()
    assert (made.path, made.frames, made.seconds) == (out, 150, 6.0)
    assert numbers(out) == list(range(40, 190))
    assert loud(out, AVATAR) == [pytest.approx((2.4, 4.4), abs=0.041)]
    assert loud(out, USER) == [pytest.approx((0.4, 1.4), abs=0.041)]
    assert files(tmp_path) == [out]


async def test_a_cut_leaves_no_trace(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, task):
        await played(tape, range(100), spoken=range(50, 100))
        tape.voided(3.2)
        await played(tape, range(100, 150))
    assert numbers(out) == [*range(80), *range(100, 150)]
    assert loud(out, AVATAR) == [pytest.approx((2.0, 3.2), abs=0.041)]
    assert task.result().seconds == 5.2


async def test_a_picture_that_is_late_repeats_the_one_before(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, _):
        for at in range(50):
            tape.performed(moment(at, shown=at % 5 != 3))
            await asyncio.sleep(0.002)
    assert numbers(out) == [at - (at % 5 == 3) for at in range(50)]


async def test_where_the_disk_is_slow_pictures_repeat_and_sound_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, moves = tmp_path / "talk.mp4", threading.Event()
    write = VideoFile.picture

    def slow(file: VideoFile, pixels: Pixels) -> None:
        moves.wait(20)
        write(file, pixels)

    monkeypatch.setattr(VideoFile, "picture", slow)
    async with taping(out) as (tape, task):
        perform(tape, range(350))
        said(tape, 12.5, 13.5)
        perform(tape, range(350, 500), spoken=range(400, 450))
        moves.set()
    assert task.result().frames == 500
    seen = numbers(out)
    assert len(seen) == 500
    assert seen == sorted(seen)
    assert 20 <= len(set(seen)) < 100
    assert loud(out, AVATAR) == [pytest.approx((16.0, 18.0), abs=0.041)]
    assert loud(out, USER) == [pytest.approx((12.5, 13.5), abs=0.041)]


async def test_where_the_disk_stands_still_it_ends_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_WAITING", 200)
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, task):
        perform(tape, range(1000))
        assert tape.stopped
        assert tape.waiting == 200
    assert task.result().frames == 200


async def test_it_can_be_stopped_twice_and_takes_nothing_afterwards(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, task):
        await played(tape, range(30))
        tape.stop()
        tape.stop()
        await played(tape, range(30, 60))
        said(tape, 1.0, 2.0)
    assert numbers(out) == list(range(30))
    assert task.result().frames == 30


async def test_it_ends_by_itself_when_it_is_long_enough(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out, longest=2.0) as (tape, task):
        for at in range(1000):
            perform(tape, [at])
            await asyncio.sleep(0.0005)
            if tape.stopped:
                break
        made = await task
    assert 2.0 <= made.seconds < 3.0
    assert numbers(out) == list(range(made.frames))


async def test_it_ends_by_itself_when_it_is_large_enough(tmp_path: Path) -> None:
    out = tmp_path / "talk.mp4"
    rng = np.random.default_rng(0)
    async with taping(out, largest=100_000) as (tape, _):
        for at in range(2000):
            noise = rng.integers(0, 255, (64, 64, 3), np.uint8)
            tape.performed(Moment(at, np.zeros(RATE // FPS, np.float32), noise, False))
            await asyncio.sleep(0.0005)
            if tape.stopped:
                break
        assert tape.stopped
    assert 100_000 < out.stat().st_size < 600_000


async def test_nothing_recorded_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    async with taping(tmp_path / "talk.mp4") as (tape, task):
        tape.performed(moment(0, shown=False))
        said(tape, 0.0, 0.5)
    with pytest.raises(InputError, match="nothing was recorded"):
        task.result()
    assert files(tmp_path) == []


async def test_a_full_disk_ends_it_with_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with room_for(50_000):
        async with taping(tmp_path / "talk.mp4") as (tape, task):
            for at in range(3000):
                noise = rng.integers(0, 255, (64, 64, 3), np.uint8)
                tape.performed(Moment(at, np.zeros(RATE // FPS, np.float32), noise, False))
                await asyncio.sleep(0.0005)
                if tape.stopped:
                    break
            assert tape.stopped
    with pytest.raises(OutputError, match="cannot write"):
        task.result()
    assert files(tmp_path) == []


async def test_a_cancelled_one_leaves_nothing(tmp_path: Path) -> None:
    async with taping(tmp_path / "talk.mp4") as (tape, task):
        await played(tape, range(60))
        task.cancel()
        await asyncio.wait([task])
        assert tape.stopped
    assert files(tmp_path) == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("other", [(128, 128), (32, 64), (96, 40)])
async def test_another_size_is_fitted_in(tmp_path: Path, other: tuple[int, int]) -> None:
    out = tmp_path / "talk.mp4"
    async with taping(out) as (tape, _):
        await played(tape, range(30))
        for at in range(30, 60):
            tape.performed(moment(at, size=other))
            await asyncio.sleep(0.001)
    with av.open(str(out)) as container:
        shapes = {(frame.width, frame.height) for frame in container.decode(video=0)}
    assert shapes == {SIZE}
    inner = fitted(np.full((other[1], other[0], 3), 200, np.uint8), SIZE)
    assert inner.shape == (64, 64, 3)
    assert (inner == 200).all(2).mean() == pytest.approx(min(other) / max(other), abs=0.03)
