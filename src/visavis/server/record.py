"""What is noted of each request and connection, in the log and the figures; the last place of an error."""

import asyncio
import contextlib
import secrets
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from visavis.renderings.failure import traced
from visavis.server.answers import Refused, answer_to
from visavis.server.metrics import Metrics

METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

ENDING: Final = "the server is being ended; ask again in a moment"

# Nobody was there to be answered; nginx's number for it.
GONE: Final = 499

# A WebSocket that ended without a word, and one that was never accepted (RFC 6455, section 7.4.1).
LOST: Final = 1006


class Recorded:
    """An ASGI layer around all that can fail: every request is answered, and leaves a line and a count."""

    def __init__(self, app: ASGIApp, log: FilteringBoundLogger, metrics: Metrics) -> None:
        self.app = app
        self._log, self._metrics = log, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._connected(scope, receive, send)
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began = time.perf_counter()
        request_id = secrets.token_hex(8)
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self.app(scope, receive, noted)
            if "error" in state:  # it was answered, in words that do not tell what it was
                self._log.error("failure", request_id=request_id, error=state["error"])
        except asyncio.CancelledError:  # by uvicorn, when it has waited long enough at its end
            if status:
                raise
            await answer_to(Refused(503, "ending", ENDING, {"retry-after": "5"}))(scope, receive, noted)
        except Exception as error:
            self._log.error("mistake", request_id=request_id, error=traced(error))
            if not status:
                await answer_to(error)(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            route, seconds = _route(scope), time.perf_counter() - began
            self._metrics.request(method, route, status or GONE, seconds)
            self._log.info(
                "request",
                method=method,
                route=route,
                status=status or GONE,
                milliseconds=round(1000 * seconds, 1),
                request_id=request_id,
                owner=state.get("owner"),
            )

    async def _connected(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket: a line when it has ended, or was refused; nothing of what it carried."""
        began = time.perf_counter()
        code, refused = 0, 0

        async def heard() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect":
                code = code or message.get("code", LOST)
            return message

        async def noted(message: Message) -> None:
            nonlocal code, refused
            if message["type"] == "websocket.close":
                code = code or message.get("code", 1000)
            elif message["type"] == "websocket.http.response.start":
                refused = message["status"]
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self.app(scope, heard, noted)
            if "error" in state:
                self._log.error("failure", error=state["error"])
        except Exception as error:
            self._log.error("mistake", error=traced(error))
            code = code or 1011
            with contextlib.suppress(Exception):  # it may be closed, or was never accepted
                await send({"type": "websocket.close", "code": 1011})
        finally:
            seconds = time.perf_counter() - began
            self._metrics.connection(_route(scope), refused or code or LOST, seconds)
            self._log.info(
                "connection",
                route=_route(scope),
                seconds=round(seconds, 1),
                **({"status": refused} if refused else {"close": code or LOST}),
                owner=state.get("owner"),
            )


def _route(scope: Scope) -> str:
    """The template that a path fits, never the path."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "none"
