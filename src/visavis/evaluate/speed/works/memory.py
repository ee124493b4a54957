"""How much memory a long text takes, and whether it takes more and more."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Final

from visavis.evaluate.client.processes import family
from visavis.evaluate.speed.looking import look
from visavis.evaluate.speed.memory import course, thinned
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.texts import lasting
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._command import saying, told

EVERY: Final = 0.25

USUAL: Final = 300.0


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """`visavis say`, looked at from outside all the while."""
    text, out = lasting(case.size or USUAL), Path(staging.folder) / "memory.mp4"

    def say() -> Done:
        with saying(staging, text, out) as process:
            times, resident = _watched(process)
            seconds = told(process)["seconds"]
        found = course(times, resident, seconds)
        return Done(
            seconds,
            also={"most_mb": found.most, "growth_mb_per_minute": found.growth},
            series={"seconds": thinned(times), "mb": thinned(resident)},
        )

    yield say


def _watched(process: "Popen[bytes]") -> tuple[list[float], list[float]]:
    """When, and how many megabytes it has with those that it started, until it ends."""
    began, times, resident = time.perf_counter(), [], []
    while process.poll() is None:
        if seen := look(family(process.pid)):
            times.append(time.perf_counter() - began)
            resident.append(seen.resident)
        with contextlib.suppress(TimeoutExpired):
            process.wait(EVERY)
    return times, resident


def lasting_case(seconds: float) -> Case:
    """A text of about so many seconds."""
    return Case(f"{seconds:g} s", seconds)


WORK: Final = Work(
    name="memory",
    title="memory over a long text",
    unit="seconds of video",
    told="memory",
    cases=(lasting_case(USUAL),),
    long=lasting_case,
    warm=0,
    at_most=1,
    elsewhere=True,
    stands_for=f"`visavis say`, looked at every {EVERY} s: what it and the voice's process have resident, "
    "shared pages counted in both; the growth is of a minute of speech, once all is loaded.",
    opened=opened,
)
