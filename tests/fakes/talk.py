"""A scripted session: every picture tells its number, and every tenth moment beeps.

What is said lasts as many moments as it has letters; it takes the place of rest that was taken ahead.
"""

import asyncio
import math
from collections import deque

import numpy as np

from visavis.contracts import Stream
from visavis.conversation.stage import Doing, Event, Interrupted, Moment, Pace, Said
from visavis.errors import TextError
from visavis.media import Language, Pixels, Samples, sample_at
from visavis.streams import Channel

BITS = 16
DARK, BRIGHT = 40, 215
BEEP = 1000.0
"""Hz."""

EVERY = 10
"""Moments from one beep to the next."""


class ScriptedTalk:
    """heard, pressed, playheads, cast: what was asked of it. taken: the moments that were given out.

    haste: how many times faster than the loop's its clock runs. told: by a test, to end the session.
    late: numbers of moments whose pictures are not there.
    """

    def __init__(
        self,
        fps: int = 25,
        rate: int = 22_050,
        size: tuple[int, int] = (64, 64),
        haste: float = 1.0,
        late: frozenset[int] = frozenset(),
        at: int = 0,
    ) -> None:
        self.fps, self.rate, self.size = fps, rate, size
        self.at = at
        self.late = late
        self.heard: list[Samples] = []
        self.pressed: list[bool] = []
        self.playheads: list[float] = []
        self.paces: list[Pace] = []
        self.taken: list[int] = []
        self.over = False
        self._haste = haste
        self._zero = self._now() - at / fps
        self._reply = 0
        self._left = 0
        self._said: deque[str] = deque()
        self._cut = self._rested = False
        self._changed = asyncio.Event()
        self._events = Channel[Event](1000)

    async def moments(self, pace: Pace) -> Stream[Moment]:
        self.paces.append(pace)
        while not self.over:
            lead = pace.speech if self._left else pace.rest
            wait = math.inf if lead is None else self._ahead - lead
            if wait <= 0:
                yield self._moment()
                continue
            self._changed.clear()
            try:
                async with asyncio.timeout(None if wait == math.inf else wait / self._haste):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def events(self) -> Stream[Event]:
        async for event in self._events.receive():
            yield event

    def hear(self, samples: Samples) -> None:
        self.heard.append(samples)

    def press(self, down: bool) -> None:
        self.pressed.append(down)

    def played(self, seconds: float) -> None:
        self.playheads.append(seconds)

    async def say(self, text: str, language: Language | None = None) -> None:
        if not any(map(str.isalpha, text)):
            raise TextError(f"there is nothing to say in {text!r}")
        await self.interrupt()
        self._cut = self._cut or (self._rested and self._ahead > 1 / self.fps)
        self._zero = self._now() - self.at / self.fps if self._cut else self._zero - min(0.0, self._ahead)
        self._reply += 1
        self._left = len(text)
        self._events.send(Doing("speaking"))
        self._events.send(Said(self._reply, text, self.at / self.fps, final=True))
        self._changed.set()

    async def ask(self, text: str) -> None:
        await self.say(f"you asked {text}")

    async def interrupt(self) -> None:
        if self._left:
            self._events.send(Interrupted(self._reply, "as far as it was heard"))
            self._events.send(Doing("idle"))
            self._left, self._cut = 0, True
            self._zero = self._now() - self.at / self.fps
            self._changed.set()

    def end(self) -> None:
        self.over = True
        self._changed.set()

    def tell(self, event: Event) -> None:
        self._events.send(event)

    def _moment(self) -> Moment:
        at, spoken, cut = self.at, self._left > 0, self._cut
        self._left -= spoken
        self._rested = not spoken
        self._cut = False
        self.at += 1
        self.taken.append(at)
        pixels = None if at in self.late else picture(at, self.size)
        samples = sound(at, self.fps, self.rate)
        if spoken and not self._left:
            self._events.send(Doing("idle"))
        return Moment(at, samples, pixels, spoken, cut, last=spoken and not self._left)

    @property
    def _ahead(self) -> float:
        """Seconds from now to when the next moment is heard."""
        return self._zero + self.at / self.fps - self._now()

    def _now(self) -> float:
        return asyncio.get_running_loop().time() * self._haste


def picture(number: int, size: tuple[int, int] = (64, 64)) -> Pixels:
    """A picture of 4 x 4 fields, which are the bits of a number."""
    bits = np.array([number >> bit & 1 for bit in range(BITS)]).reshape(4, 4)
    fields = np.where(bits, BRIGHT, DARK).astype(np.uint8)
    width, height = size
    luma: Pixels = fields.repeat(height // 4, 0).repeat(width // 4, 1)
    return np.repeat(luma[:, :, None], 3, 2)


def number_in(luma: Pixels) -> int:
    """The number that a decoded picture, uint8 [h, w], tells."""
    height, width = luma.shape
    middles = luma[height // 8 :: height // 4, width // 8 :: width // 4] > (DARK + BRIGHT) / 2
    return sum(int(bit) << place for place, bit in enumerate(middles.ravel()))


def sound(number: int, fps: int, rate: int) -> Samples:
    """The samples of a moment."""
    begin, end = sample_at(number, rate, fps), sample_at(number + 1, rate, fps)
    tone = 0.5 * np.sin(2 * np.pi * BEEP * np.arange(begin, end) / rate)
    return (tone if number % EVERY == 0 else np.zeros(end - begin)).astype(np.float32)
