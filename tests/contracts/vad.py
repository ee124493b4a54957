"""What every vad engine has to keep. An engine's test stages it once and runs each of CHECKS:

@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Silero(), speech, rate) as stage:
        yield stage

@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)

`speech` is some seconds of a voice without long pauses, float32 at `rate`; tests/engines/spoken.py has some.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.contracts import Stream, Vad
from visavis.media import AudioChunk, Samples
from visavis.streams import stream_of
from visavis.voices.rates import Resampler

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """An engine, speech at its rate, and the one event loop that it is used from."""

    vad: Vad
    speech: Samples
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def heard(self, samples: Samples, piece: int = 320) -> list[float]:
        """The probabilities of a sound that comes in pieces."""
        return self.run(collected(self.vad.listen(stream_of(cut(self.vad, samples, piece)))))


Check = Callable[[Stage], None]


@contextlib.contextmanager
def staged(vad: Vad, speech: Samples, rate: int) -> Iterator[Stage]:
    resampler = Resampler(rate, vad.rate)
    converted = np.concatenate([resampler.feed(speech), resampler.finish()])
    with asyncio.Runner() as runner, contextlib.closing(vad):
        yield Stage(vad, converted, runner)


async def collected(probabilities: Stream[float]) -> list[float]:
    async with contextlib.aclosing(probabilities):
        return [probability async for probability in probabilities]


def cut(vad: Vad, samples: Samples, piece: int) -> list[AudioChunk]:
    return parts(vad, samples, range(piece, len(samples), piece))


def parts(vad: Vad, samples: Samples, places: Sequence[int]) -> list[AudioChunk]:
    """A sound cut before these samples."""
    bounds = [0, *sorted({place for place in places if 0 < place < len(samples)}), len(samples)]
    return [AudioChunk(samples[a:b], vad.rate, a) for a, b in pairwise(bounds)]


def noise(seconds: float, rate: int, level: float) -> Samples:
    """White, the same every time."""
    made = np.random.default_rng(7).standard_normal(round(seconds * rate))
    return (level * made).astype(np.float32)


def tells_its_rate_and_step(stage: Stage) -> None:
    assert isinstance(stage.vad.rate, int)
    assert isinstance(stage.vad.step, int)
    assert 0 < stage.vad.step <= stage.vad.rate // 10


def answers_for_every_whole_step(stage: Stage) -> None:
    step = stage.vad.step
    for length in (0, 1, step - 1, step, step + 1, 10 * step, 10 * step + step // 2):
        assert (
            len(stage.heard(noise(length / stage.vad.rate, stage.vad.rate, 0.01)[:length])) == length // step
        )


def gives_probabilities(stage: Stage) -> None:
    odd = np.array([0, 1, -1, 5, -5, 1e-30, 1e30], np.float32)
    for samples in (stage.speech, np.resize(odd, 20 * stage.vad.step)):
        assert all(isinstance(p, float) and 0 <= p <= 1 for p in stage.heard(samples))


def answers_as_soon_as_it_can(stage: Stage) -> None:
    """A step's answer does not wait for the sound after it."""

    async def answered() -> int:
        async def hesitating() -> Stream[AudioChunk]:
            yield AudioChunk(stage.speech[: 5 * stage.vad.step], stage.vad.rate)
            await asyncio.Event().wait()

        count = 0
        async with contextlib.aclosing(stage.vad.listen(hesitating())) as probabilities:
            async for _ in probabilities:
                count += 1
                if count == 5:
                    break
        return count

    assert stage.run(asyncio.wait_for(answered(), 20)) == 5


def tells_speech_from_silence(stage: Stage) -> None:
    rate = stage.vad.rate
    quiet = noise(1.0, rate, 0.0005)
    heard = np.array(stage.heard(np.concatenate([quiet, stage.speech, quiet])))
    at = (np.arange(len(heard)) + 0.5) * stage.vad.step / rate
    end = 1 + len(stage.speech) / rate
    assert np.mean(heard[(at > 1.2) & (at < end - 0.2)] > 0.5) > 0.7
    assert np.mean(heard[(at < 0.9) | (at > end + 0.5)] < 0.5) > 0.95


def hears_no_speech_in_noise(stage: Stage) -> None:
    for level in (0.0, 0.001, 0.03, 0.3):
        assert np.mean(np.array(stage.heard(noise(3.0, stage.vad.rate, level))) > 0.5) < 0.02


def answers_the_same_however_it_is_cut(stage: Stage) -> None:
    speech = stage.speech[: 3 * stage.vad.rate]
    expected = stage.heard(speech, len(speech))

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(1, len(speech) - 1), max_size=20))
    def holds(places: list[int]) -> None:
        chunks = parts(stage.vad, speech, places)
        assert stage.run(collected(stage.vad.listen(stream_of(chunks)))) == expected

    holds()


def keeps_streams_apart(stage: Stage) -> None:
    """Two that are listened to in turns, step by step, sound as they do alone."""

    async def both() -> tuple[list[float], list[float]]:
        one, other = (
            collected(stage.vad.listen(stream_of(cut(stage.vad, samples, 320))))
            for samples in (stage.speech, noise(2.0, stage.vad.rate, 0.1))
        )
        return await asyncio.gather(one, other)

    speech, rest = stage.run(both())
    assert speech == stage.heard(stage.speech)
    assert rest == stage.heard(noise(2.0, stage.vad.rate, 0.1))


def closes_what_it_listens_to(stage: Stage) -> None:
    """When it is closed half way, when it came to its end, and when it is cancelled while it waits."""

    async def open_after(steps: int) -> bool:
        closed = asyncio.Event()
        listening = stage.vad.listen(_watched(stage, closed))
        async with contextlib.aclosing(listening):
            for _ in range(steps):
                if await anext(listening, None) is None:
                    break
        return not closed.is_set()

    async def cancelled() -> bool:
        closed = asyncio.Event()
        task = asyncio.create_task(collected(stage.vad.listen(_watched(stage, closed, endless=True))))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        return closed.is_set() and asyncio.all_tasks() == {asyncio.current_task()}

    assert not stage.run(open_after(1))
    assert not stage.run(open_after(10_000))
    assert stage.run(cancelled())


def passes_on_what_goes_wrong_with_the_sound(stage: Stage) -> None:
    async def broken() -> Stream[AudioChunk]:
        yield AudioChunk(stage.speech[: 2 * stage.vad.step], stage.vad.rate)
        raise OSError("the microphone is gone")

    with pytest.raises(OSError, match="the microphone is gone"):
        stage.run(collected(stage.vad.listen(broken())))


async def _watched(stage: Stage, closed: asyncio.Event, endless: bool = False) -> Stream[AudioChunk]:
    try:
        for chunk in cut(stage.vad, stage.speech, 320):
            yield chunk
        if endless:
            await asyncio.Event().wait()
    finally:
        closed.set()


CHECKS: tuple[Check, ...] = (
    tells_its_rate_and_step,
    answers_for_every_whole_step,
    gives_probabilities,
    answers_as_soon_as_it_can,
    tells_speech_from_silence,
    hears_no_speech_in_noise,
    answers_the_same_however_it_is_cut,
    keeps_streams_apart,
    closes_what_it_listens_to,
    passes_on_what_goes_wrong_with_the_sound,
)
