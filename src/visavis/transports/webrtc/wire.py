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
from visavis.streams import Channel
from visavis.transports.incoming import Traffic
from visavis.transports.messages import Alive, Fields, Select, told, written
from visavis.transports.wishes import Services, Wishes

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
        self._talk, self._greeting = talk, greeting
        self._wishes = Wishes(talk, services, select, self._answer, alive=alive)
        self._channel: RTCDataChannel | None = None
        self._open = asyncio.Event()
        self._traffic = Traffic()
        self._messages = Channel[str](MOST_UNHEARD)

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
                await self._wishes.read(text)
        raise Rude("it sends too much")

    async def grant(self) -> None:
        """Do what is wished for, one thing after the other. Raises Rude."""
        await self._wishes.grant()

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

    async def _answer(self, message: Fields) -> None:
        self._tell(message)

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


def _is_open(channel: "RTCDataChannel") -> bool:
    """Whether what is sent would go out; a channel may not have heard yet that the connection is gone."""
    return channel.readyState == "open" and channel.transport.transport.state == "connected"
