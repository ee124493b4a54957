"""A scripted session and what surrounds it: moments that tell their number, tones in step with flashes.

A picture has its number in it, as bits of large blocks that survive any encoder. Once a second there is a
moment with a tone, and its picture is framed in white.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from ipaddress import ip_interface
from types import SimpleNamespace
from typing import Any, Final, cast

import numpy as np

from visavis.contracts import Stream, Utterance
from visavis.conversation.lobby import Lobby
from visavis.conversation.onlookers import SessionFigures
from visavis.conversation.stage import Doing, Event, Moment, Pace
from visavis.errors import TextError
from visavis.media import Language, Pixels, Samples, sample_at
from visavis.streams import Channel
from visavis.transports.messages import MessageError, Select
from visavis.transports.webrtc.gathering import Sockets
from visavis.transports.webrtc.ice import Reach, reach
from visavis.transports.webrtc.peers import Peers
from visavis.transports.wishes import Services

BITS: Final = 16
DARK, LIGHT, EDGE = 40, 210, 16
PITCH: Final = 1000

# Where the server is in tests that do not say: for this machine alone.
ALONE: Final = reach("127.0.0.1", [ip_interface("127.0.0.1/8")])


def pictured(number: int, size: tuple[int, int], *, flash: bool) -> Pixels:
    """A picture that tells its number: four by four blocks, the most significant bit first."""
    width, height = size
    bits = np.array([number >> bit & 1 for bit in reversed(range(BITS))]).reshape(4, 4)
    blocks = np.where(bits, LIGHT, DARK).astype(np.uint8)
    inner = blocks.repeat(-(-height // 4), 0).repeat(-(-width // 4), 1)[:height, :width]
    pixels = np.repeat(inner[..., np.newaxis], 3, axis=2)
    border = 255 if flash else 0
    edge = max(EDGE * height // 256, 4)
    pixels[:edge], pixels[-edge:], pixels[:, :edge], pixels[:, -edge:] = border, border, border, border
    return pixels


def number_of(pixels: Pixels) -> int:
    """The number that a picture tells, whatever its size."""
    height, width = pixels.shape[:2]
    rows = [height * (2 * row + 1) // 8 for row in range(4)]
    columns = [width * (2 * column + 1) // 8 for column in range(4)]
    bits = [
        pixels[row - 2 : row + 3, column - 2 : column + 3].mean() > 128 for row in rows for column in columns
    ]
    return int("".join("1" if bit else "0" for bit in bits), 2)


def is_flash(pixels: Pixels) -> bool:
    return bool(pixels[:3, :].mean() > 128)


def _noise(size: tuple[int, int]) -> list[Pixels]:
    """Grain that keeps an encoder busy."""
    chance = np.random.default_rng(1)
    return [chance.integers(0, 40, (size[1], size[0], 3), np.uint8) for _ in range(7)]


class ScriptedTalk:
    """A Talk that numbers its moments. busy: whether its pictures cost bits.

    said, asked, heard, pressed: what came. taken: numbers of the moments given out. open: streams that are.
    """

    def __init__(
        self, size: tuple[int, int] = (128, 128), fps: int = 25, rate: int = 16_000, *, busy: bool = False
    ) -> None:
        self.size, self.fps, self.rate = size, fps, rate
        self.noise = _noise(size) if busy else None
        self.history: tuple[Utterance, ...] = (Utterance("user", "hello"),)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.heard: list[Samples] = []
        self.pressed: list[bool] = []
        self.at: float | None = None
        self.interrupted = 0
        self.recasts: list[object] = []
        self.role = SimpleNamespace(uses=frozenset[str]())
        self.figures = SessionFigures()
        self.taken: list[int] = []
        self.open = 0
        self.next = 0
        self.told = Channel[Event](100)

    def recall(self) -> tuple[Utterance, ...]:
        return self.history

    async def moments(self, pace: Pace) -> Stream[Moment]:
        loop = asyncio.get_running_loop()
        begun, first = loop.time(), self.next
        self.open += 1
        try:
            while True:
                due = begun + (self.next - first) / self.fps
                await asyncio.sleep(due - loop.time())
                self.taken.append(self.next)
                self.next += 1
                yield self.moment(self.taken[-1])
        finally:
            self.open -= 1

    def moment(self, at: int) -> Moment:
        begin, end = sample_at(at, self.rate, self.fps), sample_at(at + 1, self.rate, self.fps)
        flash = at % self.fps == self.fps - 1
        times = np.arange(begin, end) / self.rate
        samples = (0.5 * np.sin(2 * np.pi * PITCH * times) if flash else 0 * times).astype(np.float32)
        pixels = pictured(at, self.size, flash=flash)
        if self.noise is not None:
            pixels += self.noise[at % len(self.noise)]
        return Moment(at, samples, pixels, spoken=True)

    async def events(self) -> Stream[Event]:
        self.open += 1
        try:
            async with contextlib.aclosing(self.told.receive()) as told:
                async for event in told:
                    yield event
        finally:
            self.open -= 1

    def hear(self, samples: Samples) -> None:
        self.heard.append(samples)

    def press(self, down: bool) -> None:
        self.pressed.append(down)

    def played(self, seconds: float) -> None:
        self.at = seconds

    async def say(self, text: str, language: Language | None = None) -> None:
        if text == "…":
            raise TextError("there is nothing to say in '…'; write words")
        self.said.append(text)
        self.told.send(Doing("speaking"))

    async def ask(self, text: str) -> None:
        self.asked.append(text)

    async def interrupt(self) -> None:
        self.interrupted += 1
        self.told.send(Doing("idle"))

    async def recast(self, role: object) -> None:
        self.recasts.append(role)


@dataclass
class House:
    """A lobby whose sessions are scripted, see there. talks: those that were opened, in order."""

    places: int = 4
    keep: float = 30.0
    lease: float = 5.0
    size: tuple[int, int] = (128, 128)
    fps: int = 25
    rate: int = 16_000
    busy: bool = False
    talks: list[ScriptedTalk] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def lobby(self) -> AsyncIterator[Lobby]:
        async with Lobby(self.places, cast(Any, self._opened), self.keep, self.lease) as lobby:
            yield lobby

    @contextlib.asynccontextmanager
    async def _opened(self, role: Any) -> AsyncIterator[ScriptedTalk]:
        talk = ScriptedTalk(self.size, self.fps, self.rate, busy=self.busy)
        self.talks.append(talk)
        yield talk


@dataclass
class Served:
    """A house with its lobby and connections open. tokens: of the sessions, as they were told."""

    house: House
    lobby: Lobby
    peers: Peers
    tokens: list[str] = field(default_factory=list)
    casts: list[Select] = field(default_factory=list)

    async def answer(self, sdp: str, resume: str | None = None) -> str:
        """The answer to an offer; the session goes on that `resume` names."""
        answer = await self.peers.answer(
            sdp, lambda: self.lobby.enter("ada", cast(Any, None), resume), lambda _: Services(self._cast)
        )
        self.tokens.append(answer.session)
        return answer.sdp

    async def until_empty(self) -> None:
        """Wait until no connection is left."""
        while self.peers.count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def _cast(self, select: Select) -> None:
        if select.avatar_id == "nobody":
            raise MessageError("not_found", "there is no such avatar")
        self.casts.append(select)


@contextlib.asynccontextmanager
async def served(
    house: House | None = None, reached: Reach = ALONE, connecting: float = 10.0
) -> AsyncIterator[Served]:
    """A server for this machine, as far as connections go."""
    house = house or House()
    async with house.lobby() as lobby, Peers(reached, Sockets(("127.0.0.1",)), connecting) as peers:
        yield Served(house, lobby, peers)
