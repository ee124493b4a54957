"""/avatar: faces that were registered."""

import hashlib
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from visavis.avatars.registry import usable
from visavis.server.keys import Who
from visavis.server.ranges import is_known
from visavis.server.rates import UPLOAD
from visavis.server.routes import Given, Set
from visavis.server.shapes import AvatarInfo, Avatars, AvatarShape, CacheShape, Gone
from visavis.server.undoing import undoing
from visavis.server.wishes import AvatarWish, form_of, registration

REGISTER: Final = "/avatar/register"

PICTURE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"image/jpeg": {}}}}

router = APIRouter(tags=["avatars"])


@router.post(REGISTER, status_code=201, dependencies=[UPLOAD], openapi_extra=form_of(AvatarWish))
async def register(request: Request, given: Given, settings: Set, who: Who) -> AvatarInfo:
    """Register a face: a photo, a GIF or a clip, and that the person has agreed."""
    async with given.spool() as spool:
        wish = await registration(request, spool, AvatarWish, settings.upload_limit)
        row = await given.registry.register_avatar(
            who.owner, who.actor, wish.avatar_name, spool, wish.permission, wish.user_id
        )
    return AvatarInfo.model_validate(row)


@router.get("/avatar/list")
async def listed(given: Given, who: Who, user_id: str | None = None) -> Avatars:
    """All faces, or those that are made for one of your users."""
    rows = await given.registry.avatars(who.owner, user_id)
    return Avatars(avatars=[AvatarShape.model_validate(row) for row in rows])


@router.get("/avatar/cache/status")
async def cache_status(given: Given, who: Who) -> CacheShape:
    """How the cache of prepared faces does."""
    return CacheShape.model_validate(given.cached())


@router.get("/avatar/default/picture", response_class=Response, responses=PICTURE)
async def default_picture(request: Request, given: Given, who: Who) -> Response:
    """Who speaks where no avatar is named, as a JPEG."""
    content = await given.casting.picture(who.owner, None)
    return _picture(request, hashlib.sha256(content).hexdigest()[:32], content)


@router.get("/avatar/{avatar_id}/picture", response_class=Response, responses=PICTURE)
async def picture(avatar_id: str, request: Request, given: Given, who: Who) -> Response:
    """One face as a JPEG, framed as in a conversation."""
    row = usable(await given.registry.avatar(who.owner, avatar_id))
    if is_known(request.headers.get("if-none-match"), f'"{row.digest[:32]}"'):
        return _picture(request, row.digest[:32], b"")
    return _picture(request, row.digest[:32], await given.casting.picture(who.owner, row.id))


def _picture(request: Request, tag: str, content: bytes) -> Response:
    """For its owner's browser, which asks again each time: it may have been deleted."""
    headers = {"etag": f'"{tag}"', "cache-control": "private, no-cache"}
    if is_known(request.headers.get("if-none-match"), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="image/jpeg")


@router.get("/avatar/{avatar_id}/info")
async def info(avatar_id: str, given: Given, who: Who) -> AvatarInfo:
    """One face, by its id or name, with the report on its quality."""
    return AvatarInfo.model_validate(await given.registry.avatar(who.owner, avatar_id))


@router.delete("/avatar/{avatar_id}")
async def delete(avatar_id: str, given: Given, who: Who) -> Gone:
    """Delete a face and everything made of it but finished videos."""
    row = await given.registry.avatar(who.owner, avatar_id)
    async with undoing(given, who):
        await given.registry.delete_avatar(who.owner, who.actor, row.id)
    return Gone(deleted=row.id)
