"""From a command to the first picture, in a new process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.texts import SENTENCE
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._command import saying, told


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """`visavis say` with a sentence, which tells since when it has been there."""

    def say() -> Done:
        with saying(staging, SENTENCE, Path(staging.folder) / "cold.mp4") as process:
            return Done(1, told(process)["timings"]["first_frame"])

    yield say


WORK: Final = Work(
    name="cold",
    title="first picture of a new process",
    unit="first pictures",
    told="time",
    cases=(Case("a sentence", quick=True),),
    elsewhere=True,
    stands_for="`visavis say` from the start of its process to the first picture; files are in the system's "
    "memory by then, as they are not after a start of the machine. Processor and memory are those of the "
    "whole command, to the closed and signed file.",
    opened=opened,
)
