"""A line of messages within an event loop, as both sides of an animation have one."""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from visavis.apart.messages import Cutting, Kind, message


class Line(asyncio.Protocol):
    """heard: called with each message. lost: called once, when either side has closed it."""

    def __init__(self, heard: Callable[[Kind, bytes], None], lost: Callable[[], object]) -> None:
        self._heard, self._lost = heard, lost
        self._cutting = Cutting()
        self._transport: asyncio.Transport | None = None
        self.closed = asyncio.Event()

    async def open(self, end: socket.socket) -> None:
        """Begin to hear at this end of a pair of sockets, which is the line's from now on."""
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=end)
        except BaseException:
            end.close()
            raise

    def send(self, kind: Kind, body: bytes = b"") -> None:
        """Never waits; whoever sends sees to it that there is never much on its way."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(message(kind, body))

    def drop(self) -> None:
        """Close it at once: for whoever has heard all that the other side had to say."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for kind, body in self._cutting.feed(data):
            self._heard(kind, body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        self._lost()
