"""What every face engine has to keep. An engine's test stages it once and runs each of CHECKS:

@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Warp(), portrait) as stage:
        yield stage

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, pairwise
from typing import Any, TypeVar, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.contracts import RESTING, Face, Prepared, Stream
from visavis.errors import PortraitError
from visavis.media import (
    AudioChunk,
    Look,
    Mood,
    Phone,
    Portrait,
    Samples,
    VideoFrame,
    frame_at,
    frame_count,
)
from visavis.streams import stream_of

T = TypeVar("T")

RATE = 22_050
SCRIPT = (
    ("", 0.4, 0),
    ("m", 0.09, 0),
    ("ɑː", 0.22, 2),
    ("p", 0.08, 0),
    ("uː", 0.2, 1),
    ("f", 0.08, 0),
    ("iː", 0.18, 0),
    ("", 0.6, 0),
)

LOOKAHEAD = 0.3  # seconds of sound beyond a frame that may be needed to draw it

# Mean difference of two pictures in levels of 0..255. From one frame to the next, a head at rest moves by
# 0.1 to 0.6; speech takes it up to 15 away from where it rests.
SAME = 0.02
NEAR = 0.6


@dataclass(frozen=True)
class Stage:
    """An engine with one prepared face, and the one event loop that it is used from."""

    face: Face
    portrait: Portrait
    prepared: Prepared
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def frames(self, chunks: Sequence[AudioChunk], first: int = 0, look: Look = RESTING) -> list[VideoFrame]:
        async def collect() -> list[VideoFrame]:
            speech = stream_of(chunks)
            return [frame async for frame in self.face.animate(speech, self.prepared, first, look)]

        return self.run(collect())


Check = Callable[[Stage], None]


@contextlib.contextmanager
def staged(face: Face, portrait: Portrait) -> Iterator[Stage]:
    with asyncio.Runner() as runner, contextlib.closing(face):
        yield Stage(face, portrait, face.prepare(portrait), runner)


def utterance(*, phones: bool = True) -> AudioChunk:
    """Still, a little speech, still; in one piece."""
    ends = list(accumulate(length for _, length, _ in SCRIPT))
    starts = [0.0, *ends[:-1]]
    timed = [Phone(s, a, b, stress) for (s, _, stress), a, b in zip(SCRIPT, starts, ends, strict=True)]
    seconds = np.arange(round(ends[-1] * RATE)) / RATE
    at, level = zip(*_loudness(timed), strict=True)
    voiced = np.interp(seconds, at, level)
    samples = (voiced * np.sin(2 * np.pi * 140 * seconds)).astype(np.float32)
    return AudioChunk(samples, RATE, 0, tuple(timed) if phones else None)


def cut(whole: AudioChunk, places: Sequence[int]) -> list[AudioChunk]:
    """The same utterance in several chunks, cut before these samples."""
    bounds = sorted({0, *(p for p in places if 0 < p < whole.end), whole.end})
    return [_part(whole, a, b) for a, b in pairwise(bounds)]


def tells_its_pace_and_version(stage: Stage) -> None:
    assert isinstance(stage.face.fps, int)
    assert stage.face.fps > 0
    assert stage.face.version


def says_how_much_memory_a_prepared_face_holds(stage: Stage) -> None:
    assert stage.prepared.nbytes > 0


def draws_the_same_when_it_has_been_packed(stage: Stage) -> None:
    """A face out of a cache's bytes is the face that went in, to the last bit, and can be packed again."""
    content = stage.face.packed(stage.prepared)
    again = replace(stage, prepared=stage.face.unpacked(content))
    assert again.prepared.nbytes > 0
    assert stage.face.packed(again.prepared) == content
    for number in (0, 12, 90_000):
        one, other = (s.face.rest(s.prepared, number) for s in (stage, again))
        assert np.array_equal(one.pixels, other.pixels)
    for mine, theirs in zip(stage.frames([utterance()], 3), again.frames([utterance()], 3), strict=True):
        assert np.array_equal(mine.pixels, theirs.pixels)


def takes_no_bytes_but_its_own(stage: Stage) -> None:
    content = stage.face.packed(stage.prepared)
    middle = len(content) // 2
    for damaged in (b"", b"\0" * 100, content[:-1], content[:middle], content + b"\0", content[1:]):
        with pytest.raises(ValueError, match=r".{10}"):
            stage.face.unpacked(damaged)


def refuses_a_portrait_without_a_face(stage: Stage) -> None:
    nowhere = replace(stage.portrait, landmarks=np.full((468, 3), np.nan, np.float32))
    with pytest.raises(PortraitError, match=r".{20}"):
        stage.face.prepare(nowhere)


def covers_the_sound_with_frames(stage: Stage) -> None:
    whole = utterance()
    fps = stage.face.fps
    for samples in (1, RATE // fps, RATE // fps + 1, RATE // 3, whole.end):
        part = _part(whole, 0, samples)
        assert len(stage.frames([part])) == frame_count(samples, RATE, fps)


def says_nothing_to_nothing(stage: Stage) -> None:
    assert stage.frames([]) == []


def numbers_frames_from_the_first(stage: Stage) -> None:
    for first in (0, 7, 100_000):
        numbers = [frame.at for frame in stage.frames([utterance()], first)]
        assert numbers == list(range(first, first + len(numbers)))


def makes_pictures_of_the_portraits_size(stage: Stage) -> None:
    width, height = stage.portrait.size
    for frame in [*stage.frames([utterance()]), stage.face.rest(stage.prepared, 3)]:
        assert frame.pixels.shape == (height, width, 3)
        assert frame.pixels.dtype == np.uint8


def gives_pictures_away(stage: Stage) -> None:
    """A picture that was handed out does not change when the next one is made."""

    async def copies() -> list[tuple[VideoFrame, Any]]:
        frames = stage.face.animate(stream_of([utterance()]), stage.prepared, 0)
        return [(frame, frame.pixels.copy()) async for frame in frames]

    assert all(np.array_equal(frame.pixels, copy) for frame, copy in stage.run(copies()))


def moves_the_same_for_any_chunking(stage: Stage) -> None:
    whole = utterance()
    expected = stage.frames([whole], 5)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(1, whole.end - 1), max_size=12))
    def holds(places: list[int]) -> None:
        made = stage.frames(cut(whole, places), 5)
        assert [frame.at for frame in made] == [frame.at for frame in expected]
        assert max(map(_difference, made, expected)) <= SAME

    holds()


def moves_without_phones(stage: Stage) -> None:
    whole = utterance(phones=False)
    made = stage.frames(cut(whole, range(0, whole.end, 4000)))
    assert len(made) == frame_count(whole.end, RATE, stage.face.fps)
    still = [stage.face.rest(stage.prepared, frame.at) for frame in made]
    loud = slice(frame_at(RATE // 2, RATE, stage.face.fps), frame_at(RATE, RATE, stage.face.fps))
    assert max(map(_difference, made[loud], still[loud])) > SAME


def moves_when_it_speaks(stage: Stage) -> None:
    made = stage.frames([utterance()])
    still = [stage.face.rest(stage.prepared, frame.at) for frame in made]
    assert max(map(_difference, made, still)) > 2 * SAME


def begins_and_ends_at_rest(stage: Stage) -> None:
    """In the still moments around speech a frame is, but for a trifle, what resting shows then."""
    for first in (0, 40, 333):
        made = stage.frames([utterance()], first)
        before, after = made[0], made[-1]
        assert _difference(before, stage.face.rest(stage.prepared, before.at)) <= NEAR
        assert _difference(after, stage.face.rest(stage.prepared, after.at)) <= NEAR


def rests_as_a_function_of_the_frame_number(stage: Stage) -> None:
    for number in (0, 12, 90_000):
        one, other = (stage.face.rest(stage.prepared, number) for _ in range(2))
        assert one.at == number
        assert _difference(one, other) == 0


def rests_as_ever_before_a_look_changes(stage: Stage) -> None:
    for number in (0, 50):
        usual = stage.face.rest(stage.prepared, number)
        for look in (Look(), Look(((number + 1, "listening"), (number + 9, "thinking")))):
            assert _difference(usual, stage.face.rest(stage.prepared, number, look)) == 0


def looks_what_it_is_at(stage: Stage) -> None:
    """Two seconds after a change, however it came there."""
    begun, settled = 50, 50 + 2 * stage.face.fps
    looks = {
        mood: stage.face.rest(stage.prepared, settled, RESTING.turned(begun, mood)) for mood in get_args(Mood)
    }
    for one, other in combinations(looks.values(), 2):
        assert _difference(one, other) > SAME
    for mood, shown in looks.items():
        back = RESTING.turned(begun - 200, "listening").turned(begun - 100, "thinking").turned(begun, mood)
        if mood == "resting":
            assert _difference(shown, stage.face.rest(stage.prepared, settled, back)) == 0


def goes_from_look_to_look_without_a_jump(stage: Stage) -> None:
    """At the frame of a change next to nothing has changed, also where the change before it is not over."""
    look = RESTING
    changes: dict[int, Mood] = {
        10: "listening",
        30: "thinking",
        41: "listening",
        44: "resting",
        70: "thinking",
    }
    for number, mood in changes.items():
        before, look = look, look.turned(number, mood)
        one, other = (stage.face.rest(stage.prepared, number, which) for which in (before, look))
        assert _difference(one, other) <= NEAR


def speaks_out_of_the_look_that_it_has(stage: Stage) -> None:
    """Around speech a frame shows what resting does with the same look, which goes on easing."""
    look = RESTING.turned(3, "thinking").turned(60, "resting")
    made = stage.frames([utterance()], 60, look)
    for frame in (made[0], made[-1]):
        assert _difference(frame, stage.face.rest(stage.prepared, frame.at, look)) <= NEAR
    lasting = stage.frames([utterance()], 60, RESTING.turned(3, "thinking"))
    assert max(map(_difference, made, lasting)) > SAME


def starts_before_it_has_heard_all(stage: Stage) -> None:
    """Ten seconds in chunks of half a second: the first frame does not wait for the last chunk."""
    asked = 0

    async def long() -> Stream[AudioChunk]:
        nonlocal asked
        whole = utterance()
        samples = np.resize(whole.samples, 10 * RATE)
        for at in range(0, len(samples), RATE // 2):
            asked += 1
            yield AudioChunk(samples[at : at + RATE // 2], RATE, at, None)

    async def first() -> None:
        async with contextlib.aclosing(stage.face.animate(long(), stage.prepared, 0)) as frames:
            await anext(frames)

    stage.run(first())
    assert asked < 10


def gives_each_frame_as_soon_as_it_is_known(stage: Stage) -> None:
    """A second of sound shapes all of its frames but those of the look-ahead; no more sound is needed."""
    whole = utterance()
    known = int((1 - LOOKAHEAD) * stage.face.fps)

    async def collect() -> int:
        more = asyncio.Event()

        async def hesitating() -> Stream[AudioChunk]:
            yield _part(whole, 0, RATE)
            await more.wait()
            yield _part(whole, RATE, whole.end)

        frames = stage.face.animate(hesitating(), stage.prepared, 0)
        async with contextlib.aclosing(frames):
            for _ in range(known):
                await asyncio.wait_for(anext(frames), 20)
            more.set()
            return known + len([frame async for frame in frames])

    assert stage.run(collect()) == frame_count(whole.end, RATE, stage.face.fps)


def leaves_nothing_running_when_closed(stage: Stage) -> None:
    closed = []

    async def endless() -> Stream[AudioChunk]:
        whole = utterance()
        try:
            at = 0
            while True:
                yield replace(whole, at=at, phones=None)
                at += whole.end
        finally:
            closed.append(True)

    async def interrupted() -> set[asyncio.Task[Any]]:
        speech = endless()
        frames = stage.face.animate(speech, stage.prepared, 0)
        for _ in range(3):
            await anext(frames)
        await frames.aclose()
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert stage.run(interrupted()) == set()
    assert closed == [True]


def passes_on_what_goes_wrong_with_the_speech(stage: Stage) -> None:
    async def broken() -> Stream[AudioChunk]:
        yield utterance()
        raise OSError("the voice is gone")

    async def collect() -> int:
        count = 0
        async for _ in stage.face.animate(broken(), stage.prepared, 0):
            count += 1
        return count

    with pytest.raises(OSError, match="the voice is gone"):
        stage.run(collect())


CHECKS: tuple[Check, ...] = (
    tells_its_pace_and_version,
    says_how_much_memory_a_prepared_face_holds,
    draws_the_same_when_it_has_been_packed,
    takes_no_bytes_but_its_own,
    refuses_a_portrait_without_a_face,
    covers_the_sound_with_frames,
    says_nothing_to_nothing,
    numbers_frames_from_the_first,
    makes_pictures_of_the_portraits_size,
    gives_pictures_away,
    moves_the_same_for_any_chunking,
    moves_without_phones,
    moves_when_it_speaks,
    begins_and_ends_at_rest,
    rests_as_a_function_of_the_frame_number,
    rests_as_ever_before_a_look_changes,
    looks_what_it_is_at,
    goes_from_look_to_look_without_a_jump,
    speaks_out_of_the_look_that_it_has,
    starts_before_it_has_heard_all,
    gives_each_frame_as_soon_as_it_is_known,
    leaves_nothing_running_when_closed,
    passes_on_what_goes_wrong_with_the_speech,
)


def _loudness(phones: Sequence[Phone]) -> Iterator[tuple[float, float]]:
    for phone in phones:
        level = 0.4 * bool(phone.symbol)
        yield phone.start + 0.005, level
        yield phone.end - 0.005, level


def _part(whole: AudioChunk, begin: int, end: int) -> AudioChunk:
    samples: Samples = whole.samples[begin:end]
    phones = whole.phones and tuple(p for p in whole.phones if begin <= round(p.start * RATE) < end)
    return AudioChunk(samples, whole.rate, begin, phones)


def _difference(one: VideoFrame, other: VideoFrame) -> float:
    return float(np.abs(one.pixels.astype(np.int16) - other.pixels).mean())
