"""From what was asked for to a video: whose face and voice, and the wait for as long as somebody listens."""

from typing import TYPE_CHECKING

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from visavis.avatars.registry import usable
from visavis.errors import UnknownName
from visavis.renderings.jobs import last_of
from visavis.server.answers import failed, failure
from visavis.server.keys import Caller
from visavis.server.leaving import unless_left
from visavis.server.parts import Parts
from visavis.server.shapes import VideoShape

if TYPE_CHECKING:
    from visavis.renderings.order import Order, Progress, Rendering


async def avatar_of(which: str | None, given: Parts, who: Caller) -> str | None:
    """The id of the avatar that is meant. Raises UnknownName, ConsentError."""
    return usable(await given.registry.avatar(who.owner, which)).id if which else None


async def voice_of(which: str | None, given: Parts, who: Caller) -> str | None:
    """The id of the registered voice that is meant, or the name that may be an engine's own."""
    if which is None:
        return None
    try:
        row = await given.registry.voice(who.owner, which)
    except UnknownName:
        return which
    return usable(row).id


async def speaker_of(which: str | None, given: Parts, who: Caller) -> str | None:
    """As `voice_of`, but a name that is nobody's is told at once: what comes before the video takes long.

    Raises:
        UnknownName, ConsentError: that. NoRoom: the engines, whose voices have names, are being opened.
    """
    voice = await voice_of(which, given, who)
    if voice is None or voice != which:
        return voice
    names = [own.name for own in given.engines().tts.voices]
    rows = await given.registry.voices(who.owner)
    if voice not in {*names, *(row.id for row in rows)}:
        raise UnknownName("voice", voice, [*names, *(row.name for row in rows)])
    return voice


async def made(
    order: "Order", request: Request, given: Parts, who: Caller, *, wait: bool
) -> "Rendering | Response":
    """How an order stands when it is done, or taken where nobody waits; or the answer to why it is neither.

    It is cancelled when somebody who waits has gone.

    Raises:
        ClientDisconnect: that. LineFull, UnknownName: it was not taken.
    """
    row = await given.renderings.submit(who.owner, who.actor, order)
    if wait:
        ended = await _ended(row.id, request, given, who)
        if ended.state == "failed":  # told from here: what is stored of it quotes nothing
            return failed(ended.code or "failed", ended.error)
        row = await given.renderings.find(who.owner, row.id)
    if row.progress.state == "cancelled":
        return failure(409, "cancelled", "the video was cancelled")
    return row


async def _ended(job: str, request: Request, given: Parts, who: Caller) -> "Progress":
    """How a job stands at its end, or the server's."""
    try:
        return await unless_left(request, last_of(given.renderings.follow(who.owner, job)))
    except ClientDisconnect:
        await given.renderings.cancel(who.owner, who.actor, job)
        raise


def video(row: "Rendering") -> VideoShape:
    """A rendering that is done."""
    return VideoShape(
        filename=row.filename,
        url=f"/api/v1/videos/{row.filename}",
        duration=round(row.facts["seconds"], 3),
        timings=row.facts["timings"],
        job_id=row.id,
        avatar_id=row.avatar,
    )
