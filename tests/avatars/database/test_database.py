import asyncio
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from visavis.avatars.database import Database, engines, naming, url_of, violates_unique
from visavis.avatars.database.tables import AuditEvent, Avatar, Consent, Rendering, User
from visavis.errors import NameTaken, StorageError

from .rows import avatar, consent, user


async def test_a_session_is_written_as_a_whole(database: Database) -> None:
    async with database.session() as session:
        await user(session, "ada")

    async def fail() -> None:
        async with database.session() as session:
            await user(session, "ben")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.reading() as session:
        assert (await session.scalars(select(User.id))).all() == ["ada"]


async def test_cancelling_a_session_undoes_it(database: Database) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with database.session() as session:
            await user(session, "ada")
            begun.set()
            await asyncio.Event().wait()

    for _ in range(20):  # more than there are connections
        begun.clear()
        task = asyncio.create_task(work())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.session() as session:
        assert await session.get(User, "ada") is None


async def test_what_is_cancelled_while_it_reads_lets_the_lock_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    database = await Database.opened(url_of(tmp_path / "visavis.db"))
    async with database.session() as session:
        for number in range(50):
            await user(session, f"x{number}")

    async def read() -> None:
        async with database.session() as session:
            while True:
                (await session.scalars(select(User))).all()

    for number in range(40):
        reading = asyncio.create_task(read())
        await asyncio.sleep(0.001 + number * 0.0003)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with database.session() as session:
            await user(session, f"n{number}")
    await database.close()


async def test_rows_may_be_used_after_their_session(database: Database) -> None:
    async with database.session() as session:
        session.add(row := User(name="Ada"))
    assert row.name == "Ada"
    assert len(row.id) == 32


async def test_a_row_is_never_printed(database: Database) -> None:
    assert "Ada" not in repr(User(name="Ada"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),
    hours=st.integers(-12, 14),
)
async def test_times_are_the_same_moment_and_in_utc(url: str, moment: datetime, hours: int) -> None:
    moment = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    database = await Database.opened(url)
    async with database.session() as session:
        session.add(row := User(name="Ada", created=moment))
        await session.flush()
        session.expire(row)
        found = await session.scalar(select(User.created).where(User.created == moment))
        await session.rollback()
    await database.close()
    assert found == moment
    assert found.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        async with database.session() as session:
            session.add(User(name="Ada", created=datetime(2026, 1, 1)))


async def test_reports_come_back_as_they_were(database: Database) -> None:
    report = {"z": [1, 2.5, None, True], "a": {"说": "¿qué?", "": "😀\u0000"}}
    async with database.session() as session:
        await user(session, "ada")
        session.add(row := avatar(await consent(session, "ada"), "me", **report))
    async with database.reading() as session:
        found = (await session.get_one(Avatar, row.id)).report
    assert found == report
    assert list(found) == ["z", "a"]


async def test_what_is_no_number_is_no_json(database: Database) -> None:
    async with database.session() as session:
        await user(session, "ada")
        given = await consent(session, "ada")
    with pytest.raises(StatementError, match="not JSON compliant"):
        async with database.session() as session:
            session.add(avatar(given, "me", score=float("nan")))


async def test_a_name_is_taken_once_an_owner_and_the_transaction_goes_on(database: Database) -> None:
    async with database.session() as session:
        for owner in ("ada", "ben"):
            await user(session, owner)
            session.add(avatar(await consent(session, owner), "me"))
        given = await consent(session, "ada")
        with pytest.raises(NameTaken, match="choose another"):
            async with naming(session, "there is one already; choose another"):
                session.add(avatar(given, "me"))
        async with naming(session, "never said"):
            session.add(avatar(given, "myself"))
    async with database.reading() as session:
        assert (await session.scalars(select(Avatar.name).order_by(Avatar.name))).all() == [
            "me",
            "me",
            "myself",
        ]


async def test_an_id_that_exists_counts_as_taken(database: Database) -> None:
    async with database.session() as session:
        await user(session, "ada")
    with pytest.raises(IntegrityError) as raised:
        async with database.session() as session:
            session.add(User(id="ada", name="Another"))
    assert violates_unique(raised.value)


async def test_what_else_is_refused_is_not_called_a_taken_name(database: Database) -> None:
    with pytest.raises(IntegrityError) as raised:
        async with database.session() as session, naming(session, "never said"):
            session.add(Rendering(owner="nobody"))
    assert not violates_unique(raised.value)
    assert "nobody" not in str(raised.value), "what was written does not get into a log"


async def test_an_avatar_rests_on_a_consent(database: Database) -> None:
    async with database.session() as session:
        await user(session, "ada")
        given = await consent(session, "ada")
        session.add(avatar(given, "me"))
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            await session.execute(delete(Consent))
    without = avatar(given, "other")
    without.consent = ""
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            session.add(without)


async def test_with_a_user_everything_goes_but_the_audit(database: Database) -> None:
    async with database.session() as session:
        for owner in ("ada", "ben"):
            await user(session, owner)
            session.add(avatar(await consent(session, owner), "me"))
            session.add(Rendering(owner=owner))
            session.add(AuditEvent(owner=owner, actor=owner, action="deleted", kind="user", target=owner))
    async with database.session() as session:
        await session.execute(delete(User).where(User.id == "ada"))
    async with database.reading() as session:
        for table, left in ((Avatar, 1), (Consent, 1), (Rendering, 1), (AuditEvent, 2)):
            assert await session.scalar(select(func.count()).select_from(table)) == left


async def test_fifty_that_read_and_then_write_do_not_fail_each_other(database: Database) -> None:
    async def register(number: int) -> None:
        async with database.session() as session:
            assert await session.scalar(select(User.id).where(User.name == str(number))) is None
            await asyncio.sleep(0)
            session.add(User(name=str(number)))

    await asyncio.gather(*map(register, range(50)))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(User)) == 50


async def test_who_only_reads_waits_for_nobody(database: Database) -> None:
    async with database.session() as writing:
        await user(writing, "ada")
        async with database.reading() as session:
            assert await session.get(User, "ada") is None


async def test_who_only_reads_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        async with database.reading() as session:
            await user(session, "ada")
    async with database.session() as session:  # over the same connection
        await user(session, "ada")
    async with database.reading() as session:
        assert await session.get(User, "ada")


HALF = """
import asyncio, sys, time
from visavis.avatars.database import Database
from visavis.avatars.database.tables import User

async def main():
    database = await Database.opened(sys.argv[1])
    async with database.session() as session:
        session.add(User(id="ada", name="Ada"))
        await session.flush()
        print("half", flush=True)
        time.sleep(60)

asyncio.run(main())
"""


def kill_half_way(url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HALF, url], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()


async def test_a_process_killed_half_way_leaves_nothing(url: str) -> None:
    kill_half_way(url)
    database = await Database.opened(url)
    async with database.session() as session:
        assert await session.get(User, "ada") is None
        await user(session, "ada")
    await database.close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM avatars WHERE owner = 'a' ORDER BY name",
        "SELECT * FROM avatars WHERE owner = 'a' AND name = 'b'",
        "SELECT * FROM voices WHERE owner = 'a' ORDER BY name",
        "SELECT * FROM voices WHERE consent = 'a'",
        "SELECT * FROM avatars WHERE consent = 'a'",
        "SELECT * FROM consents WHERE owner = 'a' ORDER BY given",
        "SELECT * FROM api_keys WHERE digest = 'a'",
        "SELECT * FROM api_keys WHERE owner = 'a'",
        "SELECT * FROM renderings WHERE owner = 'a' ORDER BY created",
        "SELECT * FROM renderings WHERE state = 'queued' ORDER BY created",
        "SELECT * FROM renderings WHERE filename = 'a'",
        "SELECT * FROM audit_events WHERE owner = 'a' ORDER BY at DESC",
    ],
)
async def test_what_is_asked_for_has_an_index(tmp_path: Path, query: str) -> None:
    database = await Database.opened(url_of(tmp_path / "visavis.db"))
    async with database.reading() as session:
        plan = " ".join(row.detail for row in await session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    await database.close()
    assert plan.startswith("SEARCH")
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_only_its_user_can_read_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    database = await Database.opened(url_of(folder / "visavis.db"))
    async with database.session() as session:
        await user(session, "ada")
        assert {path.name: rights(path) for path in folder.iterdir()} == {
            "visavis.db": 0o600,
            "visavis.db-wal": 0o600,
            "visavis.db-shm": 0o600,
            "visavis.db.lock": 0o600,
        }
    await database.close()
    assert rights(folder) == 0o700


async def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "visavis.db"
    path.touch(0o644)
    await (await Database.opened(url_of(path))).close()
    assert rights(path) == 0o600


def holding(folder: Path, content: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if content in file.read_bytes()]


async def test_what_was_deleted_is_in_the_file_no_more(tmp_path: Path) -> None:
    path = tmp_path / "visavis.db"
    database = await Database.opened(url_of(path))
    async with database.session() as session:
        await user(session, "ada")
        session.add(avatar(await consent(session, "ada"), "me", secret="xyzzy " * 2000))
    assert "visavis.db-wal" in holding(tmp_path, b"xyzzy")
    async with database.session() as session:
        await session.execute(delete(User))
    await database.close()
    assert holding(tmp_path, b"xyzzy") == []
