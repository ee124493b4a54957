"""What speech adds to the head's idle movement: nods and brows on stress, a phrase's sway, pauses.

Owns which syllables are answered to and how. Nothing at an utterance's first and last frame, so that it
begins and ends where resting is; `life.combine` adds it to the rest.
"""

from math import pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk
from visavis.motion.chance import Wander, scrambled, uniform
from visavis.motion.ease import ease, swell
from visavis.motion.frames import Head
from visavis.motion.life import EYE_RANGE, blinks_near, lid
from visavis.motion.moments import Beat, HeardMoments, KnownMoments, Pause
from visavis.motion.pace import Pace

LOOKAHEAD_MS: Final = 250
"""A nod sets in some 100 ms before its syllable, and that syllable's first 100 ms decide on it."""

_DEGREE: Final = pi / 180
_CHANNEL: Final = {name: index for index, name in enumerate(Head._fields)}

_RATES: Final = np.array([[0.45, 1.0], [0.5, 1.1], [0.4, 0.9], [0.35, 0.8]])
_SIZES: Final = np.array(
    [
        [1.6 * _DEGREE, 0.6 * _DEGREE],
        [1.0 * _DEGREE, 0.5 * _DEGREE],
        [1.0 * _DEGREE, 0.4 * _DEGREE],
        [0.2, 0.1],
    ]
)
_SWAYING: Final = ("yaw", "pitch", "roll", "brows")
"""The head's unrest while it talks: Hz and amplitude of two octaves for each of these channels."""

_BEGIN: Final = 0.3
_END: Final = 0.24
"""Seconds in which all of it sets in and dies away."""

_ACCENTS_APART: Final = 0.6
_EXPECTED: Final = 0.9
_IMPATIENCE: Final = 1.0
"""Accents come no closer than this; the score that one needs right then, and what it falls by a second."""


class Accents:
    """Chooses, among stressed syllables as they come, those that a speaker would stress with the head.

    A syllable counts by how much louder and longer it is than those before it, and by how long the head
    has been still; after "Visual prosody" (Graf, Cosatto, Strom and Huang 2002), where a nod comes with
    some of the pitch accents and never with all.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._last = -1.2
        self._loudness: float | None = None
        self._length = 0.12

    def strength(self, beat: Beat) -> float:
        """0 for a syllable that is passed over, else how strongly it is stressed, 0.35..1."""
        usual = beat.loudness if self._loudness is None else self._loudness
        score = (beat.loudness - usual) / 5 + 0.8 * (beat.length / self._length - 1)
        score += 0.6 * (uniform(self._seed, round(beat.at * 1000)) - 0.5)
        self._loudness = usual + 0.2 * (beat.loudness - usual)
        self._length += 0.2 * (min(beat.length, 0.4) - self._length)
        rest = beat.at - self._last - _ACCENTS_APART
        if rest < 0 or score < _EXPECTED - _IMPATIENCE * rest:
            return 0.0
        self._last = beat.at
        return min(max(0.6 + 0.25 * score, 0.35), 1.0)


class Gesture(NamedTuple):
    """One swell of one channel of Head: from nothing at `begin` to `size` at `top` and back by `end`."""

    channel: str
    size: float
    begin: float
    top: float
    end: float


class Emphasis:
    """What the head adds during one utterance.

    The same contract as Articulation: frame_count(samples, rate, fps) Heads in all, bit for bit the same
    for any chunking, to be added to the idle movement. Whether the phones are known is settled by the
    first chunk.

    first: the session's frame number at which the utterance begins.
    """

    def __init__(self, fps: int, seed: int = 0, first: int = 0) -> None:
        self._pace = Pace(fps, LOOKAHEAD_MS)
        self._first = first
        self._idle, self._seed = seed, scrambled(seed, first)
        self._sway = Wander(scrambled(seed, 5), _RATES, _SIZES)
        self._accents = Accents(self._seed)
        self._moments: KnownMoments | HeardMoments | None = None
        self._rows = np.zeros((0, len(_CHANNEL)))
        self._next = 0

    def feed(self, chunk: AudioChunk) -> list[Head]:
        """The frames that a further chunk completes.

        Raises ValueError when the chunk does not follow the one before it.
        """
        due = self._pace.due(chunk)
        if self._moments is None:
            self._moments = HeardMoments() if chunk.phones is None else KnownMoments()
        for moment in self._moments.feed(chunk):
            if isinstance(moment, Pause):
                self._halt(moment.at)
            elif strength := self._accents.strength(moment):
                self._stress(moment.at, strength)
        return self._frames(due)

    def finish(self) -> list[Head]:
        """The frames that are left; the last one adds nothing."""
        return self._frames(self._pace.rest(), last=self._pace.total - 1)

    def _stress(self, at: float, strength: float) -> None:
        """A nod, mostly with the brows, and a small turn."""
        nod, turn, tilt, brows = (uniform(self._seed, round(at * 1000), key) for key in range(1, 5))
        size = strength * _DEGREE
        self._add(Gesture("pitch", (1.8 + nod) * size, at - 0.1, at + 0.12, at + 0.5 + 0.2 * nod))
        self._add(Gesture("y", 0.01 * strength, at - 0.1, at + 0.14, at + 0.55))
        self._add(Gesture("yaw", 2.4 * (turn - 0.5) * size, at - 0.1, at + 0.28, at + 1.1))
        self._add(Gesture("roll", 1.8 * (tilt - 0.5) * size, at - 0.1, at + 0.3, at + 1.2))
        if brows < 0.55 or strength > 0.8:
            self._add(Gesture("brows", 0.55 * strength, at - 0.1, at + 0.1, at + 0.45 + 0.3 * brows))

    def _halt(self, at: float) -> None:
        """The head settles, breath is taken, and often the eyes blink, where they do not do so anyway."""
        self._add(Gesture("pitch", 0.9 * _DEGREE, at - 0.05, at + 0.25, at + 0.9))
        self._add(Gesture("breath", 0.3, at, at + 0.4, at + 1.0))
        frame = round((at + 0.12) * self._pace.fps)
        if uniform(self._seed, round(at * 1000), 5) < 0.5 and not self._blinks_near(frame):
            self._blink(frame)

    def _add(self, gesture: Gesture) -> None:
        fps = self._pace.fps
        begin, end = max(int(gesture.begin * fps), self._next), int(gesture.end * fps) + 1
        if end <= begin:
            return
        self._reserve(end)
        t = np.arange(begin, end) / fps
        rows = self._rows[begin - self._next : end - self._next, _CHANNEL[gesture.channel]]
        rows += gesture.size * swell(t, gesture.begin, gesture.top, gesture.end)

    def _blinks_near(self, frame: int) -> bool:
        return blinks_near((self._first + frame) / self._pace.fps, self._idle)

    def _blink(self, frame: int) -> None:
        fps = self._pace.fps
        self._reserve(frame + fps)
        for near in range(max(frame - fps // 8 - 1, self._next), frame + fps // 2):
            row = self._rows[near - self._next]
            row[_CHANNEL["blink"]] = max(row[_CHANNEL["blink"]], lid((near - frame) / fps))

    def _frames(self, due: range, last: int | None = None) -> list[Head]:
        if not due:
            return []
        fps = self._pace.fps
        self._reserve(due.stop)
        rows, self._rows = self._rows[: len(due)], self._rows[len(due) :]
        self._next = due.stop
        for row, frame in zip(rows, due, strict=True):
            row[_SWAY_COLUMNS] += self._sway.at((self._first + frame) / fps)
        t = np.arange(due.start, due.stop) / fps
        left = np.full_like(t, np.inf) if last is None else last / fps - t
        rows *= (ease(t / _BEGIN) * ease(left / _END))[:, None]
        return _heads(rows)

    def _reserve(self, end: int) -> None:
        missing = end - self._next - len(self._rows)
        if missing > 0:
            self._rows = np.concatenate([self._rows, np.zeros((missing, len(_CHANNEL)))])


_SWAY_COLUMNS: Final = [_CHANNEL[channel] for channel in _SWAYING]


def _heads(rows: NDArray[np.float64]) -> list[Head]:
    """Rows [n, 10] as Heads, with eyes that stay on the viewer while the head moves."""
    rows[:, _CHANNEL["gaze_x"]] -= rows[:, _CHANNEL["yaw"]] / EYE_RANGE
    rows[:, _CHANNEL["gaze_y"]] -= rows[:, _CHANNEL["pitch"]] / EYE_RANGE
    return [Head(*row) for row in rows.tolist()]
