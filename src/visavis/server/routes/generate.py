"""/api/v1/generate and /avatar/process: a text and a face to a video, at once or as a job to follow."""

import asyncio
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from visavis.avatars.registry import usable
from visavis.config import Settings
from visavis.errors import NameTaken, UnknownName
from visavis.renderings.jobs import last_of
from visavis.server.answers import Refused, failed, failure
from visavis.server.keys import Caller, Who
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
from visavis.streams import Crew

if TYPE_CHECKING:
    from visavis.avatars.vault import Spool
    from visavis.renderings.order import Progress, Rendering

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
            avatar = await _avatar(wish, given, who)
    return await _made(wish, avatar, request, given, settings, who)


@router.post(PROCESS, openapi_extra=json_of(ProcessWish))
async def process(request: Request, given: Given, settings: Set, who: Who) -> Response:
    """Make a video of a text, spoken by an avatar."""
    wish = await json_wish(request, ProcessWish)
    return await _made(wish, await _avatar(wish, given, who), request, given, settings, who)


async def _avatar(wish: VideoWish, given: Parts, who: Caller) -> str | None:
    """The id of the avatar that is meant."""
    return usable(await given.registry.avatar(who.owner, wish.avatar_id)).id if wish.avatar_id else None


async def _voice(wish: VideoWish, given: Parts, who: Caller) -> str | None:
    """The id of the registered voice that is meant, or the name that may be an engine's own."""
    if wish.voice is None:
        return None
    try:
        row = await given.registry.voice(who.owner, wish.voice)
    except UnknownName:
        return wish.voice
    return usable(row).id


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
    order = wish.order(avatar, await _voice(wish, given, who), noticed=settings.visible_notice)
    row = await given.renderings.submit(who.owner, who.actor, order)
    if wish.wait:
        ended = await _ended(row.id, request, given, who)
        if ended.state == "failed":  # told from here: what is stored of it quotes nothing
            return failed(ended.code or "failed", ended.error)
        row = await given.renderings.find(who.owner, row.id)
    match row.progress.state:
        case "done":
            return JSONResponse(_video(row).model_dump(mode="json"))
        case "cancelled":
            return failure(409, "cancelled", "the video was cancelled")
    job = JobShape.model_validate(row).model_dump(mode="json")
    return JSONResponse(job, 202, {"location": f"/api/v1/jobs/{row.id}"})


async def _ended(job: str, request: Request, given: Parts, who: Caller) -> "Progress":
    """How a job stands at its end, or the server's; it is cancelled when nobody waits any more."""
    async with Crew() as crew:
        ended = crew.begin(last_of(given.renderings.follow(who.owner, job)))
        left = crew.begin(_left(request))
        await asyncio.wait((ended, left), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        left.cancel()
    if ended.cancelled():
        await given.renderings.cancel(who.owner, who.actor, job)
        raise ClientDisconnect
    return ended.result()


async def _left(request: Request) -> None:
    """Until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _video(row: "Rendering") -> VideoShape:
    return VideoShape(
        filename=row.filename,
        url=f"/api/v1/videos/{row.filename}",
        duration=round(row.facts["seconds"], 3),
        timings=row.facts["timings"],
        job_id=row.id,
        avatar_id=row.avatar,
    )
