"""One file over HTTP: resumed where it broke off, tried again where that may help.

The standard library's client is enough for one connection at a time, takes proxies and certificates
from where the system keeps them, and costs no dependency. Whether the bytes are the right ones is
not asked here.
"""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from time import sleep
from typing import IO
from urllib.parse import urlsplit

from visavis.errors import ModelError
from visavis.models.disk import in_bytes, length, writing

_BLOCK = 1 << 17
_LONGEST_WAIT = 60.0
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to put up with a bad connection, or with others.

    timeout: seconds of silence after which a connection counts as broken.
    tries: how often in a row it may break without a new byte.
    pause: seconds before the second try; each further one waits twice as long.
    quiet: seconds of waiting for another process before it is said that there is one.
    """

    timeout: float = 30.0
    tries: int = 4
    pause: float = 1.0
    quiet: float = 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where one file is.

    token: goes to the host of `url` and to no other.
    page: where a user can ask for access; empty where there is no such place.
    """

    url: str
    token: str = ""
    page: str = ""

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc


class _BrokenOff(Exception):
    """The connection failed in a way that may pass; `wait` is what the server asks for, in seconds."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects; keeps the token from hosts that it was not given for.

    The hub sends large files to a storage host whose signed address refuses a second authorisation,
    and small ones to another path of its own, which needs it.
    """

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        onward = super().redirect_request(req, fp, code, msg, headers, newurl)
        if onward is not None and _origin(newurl) != _origin(req.full_url):
            onward.remove_header("Authorization")
        return onward


def download(
    address: Address, size: int, part: Path, reached: Callable[[int], None], patience: Patience
) -> None:
    """Make `part` `size` bytes long, going on from what it holds.

    reached: called with the length of `part` as it grows; it falls where a server starts anew.

    Raises:
        ModelError: the file is not there, is not of that size, may not be had, or the connection
            broke too often; in the last two cases `part` keeps what has come.
    """
    fruitless, longest = 0, length(part)
    while length(part) != size:
        try:
            _go_on(address, size, part, reached, patience.timeout)
        except _BrokenOff as broken:
            fruitless = 0 if length(part) > longest else fruitless + 1
            longest = max(longest, length(part))
            if fruitless >= patience.tries:
                raise _given_up(address, part, broken) from broken
            sleep(min(broken.wait or patience.pause * 2 ** max(fruitless - 1, 0), _LONGEST_WAIT))


def discard(part: Path) -> None:
    """Delete an unfinished file, and what is known about it."""
    with writing(part.parent):
        part.unlink(missing_ok=True)
        _version(part).unlink(missing_ok=True)


def _go_on(address: Address, size: int, part: Path, reached: Callable[[int], None], timeout: float) -> None:
    if length(part) > size:
        discard(part)
    with _answer(address, part, timeout) as answer:
        begin, announced = _extent(answer)
        if announced not in (None, size):
            discard(part)
            raise ModelError(
                f"{answer.url.split('?')[0]} has {announced:,} bytes and {size:,} were expected: "
                "it has been replaced, or the network shows a page of its own; "
                "look at the address in a browser"
            )
        if begin not in (0, length(part)):
            discard(part)
            raise _BrokenOff("the server continued at the wrong place")
        _receive(answer, size, part, begin, reached)


def _receive(
    answer: http.client.HTTPResponse, size: int, part: Path, begin: int, reached: Callable[[int], None]
) -> None:
    """Append what comes to what is there, or begin again."""
    have = begin
    with _kept_unless_full(part):
        _version(part).write_text(_validator(answer), "utf-8")
        out = part.open("ab" if begin else "wb", buffering=0)
    with out:
        while have < size and (block := _read(answer, size - have)):
            with _kept_unless_full(part):
                _write(out, block)
            have += len(block)
            reached(have)
    if have < size:
        raise _BrokenOff(f"the connection closed after {in_bytes(have)} of {in_bytes(size)}")


@contextmanager
def _kept_unless_full(part: Path) -> Iterator[None]:
    """Write to `part`; where that fails, leave nothing of it on a disk that has no room."""
    try:
        with writing(part.parent):
            yield
    except ModelError:
        discard(part)
        raise


def _write(out: FileIO, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[out.write(rest) :]


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    try:
        return answer.read1(min(most, _BLOCK))
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOff(_reason(error)) from error


def _answer(address: Address, part: Path, timeout: float) -> http.client.HTTPResponse:
    """The server's answer to a request for the rest of `part`."""
    try:
        opener = urllib.request.build_opener(_Redirects)
        answer: http.client.HTTPResponse = opener.open(_request(address, part), timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(address, part, error) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise ModelError(
                f"the certificate of {address.host} cannot be trusted ({error.reason.verify_message}); "
                "name the certificates of your network with SSL_CERT_FILE"
            ) from error
        raise _BrokenOff(_reason(error.reason)) from error
    except (ValueError, http.client.InvalidURL) as error:
        raise ModelError(f"{address.url!r} is not an address that can be fetched from") from error
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenOff(_reason(error)) from error
    return answer


def _request(address: Address, part: Path) -> urllib.request.Request:
    headers = {"User-Agent": "visavis", "Accept-Encoding": "identity"}
    if address.token:
        headers["Authorization"] = f"Bearer {address.token}"
    if have := length(part):
        headers["Range"] = f"bytes={have}-"
        if version := _known_version(part):
            headers["If-Range"] = version
    return urllib.request.Request(address.url, headers=headers)


def _refusal(address: Address, part: Path, error: urllib.error.HTTPError) -> Exception:
    """What an answer that is not the file means."""
    if error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ModelError(_closed(address, error.code))
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        discard(part)
        return _BrokenOff("the server has less than was fetched before")
    if error.code in _PASSING or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = error.headers.get("Retry-After", "")
        return _BrokenOff(f"it answers {error.code} {error.reason}", float(wait) if wait.isdecimal() else 0.0)
    discard(part)
    return ModelError(
        f"{address.url} cannot be fetched: {address.host} answers {error.code} {error.reason}; "
        "a newer visavis may know where the file has gone"
    )


def _closed(address: Address, code: int) -> str:
    if not address.page:
        return f"{address.host} does not give out {address.url} ({code}); fetch it by hand"
    if address.token:
        return (
            f"{address.host} does not let the account of HF_TOKEN have {address.url} ({code}); "
            f"accept the terms at {address.page}, or use another token"
        )
    return (
        f"{address.url} is for people with an account ({code}); "
        f"accept the terms at {address.page} and set HF_TOKEN to a token of yours"
    )


def _given_up(address: Address, part: Path, broken: _BrokenOff) -> ModelError:
    kept = (
        f"; {in_bytes(have)} are kept and the next try goes on from there" if (have := length(part)) else ""
    )
    return ModelError(f"{address.host} cannot be reached: {broken}; check the network and try again{kept}")


def _extent(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """Where in the file an answer begins, and the length of all of the file if it says so."""
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
        span, _, whole = rest.partition("/")
        first = span.partition("-")[0]
        if unit != "bytes" or not first.isdecimal():
            raise _BrokenOff("the server does not say which part it sends")
        return int(first), int(whole) if whole.isdecimal() else None
    told = answer.headers.get("Content-Length", "")
    return 0, int(told) if told.isdecimal() else None


def _validator(answer: http.client.HTTPResponse) -> str:
    """What names this version of the file in If-Range; a weak tag may not (RFC 9110, 13.1.5)."""
    tag: str = answer.headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    changed: str = answer.headers.get("Last-Modified", "")
    return changed


def _known_version(part: Path) -> str:
    try:
        return _version(part).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _version(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _reason(error: BaseException | str) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    told = error.strerror if isinstance(error, OSError) else None
    return told or str(error) or type(error).__name__
