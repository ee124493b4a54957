"""All that is held about one owner: to be taken away as an archive, or to be deleted for good."""

import contextlib
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Final, TypeAlias, cast

from sqlalchemy import delete, inspect, select

from visavis.avatars.audit import record
from visavis.avatars.cache import Cache
from visavis.avatars.database import Database
from visavis.avatars.database.tables import ApiKey, AuditEvent, Avatar, Consent, Rendering, User, Voice
from visavis.avatars.people import LOCAL, ensure_local
from visavis.avatars.vault import Vault
from visavis.contracts import Stream
from visavis.errors import NoSuchFile

Owned: TypeAlias = ApiKey | Avatar | Voice | Consent | Rendering | AuditEvent

TABLES: Final[dict[str, type[Owned]]] = {
    "keys": ApiKey, "avatars": Avatar, "voices": Voice, "consents": Consent,
    "renderings": Rendering, "audit": AuditEvent,
}  # fmt: skip

_SECRET: Final = {"digest"}  # of a key
_ENDINGS: Final = {
    "picture": "jpg", "clip": "mp4", "sample": "flac", "video": "mp4", "order": "json",
    "face": "bin", "track": "bin",
}  # fmt: skip


async def exported(owner: str, database: Database, vault: Vault) -> Stream[bytes]:
    """A zip archive: records.json, and every file in the clear. Holds about one piece of a file at a time."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "records.json", json.dumps(await _records(owner, database), indent=1, ensure_ascii=False)
        )
        yield sink.taken()
        async with contextlib.aclosing(vault.stored(owner)) as files:
            async for stored in files:
                item, _, part = stored.file.partition("/")
                if part in _ENDINGS:  # the others can be made anew from these at any time
                    name = f"files/{item}/{part}.{_ENDINGS[part]}"
                    entry = zipfile.ZipInfo(name, stored.modified.timetuple()[:6])
                    async with contextlib.aclosing(vault.read(owner, stored.file)) as pieces:
                        async for _ in _written(pieces, archive, entry):
                            yield sink.taken()
    yield sink.taken()


async def _written(pieces: Stream[bytes], archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Stream[None]:
    """Write a file into an archive, piece by piece; nothing for one that was deleted meanwhile."""
    try:
        first = await anext(pieces, b"")
    except NoSuchFile:
        return
    with archive.open(entry, "w", force_zip64=True) as file:
        file.write(first)
        yield None
        async for piece in pieces:
            file.write(piece)
            yield None


async def erased(owner: str, actor: str, database: Database, vault: Vault, cache: Cache) -> None:
    """Delete everything about an owner. What remains is an event that says it was done, without a name.

    The local user is made anew, so that what was under way for the one before comes to nothing.
    """
    async with database.session() as session:
        for table in (Rendering, Avatar, Voice, Consent, AuditEvent, ApiKey):
            await session.execute(delete(table).where(table.owner == owner))
        await session.execute(delete(User).where(User.id == owner))
        if owner == LOCAL:
            await ensure_local(session)
        await record(session, owner, actor, "erased", "user", owner)
    await cache.forget(owner)
    async with contextlib.aclosing(vault.stored(owner)) as files:
        async for stored in files:
            await vault.delete(owner, stored.file)


async def _records(owner: str, database: Database) -> dict[str, list[dict[str, object]]]:
    async with database.reading() as session:
        user = (await session.scalars(select(User).where(User.id == owner))).all()
        records = {"user": _plain(user, set())}
        for name, table in TABLES.items():
            rows = (await session.scalars(select(table).where(table.owner == owner))).all()
            records[name] = _plain(rows, _SECRET if table is ApiKey else set())
    return records


def _plain(rows: Sequence[object], hidden: set[str]) -> list[dict[str, object]]:
    return [
        {
            column.key: _plainly(getattr(row, column.key))
            for column in inspect(type(row)).column_attrs
            if column.key not in hidden
        }
        for row in rows
    ]


def _plainly(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


class _Sink:
    """A file that cannot be sought in; what is written waits to be taken."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        taken, self._waiting = b"".join(self._waiting), []
        return taken
