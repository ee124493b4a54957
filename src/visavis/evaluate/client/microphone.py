"""The user's voice, and the microphone that hears it: 20 ms at a time, always on, as a browser's."""

import asyncio
from typing import Final

import numpy as np

from visavis.errors import EngineError
from visavis.media import Samples

RATE: Final = 16_000

PIECE: Final = 0.02
"""Seconds of each piece of the microphone's."""

TAKEN: Final = 20.0
"""Seconds in which the microphone has taken the first piece; else nobody reads what it sends."""


class Voice:
    """A user who is silent unless told to speak."""

    def __init__(self) -> None:
        self._left: Samples = np.zeros(0, np.float32)
        self._began: asyncio.Future[float] | None = None
        self._lost: EngineError | None = None

    async def speak(self, samples: Samples) -> float:
        """Begin to say this: float32 [n] at RATE. When its first sample was said, on the loop's clock.

        Raises what it was lost by, and EngineError where the server has stopped reading.
        """
        if self._lost is not None:
            raise self._lost
        self._left = samples
        self._began = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(TAKEN):
                return await self._began
        except TimeoutError:
            raise EngineError(
                f"the server has taken no sound for {TAKEN:g} s; is it still at work?"
            ) from None

    def lose(self, error: EngineError) -> None:
        """Nobody hears it any more: whoever speaks, now or later, is told why."""
        self._lost = error
        if self._began is not None and not self._began.done():
            self._began.set_exception(error)

    def piece(self, until: float) -> Samples:
        """The next PIECE, which ended then."""
        size = round(PIECE * RATE)
        if self._began is not None and not self._began.done():
            self._began.set_result(until - PIECE)
        piece, self._left = self._left[:size], self._left[size:]
        return np.pad(piece, (0, size - len(piece)))


class Pace:
    """When each of a row of pieces has ended, however late one of them was taken."""

    def __init__(self) -> None:
        self._next: float | None = None

    async def wait(self) -> float:
        """Wait for the end of the next piece; when it was."""
        loop = asyncio.get_running_loop()
        self._next = loop.time() if self._next is None else self._next + PIECE
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        return self._next
