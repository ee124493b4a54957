"""The server's log: one line for each request, connection and mistake, of allowed fields only.

What a client sent - texts, names, paths, keys - is in none of them; what other libraries log keeps its
level and its place, and loses its words.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

from visavis.renderings.failure import traced

FIELDS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "method",
        "route",
        "status",
        "milliseconds",
        "seconds",
        "close",
        "request_id",
        "owner",
        "error",
        "logger",
    }
)

# These say what the server does, in words of their own.
TRUSTED: Final = ("uvicorn", "visavis")


def opened(
    stream: TextIO | None = None, *, level: str = "info", console: bool = False
) -> FilteringBoundLogger:
    """A log that is written to a stream, standard error where none is given; JSON, or for people."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False) if console else structlog.processors.JSONRenderer()
    )
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
    return log


class Others(logging.Handler):
    """Hands on what libraries log: their own words where they are TRUSTED, else where a warning came from."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        trusted = record.name.partition(".")[0] in TRUSTED or record.name == "root"
        if not trusted and record.levelno < logging.WARNING:
            return
        facts: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            facts["error"] = traced(record.exc_info[1])
        words = record.getMessage().strip() if trusted else "a library reports"
        self._log.log(record.levelno, words, **facts)


def _allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in FIELDS}
