"""Who asks: the one local user, or the owner of the key that was shown."""

import contextlib
from dataclasses import dataclass
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request, Security, WebSocket
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from visavis.avatars.database import Database
from visavis.avatars.people import LOCAL, is_key, note_use, owner_of
from visavis.errors import StorageError
from visavis.server.answers import Refused
from visavis.streams import Crew

# Longer than any of ours; nobody needs to hash more.
LONGEST: Final = 256

# What a browser says in place of a header: it can send none with a WebSocket, but names of subprotocols.
SUBPROTOCOL: Final = "visavis"
KEY: Final = "key."

_bearer = HTTPBearer(auto_error=False, description="A key that `visavis keys` made")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key")


@dataclass(frozen=True, slots=True)
class Caller:
    """In whose name something is done; actor: who it was, for the audit."""

    owner: str
    actor: str


class Keys(Protocol):
    """Knows the owners of keys."""

    async def caller(self, key: str) -> Caller | None:
        """None for a key that is none, or was revoked."""
        ...


class StoredKeys:
    """The keys that a database knows.

    pepper: the vault's secret for people.PEPPER.
    crew: writes down that keys are used, which no request has to wait for.
    """

    def __init__(self, database: Database, pepper: bytes, crew: Crew) -> None:
        self._database, self._pepper, self._crew = database, pepper, crew
        self._noting: set[str] = set()

    async def caller(self, key: str) -> Caller | None:
        """The owner of a key; who acts is the key."""
        if not is_key(key):
            return None
        async with self._database.reading() as session:
            found = await owner_of(session, key, self._pepper)
        if found is None:
            return None
        if found.is_due and found.key not in self._noting:
            self._noting.add(found.key)
            self._crew.begin(self._note(found.key))
        return Caller(found.owner, found.key)

    async def _note(self, key_id: str) -> None:
        """Write it down; a database that has no time for it is asked again by the next request."""
        try:
            with contextlib.suppress(StorageError):
                async with self._database.session() as session:
                    await note_use(session, key_id)
        finally:
            self._noting.discard(key_id)


async def caller(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> Caller:
    """Who asks.

    Raises:
        Refused: 401, where keys are wanted and none of ours was shown.
    """
    found = await known(request.app.state.parts.keys, bearer.credentials if bearer else header or "")
    request.state.owner = found.owner
    return found


async def opener(websocket: WebSocket) -> Caller:
    """Who opens a WebSocket; a key may come in a header, or as the subprotocol key.KEY beside visavis.

    Raises:
        Refused: 401, where keys are wanted and none of ours was shown.
    """
    found = await known(websocket.app.state.parts.keys, _shown(websocket))
    websocket.state.owner = found.owner
    return found


async def known(keys: Keys | None, key: str) -> Caller:
    """Whose key it is. keys: None where nobody needs one. Raises Refused, 401."""
    if keys is None:
        return Caller(LOCAL, LOCAL)
    found = await keys.caller(key) if 0 < len(key) <= LONGEST else None
    if found is None:
        raise Refused(
            401,
            "unauthorized",
            "a valid key is needed; send it as Authorization: Bearer KEY or X-API-Key: KEY",
            {"WWW-Authenticate": "Bearer"},
        )
    return found


def _shown(websocket: WebSocket) -> str:
    scheme, _, key = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return key.strip()
    if header := websocket.headers.get("x-api-key"):
        return header
    offered: list[str] = websocket.scope.get("subprotocols", [])
    return next((name.removeprefix(KEY) for name in offered if name.startswith(KEY)), "")


Who = Annotated[Caller, Depends(caller)]
Opener = Annotated[Caller, Depends(opener)]
