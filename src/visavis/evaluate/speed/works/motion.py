"""How many seconds of motion become of a text in a second: what a face does, before anything is drawn."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from visavis.evaluate.speed.staging import FPS, Staging
from visavis.evaluate.speed.texts import ADDRESS
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import said
from visavis.motion.life import combine
from visavis.motion.looks import alive
from visavis.motion.speech import Speech, Spoken


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """A voice that has spoken before, and the motion of all faces that follow phones."""
    with looping() as run, contextlib.closing(staging.new_tts()) as tts:

        async def move() -> Done:
            motion, frames = Speech(FPS, staging.seed), 0
            async with said(staging, tts, ADDRESS, "en") as chunks:
                async for chunk in chunks:
                    frames = _live(motion.feed(chunk), frames, staging.seed)
            return Done(_live(motion.finish(), frames, staging.seed) / FPS)

        yield partial(run, move)


def _live(spoken: list[Spoken], first: int, seed: int) -> int:
    """Add idle movement to frames, from a number on; the number behind them."""
    for number, frame in enumerate(spoken, first):
        combine(alive(number, FPS, seed), frame.head)
    return first + len(spoken)


WORK: Final = Work(
    name="motion",
    title="text to motion",
    unit="seconds of video",
    told="rate",
    cases=(Case("a minute", quick=True),),
    stands_for=f"a minute of text to mouth and head, {FPS} times a second: clauses, voice and motion. A "
    "voice that does not know its phones is followed by ear, which costs more. A face with motion of its own "
    "does not use this.",
    opened=opened,
)
