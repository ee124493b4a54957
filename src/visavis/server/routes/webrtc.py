"""/api/v1/webrtc: a live conversation over WebRTC."""

from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from visavis.config import IceServer
from visavis.conversation.cast import Role
from visavis.conversation.lobby import Seat
from visavis.errors import VisavisError
from visavis.media import Language
from visavis.renderings.failure import told
from visavis.server.answers import Refused
from visavis.server.keys import Caller, Who
from visavis.server.parts import Parts
from visavis.server.rates import TALKING
from visavis.server.routes import Given, Set
from visavis.server.routes.recordings import recording
from visavis.server.shapes import Shape
from visavis.server.wishes import Wanted, Word, json_of, json_wish
from visavis.transports.messages import MessageError, Select
from visavis.transports.webrtc.offers import LONGEST, OfferError
from visavis.transports.websocket import Services

OFFER: Final = "/api/v1/webrtc/offer"
CONFIG: Final = "/api/v1/webrtc/config"

# Bytes of an offer in JSON, where every line's end takes two more.
OFFER_JSON: Final = 2 * LONGEST

# The fields of an offer that a session which goes on plays another role for.
CAST: Final = frozenset({"avatar_id", "voice", "language"})

router = APIRouter(tags=["live"])


class OfferWish(Wanted):
    """A browser's offer: sound and picture to receive, a microphone to send, and a data channel "events"."""

    sdp: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    type: Literal["offer"]
    avatar_id: Annotated[Word | None, Field(description="id or name; without one the default portrait")] = (
        None
    )
    voice: Annotated[Word | None, Field(description="an engine's voice, or a registered one")] = None
    language: Annotated[Language | Literal["auto"], Field(description="auto: it is found out")] = "auto"
    session: Annotated[str | None, Field(max_length=64, description="of a session that is to go on")] = None

    @property
    def select(self) -> Select:
        language = None if self.language == "auto" else self.language
        return Select(self.avatar_id, self.voice, language)


class AnswerShape(Shape):
    """The answer; session: to come back with."""

    sdp: str
    type: Literal["answer"] = "answer"
    session: str


class IceShape(Shape):
    """What a browser's RTCPeerConnection is configured with."""

    ice_servers: list[dict[str, str]]


@router.get(CONFIG)
async def config(settings: Set, who: Who) -> IceShape:
    """The STUN and TURN servers that help to get through."""
    return IceShape(ice_servers=[_ice(server) for server in settings.ice_servers])


@router.post(OFFER, dependencies=[TALKING], openapi_extra=json_of(OfferWish))
async def offer(request: Request, given: Given, who: Who) -> AnswerShape:
    """Begin a conversation over WebRTC, or go on with one."""
    wish = await json_wish(request, OfferWish, OFFER_JSON)
    if given.peers is None:
        raise Refused(503, "no_webrtc", "this server has no WebRTC; use the WebSocket at /ws/stream")

    async def enter() -> Seat:
        role = await given.casting(who.owner, wish.select)
        seat = await given.lobby.enter(who.owner, role, wish.session)
        if seat.resumed and wish.model_fields_set & CAST:
            await _recast(seat, role)
        return seat

    def services(seat: Seat) -> Services:
        return Services(partial(_cast, given, who, seat), recording(given, who, seat))

    try:
        answer = await given.peers.answer(wish.sdp, enter, services, wish.select)
    except OfferError as error:
        raise Refused(400, "offer", str(error)) from error
    return AnswerShape(sdp=answer.sdp, session=answer.session)


async def _recast(seat: Seat, role: Role) -> None:
    """Let a session that goes on play another role; if that cannot be, it waits for its client again."""
    try:
        await seat.session.recast(role)
    except BaseException:
        await seat.leave(keep=True)
        raise


async def _cast(given: Parts, who: Caller, seat: Seat, select: Select) -> None:
    """Show somebody else. Raises MessageError."""
    try:
        await seat.session.recast(await given.casting(who.owner, select))
    except VisavisError as error:
        why = told(error)
        raise MessageError(why.code, why.sentence) from error


def _ice(server: IceServer) -> dict[str, str]:
    """An RTCIceServer of the WebRTC API."""
    if not server.username:
        return {"urls": server.url}
    return {"urls": server.url, "username": server.username, "credential": server.credential}
