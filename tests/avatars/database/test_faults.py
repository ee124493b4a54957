import asyncio
import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from visavis.avatars.database import Database, engines, url_of
from visavis.avatars.database.faults import connecting, on_disk, told
from visavis.avatars.database.tables import User
from visavis.errors import StorageError

from ...servers.postgres import PASSWORD, Postgres
from .rows import avatar, consent, user


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can get at."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody to whom rights apply."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_folder_that_cannot_be_written_to_is_one_sentence(open_folder: Path) -> None:
    folder = open_folder / "data"
    folder.mkdir(mode=0o555)
    with (
        nobody(),
        pytest.raises(StorageError, match=r"cannot be opened or written to; .* \(permission denied\)"),
    ):
        await Database.opened(url_of(folder / "visavis.db"))
    with nobody(), pytest.raises(StorageError, match="permission denied"):
        await Database.opened(url_of(folder / "deeper" / "visavis.db"))


async def test_a_file_that_cannot_be_written_to_is_one_sentence(open_folder: Path) -> None:
    path = open_folder / "visavis.db"
    await (await Database.opened(url_of(path))).close()
    path.chmod(0o444)
    with nobody(), pytest.raises(StorageError, match="cannot be opened or written to"):
        await Database.opened(url_of(path))


async def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ada, " * 100)
    path.chmod(0o644)
    with pytest.raises(StorageError, match=r"letter\.txt is not a database that visavis made; name another"):
        await Database.opened(url_of(path))
    assert path.read_text() == "Dear Ada, " * 100
    assert path.stat().st_mode & 0o777 == 0o644
    assert sorted(tmp_path.parent.glob(f"{tmp_path.name}/*")) == [path]


async def test_a_folder_is_no_database_and_stays_open_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    with pytest.raises(StorageError, match="cannot be opened"):
        await Database.opened(url_of(folder))
    assert folder.stat().st_mode & 0o777 == 0o755
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be opened"):
        await Database.opened(url_of(tmp_path / "file" / "visavis.db"))


def test_what_cannot_be_opened_leaves_no_thread_that_complains(tmp_path: Path) -> None:
    async def fail() -> None:
        with pytest.raises(StorageError):
            await Database.opened(url_of(tmp_path))

    for _ in range(30):  # pytest makes errors of what threads complain about
        asyncio.run(fail())


async def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "visavis.db"
    await (await Database.opened(url_of(path))).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 100_000)
    with pytest.raises(StorageError, match="is damaged; put a copy of it back"):
        await Database.opened(url_of(path))


FILL = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from tests.avatars.database.rows import avatar, consent, user
from visavis.avatars.database import Database, url_of
from visavis.avatars.database.tables import User
from visavis.errors import StorageError
from pathlib import Path

async def main():
    try:
        database = await Database.opened(url_of(Path(sys.argv[2]) / "visavis.db"))
    except StorageError as error:
        return print("opening:", error)
    async with database.session() as session:
        await user(session, "ada")
        given = await consent(session, "ada")
    try:
        async with database.session() as session:
            session.add(avatar(given, "large", noise="x" * 2_000_000))
    except StorageError as error:
        print("writing:", error)
    async with database.reading() as session:
        print(await session.get(User, "ada") is not None)
    await database.close()

asyncio.run(main())
"""
ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a small disk is made with unshare")
@pytest.mark.parametrize(("size", "when"), [("1m", "writing"), ("64k", "opening")])
def test_a_full_disk_is_one_sentence(tmp_path: Path, size: str, when: str) -> None:
    python = f'"{sys.executable}" -W error -c "$FILL" "{ROOT}" "{tmp_path}"'
    small = f'mount -t tmpfs -o size={size} small "{tmp_path}" 2>/dev/null || exit 77; {python}'
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", small],
        env={**os.environ, "FILL": FILL},
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or done.stderr.startswith("unshare"):
        pytest.skip("no disk can be made here")
    assert done.stderr == ""
    told, *left = done.stdout.splitlines()
    assert told.startswith(f"{when}: the database {tmp_path}/visavis.db has no room left; free some")
    assert left == (["True"] if when == "writing" else [])


async def test_a_file_that_may_not_grow_is_one_sentence(tmp_path: Path) -> None:
    database = await Database.opened(url_of(tmp_path / "visavis.db"))
    async with database.session() as session:
        await user(session, "ada")
        given = await consent(session, "ada")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(StorageError, match="its disk failed or has no room left"):
            async with database.session() as session:
                session.add(avatar(given, "large", noise="x" * 1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    async with database.session() as session:
        session.add(avatar(given, "small"))
    await database.close()


async def test_a_writer_that_does_not_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "visavis.db"
    monkeypatch.setattr(engines, "PATIENCE", 0.05)
    database = await Database.opened(url_of(path))
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="busy with something else for too long; try again"):
            async with database.session():
                pass
        async with database.reading() as session:
            assert (await session.scalars(select(User))).all() == []
    await database.close()


async def test_a_session_within_a_session_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.05)
    database = await Database.opened(url_of(tmp_path / "visavis.db"))
    async with database.session():
        with pytest.raises(StorageError, match="busy with something else for too long"):
            async with database.session():
                pass
    await database.close()


async def test_without_the_driver_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(
        StorageError, match=r"needs asyncpg; install it with: pip install 'visavis\[postgres\]'"
    ):
        await Database.opened("postgresql://ada:secret@127.0.0.1:9/faces")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("not%2Fa%40secret%231", "wrong-secret"), "takes no such user or password; correct them"),
        (("visavis:", "nobody:"), "takes no such user or password; correct them"),
        (("127.0.0.1", "server.invalid"), r"cannot be reached; .* \(.*not known\)"),
        (("/test_", "/test_no_"), "does not exist; make it with createdb"),
    ],
)
async def test_a_server_that_refuses_is_one_sentence(
    postgres: Postgres, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(StorageError, match=sentence) as raised:
        await Database.opened(postgres.new_database().replace(*change))
    for secret in (PASSWORD, "not%2Fa", "wrong-secret"):
        assert secret not in str(raised.value)


@pytest.mark.servers
async def test_a_port_that_nobody_listens_at_is_one_sentence(postgres: Postgres) -> None:
    url = postgres.url("faces").replace(str(postgres.port), "1")
    with pytest.raises(StorageError, match=r"127.0.0.1:1/faces cannot be reached; .* \(connection refused\)"):
        await Database.opened(url)


@pytest.mark.servers
async def test_encryption_that_a_server_does_not_have_is_one_sentence(postgres: Postgres) -> None:
    with pytest.raises(StorageError, match=r"cannot be reached; .*ssl"):
        await Database.opened(postgres.new_database() + "?sslmode=require")


@pytest.mark.servers
async def test_a_server_may_go_and_come_back(postgres: Postgres) -> None:
    database = await Database.opened(postgres.new_database())
    async with database.session() as session:
        await user(session, "ada")

    async def lose_it() -> None:
        async with database.session() as session:
            await user(session, "ben")
            postgres.stop()
            await user(session, "cyd")

    try:
        with pytest.raises(StorageError, match="cannot be reached"):
            await lose_it()
        with pytest.raises(StorageError, match=r"cannot be reached; .* \(connection refused\)"):
            await lose_it()
    finally:
        postgres.start()
    async with database.session() as session:
        assert (await session.scalars(select(User.name))).all() == ["ada"]
    await database.close()


@pytest.mark.servers
async def test_a_user_who_may_not_make_tables_is_one_sentence(postgres: Postgres) -> None:
    url = postgres.new_database()
    owner = await Database.opened(url)
    async with owner.session() as session:
        await session.execute(text("DROP ROLE IF EXISTS guest"))
        await session.execute(text("CREATE ROLE guest LOGIN PASSWORD 'guest-secret'"))
    await owner.close()
    guest = postgres.new_database().replace("visavis:not%2Fa%40secret%231", "guest:guest-secret")
    with pytest.raises(StorageError, match="does not let this user do that; grant it"):
        await Database.opened(guest)


def test_what_a_constraint_refuses_is_for_who_wrote_it() -> None:
    with pytest.raises(IntegrityError), told("faces"):
        raise IntegrityError("", {}, sqlite3.IntegrityError())


def test_errors_of_others_pass() -> None:
    with pytest.raises(FileNotFoundError), told("faces"):
        raise FileNotFoundError
    with pytest.raises(ZeroDivisionError), told("faces"):
        raise ZeroDivisionError


def test_no_answer_has_a_sentence() -> None:
    sentence = r"the database faces cannot be reached; .* \(no answer in time\)"
    with pytest.raises(StorageError, match=sentence), connecting("faces"):
        raise TimeoutError


def test_no_room_for_a_file_has_a_sentence() -> None:
    with (
        pytest.raises(StorageError, match="the database faces has no room left; free some"),
        on_disk("faces"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
