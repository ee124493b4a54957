"""/health, /ready, /metrics: how the server is."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from visavis.server.keys import Who
from visavis.server.metrics import Metrics
from visavis.server.routes import Given

router = APIRouter(tags=["state"])


@router.get("/health")
async def health(given: Given) -> dict[str, Any]:
    """That it runs, and on what."""
    now, places = await given.condition(), given.lobby.figures()
    return {
        "status": "degraded" if now.missing or now.without else "healthy",
        "device": now.device,
        "avatar_backend": now.avatar_backend,
        "models": {
            "tts": now.tts,
            "avatar": now.avatar,
            "avatar_backend": now.avatar_backend,
        },
        "conversations": {"places": places.places, "talking": places.talking, "capacity": now.capacity},
        "engines": {kind: asdict(engaged) for kind, engaged in now.engines.items()},
        "missing": now.missing,
        "without": now.without,
    }


@router.get("/ready", responses={503: {"description": "something is missing"}})
async def ready(given: Given) -> Response:
    """Whether it can be asked for work, and if not, what is missing."""
    now = await given.condition()
    if now.missing:
        detail = f"not ready: {', '.join(now.missing)}"
        return JSONResponse(
            {"code": "not_ready", "detail": detail, "missing": now.missing}, 503, {"retry-after": "5"}
        )
    return JSONResponse({"status": "ready"} | ({"without": now.without} if now.without else {}))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, who: Who) -> Response:
    """Figures for Prometheus."""
    figures: Metrics = request.app.state.metrics
    return Response(figures.text, media_type="text/plain; version=0.0.4; charset=utf-8")
