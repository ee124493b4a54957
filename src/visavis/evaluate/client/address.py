"""Where a server is, and what it answers over HTTP; each thing that can go wrong is a sentence.

Owns the key, and telling a server of visavis from another one. Nothing here is tried twice.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from visavis.errors import EngineError, InputError, NoRoom, VisavisError
from visavis.evaluate.client.received import Fields

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

PROMPT: Final = 30.0
"""Seconds that a small answer may take."""

NEVER: Final = 3600.0
"""Seconds that a video may take."""


@dataclass(frozen=True, slots=True)
class Address:
    """url: as in http://127.0.0.1:8000. key: "" where none is shown."""

    url: str
    key: str = field(default="", repr=False)

    def at(self, path: str) -> str:
        """A path on this server, which begins with a slash."""
        return self.url.rstrip("/") + path

    @property
    def socket(self) -> str:
        """Where its conversations are."""
        return self.at("/ws/stream").replace("http", "ws", 1)

    @property
    def headers(self) -> dict[str, str]:
        """What shows the key."""
        return {"X-API-Key": self.key} if self.key else {}


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
        found = _object(await self._answer("GET" if sent is None else "POST", path, patience, sent))
        if found is None:
            raise EngineError(f"{self.address.url}{path} answered with no JSON object; is it another server?")
        return found

    async def content(self, path: str, patience: float = PROMPT) -> bytes:
        """The bytes of an answer."""
        return (await self._answer("GET", path, patience)).content

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
        if not isinstance(health.get("engines"), dict) or "avatar_backend" not in health:
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
        self, method: str, path: str, patience: float, sent: Mapping[str, Any] | None = None
    ) -> "Response":
        from httpx2 import HTTPError, InvalidURL, TimeoutException

        url = self.address.at(path)
        asked: Any = None if sent is None else dict(sent)
        try:
            answer = await self._http.request(
                method, url, json=asked, timeout=patience, headers=self.address.headers
            )
        except TimeoutException as error:
            raise EngineError(
                f"{url} did not answer within {patience:g} s; is the server at work?"
            ) from error
        except (HTTPError, InvalidURL, ValueError) as error:
            said = str(error) or type(error).__name__
            raise EngineError(
                f"nobody answers at {self.address.url} ({said}); is the server running?"
            ) from error
        if answer.status_code >= 400:
            raise refusal(self.address, path, answer.status_code, _object(answer) or {}, answer.headers)
        return answer


def refusal(
    address: Address, path: str, status: int, answered: Fields, headers: Mapping[str, str]
) -> InputError | EngineError | NoRoom:
    """The error that says what a server refused, in its words where it has any."""
    detail = answered.get("detail")
    said = detail if isinstance(detail, str) else f"it answered {status} and did not say why"
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


@contextlib.asynccontextmanager
async def opened(address: Address) -> AsyncIterator[Door]:
    """A door to a server, for as long as the block lasts."""
    from httpx2 import AsyncClient

    # A proxy of the environment's is none of a server that is evaluated.
    async with AsyncClient(trust_env=False) as http:
        yield Door(address, http)


def _object(answer: "Response") -> Fields | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
