"""What a client has received, and when, the same for all transports, and what is asked of it."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
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

LATEST: Final = 1e7
"""Seconds of the timeline that none has: four months."""

Fields: TypeAlias = dict[str, Any]

SHAPES: Final[Mapping[str, Mapping[str, type]]] = {
    "session": {"session": str, "resumed": bool},
    "state": {"state": str},
    "transcript": {"text": str, "final": bool},
    "reply": {"reply": int, "text": str, "start": float, "final": bool},
    "interrupted": {"reply": int, "text": str},
    "error": {"code": str, "detail": str},
}
"""The fields of messages that are looked at, by the messages' type."""

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
        self._lost: Lost | None = None

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
        """Nothing will be received any more: whoever waits, or speaks, is told why."""
        self._lost = Lost(why)
        self.voice.lose(self._lost)
        self._changed.set()

    def ensure_there(self) -> None:
        """Raises Lost where nothing can be received any more."""
        if self._lost is not None:
            raise self._lost

    async def until(self, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait for something that is received. Raises TimeoutError; Lost where it cannot come any more."""
        async with asyncio.timeout(seconds):
            while not holds():
                self.ensure_there()
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

    def reply_after(self, since: float) -> float | None:
        """Seconds until a reply was both heard and seen; None: it has not been."""
        sound, picture = self.first_sound(since), self.first_picture(since)
        return None if sound is None or picture is None else max(sound.came, picture.came) - since

    def is_quiet(self) -> bool:
        """Whether nothing is said, and nothing has been heard for a while."""
        return self.state == "idle" and self.first_sound(now() - QUIET) is None

    async def quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until it is. Raises TimeoutError, and Lost where nothing can be told any more."""
        async with asyncio.timeout(seconds):
            while not self.is_quiet():  # silence tells nobody
                self.ensure_there()
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


def understood(text: str) -> Fields:
    """A message of the server's, with the fields that are looked at. Raises ValueError for another one."""
    fields = checked(text, {"type": str})
    return checked(text, SHAPES.get(fields["type"], {}))


def checked(text: str | bytes, shape: Mapping[str, type]) -> Fields:
    """An object in JSON with certain fields, each of its type; a float is a number that can be counted with.

    Raises ValueError for another one.
    """
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("it is no object")
    for name, kind in shape.items():
        if not _is(fields.get(name), kind):
            raise ValueError(f"there is no {name} in it as it should be")
    return fields


def _is(value: object, kind: type) -> bool:
    return is_number(value) if kind is float else type(value) is kind


def is_number(value: object) -> bool:
    """Whether what came in JSON is a number of seconds that can be counted with."""
    return isinstance(value, int | float) and type(value) is not bool and abs(value) < LATEST


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
