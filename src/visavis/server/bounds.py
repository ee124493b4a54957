"""How much a client may send, and how slowly: counted while it comes, before anything looks at it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from visavis.errors import TooLarge
from visavis.server.answers import Refused, answer_to

# Of everything that is not an upload.
BODY: Final = 64 * 2**10

# A body may keep the server waiting for GRACE seconds, and longer only as it grows: 128 kbit/s.
GRACE: Final = 20.0
SLOWEST: Final = 16 * 2**10

# Seconds between an answer to a body that is not read to its end and the end of the connection: a socket that
# is closed with something unread in it takes back what was said last.
LINGER: Final = 1.0


class Bounded:
    """An ASGI layer that refuses bodies that are too large or too slow, and reads no further then.

    larger: bytes of the largest body by path, where it is not BODY.
    """

    def __init__(
        self,
        app: ASGIApp,
        larger: Mapping[str, int],
        grace: float = GRACE,
        slowest: float = SLOWEST,
        linger: float = LINGER,
    ) -> None:
        self.app = app
        self.larger = larger
        self.grace, self.slowest, self.linger = grace, slowest, linger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(self, receive, send, headers, self.larger.get(scope["path"], BODY))
        if (
            "transfer-encoding" in headers and "content-length" in headers
        ):  # a proxy may have believed the other
            refused = Refused(400, "two_lengths", "the request tells its length in two ways; send one")
            await answer_to(refused)(scope, receive, body.send)
        elif body.declared > body.most:
            await answer_to(_too_large(body.most))(scope, receive, body.send)
        else:
            await self.app(scope, body.receive, body.send)


class _Body:
    """One request's body on its way, and the answer to it."""

    def __init__(self, bounds: Bounded, receive: Receive, send: Send, headers: Headers, most: int) -> None:
        self.most = most
        length = headers.get("content-length", "")
        self.declared = int(length) if length.isascii() and length.isdigit() else 0
        self._bounds = bounds
        self._receive, self._send = receive, send
        self._over = length in ("", "0") and "transfer-encoding" not in headers
        self._size = 0
        self._waited = 0.0

    async def receive(self) -> Message:
        if self._over:  # what may come now is that the client has gone, and that may take its time
            return await self._receive()
        message = await self._within(self._bounds.grace + self._size / self._bounds.slowest - self._waited)
        self._size += len(message.get("body", b""))
        if self._size > self.most:
            raise _too_large(self.most)
        self._over = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self._over:
            # Or the rest of the body would be read all the same, to get at the next request.
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        if message["type"] == "http.response.body" and not message.get("more_body") and not self._over:
            await self._send({**message, "more_body": True})
            await asyncio.sleep(self._bounds.linger)
            message = {"type": "http.response.body"}
        await self._send(message)

    async def _within(self, seconds: float) -> Message:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(seconds):
                return await self._receive()
        except TimeoutError:
            raise Refused(408, "too_slow", "the request came too slowly; send it again") from None
        finally:
            self._waited += loop.time() - began


def _too_large(most: int) -> Refused:
    error = TooLarge(f"the request is larger than {size_in_words(most)}; send a smaller one")
    return Refused(413, error.code, str(error))


def size_in_words(size: int) -> str:
    """As in 50 MB or 64 KB."""
    return f"{size / 2**20:.0f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"
