"""An empty database of either kind for every test that asks for one."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from visavis.avatars.database import Database, url_of
from visavis.avatars.database.addresses import understood

from ..servers.postgres import Postgres, missing, serving

KINDS = (pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.servers))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server, the same for all tests."""
    if why := missing():
        pytest.skip(why)
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """A database that tests use after one another."""
    return postgres.new_database()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is, or will be when it is opened."""
    if request.param == "sqlite":
        return url_of(tmp_path / "data" / "visavis.db")
    server: Postgres = request.getfixturevalue("postgres")
    used: str = request.getfixturevalue("postgres_url")
    server.empty(used)
    return used


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open one, with the newest tables and nothing in them."""
    opened = await Database.opened(url)
    yield opened
    await opened.close()


@pytest.fixture
def dump(request: pytest.FixtureRequest, url: str) -> Callable[[], str]:
    """All that is in the database, as a thief would get it."""
    if url.startswith("postgresql"):
        server: Postgres = request.getfixturevalue("postgres")
        return partial(server.dump, url)
    return partial(_sqlite_dump, Path(understood(url).database or ""))


def _sqlite_dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())
