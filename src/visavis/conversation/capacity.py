"""How many people a machine can talk to at once: what one session costs, tried, and how often that fits."""

import time
from collections.abc import Callable
from typing import Final

from visavis.media import Pixels

SHARE: Final = 0.8
"""Of the processors that conversations may take; the rest is for registrations, videos and the system."""

BESIDE: Final = 0.05
"""Of a processor: what a session takes besides its pictures: voice, ears, sound, and its transport."""

MOST: Final = 16
"""Sessions of one process: what each takes of the one thread that they all meet on adds up."""

BUDGET: Final = 1.0
"""Seconds of work after which a trial ends, and warm-up pictures that are not counted."""
WARM: Final = 3

UNKNOWN: Final = 2
"""Places until the trial has ended, or where it failed."""


def cost(
    draw: Callable[[int], Pixels],
    encode: Callable[[Pixels], object],
    fps: int,
    clock: Callable[[], float] = time.thread_time,
) -> float:
    """What one session takes: seconds of a processor for each second of it. Blocks for a second at most.

    draw: the picture of a frame number. encode: what a client is sent of it. clock: seconds that this thread
    has worked, so that what else the machine does at the moment is not counted.
    """
    pictures = began = 0.0
    for number in range(WARM + fps):
        if number == WARM:
            began = clock()
        if number > WARM and clock() - began > BUDGET:
            break
        encode(draw(number))
        pictures = number - WARM + 1
    return (clock() - began) / pictures * fps + BESIDE


def places(cost: float, processors: int, share: float = SHARE) -> int:
    """How many sessions fit: share * processors / cost, at least one and at most MOST."""
    return max(1, min(MOST, int(share * processors / cost)))
