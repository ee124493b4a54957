"""From a text to the first picture, where all is loaded."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.texts import SENTENCE
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import said

TIMES: Final = 20


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """Engines that run, and a portrait that is prepared."""
    with (
        looping() as run,
        contextlib.closing(staging.new_tts()) as tts,
        contextlib.closing(staging.new_face()) as face,
    ):
        prepared = face.prepare(staging.portrait(case.side))

        async def first() -> None:
            async with (
                said(staging, tts, SENTENCE, "en") as chunks,
                contextlib.aclosing(face.animate(chunks, prepared, 0)) as frames,
            ):
                await anext(frames)

        async def firsts() -> Done:
            for _ in range(TIMES):
                await first()
            return Done(TIMES)

        yield partial(run, firsts)


WORK: Final = Work(
    name="warm",
    title="first picture, all loaded",
    unit="first pictures",
    told="time",
    cases=(Case("a sentence", quick=True),),
    warm=2,
    stands_for=f"a sentence to its first picture, {TIMES} times in a row, each broken off there; what that "
    "takes is in it.",
    opened=opened,
)
