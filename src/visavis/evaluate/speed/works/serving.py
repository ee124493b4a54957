"""How soon the server is there."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from visavis.evaluate.client.serving import serving
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """`visavis serve`, on this machine alone, with a data folder that is new each time."""
    settings = {"AVATAR_BACKEND": staging.face}
    if staging.photo:
        settings["DEFAULT_REFERENCE_IMAGE"] = staging.photo

    async def serve() -> Done:
        async with serving(settings) as served:
            return Done(1, served.took)

    with looping() as run:
        yield partial(run, serve)


WORK: Final = Work(
    name="serving",
    title="the server's start",
    unit="starts",
    told="time",
    cases=(Case("ready"),),
    at_most=4,
    elsewhere=True,
    stands_for="`visavis serve` from the start of its process until /ready answers 200, with a data folder "
    "that is new: keys made, engines open and warm, the default portrait prepared, and tried how many can "
    "talk at once. Processor and memory are those of its end too.",
    opened=opened,
)
