"""The web page: /, /avatar-registration and /server, which are one, and the files that it is made of.

What there is was built into the package (web/) and is found by asking for its very name; no path of a request
becomes one of this machine. Where it was not built, a page says how.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from visavis.server.answers import Refused
from visavis.server.ranges import is_known

FOLDER: Final = Path(__file__).parent.parent / "page"

POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'{sockets}; "
    "media-src 'self' blob:; img-src 'self' blob: data:; worker-src 'self' blob:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
PERMISSIONS: Final = "microphone=(self), camera=(self), autoplay=(self), geolocation=(), display-capture=()"

# Of files whose names hold a digest of what is in them, so that the same name is the same file for ever.
FOR_EVER: Final = "public, max-age=31536000, immutable"
DIGEST: Final = re.compile(r".+-[\w-]{8}\.\w+")

# Nothing else is served, and nothing is guessed.
KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}

UNBUILT: Final = """\
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>visavis</title>
<h1>visavis runs</h1>
<p>Its web page is not built as yet. In the folder of its source, say:</p>
<pre>make web</pre>
<p>and load this page again. What the server answers without it is told at <a href="/docs">/docs</a>.</p>
</html>
"""

router = APIRouter(include_in_schema=False)


class Asset(NamedTuple):
    """A file of the page. kind: of its content."""

    path: Path
    kind: str


@router.get("/")
@router.get("/avatar-registration")
@router.get("/server")
async def page(request: Request) -> Response:
    """The page; which part of it is shown is up to itself."""
    try:
        content = (FOLDER / "index.html").read_bytes()
    except OSError:
        return HTMLResponse(UNBUILT)
    headers = {
        "content-security-policy": POLICY.format(sockets=_sockets(request)),
        "permissions-policy": PERMISSIONS,
        "cache-control": "no-cache",
    }
    return HTMLResponse(content, headers=headers)


@router.head("/assets/{name}")
@router.get("/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    """One of the files that the page is made of."""
    found = assets(FOLDER).get(name)
    if found is None:
        raise Refused(404, "not_found", "the page has no such file; load it again")
    content = found.path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"cache-control": FOR_EVER if DIGEST.fullmatch(name) else "no-cache", "etag": etag}
    if is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=found.kind)


def assets(folder: Path) -> Mapping[str, Asset]:
    """The files that may be asked for by their names; those of a kind that is not known may not.

    They are looked for again when the page was built anew.
    """
    try:
        built = (folder / "index.html").stat().st_mtime_ns
    except OSError:
        return {}
    return _assets(folder, built)


@cache
def _assets(folder: Path, built: int) -> Mapping[str, Asset]:
    found = (path for path in (folder / "assets").iterdir() if path.is_file() and not path.is_symlink())
    return {path.name: Asset(path, KINDS[path.suffix]) for path in found if path.suffix in KINDS}


def _sockets(request: Request) -> str:
    """Where the page may open WebSockets: at this server, by the name that it was asked under.

    'self' is enough for today's browsers; Safari before 15.4 wanted it in full.
    """
    host = request.headers.get("host", "")
    return f" ws://{host} wss://{host}" if _is_plain(host) else ""


def _is_plain(host: str) -> bool:
    """Whether it holds nothing that would mean something in a header."""
    return bool(host) and all(sign.isascii() and (sign.isalnum() or sign in ".-:[]") for sign in host)
