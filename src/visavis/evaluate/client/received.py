"""What a client has received, and when, the same for all transports, and what is asked of it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from av import VideoFrame

from visavis.errors import EngineError
from visavis.evaluate.client.loudness import AUDIBLE, STEP, Levels, first_heard, last_heard
from visavis.evaluate.client.microphone import Voice

PATIENCE: Final = 20.0
"""Seconds after which what was waited for will not come any more."""

QUIET: Final = 0.5
"""Seconds without a sound after which there will be none."""

SAME: Final = 0.02
"""Seconds of the timeline that are no difference: half a picture's."""

Fields: TypeAlias = dict[str, Any]

Look: TypeAlias = Callable[[VideoFrame], float]
"""How far a mouth is open on a decoded picture."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of decoded sound.

    came: when it was there, decoded or about to be. plays: when its first sample is heard, as far as the
    client knows. at: where on the timeline it begins. lasts: seconds. sent: when its sender says that it
    was sent; 0 where it does not.
    """

    came: float
    plays: float
    at: float
    lasts: float
    levels: Levels
    sent: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture; as in Heard. opened: what a look at it told; NaN where nobody looked."""

    came: float
    plays: float
    at: float
    opened: float
    sent: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """A message."""

    came: float
    fields: Fields


class Refused(EngineError):
    """The server did not let the client in. status: of its answer. again: in so many seconds, it said."""

    def __init__(self, status: int, again: int | None = None, detail: str = "") -> None:
        later = "" if again is None else f", and may be asked again in {again} s"
        super().__init__(f"the server answered {status}{later}: {detail or 'it did not say why'}")
        self.status = status
        self.again = again


class Lost(EngineError):
    """The server is gone, or has closed the connection."""


T = TypeVar("T", Heard, Seen, Told)


class Client(ABC):
    """heard, seen, told: all that was received, in order. began: when it began to connect. voice: its user's.

    offset: seconds to add to a picture's `at`, which the two tracks of WebRTC do not have in common.
    """

    offset = 0.0

    def __init__(self) -> None:
        self.began = now()
        self.heard: list[Heard] = []
        self.seen: list[Seen] = []
        self.told: list[Told] = []
        self.voice = Voice()
        self._changed = asyncio.Event()
        self._lost = ""

    @abstractmethod
    async def send(self, message: Fields) -> None:
        """A message, as transports.messages has them."""

    @abstractmethod
    async def clocked(self) -> None:
        """Wait until `offset` is known."""

    @abstractmethod
    async def leave(self) -> None:
        """Say goodbye; the session is not kept."""

    @abstractmethod
    def vanish(self) -> None:
        """Be gone without a word."""

    def note(self) -> None:
        """Something was received."""
        self._changed.set()

    def lose(self, why: str) -> None:
        """Nothing will be received any more: whoever waits is told why."""
        self._lost = why
        self._changed.set()

    async def until(self, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait for something that is received. Raises TimeoutError; Lost where it cannot come any more."""
        async with asyncio.timeout(seconds):
            while not holds():
                if self._lost:
                    raise Lost(self._lost)
                self._changed.clear()
                await self._changed.wait()

    def messages(self, kind: str, since: float = 0.0) -> list[Told]:
        """Those of a type that came since."""
        return [told for told in self._since(self.told, since) if told.fields["type"] == kind]

    @property
    def state(self) -> str:
        """What the server is at, as it has told last."""
        states = self.messages("state")
        return str(states[-1].fields["state"]) if states else "idle"

    def first_sound(self, since: float) -> Heard | None:
        """The first piece that came since, and is heard."""
        pieces = self._since(self.heard, since)
        return next((piece for piece in pieces if piece.levels.max(initial=0) >= AUDIBLE), None)

    def last_sound(self, since: float, until: float) -> float | None:
        """When the last sound that came in this time was over; None: there was none."""
        ends = [
            piece.came + end
            for piece in self._since(self.heard, since)
            if piece.came <= until and (end := last_heard(piece.levels)) is not None
        ]
        return max(ends, default=None)

    def first_picture(self, since: float) -> Seen | None:
        """The first picture of a reply that has begun since, which is known from when its words are heard."""
        replies = self.messages("reply", since)
        if not replies:
            return None
        start = replies[0].fields["start"] - SAME
        return next((seen for seen in self._since(self.seen, since) if seen.at + self.offset >= start), None)

    def is_quiet(self) -> bool:
        """Whether nothing is said, and nothing has been heard for a while."""
        return self.state == "idle" and self.first_sound(now() - QUIET) is None

    async def quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until it is. Raises TimeoutError, and Lost where nothing can be told any more."""
        async with asyncio.timeout(seconds):
            while not self.is_quiet():  # silence tells nobody
                if self._lost:
                    raise Lost(self._lost)
                await asyncio.sleep(STEP)

    async def silence(self) -> None:
        """Break off what is being said, and wait until it is quiet."""
        await self.send({"type": "interrupt"})
        await self.quiet()

    def forget(self) -> None:
        """What was received so far is of no interest any more, but for what holds still."""
        states = self.messages("state")[-1:]
        self.heard, self.seen, self.told = [], [], states

    def _since(self, items: list[T], since: float) -> list[T]:
        """Those that came since; they are in order, and most of them are old."""
        place = len(items)
        while place and items[place - 1].came >= since:
            place -= 1
        return items[place:]


def ended_well(task: "asyncio.Task[None]") -> None:
    """Raises what ended it, unless it was ended."""
    if task.done() and not task.cancelled():
        task.result()


def heard_at(piece: Heard) -> float:
    """When the first sound in a piece is heard at the client."""
    return piece.plays + (first_heard(piece.levels) or 0.0)


def now() -> float:
    """The loop's time, which all times here are of."""
    return asyncio.get_running_loop().time()
