"""An application on a socket, until it is told to stop."""

import asyncio
import socket
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

# Seconds that what is being answered has to come to its end, when the server is told to stop.
LEAVE: Final = 3

# Seconds that a client may take to say what it wants.
ASKING: Final = 15.0


class Prompt(H11Protocol):
    """uvicorn's HTTP, but for clients that connect and then take their time over the headers."""

    asking = ASKING
    _asked: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._heard()
        elif self._asked is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._asked = self.loop.call_later(self.asking, self.transport.abort)

    def _heard(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None


def server_of(app: FastAPI) -> uvicorn.Server:
    """uvicorn, told to keep out of the log and of the addresses of clients."""
    config = uvicorn.Config(
        app,
        http=Prompt,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LEAVE,
    )
    return _Server(config)


async def run(app: FastAPI, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, which is raised again afterwards; uploads on their way are dropped."""
    await server_of(app).serve([listening])


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait until what was cancelled has cleaned up, too; what it works with is closed next."""
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(set[asyncio.Task[Any]](self.server_state.tasks), timeout=LEAVE)
