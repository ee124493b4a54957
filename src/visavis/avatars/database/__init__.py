"""What was registered, as rows: in an SQLite file, or in PostgreSQL.

Owns connections, transactions and the tables; `tables` has the rows, `migrations` the way from one version
of the tables to the next. Refuses to know what rows mean: who may see what is for whoever asks.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from visavis.avatars.database.addresses import named, understood, url_of
from visavis.avatars.database.engines import engines_for
from visavis.avatars.database.faults import connecting, naming, told, violates_unique
from visavis.avatars.database.opening import prepare

__all__ = ["Database", "naming", "url_of", "violates_unique"]


class Database:
    """An open database; any number of sessions at once, from one event loop.

    name: what users know it by, without the password.
    """

    def __init__(self, name: str, writing: AsyncEngine, reading: AsyncEngine) -> None:
        self.name = name
        self._writing = writing
        self._reading = reading

    @classmethod
    async def opened(cls, url: str) -> "Database":
        """Open a database, which is made, or brought to the newest tables, where that is needed.

        url: sqlite:///path/of/file or postgresql://user:password@server/name.

        Raises:
            StorageError: it cannot be reached or changed, or is newer than this program.
        """
        address = understood(url)
        database = cls(named(address), *engines_for(address))
        try:
            await prepare(address, database._reading)
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: written when the block ends, and undone when it ends by an error.

        In SQLite one waits for the other: nothing slow belongs into it, and no other session. Rows may be
        used after it.

        Raises:
            StorageError: the database was lost, is full or was busy for too long.
        """
        async with self._transaction(self._writing) as session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that changes nothing, waits for nobody and holds nobody up.

        Raises:
            StorageError: the database was lost, or a change was tried.
        """
        async with self._transaction(self._reading) as session:
            yield session

    async def close(self) -> None:
        """Close all connections; sessions have ended before."""
        await self._writing.dispose()
        await self._reading.dispose()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        with told(self.name):
            async with AsyncSession(engine, expire_on_commit=False) as session:
                with connecting(self.name):
                    await session.connection()
                yield session
