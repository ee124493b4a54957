import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Index, MetaData, String, inspect, text

from visavis.avatars.database import Database, migrations, opening
from visavis.avatars.database.addresses import understood
from visavis.avatars.database.opening import changing
from visavis.avatars.database.tables import Row, User
from visavis.errors import StorageError

from .rows import avatar, consent, user


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """What Alembic would have to do for the database to be as the metadata says."""
    options = {"compare_type": True, "compare_server_default": True}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_migrations_end_where_the_tables_are(url: str, database: Database) -> None:
    async with changing(understood(url)) as connection:
        assert await connection.run_sync(differences, Row.metadata) == []
        assert await connection.run_sync(tables) == {*Row.metadata.tables, "alembic_version"}


async def test_that_they_do_not_would_be_seen(url: str, database: Database) -> None:
    changed = MetaData()
    for table in Row.metadata.sorted_tables:
        table.to_metadata(changed)
    avatars = changed.tables["avatars"]
    avatars.append_column(Column("mood", String(8)))
    avatars.c.label.nullable = True
    changed.tables["consents"].c.digest.type = String(8)
    Index("ix_voices_digest", changed.tables["voices"].c.digest)
    async with changing(understood(url)) as connection:
        assert len(await connection.run_sync(differences, changed)) == 4


def test_all_versions_are_listed() -> None:
    scripts = ScriptDirectory(migrations.FOLDER)
    assert scripts.get_heads() == [migrations.NEWEST]
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(migrations.VERSIONS))


def downgrade(connection: Connection) -> None:
    """Take a database back to where it has no tables."""
    scripts = ScriptDirectory(migrations.FOLDER)

    def steps(heads: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
        behind = scripts.iterate_revisions(heads, "base")
        return [MigrationStep.downgrade_from_script(scripts.revision_map, script) for script in behind]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    context.run_migrations(op=Operations(context))


async def test_there_is_a_way_back_to_nothing_and_up_again(url: str, database: Database) -> None:
    async with database.session() as session:
        await user(session, "ada")
    await database.close()
    async with changing(understood(url)) as connection:
        await connection.run_sync(downgrade)
    async with changing(understood(url)) as connection:
        assert await connection.run_sync(tables) == {"alembic_version"}
        assert await connection.run_sync(migrations.version) is None
    again = await Database.opened(url)
    async with again.reading() as session:
        assert await session.get(User, "ada") is None
    await again.close()


async def test_a_newer_database_is_refused_and_left_alone(url: str, database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"tables of version 9999, and the newest .* update visavis"):
        await Database.opened(url)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """A folder of migrations that has one more; it still has to be written."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    return folder / "versions" / "v0002_next.py"


def write(script: Path, body: str) -> Path:
    script.write_text('revision = "0002"\ndown_revision = "0001"\n' + dedent(body))
    return script.parents[1]


async def test_a_migration_that_fails_leaves_nothing(
    url: str, database: Database, next_version: Path
) -> None:
    folder = write(
        next_version,
        """
        def upgrade(op):
            op.execute("CREATE TABLE half (id INTEGER)")
            op.execute("DELETE FROM users")
            op.execute("SELECT nonsense")
        """,
    )
    async with database.session() as session:
        await user(session, "ada")
    with pytest.raises(StorageError):
        async with changing(understood(url)) as connection:
            await connection.run_sync(migrations.upgrade, folder)
    async with changing(understood(url)) as connection:
        assert await connection.run_sync(migrations.version) == "0001"
        assert "half" not in await connection.run_sync(tables)
    async with database.reading() as session:
        assert await session.get(User, "ada")


async def test_a_table_that_is_made_anew_keeps_what_depends_on_it(
    url: str, database: Database, next_version: Path
) -> None:
    folder = write(
        next_version,
        """
        from sqlalchemy import Column, String

        def upgrade(op):
            with op.batch_alter_table("users", recreate="auto") as table:
                table.add_column(Column("mail", String(64)))
                table.alter_column("name", nullable=True)
        """,
    )
    async with database.session() as session:
        await user(session, "ada")
        session.add(avatar(await consent(session, "ada"), "me"))
    async with changing(understood(url)) as connection:
        await connection.run_sync(migrations.upgrade, folder)
        assert await connection.run_sync(migrations.version) == "0002"
        assert await connection.scalar(text("SELECT count(*) FROM avatars")) == 1


async def test_many_may_open_one_that_is_not_there_yet(url: str) -> None:
    databases = await asyncio.gather(*(Database.opened(url) for _ in range(5)))
    async with databases[0].session() as session:
        await user(session, "ada")
    for one in databases:
        async with one.reading() as session:
            assert await session.get(User, "ada")
        await one.close()


OPEN = """
import asyncio, sys
from visavis.avatars.database import Database

async def main():
    database = await Database.opened(sys.argv[1])
    await database.close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


def test_processes_that_start_at_once_do_not_collide(url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", OPEN, url]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    ended = [process.communicate() for process in started]
    assert [error.decode() for _, error in ended] == [""] * 3
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.stdout == "False\n", "Alembic was loaded for a database that is up to date"


async def test_another_one_that_never_ends_is_not_waited_for(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with changing(understood(url)) as connection:
        await connection.run_sync(migrations.version)
        monkeypatch.setattr(opening, "WAIT", 0.1)
        with pytest.raises(StorageError, match=r"another process|busy"):
            await Database.opened(url)
