"""/api/v1/generate and /avatar/process: a text and a face to a video, at once or as a job to follow."""

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from visavis.avatars.registry import usable
from visavis.config import Settings
from visavis.errors import NameTaken
from visavis.server.answers import Refused
from visavis.server.keys import Caller, Who
from visavis.server.ordering import avatar_of, made, video, voice_of
from visavis.server.parts import Parts
from visavis.server.rates import RENDERING, uploads
from visavis.server.routes import Given, Set
from visavis.server.shapes import JobShape, VideoShape
from visavis.server.wishes import (
    PortraitWish,
    ProcessWish,
    VideoWish,
    form_of,
    json_of,
    json_wish,
    portrait_wish,
)

if TYPE_CHECKING:
    from visavis.avatars.vault import Spool

GENERATE: Final = "/api/v1/generate"
PROCESS: Final = "/avatar/process"

router = APIRouter(
    tags=["videos"],
    responses={200: {"model": VideoShape}, 202: {"model": JobShape}},
    dependencies=[RENDERING],
)


@router.post(GENERATE, openapi_extra=form_of(PortraitWish, "reference_image", json=True))
async def generate(request: Request, given: Given, settings: Set, who: Who) -> Response:
    """Make a video of a text, spoken by an avatar, or by the person on a picture that comes along."""
    async with given.spool() as spool:
        wish = await portrait_wish(request, spool, settings.upload_limit)
        if spool.size and wish.avatar_id:
            raise Refused(422, "two_faces", "avatar_id: there is a picture as well; send one of the two")
        if spool.size:
            avatar: str | None = await _pictured(wish, spool, request, given, who)
        else:
            avatar = await avatar_of(wish.avatar_id, given, who)
    return await _made(wish, avatar, request, given, settings, who)


@router.post(PROCESS, openapi_extra=json_of(ProcessWish))
async def process(request: Request, given: Given, settings: Set, who: Who) -> Response:
    """Make a video of a text, spoken by an avatar."""
    wish = await json_wish(request, ProcessWish)
    return await _made(wish, await avatar_of(wish.avatar_id, given, who), request, given, settings, who)


async def _pictured(wish: PortraitWish, spool: "Spool", request: Request, given: Parts, who: Caller) -> str:
    """The id of the avatar that a picture becomes; one that has become one before is not looked at again."""
    name = wish.avatar_name or f"picture {spool.sha256[:12]}"
    if known := await _known(name, spool.sha256, given, who):
        return known
    await uploads(request, who)
    try:
        return (await given.registry.register_avatar(who.owner, who.actor, name, spool, wish.permission)).id
    except NameTaken:
        if known := await _known(name, spool.sha256, given, who):  # somebody sent it at the same time
            return known
        raise


async def _known(name: str, digest: str, given: Parts, who: Caller) -> str | None:
    """The id of the avatar of that name, if it was made of that file. Raises ConsentError."""
    rows = await given.registry.avatars(who.owner)
    return next((usable(row).id for row in rows if (row.name, row.digest) == (name, digest)), None)


async def _made(
    wish: VideoWish, avatar: str | None, request: Request, given: Parts, settings: Settings, who: Caller
) -> Response:
    voice = await voice_of(wish.voice, given, who)
    order = wish.order(wish.text, avatar, voice, noticed=settings.visible_notice)
    row = await made(order, request, given, who, wait=wish.wait)
    if isinstance(row, Response):
        return row
    if row.progress.state == "done":
        return JSONResponse(video(row).model_dump(mode="json"))
    job = JobShape.model_validate(row).model_dump(mode="json")
    return JSONResponse(job, 202, {"location": f"/api/v1/jobs/{row.id}"})
