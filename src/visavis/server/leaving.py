"""Work for somebody who may leave before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from visavis.streams import Crew

T = TypeVar("T")


async def unless_left(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; it is cancelled when the client has gone. The body has to be read by then.

    Raises:
        ClientDisconnect: the client has gone. Otherwise what the work raises.
    """
    async with Crew() as crew:
        done, left = crew.begin(work), crew.begin(_left(request))
        try:
            await asyncio.wait((done, left), return_when=asyncio.FIRST_COMPLETED)
        finally:
            done.cancel()
            left.cancel()
    if done.cancelled():
        raise ClientDisconnect
    return done.result()


async def _left(request: Request) -> None:
    """Until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
