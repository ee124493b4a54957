"""An application on a socket, until it is told to stop."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame

from visavis.transports.incoming import Budget

# Seconds that what is being answered has to come to its end, when the server is told to stop.
LEAVE: Final = 3

# Seconds that a client may take to say what it wants.
ASKING: Final = 15.0

# Seconds that a client may take to read a piece of an answer.
UNREAD: Final = 120.0

# Bytes of the largest message on a WebSocket: two seconds of speech, or a long text.
MESSAGE: Final = 64 * 2**10

# Seconds between two questions whether a WebSocket's client is there, and those that it may be silent for
# then: one that has vanished is known to have within five.
PING: Final = 1.5
PATIENCE: Final = 3.0

# Seconds that a WebSocket's client has to take the end of it.
PARTING: Final = 5.0

# Bytes of video that the system may hold back before it has sent them: what is cut is not sent then.
UNSENT: Final = 64 * 2**10

# Pings that a client may send in a second, and at once: each of them is answered.
PINGS: Final = 10.0
PINGS_SAVED: Final = 100.0

# Pieces of a message; browsers send it whole.
PIECES: Final = 256

# What uvicorn says of WebSockets holds addresses, tokens and contents.
_UNSAID: Final = logging.Logger("unsaid", logging.CRITICAL)


class Prompt(H11Protocol):
    """uvicorn's HTTP, but for clients that take their time: over the headers, or over reading an answer."""

    asking, unread = ASKING, UNREAD
    _asked: asyncio.TimerHandle | None = None
    _told: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Whatever is left waits for the client, also what is too little to keep us from writing on: a
        # connection is not closed before it has gone.
        transport.set_write_buffer_limits(high=0)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_websocket = self.transport.get_protocol() is not self
        if is_websocket or (self.cycle is not None and not self.cycle.response_complete):
            self._heard()
        elif self._asked is None:
            self._wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._told = self.loop.call_later(self.unread, self.transport.abort)

    def resume_writing(self) -> None:
        self._read()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        self._read()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._asked = self.loop.call_later(self.asking, self.transport.abort)

    def _heard(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    def _read(self) -> None:
        if self._told is not None:
            self._told.cancel()
            self._told = None


class Alive(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, but without words in the log, and without patience for clients that are none.

    Whatever comes is a sign of life: an answer to a ping may have to wait behind a lot of video. Let go are:
    who is silent, who does not take the end, and who sends what costs memory and makes no message.
    """

    _parting: asyncio.TimerHandle | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = self.conn.logger = _UNSAID
        self.conn.debug = False
        self._heard_at = self.loop.time()
        self._pings = Budget(PINGS, PINGS_SAVED)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if sys.platform == "linux":
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._parting is not None:
            self._parting.cancel()
        super().connection_lost(exc)

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            if not self.disconnected:
                self._parting = self.loop.call_later(PARTING, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)

    def handle_ping(self) -> None:
        if self._pings.spend(1, self.loop.time()):
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < PIECES:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        assert self.ping_timeout is not None
        silence = self.loop.time() - self._heard_at
        if silence < self.ping_timeout:
            self.pong_timer = self.loop.call_later(self.ping_timeout - silence, self.keepalive_timeout)
        else:
            super().keepalive_timeout()
            self.transport.abort()  # what was sent and not taken would hold it open for minutes


def server_of(app: FastAPI, stop: Callable[[], None]) -> uvicorn.Server:
    """uvicorn, told to keep out of the log and of the addresses of clients.

    stop: called when it is told to end, so that those who wait for something long get an answer.
    """
    config = uvicorn.Config(
        app,
        http=Prompt,
        ws=Alive,
        ws_max_size=MESSAGE,
        ws_ping_interval=PING,
        ws_ping_timeout=PATIENCE,
        ws_per_message_deflate=False,  # video does not get smaller
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LEAVE,
    )
    return _Server(config, stop)


async def run(app: FastAPI, listening: socket.socket, stop: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, which is raised again afterwards; uploads on their way are dropped."""
    await server_of(app, stop).serve([listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait until what was cancelled has cleaned up, too; what it works with is closed next."""
        self._stop()
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(set[asyncio.Task[Any]](self.server_state.tasks), timeout=LEAVE)
