"""Keys that are stored: reading whose they are waits for nobody, and nobody for a note of their use."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.database import Database, url_of
from visavis.avatars.people import LOCAL, create_key, ensure_local, keys_of
from visavis.errors import StorageError
from visavis.server.keys import Caller, StoredKeys
from visavis.streams import Crew

PEPPER = bytes(32)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.opened(url_of(tmp_path / "visavis.db"))
    try:
        async with database.session() as session:
            await ensure_local(session)
        yield database
    finally:
        await database.close()


async def made(database: Database) -> tuple[str, str]:
    """A new key, and its id."""
    async with database.session() as session:
        key = await create_key(session, LOCAL, "one", PEPPER)
        return key, (await keys_of(session, LOCAL))[0].id


async def is_noted(database: Database) -> bool:
    async with database.reading() as session:
        return (await keys_of(session, LOCAL))[0].used is not None


@contextlib.asynccontextmanager
async def lost() -> AsyncIterator[AsyncSession]:
    """Stands in for a database that cannot be reached."""
    raise StorageError("the database cannot be reached")
    yield


async def test_a_key_is_known_and_its_use_noted(database: Database) -> None:
    key, id_ = await made(database)
    async with Crew() as crew:
        keys = StoredKeys(database, PEPPER, crew)
        assert await keys.caller(key) == Caller(LOCAL, id_)
        assert await keys.caller("vv_" + "x" * 43) is None
    assert await is_noted(database)


async def test_who_shows_a_key_does_not_wait_for_who_writes(database: Database) -> None:
    key, id_ = await made(database)
    async with Crew() as crew:
        keys = StoredKeys(database, PEPPER, crew)
        async with database.session():  # holds the lock, as long as it lasts
            assert [await keys.caller(key) for _ in range(3)] == [Caller(LOCAL, id_)] * 3
            assert not await is_noted(database)
    assert await is_noted(database)


async def test_a_use_that_cannot_be_noted_is_tried_again_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, id_ = await made(database)
    with monkeypatch.context() as patched:
        patched.setattr(database, "session", lost)
        async with Crew() as crew:
            keys = StoredKeys(database, PEPPER, crew)
            assert await keys.caller(key) == Caller(LOCAL, id_)
    assert not await is_noted(database)
    async with Crew() as crew:
        keys._crew = crew
        await keys.caller(key)
    assert await is_noted(database)


@pytest.mark.parametrize("text", ["", "vv_", "x" * 5_000, "vv_" + "é" * 43])
async def test_what_does_not_look_like_a_key_is_not_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(database, "session", lost)
    monkeypatch.setattr(database, "reading", lost)
    async with Crew() as crew:
        assert await StoredKeys(database, PEPPER, crew).caller(text) is None
