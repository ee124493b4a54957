"""The data channel: events out, wishes in, as `transports.messages` writes and reads them.

What happens before the channel is open waits in the session. Nothing is kept without bounds for a client that
reads nothing or sends without end: it loses the connection.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from visavis.conversation.stage import Talk
from visavis.errors import VisavisError
from visavis.streams import Channel
from visavis.transports.incoming import Traffic
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
    told,
    wished,
    written,
)
from visavis.transports.websocket import WAITING, Services

if TYPE_CHECKING:
    from aiortc import RTCDataChannel

LABEL: Final = "events"

# Characters of a message: a text in the widest writing of JSON.
LONGEST: Final = 64 * 2**10

# Bytes that may wait for a client to take them.
MOST_UNREAD: Final = 2**20

# Messages that may wait for the one before them to be understood.
MOST_UNHEARD: Final = 64

# Seconds for the last message to go out.
PARTING: Final = 0.5


class Rude(Exception):
    """The client takes nothing of what it is told, or sends too much."""


class Wire:
    """One client's data channel, which it opens.

    services: what it may ask for beside the talk. select: who is shown at the beginning. greeting: told first
    of all. alive: called for every sign of life.
    """

    def __init__(
        self,
        talk: Talk,
        services: Services,
        select: Select,
        greeting: Callable[[], Fields],
        alive: Callable[[Alive], None],
    ) -> None:
        self._talk, self._services, self._select = talk, services, select
        self._greeting, self._alive = greeting, alive
        self._channel: RTCDataChannel | None = None
        self._open = asyncio.Event()
        self._traffic = Traffic()
        self._messages = Channel[str](MOST_UNHEARD)
        self._wishes = Channel[tuple[int, Wish]](WAITING)
        self._interruptions = 0

    def use(self, channel: "RTCDataChannel") -> None:
        """Take a channel that the client has opened, if it is the one that is meant."""
        if channel.label != LABEL or self._channel is not None:
            channel.close()
            return
        self._channel = channel
        channel.on("message", self._heard)
        self._tell(self._greeting())
        self._open.set()

    async def tell(self) -> None:
        """Tell what happens, as it happens. Raises Rude."""
        await self._open.wait()
        async with contextlib.aclosing(self._talk.events()) as events:
            async for event in events:
                self._tell(told(event))

    async def listen(self) -> None:
        """Take the client's messages as they come. Raises Rude."""
        async with contextlib.aclosing(self._messages.receive()) as messages:
            async for text in messages:
                try:
                    await self._read(wished(text))
                except MessageError as error:
                    self._tell(failure(error.code, str(error)))
        raise Rude("it sends too much")

    async def grant(self) -> None:
        """Do what is wished for, one thing after the other; what was interrupted before it began is left."""
        async with contextlib.aclosing(self._wishes.receive()) as wishes:
            async for interruptions, wish in wishes:
                if interruptions == self._interruptions or isinstance(wish, Select | Record):
                    try:
                        await self._grant(wish)
                    except VisavisError as error:
                        code = error.code if isinstance(error, MessageError) else "input"
                        self._tell(failure(code, str(error)))

    async def part(self, message: Fields) -> None:
        """The last message; it has a moment to get out."""
        with contextlib.suppress(Rude):
            self._tell(message)
        if self._channel is not None and self._channel.bufferedAmount:
            sent = asyncio.Event()
            self._channel.on("bufferedamountlow", sent.set)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PARTING):
                    await sent.wait()

    def _tell(self, message: Fields) -> None:
        if self._channel is None or not _is_open(self._channel):
            return
        if self._channel.bufferedAmount > MOST_UNREAD:
            raise Rude("it takes nothing of what it is told")
        self._channel.send(written(message))

    def _heard(self, message: str | bytes) -> None:
        """Called by aiortc, which would not like to hear of an error."""
        now = asyncio.get_running_loop().time()
        if not self._traffic.allows(len(message), now):
            self._messages.close()
        elif isinstance(message, bytes) or len(message) > LONGEST:
            self._messages.send(json.dumps("too long, or none"))
        else:
            self._messages.send(message)

    async def _read(self, wish: Wish) -> None:
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
                self._wishes.send((self._interruptions, wish))

    async def _grant(self, wish: Wish) -> None:
        match wish:
            case Say(text, language):
                await self._talk.say(text, language)
            case Ask(text):
                await self._talk.ask(text)
            case Select():
                await self._cast(wish.after(self._select))
            case Record(on):
                await self._record(on)

    async def _cast(self, select: Select) -> None:
        if not select.casts_like(self._select):
            await self._services.cast(select)
        self._select = select
        self._tell(selected(select))

    async def _record(self, on: bool) -> None:
        if self._services.record is None:
            raise MessageError("unavailable", "this server does not record conversations")
        self._tell(await self._services.record(on))


def _is_open(channel: "RTCDataChannel") -> bool:
    """Whether what is sent would go out; a channel may not have heard yet that the connection is gone."""
    return channel.readyState == "open" and channel.transport.transport.state == "connected"
