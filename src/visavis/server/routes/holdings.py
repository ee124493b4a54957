"""/consent, /user, /audit: what was agreed to, all that is held about somebody, and who changed what."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from visavis.renderings.order import NoSuchRendering
from visavis.server.keys import Who
from visavis.server.routes import Given
from visavis.server.shapes import Consents, ConsentShape, Events, EventShape, Gone
from visavis.server.streaming import Streamed
from visavis.server.undoing import undoing

router = APIRouter(tags=["what is held"])


@router.get("/consent/list")
async def consents(given: Given, who: Who) -> Consents:
    """What people agreed to."""
    rows = await given.registry.consents(who.owner)
    return Consents(consents=[ConsentShape.model_validate(row) for row in rows])


@router.post("/consent/{consent_id}/revoke")
async def revoke(
    consent_id: str,
    given: Given,
    who: Who,
    delete: Annotated[bool, Query(description="delete the avatar or voice, too")] = False,
) -> Consents:
    """Take a consent back: what rests on it cannot be used from now on."""
    async with undoing(given, who):
        await given.registry.revoke(who.owner, who.actor, consent_id, delete=delete)
    return await consents(given, who)


@router.get("/user/export", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
async def export(given: Given, who: Who) -> Response:
    """Everything that is held about you, as a zip archive."""
    headers = {"content-disposition": 'attachment; filename="visavis-export.zip"'}
    return Streamed(given.exported(who.owner, who.actor), 200, headers, "application/zip")


@router.delete("/user")
async def erase(given: Given, who: Who) -> Gone:
    """Delete everything that is held about you, for good."""
    for row in await given.renderings.list(who.owner):
        with contextlib.suppress(NoSuchRendering):  # somebody deletes it at the same time
            await given.renderings.delete(who.owner, who.actor, row.id)
    given.lobby.end_of(who.owner)
    await given.erased(who.owner, who.actor)
    return Gone(deleted=who.owner)


@router.get("/audit")
async def audit(given: Given, who: Who, most: Annotated[int, Query(ge=1, le=1000)] = 100) -> Events:
    """Who changed what of yours, the latest first."""
    rows = await given.audited(who.owner, most)
    return Events(events=[EventShape.model_validate(row) for row in rows])
