"""Ears that take loudness for speech."""

import contextlib

import numpy as np

from visavis.contracts import Stream
from visavis.errors import EngineError
from visavis.media import AudioChunk, Samples

LOUD = 0.1


class ScriptedVad:
    """The probability of speech in a step is its greatest level over LOUD, at most 1.

    fails_at: number of the step, in each stream, that it dies on. opened, closed: streams begun and ended.
    steps: how many it was asked about.
    """

    rate = 16_000
    step = 512

    def __init__(self, fails_at: int | None = None) -> None:
        self.fails_at = fails_at
        self.opened = self.closed = self.steps = 0

    async def listen(self, sound: Stream[AudioChunk]) -> Stream[float]:
        self.opened += 1
        left: Samples = np.zeros(0, np.float32)
        number = 0
        try:
            async with contextlib.aclosing(sound):
                async for chunk in sound:
                    left = np.concatenate([left, chunk.samples])
                    while len(left) >= self.step:
                        if number == self.fails_at:
                            raise EngineError("the scripted ears fail, as they were told to")
                        yield min(1.0, float(np.abs(left[: self.step]).max()) / LOUD)
                        left = left[self.step :]
                        number += 1
                        self.steps += 1
        finally:
            self.closed += 1

    def close(self) -> None: ...
