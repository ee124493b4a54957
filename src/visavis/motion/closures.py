"""Closures of the lips: where they fall among the frames.

Shapes may blend and undershoot, but a [p] whose lips are not seen to meet is heard as something else.
So a closure is placed by frames: it holds at least one, whatever its length and phase, and between two
closures the frame of the vowel stays open.
"""

from math import ceil, floor, inf
from typing import Final, NamedTuple

from visavis.motion.ease import Curve, ease
from visavis.motion.visemes import Seal

_CLOSING: Final = 0.14
"""Seconds that the lips take to close; they spring apart faster than they close."""

_ROLLING_IN: Final = 0.04
"""Seconds from the lips' meeting, four fifths of the way, until they are pressed all the way."""

_SPRING: Final = 1.5
"""Frames that they take to spring apart: three quarters are done at the first frame after."""

_FASTEST: Final = 30
"""Frames a second beyond which a shorter frame makes no faster lips."""

_HASTE: Final = 0.75
"""The part of the time since a closure shortly before that the next one may take to close."""

_EARLY: Final = 0.01
"""Seconds by which an earlier frame may be further off than a later one and still be chosen."""

_SLACK: Final = 1e-6


class Sealing(NamedTuple):
    """A closure as a sound asks for it.

    grip: 0..1, how far it goes.
    start, end: seconds between which it is to be seen whole.
    earliest: seconds; nothing of it is to be seen before.
    """

    seal: Seal
    grip: float
    start: float
    end: float
    earliest: float


class Closure(NamedTuple):
    """Lips shut ("press"), or the lower lip under the teeth ("tuck"), as the frames show it.

    until: seconds; when the sound that it belongs to lets go.
    last: number of the last frame on which it is complete.
    begin, shut, release, apart: seconds, the corners of its course; `release` is at frame `last`.
    """

    seal: Seal
    grip: float
    until: float
    last: int
    begin: float
    shut: float
    release: float
    apart: float

    def at(self, t: Curve) -> Curve:
        """How complete it is, 0..1, at times in seconds."""
        rise = ease((t - self.begin) / (self.shut - self.begin))
        return rise * ease((self.apart - t) / (self.apart - self.release))


def placed(sealing: Sealing, before: Closure | None, fps: int) -> Closure:
    """A sound's closure among the frames.

    It shows on all frames from its start to its end, or on the nearest one. Where the sound since the
    closure `before` lasts a frame or more, one frame between them stays free for it.
    """
    first, last = _frames_within(sealing.start, sealing.end, fps)
    room = inf
    if before is not None:
        parted = sealing.start - before.until >= 1 / fps - _SLACK
        first = max(first, before.last + (2 if parted else 1))
        room = first / fps - before.release if first > before.last + 1 else inf
    last = max(first, last)
    if _HASTE * room < _CLOSING:
        shut = first / fps
        begin = shut - _HASTE * room
    else:
        shut = min(sealing.start + _ROLLING_IN, last / fps)
        begin = shut - _CLOSING
    begin = max(begin, min(sealing.earliest, shut - 1 / fps))
    release = last / fps
    return Closure(
        sealing.seal,
        sealing.grip,
        sealing.end,
        last,
        begin,
        shut,
        release,
        release + _SPRING / min(fps, _FASTEST),
    )


def _frames_within(start: float, end: float, fps: int) -> tuple[int, int]:
    """First and last frame that begin between two times, or twice the one nearest to them."""
    first, last = ceil(start * fps - _SLACK), floor(end * fps + _SLACK)
    if first > last:
        first = last = last if start - last / fps <= first / fps - end + _EARLY else first
    return max(first, 0), max(last, 0)
