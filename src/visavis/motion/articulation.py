"""Timed phones to what the mouth does, frame by frame.

Owns coarticulation. Shapes blend by dominance: each pose pulls on each channel with a weight that
swells and fades around its sound, and the mouth is where the pulls balance (Cohen and Massaro,
"Modeling coarticulation in synthetic visual speech", 1993). Closures are laid over the shapes.
"""

from collections import deque
from collections.abc import Iterator
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Phone
from visavis.motion.closures import Closure, Sealing, placed
from visavis.motion.ease import Curve, begun, ease, ease_at
from visavis.motion.frames import Mouth
from visavis.motion.pace import Pace
from visavis.motion.visemes import CHANNELS, VISEMES, Seal, Viseme, parts, reach

LOOKAHEAD_MS: Final = 250
"""How much of the speech after a frame shapes it: lips that round early, and closures on their way."""

VISUAL_LEAD: Final = 0.01
"""Seconds by which lips move before their sound.

In running speech the lips are some 20 to 50 ms ahead (Schwartz and Savariaux, "No, there is no 150 ms
lead of visual speech on auditory speech", PLoS Comput. Biol. 2014), and viewers forgive a picture that
is early more than one that is late (ITU-R BT.1359). The shapes' own anticipation adds to this: with it,
openness is 5 to 25 ms ahead of loudness.
"""

_REST_DOMINANCE: Final = np.array((0.15, 0.15, 0.35, 0.4, 0.3))
"""The pull of a mouth at rest, always there, for each of CHANNELS: weak sounds reach less of their shape,
and slow lips do not jump to a strong one at its first sign."""

_LEAST: Final = np.array((0.0, 0.0, -1.0, 0.0, 0.0))
"""The lower bound of each of CHANNELS."""

_ONSET: Final = 0.09
"""Seconds after which a long sound has its full weight; past its middle it slowly loses it."""

_BY_STRESS: Final = (0.86, 1.0, 1.14)
_FULL_LENGTH: Final = 0.14
_SHORTEST_SIZE: Final = 0.8
"""How far a vowel opens without, with secondary and with primary stress, and how far the shortest one does
of what one of _FULL_LENGTH seconds would."""

_LULL: Final = 0.12
_PAUSE: Final = 0.25
"""In a silence of _LULL seconds the mouth stays as it is, in one of _PAUSE it shuts."""

_REST: Final = 0.03
"""Seconds after the middle of a pause in which the mouth goes on resting."""

_SLACK: Final = 1e-9

_STOP: Final = 0.085
_STOP_BEFORE: Final = 0.055
_STOP_LEAVES: Final = 0.05
_BURST: Final = 0.03
"""A stop takes at least _STOP seconds, at most _STOP_BEFORE of them from the phone before, and leaves that
one _STOP_LEAVES: some voices mark a stop at its burst, aligners at its closure. The lips part _BURST
before its end, or in its middle if it is short."""

_START_SEALS: Final = 0.1
"""Seconds in which closures set in, most of the way already at the first frame, where an utterance begins
within a sound."""

_SETTLE: Final = 0.16
_SETTLE_SEALS: Final = 0.06
"""Seconds before the utterance's last frame in which shapes and closures come to rest."""


class Gesture(NamedTuple):
    """One pose in time.

    start, end: seconds at which the picture should show it: VISUAL_LEAD before the sound.
    size: factor on how far jaw and lips open.
    weight: factor on its dominance.
    earliest: seconds; nothing of it is to be seen before.
    """

    viseme: Viseme
    start: float
    end: float
    size: float = 1.0
    weight: float = 1.0
    earliest: float = -inf


class Articulation:
    """What the mouth does during one utterance whose phones are known.

    Feed it the chunks in order: it gives frame i once the speech is known up to LOOKAHEAD_MS
    after i / fps, and the rest when the end is declared; frame_count(samples, rate, fps) in all, bit
    for bit the same for any chunking. Holds only what overlaps the present, however long the speech.
    """

    def __init__(self, fps: int) -> None:
        self._pace = Pace(fps, LOOKAHEAD_MS)
        self._shapes = _Shapes(fps)
        self._previous: Phone | None = None
        self._closures: deque[Closure] = deque()

    def feed(self, chunk: AudioChunk) -> list[Mouth]:
        """The frames that a further chunk completes.

        Raises ValueError when the chunk does not follow the one before it.
        """
        due = self._pace.due(chunk)
        for phone in chunk.phones or ():
            self._add(phone)
        return self._frames(due)

    def finish(self) -> list[Mouth]:
        """The frames that are left; the last one is at rest, whatever the sound broke off in."""
        return self._frames(self._pace.rest(), last=self._pace.total - 1)

    def _add(self, phone: Phone) -> None:
        for gesture in gestures(phone, self._previous):
            self._shapes.add(gesture)
            viseme = gesture.viseme
            if viseme.seal:
                before = self._closures[-1] if self._closures else None
                sealing = Sealing(viseme.seal, viseme.grip, gesture.start, gesture.end, gesture.earliest)
                self._closures.append(placed(sealing, before, self._pace.fps))
        self._previous = phone

    def _frames(self, due: range, last: int | None = None) -> list[Mouth]:
        if not due:
            return []
        t = np.arange(due.start, due.stop) / self._pace.fps
        left = np.full_like(t, np.inf) if last is None else last / self._pace.fps - t
        shapes = self._shapes.take(due) * (begun(t) * ease(left / _SETTLE))[:, None]
        seals = ease((t + 0.06) / _START_SEALS) * ease(left / _SETTLE_SEALS)
        press, tuck = self._closed("press", t) * seals, self._closed("tuck", t) * seals
        while len(self._closures) > 1 and self._closures[0].apart < t[-1]:
            self._closures.popleft()
        return _mouths(shapes, press, tuck)

    def _closed(self, seal: Seal, t: Curve) -> Curve:
        closed = np.zeros_like(t)
        for closure in self._closures:
            if closure.seal == seal:
                np.maximum(closed, closure.at(t) * closure.grip, out=closed)
        return closed


class _Shapes:
    """The balance of all pulls, on the frames from the next one to be taken up to the last one reached."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._next = 0
        self._pull = np.zeros((0, len(CHANNELS)))
        self._weight = np.zeros((0, len(CHANNELS)))

    def add(self, gesture: Gesture) -> None:
        """Let a gesture pull on the frames that it reaches and that are still to come."""
        target, dominance, ahead, after = reach(gesture.viseme)
        ahead = np.minimum(ahead, gesture.start - gesture.earliest)
        begin = max(int((gesture.start - ahead.max()) * self._fps), self._next)
        end = int((gesture.end + after.max()) * self._fps) + 2
        if end <= begin:
            return
        self._reserve(end)
        t = np.arange(begin, end)[:, None] / self._fps
        length = gesture.end - gesture.start
        rise = ease((t - gesture.start + ahead) / (ahead + min(0.6 * length, _ONSET)))
        fall = ease((gesture.end + after - t) / (after + 0.4 * length))
        weight = rise * fall * (dominance * gesture.weight)
        rows = slice(begin - self._next, end - self._next)
        self._weight[rows] += weight
        self._pull[rows] += weight * (target * _size(gesture.size))

    def take(self, due: range) -> NDArray[np.float64]:
        """The shapes [n, 5] of the next frames; they are forgotten here."""
        self._reserve(due.stop)
        n = due.stop - self._next
        pull, weight = self._pull[:n], self._weight[:n]
        self._pull, self._weight, self._next = self._pull[n:], self._weight[n:], due.stop
        return np.asarray((1 + _REST_DOMINANCE) * pull / (weight + _REST_DOMINANCE))

    def _reserve(self, end: int) -> None:
        missing = end - self._next - len(self._pull)
        if missing > 0:
            more = np.zeros((missing, len(CHANNELS)))
            self._pull = np.concatenate([self._pull, more])
            self._weight = np.concatenate([self._weight, more])


def gestures(phone: Phone, previous: Phone | None) -> Iterator[Gesture]:
    """The poses of one phone in time; none for one without length."""
    earliest = _earliest(phone, previous)
    begin = phone.start - VISUAL_LEAD
    for viseme, share, _ in parts(phone.symbol) if phone.end > phone.start else ():
        start, begin = begin, begin + share * (phone.end - phone.start)
        if viseme is VISEMES["silence"]:
            depth = ease_at((phone.end - phone.start - _LULL) / (_PAUSE - _LULL))
            yield Gesture(viseme, start, begin, weight=depth)
            yield Gesture(VISEMES["lull"], start, begin, weight=1 - depth)
        elif viseme.burst:
            yield Gesture(viseme, *_occlusion(start, begin, previous), earliest=earliest)
        else:
            size = _openness(phone.stress, begin - start) if viseme.vowel else 1.0
            yield Gesture(viseme, start, begin, size, earliest=earliest)


def _occlusion(start: float, end: float, previous: Phone | None) -> tuple[float, float]:
    """When the lips are shut for a stop that was given from `start` to `end`."""
    before = _STOP_BEFORE
    if previous:
        length = previous.end - previous.start
        before = min(before, length / 2, max(length - _STOP_LEAVES, 0.0))
    return min(start, max(end - _STOP, start - before)), end - min(_BURST, (end - start) / 2)


def _earliest(phone: Phone, previous: Phone | None) -> float:
    """When the first sign of a phone may show: not before it is known, in a pause not before its middle."""
    known = phone.start - LOOKAHEAD_MS / 1000 + _SLACK
    if previous is None or previous.symbol or previous.end - previous.start < _PAUSE - _SLACK:
        return known
    return max(known, (previous.start + previous.end) / 2 + _REST)


def _openness(stress: int, length: float) -> float:
    """How far a vowel opens: a stressed one more, a short one less, for want of time."""
    return _BY_STRESS[stress] * (_SHORTEST_SIZE + (1 - _SHORTEST_SIZE) * ease_at(length / _FULL_LENGTH))


def _size(size: float) -> NDArray[np.float64]:
    return np.array((size, size, 1.0, 1.0, 1.0))


def _mouths(shapes: NDArray[np.float64], press: Curve, tuck: Curve) -> list[Mouth]:
    """Shapes [n, 5] and closures [n] as Mouths: lips that close lose their gap first, then press."""
    jaw, gap, wide, ring, tongue = np.minimum(np.maximum(shapes, _LEAST), 1.0).T
    gap = gap * (1 - ease(press / 0.7)) * (1 - 0.6 * tuck)
    press = press * ease((press - 0.3) / 0.4)
    return [Mouth(*row) for row in np.stack([jaw, gap, wide, ring, press, tuck, tongue], 1).tolist()]
