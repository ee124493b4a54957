"""How many seconds of video `visavis say` makes in a second, whole, for texts of several lengths."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.texts import lasting
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._command import saying, told

USUAL: Final = 60.0


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """The command, from the start of its process to the closed and signed file."""
    out = Path(staging.folder) / f"say-{case.name.replace(' ', '-')}.mp4"
    text = lasting(case.size or USUAL)

    def say() -> Done:
        with saying(staging, text, out) as process:
            made = told(process)
        seconds = made["seconds"]
        return Done(seconds, also={"kbit_per_s": out.stat().st_size * 8 / 1000 / seconds, "video_s": seconds})

    yield say


def lasting_case(seconds: float) -> Case:
    """A text of about so many seconds."""
    return Case(f"{seconds:g} s", seconds)


WORK: Final = Work(
    name="say",
    title="a whole video",
    unit="seconds of video",
    told="rate",
    grows="seconds of speech",
    cases=(Case("5 s", 5.0, quick=True), lasting_case(20.0), lasting_case(USUAL)),
    long=lasting_case,
    at_most=5,
    elsewhere=True,
    stands_for="`visavis say`, from the start of its process to the closed and signed file of 512 x 512: "
    "what is done once, whatever the length, weighs most in the short ones. Lengths are about right, and "
    "counted as they come out.",
    opened=opened,
)
