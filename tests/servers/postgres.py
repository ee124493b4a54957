"""A real PostgreSQL for tests: Debian's programs, a cluster of its own in a temporary folder.

It listens on a free port of this machine only, asks for a password there, and is gone with the tests, even if
they are killed. PostgreSQL refuses to be run by root: then it is run as the user that its package made.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex

USER = "visavis"
PASSWORD = "not/a@secret#1"
PATIENCE = 30.0


class Postgres:
    """A cluster that can be stopped and started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.port = _free_port()
        self._binaries = binaries
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        password = folder / "password"
        password.write_text(PASSWORD)
        account = _account()
        if account:
            for path in (folder, password):
                shutil.chown(path, account)
        subprocess.run(
            [
                *_as(account), binaries / "initdb", "--no-sync", "--encoding=UTF8", "--locale=C",
                f"--username={USER}", f"--pwfile={password}",
                "--auth-local=trust", "--auth-host=scram-sha-256", folder / "data",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )  # fmt: skip

    def start(self) -> None:
        """Run it, and wait until it takes connections."""
        options = [
            "-p", str(self.port), "-k", str(self._folder), "-h", "127.0.0.1",
            "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=40",
        ]  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *_as(_account(), dying=True),
                    self._binaries / "postgres",
                    "-D",
                    self._folder / "data",
                    *options,
                ],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        until = time.monotonic() + PATIENCE
        while self._run("pg_isready", "--quiet", check=False).returncode:
            if self._server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not start:\n{(self._folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, and with it all connections."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # at once; it recovers when it is started again
            self._server.wait(PATIENCE)
            self._server = None

    def new_database(self) -> str:
        """The URL of a new and empty one, which takes as long as it takes to write 300 files."""
        name = f"test_{token_hex(6)}"
        self._run("createdb", name)
        return self.url(name)

    def empty(self, url: str) -> None:
        """Leave nothing in a database."""
        self._run("psql", "--quiet", "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public", _name(url))

    def url(self, name: str, password: str = "not%2Fa%40secret%231") -> str:
        """As a user writes it."""
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    def dump(self, url: str) -> str:
        """All that is in a database, as SQL."""
        return self._run("pg_dump", _name(url)).stdout

    def _run(self, program: str, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        server = ["-h", str(self._folder), "-p", str(self.port), "-U", USER]
        return subprocess.run(
            [self._binaries / program, *server, *arguments], check=check, capture_output=True, text=True
        )


def missing() -> str:
    """Why there can be no PostgreSQL here; empty if there can."""
    if find_spec("asyncpg") is None:
        return "asyncpg is not installed: pip install 'visavis[postgres]'"
    if _binaries() is None:
        return "there is no PostgreSQL under /usr/lib/postgresql: apt-get install postgresql"
    if os.geteuid() == 0 and not (_account() and shutil.which("setpriv")):
        return "PostgreSQL does not run as root, and there is no user postgres or no setpriv"
    return ""


@contextmanager
def serving() -> Iterator[Postgres]:
    """A running one, stopped and deleted when the block ends."""
    binaries = _binaries()
    assert binaries is not None, missing()
    folder = Path(tempfile.mkdtemp(prefix="visavis-postgres-"))
    try:
        postgres = Postgres(binaries, folder)
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _binaries() -> Path | None:
    """The folder of the newest version's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name)
    )
    return found[-1].parent if found else None


def _account() -> str:
    """Who runs it in root's place; empty where nobody has to."""
    if os.geteuid() != 0:
        return ""
    return next((entry.pw_name for entry in pwd.getpwall() if entry.pw_name == "postgres"), "")


def _as(account: str, *, dying: bool = False) -> list[str]:
    """A prefix that runs a program as another user; dying: it ends with this process."""
    other = [f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account else []
    with_us = ["--pdeathsig=QUIT"] if dying and shutil.which("setpriv") else []
    return ["setpriv", *other, *with_us] if other or with_us else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
