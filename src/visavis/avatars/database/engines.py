"""Connections to the two kinds of databases, set up so that both behave alike.

In SQLite there is one connection that writes, for which sessions queue up, and several that read. What
writes takes SQLite's lock when it begins: a transaction that has read first could fail to get it later.
What only reads is refused every change, by both kinds.
"""

import json
import sqlite3
from functools import partial
from typing import Any, Final, Literal

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from visavis.avatars.database.addresses import is_file, named
from visavis.errors import StorageError

Purpose = Literal["writing", "reading", "changing"]

PATIENCE: Final = 10.0
"""Seconds: for a server to answer, and for others' transactions to end."""

_PRAGMAS: Final[dict[Purpose, tuple[str, ...]]] = {
    "writing": ("foreign_keys = ON", "secure_delete = ON"),
    "reading": ("query_only = ON",),
    # With foreign keys on, making a table anew would delete the rows that refer to it.
    "changing": ("journal_mode = WAL", "foreign_keys = OFF", "secure_delete = ON"),
}


class _LettingGo(sqlite3.Connection):
    """Lets the lock go when it is closed.

    SQLite keeps a closed connection, and its transaction, until the last statement has gone: that of a task
    which was cancelled while it read stays until the next collection of garbage.
    """

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def engines_for(address: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """One that writes, and one that only reads; nothing is connected yet.

    Raises:
        StorageError: the driver is not installed.
    """
    writing = engine_for(address, "writing")
    if is_file(address):
        return writing, engine_for(address, "reading")
    return writing, writing.execution_options(postgresql_readonly=True)


def engine_for(address: URL, purpose: Purpose) -> AsyncEngine:
    """An engine for an address that was understood; nothing is connected yet.

    purpose: changing is for one connection that changes tables. SQLite begins to keep a log ahead of its
        file then, so that readers do not wait for writers.

    Raises:
        StorageError: the driver is not installed.
    """
    alone = purpose == "changing" or (purpose == "writing" and is_file(address))
    connecting: dict[str, Any] = {"timeout": PATIENCE}
    if is_file(address):
        # We begin: sqlite3 would do so late, and not for tables.
        connecting |= {"isolation_level": None, "factory": _LettingGo}
    try:
        engine = create_async_engine(
            address,
            pool_size=1 if alone else 5,
            max_overflow=0 if alone else 10,
            pool_timeout=PATIENCE,
            pool_pre_ping=not is_file(address),
            connect_args=connecting,
            json_serializer=partial(json.dumps, allow_nan=False),
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise StorageError(
            f"the database {named(address)} needs {error.name}; "
            "install it with: pip install 'visavis[postgres]'"
        ) from error
    if is_file(address):
        _listen(engine, _PRAGMAS[purpose], "BEGIN" if purpose == "reading" else "BEGIN IMMEDIATE")
    return engine


def _listen(engine: AsyncEngine, pragmas: tuple[str, ...], begin: str) -> None:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begun)
