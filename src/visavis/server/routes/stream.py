"""WS /ws/stream: a conversation over a WebSocket.

Who may open one, whose session it is, and how it is closed; what is said in it is transports.websocket's.
"""

import asyncio
import contextlib
from typing import Final

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from visavis.conversation.lobby import Ending as Leaving
from visavis.conversation.lobby import Seat
from visavis.server.keys import SUBPROTOCOL, Caller, Opener
from visavis.server.parts import Parts
from visavis.server.rates import OPENING
from visavis.server.record import LOST
from visavis.server.seating import seated, services
from visavis.streams import Crew, Worker, closing
from visavis.transports.messages import Select, greeting, selection
from visavis.transports.websocket import Ending, Gone, converse

router = APIRouter()

SIGN: Final = 1.0
"""Seconds between signs of life in the lobby: that the client is there is known from its answers to pings."""

GOODBYE: Final = 1.0
"""Seconds that saying why it is closed may take, to a client that may not read."""

FLAGS: Final = {"1": True, "true": True, "0": False, "false": False}
"""How true and false may be written in an address; anything else is refused with what it should be."""

LEFT: Final = 1000
"""A client that closes with this has done with its session; with any other code it may come back."""

FAREWELL: Final = 1.0
"""Seconds in which it is read with what a client has closed that cannot be sent to any more."""

CODES: Final[dict[Leaving, tuple[int, str]]] = {
    "moved": (4001, "the session goes on in another connection"),
    "silent": (4002, "there was no sign of life"),
    "withdrawn": (4003, "the avatar or the voice may not be used any more"),
    "revoked": (4004, "the key may not be used any more"),
    "closing": (1012, "the server is being ended"),
    "left": (1000, ""),
}
"""What a connection is closed with when its seat has ended."""


class _Socket:
    """A WebSocket as transports.websocket wants it."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._farewell = asyncio.Event()
        self._code = LOST

    async def send(self, message: str | bytes) -> None:
        try:
            if isinstance(message, str):
                await self._websocket.send_text(message)
            else:
                await self._websocket.send_bytes(message)
        except WebSocketDisconnect:
            # Who sends may know that a client has gone before it is read how it took its leave.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await self._farewell.wait()
            raise Gone(self._code) from None

    async def receive(self) -> str | bytes:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self._code = message.get("code", LOST)
            self._farewell.set()
            raise Gone(self._code)
        text: str | None = message.get("text")
        content: bytes = message.get("bytes") or b""
        return content if text is None else text


@router.websocket("/ws/stream", dependencies=[OPENING])
async def stream(websocket: WebSocket, who: Opener) -> None:
    """A conversation. Query: session, a token to go on with one; and the fields of avatar_selection."""
    parts: Parts = websocket.app.state.parts
    select = _selected(websocket)
    seat = await seated(parts, who, select, websocket.query_params.get("session"))
    keep = seat.resumed  # nobody knows the token of a new one as yet
    try:
        if not await _accepted(websocket):
            return
        keep = True
        ending = await _talked(websocket, seat, who, select)
        keep = not (ending.gone and ending.code == LEFT)
    finally:
        await seat.leave(keep)
    await _close(websocket, ending)


async def _accepted(websocket: WebSocket) -> bool:
    """Whether the client was still there."""
    try:
        await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None)
    except (WebSocketDisconnect, OSError):
        return False
    return True


async def _talked(websocket: WebSocket, seat: Seat, who: Caller, select: Select) -> Ending:
    """Talk until the client goes, or the seat is none any more."""
    parts: Parts = websocket.app.state.parts
    session = seat.session
    asked = services(parts, who, seat)
    first = greeting(seat.token, session, session.recall(), resumed=seat.resumed)
    ahead = websocket.app.state.settings.chunk_buffer_size
    async with closing(Worker("coding")) as coding, Crew() as crew:
        talking = crew.begin(
            converse(_Socket(websocket), session, asked, coding, first=first, select=select, ahead=ahead)
        )
        leaving = crew.begin(seat.ended())
        crew.begin(_sign(seat))
        try:
            await asyncio.wait([talking, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            crew.dismiss()
    return talking.result() if seat.why is None else Ending(*CODES[seat.why])


async def _sign(seat: Seat) -> None:
    """Keep a seat for as long as the connection lasts, which ends soon after its client is gone."""
    while True:
        seat.renew()
        await asyncio.sleep(SIGN)


async def _close(websocket: WebSocket, ending: Ending) -> None:
    if not ending.gone and websocket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(GOODBYE):
                await websocket.close(ending.code, ending.reason)


def _selected(websocket: WebSocket) -> Select:
    query = websocket.query_params
    given = [name for name in ("binary", "idle") if name in query]
    return selection({**query, **{name: FLAGS.get(query[name].lower(), query[name]) for name in given}})
