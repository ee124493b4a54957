"""How many moments go into a chunk, so that a player neither starves nor waits. Pure: time is an argument.

A chunk that waits for many pictures is late, and one for each picture is a message too many. So the first of
a reply is as short as a player can begin with, and those that follow take half of what the player still has
to play: short while it has little, long when there is plenty.
"""

from dataclasses import dataclass
from typing import Final

OPENING: Final = 0.12
SHORTEST: Final = 0.08
LONGEST: Final = 0.32
RESTING: Final = 0.2
"""Seconds of a reply's first chunk, of the others at the least and at the most, and of those between."""


@dataclass(slots=True)
class Supply:
    """What a client has to play, as far as can be told from here: it plays from the first chunk's arrival on.

    fps: moments a second.
    """

    fps: int
    _dry_at: float = 0.0

    def sent(self, moments: int, now: float) -> None:
        """More was sent. A player that had run dry goes on from here."""
        self._dry_at = max(self._dry_at, now) + moments / self.fps

    def cut(self) -> None:
        """What was sent is void."""
        self._dry_at = 0.0

    def left(self, now: float) -> float:
        """Seconds that it can play without more."""
        return max(0.0, self._dry_at - now)


def enough(moments: int, fps: int, left: float, *, spoken: bool, opening: bool) -> bool:
    """Whether so many moments are a chunk. left: seconds. opening: whether it is the first of a reply."""
    if opening:
        seconds = OPENING
    elif spoken:
        seconds = min(max(left / 2, SHORTEST), LONGEST)
    else:
        seconds = RESTING
    return moments >= round(seconds * fps)


def patience(fps: int, left: float) -> float:
    """Seconds to wait for the next moment, before what is there is sent without it."""
    return max(2 / fps, left / 2)
