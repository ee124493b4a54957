"""The application: which layers a request goes through, and which routes there are."""

import time
from typing import Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from structlog.typing import FilteringBoundLogger

import visavis
from visavis.config import Settings
from visavis.server import log
from visavis.server.answers import answer_errors
from visavis.server.bounds import Bounded
from visavis.server.doors import Doors, Guarded
from visavis.server.metrics import Metrics
from visavis.server.multipart import AROUND
from visavis.server.parts import Parts
from visavis.server.rates import Rates
from visavis.server.record import Recorded
from visavis.server.routes import (
    avatars,
    converse,
    docs,
    figures,
    generate,
    holdings,
    jobs,
    pages,
    recordings,
    state,
    stream,
    videos,
    voices,
    webrtc,
)
from visavis.server.shapes import Failure
from visavis.server.wishes import CHAT_JSON, PICTURE_JSON, TEXT_JSON, WIDEST_TEXT

ROUTES: Final = (
    state,
    figures,
    generate,
    converse,
    stream,
    webrtc,
    videos,
    recordings,
    jobs,
    avatars,
    voices,
    holdings,
    docs,
    pages,
)


def create(settings: Settings, parts: Parts, events: FilteringBoundLogger | None = None) -> FastAPI:
    """The application, ready to be served. events: its log; None is standard error."""
    metrics = Metrics(parts.cached, parts.lobby.figures)
    app = FastAPI(
        title="visavis",
        version=visavis.__version__,
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": Failure}},
        middleware=_layers(settings, parts, events or log.opened(), metrics),
    )
    app.state.parts = parts
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.began = time.monotonic()
    app.state.rates = parts.keys and Rates(
        settings.upload_rate, settings.rendering_rate, settings.session_rate
    )
    answer_errors(app)
    for route in ROUTES:
        app.include_router(route.router)
    return app


def _layers(
    settings: Settings, parts: Parts, events: FilteringBoundLogger, metrics: Metrics
) -> list[Middleware]:
    """From the outermost to the innermost."""
    origins = settings.cors_origins
    layers = [
        Middleware(Guarded, shared=bool(origins)),
        Middleware(Recorded, log=events, metrics=metrics),
    ]
    if parts.keys is None:
        layers.append(Middleware(Doors, origins=origins))
    if origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_methods=("GET", "HEAD", "POST", "DELETE"),
                allow_headers=(
                    "Authorization",
                    "Content-Type",
                    "If-None-Match",
                    "If-Range",
                    "Range",
                    "X-API-Key",
                ),
                expose_headers=(
                    "Accept-Ranges",
                    "Content-Range",
                    "ETag",
                    "Location",
                    "Retry-After",
                    "X-Request-Id",
                ),
            )
        )
    return [*layers, Middleware(Bounded, larger=_largest(settings.upload_limit))]


def _largest(upload: int) -> dict[str, int]:
    """Bytes of the largest body of each route that takes more than a few fields."""
    return {
        avatars.REGISTER: upload + AROUND,
        voices.REGISTER: upload + AROUND,
        generate.GENERATE: max(PICTURE_JSON, upload + WIDEST_TEXT + AROUND),
        generate.PROCESS: TEXT_JSON,
        webrtc.OFFER: webrtc.OFFER_JSON,
        converse.TRANSCRIBE: upload + AROUND,
        converse.CHAT: CHAT_JSON,
        converse.CONVERSATION: max(CHAT_JSON, upload + AROUND),
    }
