"""The one place where errors become answers: {"code", "detail"}, a word for programs and a sentence.

A traceback, a path of this machine, or what a client sent never gets into one. Which errors are whose, and
what is said of them, stands in renderings.failure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocketState

from visavis.errors import NoRoom, VisavisError
from visavis.renderings.failure import told, traced
from visavis.renderings.line import LineFull

LONGEST: Final = 600

# What codes mean to HTTP; all others are 422.
_STATUSES: Final = {
    "name_taken": 409,
    "consent": 403,
    "not_found": 404,
    "too_large": 413,
    "kind": 415,
    "codec": 415,
    "no_room": 507,
    "storage": 503,
    "models": 503,
    "engine": 500,
    "failed": 500,
}

_CODES: Final = {
    400: ("bad_request", "the request cannot be understood"),
    404: ("not_found", "there is nothing here; see /docs for what there is"),
    405: ("method_not_allowed", "this address does not take that method; see /docs"),
}


class Loading(NoRoom):
    """What is asked for cannot be had as yet: the engines are being opened."""


class Refused(HTTPException):
    """A request that is not served; code: a word for programs. May be raised while a body is read."""

    def __init__(
        self, status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, sentence, headers)
        self.code = code


def failure(status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what went wrong."""
    if len(sentence) > LONGEST:
        sentence = sentence[: LONGEST - 1] + "…"
    return JSONResponse({"code": code, "detail": sentence}, status, headers)


def answer_to(error: Exception) -> Response:
    """What a client is told of an error, whatever it is."""
    if isinstance(error, Refused):
        return failure(error.status_code, error.code, error.detail, error.headers)
    if isinstance(error, HTTPException):
        code, sentence = _CODES.get(error.status_code, ("refused", "the request cannot be served"))
        return failure(error.status_code, code, sentence, error.headers)
    if isinstance(error, RequestValidationError):
        return failure(422, "invalid", _wrong(error.errors()))
    if isinstance(error, NoRoom):
        code = "loading" if isinstance(error, Loading) else "full"
        return failure(503, code, str(error), {"retry-after": str(error.wait)})
    if isinstance(error, LineFull):
        return failure(429 if error.own else 503, "line_full", str(error), {"retry-after": "30"})
    why = told(error)
    return failed(why.code, why.sentence)


def failed(code: str, sentence: str) -> Response:
    """The answer to an error that was told."""
    return failure(_STATUSES.get(code, 422), code, sentence)


def invalid(errors: Sequence[Mapping[str, Any]]) -> Refused:
    """What pydantic found, as a refusal."""
    return Refused(422, "invalid", _wrong(errors))


def answer_errors(app: FastAPI) -> None:
    """Let an app answer every error in this shape."""

    async def answer(request: Request | WebSocket, error: Exception) -> Response | None:
        answer = answer_to(error)
        if answer.status_code >= 500 and not isinstance(error, NoRoom):
            request.state.error = traced(error)  # Starlette forgets where it came from
        if isinstance(request, WebSocket) and request.application_state is not WebSocketState.CONNECTING:
            await request.close(1011)  # there is no answer to what was accepted
            return None
        return answer

    async def leave(request: Request, error: Exception) -> Response:
        return Response(status_code=499)  # nobody hears it; it is for the log

    for kind in (HTTPException, RequestValidationError, VisavisError):
        app.add_exception_handler(kind, cast(Any, answer))
    app.add_exception_handler(ClientDisconnect, leave)


def _wrong(errors: Sequence[Mapping[str, Any]]) -> str:
    """Which fields are wrong, and how; never what was in them."""
    known = [error for error in errors if error["type"] != "extra_forbidden"]
    told = [f"{_place(error['loc'])}: {_small(error['msg'])}" for error in known[:8]]
    return "; ".join(
        told + ["there is a field that is not known here; see /docs"] * (len(known) < len(errors))
    )


def _place(loc: Sequence[object]) -> str:
    names = [str(name) for name in loc if name not in ("body", "query", "path")]
    return ".".join(names) or "the body"


def _small(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
