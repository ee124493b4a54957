"""How many pictures the face draws in a second, at several sizes."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from visavis.evaluate.speed.staging import FPS, Staging
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import babble
from visavis.streams import stream_of

SECONDS: Final = 8.0
SIDES: Final = (256, 512, 768, 1024)


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """A face that speaks, blinks and turns."""
    with looping() as run, contextlib.closing(staging.new_face()) as face:
        prepared, speech = face.prepare(staging.portrait(case.side)), babble(SECONDS)

        async def draw() -> Done:
            return Done(len([frame.at async for frame in face.animate(stream_of([speech]), prepared, 0)]))

        yield partial(run, draw)


WORK: Final = Work(
    name="drawing",
    title="pictures of the face alone",
    unit="pictures",
    told="rate",
    grows="pixels",
    cases=tuple(Case(f"{side} px", side * side, side, quick=side == 512) for side in SIDES),
    alone=True,
    stands_for=f"{SECONDS:g} s of speech whose sounds are known, its motion included, on one processor; no "
    f"voice and no encoding. At {FPS} pictures a second of video, the rate divided by that is how many faces "
    "one processor can draw.",
    opened=opened,
)
