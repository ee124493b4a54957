"""From many measured values to rows, and what else the machine was at while they were measured."""

import asyncio
import contextlib
import os
import resource
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.figures import Figure
from visavis.evaluate.client.loudness import ranked

TICK: Final = 0.01


def spread(
    what: str, unit: str, values: Sequence[float], goal: str = "", scale: float = 1.0
) -> Iterator[Figure]:
    """The values, and what 95 of a hundred do not exceed, which the goal is for. scale: of each value."""
    scaled = [scale * value for value in values]
    if not scaled:
        yield Figure(f"{what}: NOTHING WAS MEASURED", unit, [float("nan")], goal)
        return
    yield Figure(f"{what}, {len(scaled)} times", unit, scaled, "")
    yield Figure(f"{what}, p95", unit, [ranked(scaled, 95)], goal)


def milliseconds(what: str, seconds: Sequence[float], goal: str = "") -> Iterator[Figure]:
    yield from spread(what, "ms", seconds, goal, 1000)


@dataclass
class Conditions:
    """stalls: seconds by which a timer of this process came late, the worst of each second."""

    stalls: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    def rows(self, name: str) -> Iterator[Figure]:
        """How busy the machine was, and how late this process was for it."""
        yield Figure(f"{name}: processes that ran or waited for a processor", "", self.loads, "")
        yield Figure(
            f"{name}: the client's own clock late by, worst of each second", "ms",
            [1000 * stall for stall in self.stalls], "",
        )  # fmt: skip


@contextlib.asynccontextmanager
async def conditions() -> AsyncIterator[Conditions]:
    """What it was like within the block."""
    found = Conditions()

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            worst, until = 0.0, loop.time() + 1
            while (now := loop.time()) < until:
                await asyncio.sleep(TICK)
                worst = max(worst, loop.time() - now - TICK)
            found.stalls.append(worst)
            found.loads.append(os.getloadavg()[0])

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        found.loads.append(os.getloadavg()[0])
        found.stalls = found.stalls or [0.0]
        watching.cancel()
        await asyncio.wait([watching])


def own_seconds() -> float:
    """Of processors, that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
