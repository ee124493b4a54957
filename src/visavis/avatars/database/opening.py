"""Sees to it that a database is there and has the newest tables before anything else is done with it.

Of several processes that start at once one changes the tables and the others wait for it. A database that
is up to date is only asked for its version.
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from visavis.avatars.database import migrations
from visavis.avatars.database.addresses import is_file, named
from visavis.avatars.database.engines import engine_for
from visavis.avatars.database.faults import connecting, on_disk, told
from visavis.errors import StorageError

WAIT: Final = 60.0
"""Seconds that another process may take to change the tables."""

_LOCK: Final = 0x76697361766973
"""The name of the lock in PostgreSQL, a number: "visavis"."""


async def prepare(address: URL, reading: AsyncEngine) -> None:
    """Make what is missing: folder, file, tables; reading: an engine for what only reads.

    Raises:
        StorageError: that cannot be done, or the database is newer than this program.
    """
    name = named(address)
    if is_file(address):
        with connecting(name), on_disk(name):
            _make(Path(name))
            # Told here what cannot be opened: aiosqlite leaves a thread behind then, which complains aloud
            # when the loop has gone.
            sqlite3.connect(name).close()
    with connecting(name):
        async with reading.connect() as connection:
            found = await connection.run_sync(migrations.version)
    if is_file(address):
        _make_private(Path(name))
    if found == migrations.NEWEST:
        return
    async with changing(address) as connection:
        _check(name, await connection.run_sync(migrations.version))
        await connection.run_sync(migrations.upgrade)


@asynccontextmanager
async def changing(address: URL) -> AsyncIterator[AsyncConnection]:
    """A transaction in which nobody else changes tables; all of it happens, or nothing.

    Raises:
        StorageError: others did for too long, or the database refused.
    """
    name = named(address)
    engine = engine_for(address, "changing")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        if is_file(address):
            await stack.enter_async_context(_file_lock(name))
        stack.enter_context(told(name))
        with connecting(name):
            connection = await stack.enter_async_context(engine.begin())
        if not is_file(address):
            await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT * 1000:.0f}ms'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@asynccontextmanager
async def _file_lock(name: str) -> AsyncIterator[None]:
    """The lock beside an SQLite file; SQLite's own does not hold while the file becomes one with a log."""
    from filelock import AsyncFileLock, Timeout

    lock = AsyncFileLock(f"{name}.lock", timeout=WAIT, mode=0o600, run_in_executor=False)
    with on_disk(name):
        try:
            await lock.acquire()
        except Timeout as error:
            raise StorageError(
                f"another process has been changing the tables of {name} for {WAIT:.0f} s; wait, or end it"
            ) from error
    try:
        yield
    finally:
        await lock.release()


def _check(name: str, found: str | None) -> None:
    if found is not None and found not in migrations.VERSIONS:
        raise StorageError(
            f"the database {name} has tables of version {found}, and the newest that is known here is "
            f"{migrations.NEWEST}; update visavis, or name another database"
        )


def _make(path: Path) -> None:
    """A file that only its user can read, in such a folder, where there is none.

    What is there is not opened: closing it again would take this process's locks off it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _make_private(path: Path) -> None:
    """Let nobody else read a file that has turned out to be a database."""
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # it is somebody else's
            path.chmod(0o600)
