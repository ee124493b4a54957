"""Sound whose phones nobody knows in time to what the mouth does, frame by frame.

Owns the way from what the ear hears, fifty times a second, to frames: a mouth that keeps within its bounds
and lies still where nobody speaks. Where the words are known, `following` helps the ear.
"""

from logging import getLogger
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk
from visavis.motion.ear import GAP, KNOWN_AFTER, STEPS, Ear, Heard
from visavis.motion.ease import begun, ease
from visavis.motion.following import LAG, SMOOTH, Following, Reading
from visavis.motion.frames import Mouth
from visavis.motion.pace import Pace

_LEAD: Final = 0.35
"""Steps by which what is heard is shown early, for it is heard some 10 ms late."""

LOOKAHEAD_MS: Final = ceil(1000 * (KNOWN_AFTER + (1 + _LEAD) / STEPS))
"""How much of the speech after a frame shapes it where nothing but the sound is known: a frame lies between
two steps."""

FOLLOWING_MS: Final = LOOKAHEAD_MS + 1000 * (LAG + SMOOTH) // STEPS
"""The same where the words are known."""

_FITTING: Final = 0.5
"""The share of the speech that has to be found among the words for nothing to be said about it."""

_SETTLE: Final = 0.12
"""Seconds before the utterance's last frame in which the mouth comes to rest."""


class Hearing:
    """What the mouth does during one utterance whose phones are not known in time.

    The same contract as Articulation: frame_count(samples, rate, fps) Mouths in all, bit for bit the same
    for any chunking, each once LOOKAHEAD_MS after its time are known; any rate from 4 kHz; the last frame is
    at rest.

    following: whether chunks bring readings; then a frame is known after FOLLOWING_MS.
    """

    def __init__(self, fps: int, following: bool = False) -> None:
        self._pace = Pace(fps, FOLLOWING_MS if following else LOOKAHEAD_MS)
        self._ear = Ear()
        self._reading = Reading()
        self._following = Following(self._reading) if following else None
        self._steps: list[NDArray[np.float32]] = []
        self._first = 0

    def feed(self, chunk: AudioChunk) -> list[Mouth]:
        """The frames that a further chunk completes.

        Raises ValueError when the chunk does not follow the one before it.
        """
        due = self._pace.due(chunk)
        if self._following:
            self._reading.extend(chunk.reading or ())
        self._take(self._ear.feed(chunk))
        return self._frames(due)

    def finish(self) -> list[Mouth]:
        """The frames that are left; the last one is at rest."""
        due = self._pace.rest()
        if not due:
            return []
        last = due.stop - 1
        self._take(self._ear.finish(last * STEPS // self._pace.fps + 3))
        if self._following:
            self._steps += self._following.finish()
            if self._following.share < _FITTING:
                getLogger(__name__).warning(
                    "the words fit %.0f%% of the sound; the mouth follows what is heard in the rest",
                    100 * self._following.share,
                )
        return self._frames(due, last)

    def _take(self, steps: list[Heard]) -> None:
        for heard in steps:
            self._steps += self._following.feed(heard) if self._following else [heard.mouth]

    def _frames(self, due: range, last: int | None = None) -> list[Mouth]:
        if not due:
            return []
        fps = self._pace.fps
        frames = np.arange(due.start, due.stop)
        at = frames * STEPS / fps + _LEAD
        step = at.astype(np.intp)
        steps = np.array(self._steps[: int(step[-1]) + 2 - self._first])
        here, there = steps[step - self._first], steps[step + 1 - self._first]
        shown = here + (at - step)[:, None].astype(np.float32) * (there - here)
        left = np.full(len(frames), np.inf) if last is None else (last - frames) / fps
        mouths = shaped(shown) * (begun(frames / fps) * ease(left / _SETTLE))[:, None]
        passed = int(step[-1]) - self._first
        del self._steps[:passed]
        self._first += passed
        return [Mouth(*row) for row in mouths.tolist()]


_LEAST: Final = np.array([0.0, 0, -1, 0, 0, 0, 0, 0])
_STILL: Final = 0.04
"""The lower bounds of what the ear answers, and how near to rest a channel is drawn to it."""

_DOUBTFUL, _SURE = 0.2, 0.5
"""How nearly lips have to touch for the gap to be what this says, from not at all to altogether."""

_OPEN: Final = Mouth._fields.index("open")


def shaped(heard: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the ear guesses [n, ANSWERS] as the channels of Mouth [n, 7]: within bounds, at rest where they
    nearly are, and shut where lips touch: of a gap that is there or not, the mean is neither.
    """
    bounded = np.minimum(np.maximum(heard.astype(np.float64), _LEAST), 1.0)
    mouths, touch = bounded[:, :-1], bounded[:, -1]
    sure = ease((touch - _DOUBTFUL) / (_SURE - _DOUBTFUL))
    mouths[:, _OPEN] += sure * (GAP * (1 - touch) - mouths[:, _OPEN])
    return np.asarray(mouths * ease(np.abs(mouths) / _STILL))
