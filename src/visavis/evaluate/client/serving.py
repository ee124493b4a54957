"""A server of visavis in a process of its own, on this machine alone, with a data folder of its own.

Owns its beginning and its end: it is ready when it is handed out, and gone when the block is left, whatever
happens in between. Refuses to change what is registered here: nothing of the user's data is opened.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from visavis.config import NAMES
from visavis.errors import EngineError
from visavis.evaluate.client.address import Address, opened

READY: Final = 120.0
"""Seconds that it has to be ready in."""

LOOK: Final = 0.02
"""Seconds between two looks whether it is."""

ENDING: Final = 15.0
"""Seconds that it has to end in before it is killed."""

COMMAND: Final = ("-m", "visavis.cli")

LAST: Final = 3
"""Lines of what it said that are told when it fails."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready. pid: of its process. took: seconds from its start until it was.

    folder: its own; what it has said is in `said` there, and its data in `data`.
    """

    address: Address
    pid: int
    took: float
    folder: Path

    def last_words(self) -> str:
        """The last of what it has said, as part of a sentence."""
        return _last_words(self.folder)


@contextlib.asynccontextmanager
async def serving(
    settings: Mapping[str, str], command: Sequence[str] = COMMAND, paths: Sequence[Path] = ()
) -> AsyncIterator[Served]:
    """A server with these settings, by their names in the environment, and else the usual ones.

    command: what Python runs. paths: where it finds further packages; its own folder is one of them.

    Raises:
        EngineError: it did not become ready; with the last of what it said.
    """
    with tempfile.TemporaryDirectory(prefix="visavis-serving-") as name:
        folder = Path(name)
        port = _free_port()
        with (folder / "said").open("wb") as said:
            began = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, "serve", "--host", "127.0.0.1", "--port", str(port),
                cwd=folder, env=_environ(folder, settings, paths), start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
            try:
                address = Address(f"http://127.0.0.1:{port}")
                await _until_ready(process, address, folder)
                yield Served(address, process.pid, time.perf_counter() - began, folder)
            finally:
                await _end(process)


def installed(folder: Path, entry_points: str) -> None:
    """Put a package without any files of its own into a folder that a server looks into."""
    package = folder / "further_engines-0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: further-engines\nVersion: 0\n")
    (package / "entry_points.txt").write_text(entry_points)


def _environ(folder: Path, settings: Mapping[str, str], paths: Sequence[Path]) -> dict[str, str]:
    """What this process has, without any settings of visavis but these."""
    ours = {name.upper() for name in NAMES}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    found = [str(folder), *map(str, paths), *filter(None, [kept.get("PYTHONPATH")])]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(found),
        "XDG_CONFIG_HOME": str(folder),
        "DATA_FOLDER": str(folder / "data"),
        "LOG_LEVEL": "error",
        **settings,
    }


async def _until_ready(process: asyncio.subprocess.Process, address: Address, folder: Path) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY), opened(address) as door:
            while process.returncode is None:
                if await door.is_ready():
                    return
                await asyncio.sleep(LOOK)  # a process that begins tells nobody
    why = "did not become ready in time" if process.returncode is None else "ended while it began"
    raise EngineError(f"the server that was started here {why}{_last_words(folder)}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it and what it has started for certain, though this be cancelled meanwhile."""
    try:
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ENDING):
                    await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # it began a session, and so a group, of its own
        await process.wait()


def _last_words(folder: Path) -> str:
    lines = (folder / "said").read_text("utf-8", "replace").splitlines()
    told = " / ".join(line.strip() for line in lines[-LAST:] if line.strip())
    return f"; it said: {told[-600:]}" if told else ""


def _free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port
