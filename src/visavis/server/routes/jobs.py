"""/api/v1/jobs: videos on their way, followed and cancelled."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from visavis.server.keys import Who
from visavis.server.routes import Given
from visavis.server.shapes import Jobs, JobShape, ProgressShape

router = APIRouter(prefix="/api/v1/jobs", tags=["videos"])


async def _job(job_id: str, given: Given, who: Who) -> None:
    """Refuse a job that is none before the answer begins."""
    await given.renderings.find(who.owner, job_id)


@router.get("")
async def listed(given: Given, who: Who) -> Jobs:
    """All videos that you ordered, the latest first."""
    rows = await given.renderings.list(who.owner)
    return Jobs(jobs=[JobShape.model_validate(row) for row in rows])


@router.get("/{job_id}")
async def job(job_id: str, given: Given, who: Who) -> JobShape:
    """How far a video is."""
    return JobShape.model_validate(await given.renderings.find(who.owner, job_id))


@router.get("/{job_id}/events", response_class=EventSourceResponse, dependencies=[Depends(_job)])
async def events(job_id: str, given: Given, who: Who) -> AsyncIterator[ServerSentEvent]:
    """How far a video is, told whenever it changes (server-sent events); the last event is how it ended."""
    async with contextlib.aclosing(given.renderings.follow(who.owner, job_id)) as progress:
        async for step in progress:
            yield ServerSentEvent(event=step.state, data=ProgressShape.model_validate(step))


@router.delete("/{job_id}")
async def cancel(job_id: str, given: Given, who: Who) -> JobShape:
    """Stop making a video; one that is done stays."""
    return JobShape.model_validate(await given.renderings.cancel(who.owner, who.actor, job_id))
