"""How often one client may upload, have videos made and talk, where clients have keys."""

import math
import time

from fastapi import Depends, Request, WebSocket
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from visavis.server.answers import Refused
from visavis.server.keys import Caller, Opener, Who


class Rates:
    """Counts in a moving window, in this process's memory. uploads, renderings, sessions: as in "30/hour"."""

    def __init__(self, uploads: str, renderings: str, sessions: str) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self.uploads, self.renderings, self.sessions = parse(uploads), parse(renderings), parse(sessions)

    async def spend(self, item: RateLimitItem, what: str, caller: Caller) -> None:
        """Count one more.

        Raises:
            Refused: 429, with the seconds to wait for.
        """
        if await self._limiter.hit(item, what, caller.actor):
            return
        window = await self._limiter.get_window_stats(item, what, caller.actor)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        raise Refused(
            429,
            "too_many",
            f"that was one of the {what} too many; try again in {seconds} s",
            {"Retry-After": str(seconds)},
        )


async def uploads(request: Request, caller: Who) -> None:
    """Count an upload. Raises Refused, as `Rates.spend` does."""
    rates: Rates | None = request.app.state.rates
    if rates is not None:
        await rates.spend(rates.uploads, "uploads", caller)


async def _rendering(request: Request, caller: Who) -> None:
    rates: Rates | None = request.app.state.rates
    if rates is not None:
        await rates.spend(rates.renderings, "videos", caller)


async def sessions(connection: HTTPConnection, caller: Caller) -> None:
    """Count that a client begins a conversation, or comes back to one. Raises Refused, as `spend` does."""
    rates: Rates | None = connection.app.state.rates
    if rates is not None:
        await rates.spend(rates.sessions, "conversations", caller)


async def _talking(request: Request, caller: Who) -> None:
    await sessions(request, caller)


async def _opening(websocket: WebSocket, caller: Opener) -> None:
    await sessions(websocket, caller)


# Dependencies of the routes that they bound.
UPLOAD = Depends(uploads)
RENDERING = Depends(_rendering)
TALKING = Depends(_talking)
OPENING = Depends(_opening)
"""Of a WebSocket."""
