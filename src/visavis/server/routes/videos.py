"""/api/v1/videos: the videos, out of the vault, whole or in pieces as players ask for them."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from visavis.server.answers import Refused
from visavis.server.keys import Who
from visavis.server.ranges import is_known, span
from visavis.server.routes import Given
from visavis.server.shapes import Gone
from visavis.server.streaming import Streamed

KIND: Final = "video/mp4"
VIDEO: Final = "/api/v1/videos/{filename}"

router = APIRouter(tags=["videos"])


@router.head(VIDEO, include_in_schema=False)
@router.get(
    VIDEO,
    response_class=Response,
    responses={
        200: {"content": {KIND: {}}},
        206: {"description": "a part of it"},
        304: {"description": "you have it already"},
        416: {"description": "it is not that long"},
    },
)
async def video(filename: str, request: Request, given: Given, who: Who) -> Response:
    """A video, with range requests."""
    row = await given.renderings.by_filename(who.owner, filename)
    etag, size = f'"{row.id}"', int(row.facts["bytes"])
    headers = {
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": "private, no-cache",
        "content-disposition": f'inline; filename="{row.filename}"',
    }
    asked = request.headers
    if is_known(asked.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers | {"content-length": str(size)}, media_type=KIND)
    part = span(asked.get("range"), asked.get("if-range"), etag, size)
    if part == "none of it":
        raise Refused(416, "range", f"the video has {size} bytes", {"content-range": f"bytes */{size}"})
    if part is None:
        headers |= {"content-length": str(size)}
        return Streamed(given.renderings.video(row), 200, headers, KIND)
    headers |= {"content-length": str(part.stop - part.start), "content-range": part.content_range}
    return Streamed(given.renderings.video(row, part.start, part.stop), 206, headers, KIND)


@router.delete(VIDEO)
async def delete(filename: str, given: Given, who: Who) -> Gone:
    """Delete a video and what is known of how it was made."""
    row = await given.renderings.by_filename(who.owner, filename)
    await given.renderings.delete(who.owner, who.actor, row.id)
    return Gone(deleted=row.filename)
