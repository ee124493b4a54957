"""Made-up figures and scripted works: nothing in here takes time, or tells of any machine."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from visavis.errors import EngineError
from visavis.evaluate.speed.history import Entry, Figure
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.media import Portrait

STAGING = Staging(("--face=warp",), "", "espeak", "warp", None, 0, "")


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    yield lambda: Done(10)


WORK = Work(
    name="knitting",
    title="pullovers",
    unit="rows",
    told="rate",
    cases=(Case("small", 1.0, quick=True), Case("large", 4.0)),
    grows="sleeves",
    stands_for="nothing",
    opened=opened,
)

OTHER = replace(
    WORK, name="baking", told="time", unit="cakes", grows="", cases=(Case("one"),), warm=0, at_most=1
)


def sample(seconds: float = 2.0, reference: float = 0.5, memory: float | None = 100.0) -> Sample:
    return Sample(seconds, 10.0, reference, cpu=3.0, memory=memory, threads=4)


def figure(*seconds: float, case: Case = WORK.cases[0], work: Work = WORK, reference: float = 0.5) -> Figure:
    samples = tuple(sample(each, reference) for each in seconds)
    return Figure(
        work.name, case.name, work.version, work.title, work.unit, work.told, work.grows, case.size, samples
    )


def entry(*figures: Figure, made: str = "2026-01-01T00:00:00+00:00", commit: str = "a" * 12) -> Entry:
    return Entry(
        made=made,
        version="0.1.0",
        commit=commit,
        changed=False,
        machine={"processor": "Abacus", "processors": 2},
        command="visavis bench",
        configuration={"face": "warp"},
        reference=1,
        load=0.1,
        complete=True,
        figures=figures,
    )


def nobody(width: int, height: int) -> Portrait:
    """Who is seen where nobody is to be."""
    raise AssertionError("a portrait is taken that nobody has asked for")


class Scripted:
    """Performing, by a script: samples and errors in order; log: what was done with which case."""

    def __init__(self, work: Work, case: Case, script: Sequence[Sample | str], log: list[str]) -> None:
        self._name = f"{work.name} {case.name}"
        self._script = iter(script)
        self._log = log

    def once(self) -> Sample:
        self._log.append(self._name)
        found = next(self._script)
        if isinstance(found, str):
            raise EngineError(found)
        return found

    def close(self) -> None:
        self._log.append(f"{self._name} is closed")
