"""/api/v1/figures: how the server is doing, for the page that shows it. Nothing of anybody's content."""

import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request

import visavis
from visavis.server.keys import Who
from visavis.server.routes import Given
from visavis.streams import processors

router = APIRouter(tags=["state"])

STATUS: Final = Path("/proc/self/statm")


@router.get("/api/v1/figures")
async def figures(request: Request, given: Given, who: Who) -> dict[str, Any]:
    """Places and conversations, how quick and how steady they are, engines, videos, memory and processors.

    Times are in seconds; stages are those of the last hundred replies.
    """
    now, talk = await given.condition(), given.lobby.figures()
    began: float = request.app.state.began
    return {
        "version": visavis.__version__,
        "uptime": round(time.monotonic() - began, 1),
        "device": now.device,
        "missing": now.missing,
        "without": now.without,
        "places": {"all": talk.places, "talking": talk.talking, "parked": talk.parked, "told": now.capacity},
        "sessions": {
            "entered": talk.entered,
            "resumed": talk.resumed,
            "refused": talk.refused,
            "lost": talk.silent,
            "withdrawn": talk.withdrawn,
        },
        "replies": {
            "begun": talk.performed.replies,
            "interrupted": talk.performed.interruptions,
            "failed": talk.performed.failures,
        },
        "stages": {name: asdict(spread) for name, spread in talk.stages.items()},
        "pictures": {
            "moments": talk.performed.moments,
            "spoken": talk.performed.spoken,
            "late": talk.performed.late,
            "starved": talk.performed.starved,
        },
        "engines": {kind: asdict(engaged) for kind, engaged in now.engines.items()},
        "videos": {"running": given.renderings.running, "waiting": given.renderings.waiting},
        "processors": {"count": processors(), "seconds": round(time.process_time(), 2)},
        "memory": memory(),
        "cache": asdict(given.cached()),
    }


def memory() -> int | None:
    """Bytes of this process that are in memory; None where the system does not tell."""
    try:
        return int(STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
