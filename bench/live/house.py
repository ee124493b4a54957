"""A server of visavis for benches: what can be read of it from outside beside its answers.

The server itself is started and ended by visavis.evaluate.client.serving.
"""

import asyncio
import contextlib
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.live.watched import TASKS
from visavis.evaluate.client.address import Address, opened
from visavis.evaluate.client.processes import family, owned, seconds
from visavis.evaluate.client.serving import LOOK, Served, installed
from visavis.evaluate.client.serving import serving as started

ROOT: Final = Path(__file__).parents[2]

PLACES: Final = 6

WATCHED: Final = ("-m", "bench.live.watched")


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds.

    memory: bytes that it and the processes that it started own, each page counted once. tasks: of its loop,
    by what they run.
    """

    memory: int
    descriptors: int
    threads: int
    processes: int
    tasks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class House:
    """A server that is ready. tasks_in: the file that it writes its tasks to when it is told to."""

    served: Served
    tasks_in: Path

    @property
    def address(self) -> Address:
        return self.served.address

    @property
    def took(self) -> float:
        """Seconds from its start until it was ready."""
        return self.served.took

    def seconds(self) -> float:
        """Of processors, that it and those that it started have used."""
        return sum(map(seconds, family(self.served.pid)))

    async def held(self) -> Held:
        pid = self.served.pid
        return Held(
            memory=sum(map(owned, family(pid))),
            descriptors=_entries(f"/proc/{pid}/fd"),
            threads=_entries(f"/proc/{pid}/task"),
            processes=len(family(pid)),
            tasks=await self.tasks(),
        )

    async def tasks(self) -> Mapping[str, int]:
        """How many there are of each; see `watched`."""
        self.tasks_in.unlink(missing_ok=True)
        os.kill(self.served.pid, signal.SIGUSR1)
        async with asyncio.timeout(10):
            while not self.tasks_in.exists():  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(LOOK)
        found: dict[str, int] = json.loads(self.tasks_in.read_text())
        return found

    async def figures(self) -> dict[str, Any]:
        """What /api/v1/figures tells."""
        async with opened(self.address) as door:
            return await door.fields("/api/v1/figures")


@contextlib.asynccontextmanager
async def serving(places: int = PLACES, engines: str = "", **settings: str) -> AsyncIterator[House]:
    """A server with room for so many; leaving the block ends it.

    engines: entry points of a package that is installed for it alone. settings: further ones, by their
    names in the environment.

    Raises:
        EngineError: it did not come up; with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        folder = Path(name)
        if engines:
            installed(folder, engines)
        tasks_in = folder / "tasks.json"
        told = settings | {"MAX_CONCURRENT_USERS": str(places), TASKS: str(tasks_in)}
        async with started(told, WATCHED, (folder, ROOT)) as served:
            yield House(served, tasks_in)


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())
