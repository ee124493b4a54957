"""Who may knock: which names the server answers to, and which web pages may have it change something.

Without keys everybody who reaches the server is its user, and so is every web page that the user's browser
has open. Two things keep strangers' pages out: the server answers to names of this machine only, which a page
cannot borrow by letting its own name point here, and what changes something is refused to other pages.
Owns the headers that browsers heed, too.
"""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from visavis.server.answers import Refused, answer_to

SAFE: Final = {"GET", "HEAD", "OPTIONS"}

HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class Doors:
    """An ASGI layer for a server without keys: only for this machine's own names and pages.

    origins: of other pages that may use the server.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and (refused := self._refusal(scope)):
            await answer_to(refused)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_loopback(host_of(host)):
            return Refused(421, "host", "this server answers to localhost only; use http://localhost")
        if scope.get("method", "") not in SAFE and not self._is_ours(headers, host):
            return Refused(403, "origin", "this web page may not use the server; see CORS_ORIGINS")
        return None

    def _is_ours(self, headers: Headers, host: str) -> bool:
        """Whether it is one of our own pages that asks, an allowed one, or no page at all."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        return origin in self.origins or netloc_of(origin).lower() == host.lower()


class Guarded:
    """An ASGI layer that gives every answer the headers that keep browsers from guessing and framing.

    shared: whether pages of other origins may embed what is answered.
    """

    def __init__(self, app: ASGIApp, shared: bool) -> None:
        self.app = app
        self._headers = HEADERS | {
            "cross-origin-resource-policy": "cross-origin" if shared else "same-origin"
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded)


def netloc_of(address: str) -> str:
    """The host and port in an address; empty where there are none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def host_of(netloc: str) -> str:
    """The host in a Host header, without its port and brackets; empty where it is none."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
