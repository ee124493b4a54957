"""What one client wishes for, done in its session: some of it at once, the rest one thing after the other.

The same for the WebSocket and the data channel. What takes its time (another face has to be prepared) holds
up what is to be said after it, and never the microphone, the keys and an interruption. Refuses to know how
messages travel.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from visavis.conversation.stage import Talk
from visavis.errors import InputError, TextError, VisavisError
from visavis.streams import Channel
from visavis.transports.messages import (
    Alive,
    Ask,
    Fields,
    Interrupt,
    MessageError,
    Played,
    Press,
    Record,
    Say,
    Select,
    Wish,
    failure,
    selected,
    wished,
)

WAITING: Final = 16
"""Wishes that may wait for the one before them; the oldest give way."""


@dataclass(frozen=True, slots=True)
class Services:
    """What a client may ask for beside the session; both raise a VisavisError with a sentence for the user.

    cast: shows somebody else. record: begins a recording or ends it; answers with what the client is told.
    """

    cast: Callable[[Select], Awaitable[None]]
    record: Callable[[bool], Awaitable[Fields]] | None = None


class Wishes:
    """One client's. select: what holds at present; at the beginning, what the client began with.

    tell: sends a message to the client. turned: called when `select` has changed, and awaited before anything
    else is done. alive: called for signs of life.
    """

    def __init__(
        self,
        talk: Talk,
        services: Services,
        select: Select,
        tell: Callable[[Fields], Awaitable[None]],
        turned: Callable[[], Awaitable[None]] | None = None,
        alive: Callable[[Alive], None] = lambda alive: None,
    ) -> None:
        self.select = select
        self._talk, self._services = talk, services
        self._tell, self._turned, self._alive = tell, turned, alive
        self._waiting = Channel[tuple[int, Wish]](WAITING)
        self._interruptions = 0

    async def read(self, text: str) -> None:
        """Take a message; one that cannot be understood is answered with what is wrong with it."""
        try:
            wish = wished(text)
        except MessageError as error:
            await self._tell(failure(error.code, str(error)))
        else:
            await self._take(wish)

    async def _take(self, wish: Wish) -> None:
        match wish:
            case Alive():
                self._alive(wish)
            case Press(down):
                self._talk.press(down)
            case Played(at):
                self._talk.played(at)
            case Interrupt():
                self._interruptions += 1
                await self._talk.interrupt()
            case Select() | Say() | Ask() | Record():
                self._waiting.send((self._interruptions, wish))

    async def grant(self) -> None:
        """Do what waits, without end; what was interrupted before it was said is left unsaid."""
        async with contextlib.aclosing(self._waiting.receive()) as waiting:
            async for interruptions, wish in waiting:
                if interruptions == self._interruptions or isinstance(wish, Select | Record):
                    try:
                        await self._grant(wish)
                    except VisavisError as error:
                        await self._tell(failure(_code(error), str(error)))

    async def _grant(self, wish: Wish) -> None:
        match wish:
            case Say(text, language):
                await self._talk.say(text, language)
            case Ask(text):
                await self._talk.ask(text)
            case Select():
                await self._cast(wish.after(self.select))
            case Record(on):
                await self._record(on)

    async def _cast(self, select: Select) -> None:
        if not select.casts_like(self.select):
            await self._services.cast(select)
        self.select = select
        if self._turned is not None:
            await self._turned()
        await self._tell(selected(select))

    async def _record(self, on: bool) -> None:
        if self._services.record is None:
            raise MessageError("unavailable", "this server does not record conversations")
        await self._tell(await self._services.record(on))


def _code(error: VisavisError) -> str:
    match error:
        case MessageError(code=code):
            return code
        case TextError():
            return "text"
        case InputError():
            return "input"
    return "failed"
