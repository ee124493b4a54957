"""/api/v1/recordings: conversations that were recorded. They are begun and ended where one talks."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter

from visavis.conversation.lobby import Seat
from visavis.errors import VisavisError
from visavis.renderings.failure import told as explained
from visavis.renderings.rows import is_recorded
from visavis.server.keys import Caller, Who
from visavis.server.parts import Parts
from visavis.server.routes import Given
from visavis.server.shapes import Jobs, JobShape
from visavis.transports.messages import Fields, MessageError, told

router = APIRouter(prefix="/api/v1/recordings", tags=["videos"])


@router.get("")
async def listed(given: Given, who: Who) -> Jobs:
    """Your recorded conversations, the latest first; each one that is done is a video."""
    rows = await given.renderings.list(who.owner)
    return Jobs(jobs=[JobShape.model_validate(row) for row in rows if is_recorded(row)])


def recording(given: Parts, who: Caller, seat: Seat) -> Callable[[bool], Awaitable[Fields]] | None:
    """What begins and ends the recording of whoever sits there, and answers with what the client is told.

    None where nothing is recorded. It raises MessageError.
    """
    if given.recordings is None:
        return None
    camera = given.recordings.camera(who.owner, who.actor, seat.session, seat.ended)

    async def record(on: bool) -> Fields:
        try:
            return told(await camera.record(on))
        except VisavisError as error:
            why = explained(error)
            raise MessageError(why.code, why.sentence) from error

    return record
