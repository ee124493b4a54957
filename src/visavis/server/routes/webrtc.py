"""/api/v1/webrtc: a live conversation over WebRTC."""

from functools import partial
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from visavis.config import IceServer
from visavis.conversation.lobby import Seat
from visavis.media import Language
from visavis.server.answers import Refused
from visavis.server.keys import Who
from visavis.server.rates import TALKING
from visavis.server.routes import Given, Set
from visavis.server.seating import seated, services
from visavis.server.shapes import Shape
from visavis.server.wishes import Wanted, Word, json_of, json_wish
from visavis.transports.messages import SELECTED, Select
from visavis.transports.webrtc.offers import LONGEST, OfferError

OFFER: Final = "/api/v1/webrtc/offer"
CONFIG: Final = "/api/v1/webrtc/config"

# Bytes of an offer in JSON, where every line's end takes two more.
OFFER_JSON: Final = 2 * LONGEST

router = APIRouter(tags=["live"])


class OfferWish(Wanted):
    """A browser's offer: sound and picture to receive, a microphone to send, and a data channel "events"."""

    sdp: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    type: Literal["offer"]
    avatar_id: Annotated[Word | None, Field(description="id or name; without one the default portrait")] = (
        None
    )
    voice: Annotated[Word | None, Field(description="an engine's voice, or a registered one")] = None
    language: Annotated[Literal["auto", Language], Field(description="auto: it is found out")] = "auto"
    session: Annotated[str | None, Field(max_length=64, description="of a session that is to go on")] = None

    @property
    def select(self) -> Select:
        language = None if self.language == "auto" else self.language
        named = SELECTED & self.model_fields_set
        return Select(self.avatar_id, self.voice, language, named=named)


class AcceptedShape(Shape):
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
async def offer(request: Request, given: Given, who: Who) -> AcceptedShape:
    """Begin a conversation over WebRTC, or go on with one."""
    wish = await json_wish(request, OfferWish, OFFER_JSON)
    if given.peers is None:
        raise Refused(503, "no_webrtc", "this server has no WebRTC; use the WebSocket at /ws/stream")

    async def enter() -> Seat:
        return await seated(given, who, wish.select, wish.session)

    try:
        answer = await given.peers.answer(wish.sdp, enter, partial(services, given, who), wish.select)
    except OfferError as error:
        raise Refused(400, "offer", str(error)) from error
    return AcceptedShape(sdp=answer.sdp, session=answer.session)


def _ice(server: IceServer) -> dict[str, str]:
    """An RTCIceServer of the WebRTC API."""
    if not server.username:
        return {"urls": server.url}
    return {"urls": server.url, "username": server.username, "credential": server.credential}
