"""Where a server is, and what it answers over HTTP; each thing that can go wrong is a sentence.

Owns the key, and telling a server of visavis from another one. Nothing here is tried twice.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from visavis.errors import EngineError, InputError, NoRoom, VisavisError
from visavis.evaluate.client.received import Fields

if TYPE_CHECKING:
    from httpx2 import AsyncClient

PROMPT: Final = 30.0
"""Seconds that a small answer may take."""

NEVER: Final = 3600.0
"""Seconds that a video may take."""

SMALL: Final = 16 * 2**20
"""Bytes that an answer may have which is no video."""

LONGEST: Final = 1000
"""Characters of a server's own words that are passed on."""

LARGE: Final = 2**30
"""Bytes that a video may have."""


@dataclass(frozen=True, slots=True)
class Address:
    """url: as in http://127.0.0.1:8000. key: "" where none is shown."""

    url: str
    key: str = field(default="", repr=False)

    def at(self, path: str) -> str:
        """A path on this server, which begins with a slash.

        Raises EngineError for what would be somewhere else, for it may be the server that names it.
        """
        if not path.startswith("/") or path.startswith("//"):
            raise EngineError(f"{self.url} names {path!r}, which is no place on it; do not trust that server")
        return self.url.rstrip("/") + path

    @property
    def socket(self) -> str:
        """Where its conversations are."""
        return self.at("/ws/stream").replace("http", "ws", 1)

    @property
    def headers(self) -> dict[str, str]:
        """What shows the key."""
        return {"X-API-Key": self.key} if self.key else {}


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes


class Door:
    """Asks one server. Raises, for all that it does: EngineError where it does not answer, and InputError
    where what is asked for cannot be.
    """

    def __init__(self, address: Address, http: "AsyncClient") -> None:
        self.address = address
        self._http = http

    async def fields(
        self, path: str, sent: Mapping[str, Any] | None = None, patience: float = PROMPT
    ) -> Fields:
        """An answer in JSON; sent: a body, which makes it a POST."""
        answer = await self._answer("GET" if sent is None else "POST", path, patience, sent)
        found = object_in(answer.content)
        if found is None:
            raise EngineError(f"{self.address.url}{path} answered with no JSON object; is it another server?")
        return found

    async def content(self, path: str, patience: float = PROMPT, most: int = SMALL) -> bytes:
        """The bytes of an answer, of which there may be so many."""
        return (await self._answer("GET", path, patience, most=most)).content

    async def delete(self, path: str) -> None:
        """Have something taken away that was made for the caller."""
        await self._answer("DELETE", path, PROMPT)

    async def checked(self) -> Fields:
        """What it says of itself, if it is a server of visavis that knows the key.

        Raises:
            InputError: nobody is there, it is another one, or it does not know the key.
        """
        try:
            health = await self.fields("/health")
        except EngineError as error:
            raise InputError(str(error)) from error
        engines = health.get("engines")
        known = isinstance(engines, dict) and all(isinstance(engine, dict) for engine in engines.values())
        if not known or "avatar_backend" not in health:
            raise InputError(
                f"{self.address.url} is no server of visavis; name one, or start it: visavis serve"
            )
        await self.fields("/api/v1/figures")
        return health

    async def is_ready(self) -> bool:
        """Whether it is there and can be asked for work."""
        try:
            await self.fields("/ready")
        except VisavisError:
            return False
        return True

    async def _answer(
        self,
        method: str,
        path: str,
        patience: float,
        sent: Mapping[str, Any] | None = None,
        most: int = SMALL,
    ) -> _Answer:
        from httpx2 import HTTPError, InvalidURL, TimeoutException

        url = self.address.at(path)
        try:
            async with asyncio.timeout(patience):
                answer = await self._received(method, url, patience, sent, most)
        except (TimeoutError, TimeoutException) as error:
            raise EngineError(
                f"{url} did not answer within {patience:g} s; is the server at work?"
            ) from error
        except (HTTPError, InvalidURL, ValueError) as error:
            said = str(error) or type(error).__name__
            raise EngineError(
                f"nobody answers at {self.address.url} ({said}); is the server running?"
            ) from error
        if answer.status >= 300:
            told = object_in(answer.content) or {}
            raise refusal(self.address, path, answer.status, told, answer.headers)
        return answer

    async def _received(
        self, method: str, url: str, patience: float, sent: Mapping[str, Any] | None, most: int
    ) -> _Answer:
        """A whole answer, if it has no more bytes than that."""
        asked: Any = None if sent is None else dict(sent)
        content = bytearray()
        headers = self.address.headers
        async with self._http.stream(method, url, json=asked, timeout=patience, headers=headers) as answer:
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > most:
                    raise EngineError(
                        f"{url} answers with more than {most >> 20} MB; that is none of what was asked for"
                    )
            return _Answer(answer.status_code, answer.headers, bytes(content))


def refusal(
    address: Address, path: str, status: int, answered: Fields, headers: Mapping[str, str]
) -> InputError | EngineError | NoRoom:
    """The error that says what a server refused, in its words where it has any."""
    said = sentence_in(answered) or f"it answered {status} and did not say why"
    if status == 401:
        return InputError(f"{address.url} does not know this key; give one of its own with --key")
    if status == 503:
        again = after(headers)
        return NoRoom(f"{address.url} is full, or not ready: {said}", again or 0)
    if status in (404, 405) and "code" not in answered:
        return InputError(f"{address.url} has no {path}, so it is no server of visavis; name one")
    if status >= 500:
        return EngineError(f"{address.url} failed: {said}")
    return InputError(f"{address.url} refused: {said}")


def after(headers: Mapping[str, str]) -> int | None:
    """Seconds after which to ask again (RFC 9110, section 10.2.3); None where it is not told so."""
    told = headers.get("retry-after", "")
    return int(told) if told.isascii() and told.isdecimal() else None


def sentence_in(answered: Fields) -> str:
    """Why something was refused, as far as it is told in a sentence."""
    detail = answered.get("detail")
    return detail[:LONGEST] if isinstance(detail, str) else ""


@contextlib.asynccontextmanager
async def opened(address: Address) -> AsyncIterator[Door]:
    """A door to a server, for as long as the block lasts."""
    from httpx2 import AsyncClient

    # A proxy of the environment's is none of a server that is evaluated.
    async with AsyncClient(trust_env=False) as http:
        yield Door(address, http)


def object_in(content: bytes) -> Fields | None:
    """What an answer holds, if it is an object in JSON."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
