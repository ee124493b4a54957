"""A server of visavis in a process of its own, with a data folder of its own, on this machine alone.

Owns its beginning and its end, and what can be read of it from outside: its answers, and what the system
knows of its process and those that it started.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bench.live.watched import TASKS
from visavis.config import NAMES

ROOT: Final = Path(__file__).parents[2]

READY: Final = 120.0
"""Seconds that it has to be ready in."""

LOOK: Final = 0.02
"""Seconds between two looks whether it is."""

ENDING: Final = 15.0
"""Seconds that it has to end in before it is killed."""

PLACES: Final = 6

TICKS: Final = os.sysconf("SC_CLK_TCK")


class Unready(Exception):
    """The server did not come up, or came to its end."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds.

    memory: bytes, with the processes that it started, each page counted once. tasks: of its loop, by what
    they run.
    """

    memory: int
    descriptors: int
    threads: int
    processes: int
    tasks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class House:
    """A server that is ready. took: seconds from its start until it was."""

    port: int
    pid: int
    took: float
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seconds(self) -> float:
        """Of processors, that it and those that it started have used."""
        return sum(_seconds(pid) for pid in family(self.pid))

    async def held(self) -> Held:
        return Held(
            memory=sum(_resident(pid) for pid in family(self.pid)),
            descriptors=_entries(f"/proc/{self.pid}/fd"),
            threads=_entries(f"/proc/{self.pid}/task"),
            processes=len(family(self.pid)),
            tasks=await self.tasks(),
        )

    async def tasks(self) -> Mapping[str, int]:
        """How many there are of each; see `watched`."""
        target = _tasks(self.folder)
        target.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        async with asyncio.timeout(10):
            while not target.exists():  # noqa: ASYNC110 - nor does a file
                await asyncio.sleep(LOOK)
        found: dict[str, int] = json.loads(target.read_text())
        return found

    async def figures(self) -> dict[str, Any]:
        """What /api/v1/figures tells."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.address}/api/v1/figures")
            return dict(answer.raise_for_status().json())


@contextlib.asynccontextmanager
async def serving(places: int = PLACES, engines: str = "", **settings: str) -> AsyncIterator[House]:
    """A server with room for so many; leaving the block ends it.

    engines: entry points of a package that is installed for it alone. settings: further ones, by their
    names in the environment.

    Raises:
        Unready: it did not come up; with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        folder = Path(name)
        environ = _environ(folder, settings | {"MAX_CONCURRENT_USERS": str(places)})
        if engines:
            _install(folder, engines)
        port = _free_port()
        with (folder / "said").open("wb") as said:
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.live.watched", "serve", "--port", str(port),
                cwd=folder, env=environ, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
            try:
                await _until_ready(process, port, folder)
                yield House(port, process.pid, time.perf_counter() - began, folder)
            finally:
                await _end(process)


def family(pid: int) -> list[int]:
    """A process and all that it and its children have started, as far as they are there."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def _environ(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What this process has, without any settings of visavis but these."""
    ours = {name.upper() for name in NAMES}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    paths = [str(folder), str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "XDG_CONFIG_HOME": str(folder),
        "DATA_FOLDER": str(folder / "data"),
        "LOG_LEVEL": "error",
        TASKS: str(_tasks(folder)),
        **settings,
    }


def _install(folder: Path, entry_points: str) -> None:
    """A package without any files of its own, on the server's path."""
    package = folder / "bench_engines-0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-engines\nVersion: 0\n")
    (package / "entry_points.txt").write_text(entry_points)


async def _until_ready(process: asyncio.subprocess.Process, port: int, folder: Path) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY), httpx.AsyncClient() as http:
            while process.returncode is None:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(f"http://127.0.0.1:{port}/ready")).status_code == 200:
                        return
                await asyncio.sleep(LOOK)
    raise Unready((folder / "said").read_text("utf-8", "replace")[-2000:])


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDING):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


def _tasks(folder: Path) -> Path:
    return folder / "tasks.json"


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _seconds(pid: int) -> float:
    """Of a process, and of those of its children that have ended; 0 where it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _resident(pid: int) -> int:
    """Bytes of a process, of what it shares with others its part; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
