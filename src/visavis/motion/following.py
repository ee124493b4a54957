"""Where a speaker has come in a text whose sounds are known, but not their times.

Another voice's reading of the same words says which sounds there are and how the mouth goes about them; the
ear says what each step sounds like. Owns finding the one in the other as the sound comes in, by dynamic
programming over the places of the reading (Sakoe and Chiba, "Dynamic programming algorithm optimization for
spoken word recognition", 1978), and telling how well they belong together.
"""

import itertools
from collections import deque
from copy import deepcopy
from math import exp
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Phone
from visavis.motion.articulation import LOOKAHEAD_MS, Articulation
from visavis.motion.ear import ANSWERS, STEPS, Heard, touching
from visavis.motion.ease import ease_at
from visavis.motion.frames import Mouth
from visavis.motion.visemes import spans

Floats = NDArray[np.float32]

LAG: Final = 4
"""Steps of speech after a step that decide where in the reading it lies."""

SMOOTH: Final = 2
"""Steps to either side over which the pace through the reading is evened out."""

_STRIDES: Final = (-1.2, -0.7, -1.4, -2.5)
"""How likely a speaker is, in natural logarithms, to stay at a place of the reading for a step of his own,
and to go on by one, two or three places."""

_PAUSE: Final = -1.3
"""The same for a silent step where the reading has none."""

_ELSEWHERE: Final = -4.5
"""The same, and of how much likelier, for a step that is nowhere in the reading: an aside holds it up."""

_ROOM: Final = 250
"""Places that are considered, from the first that is still likely on: five seconds of the reading."""

_LIKELY: Final = 50.0
"""By how much a place's logarithm may lie below the best one's."""

_FORGETS: Final = 0.03
"""The part that one step has in how well the words have fitted lately: two thirds of a second's worth."""

_WORST: Final = -8.0
"""No step fits worse."""

_FITS, _FITS_NOT = -1.3, -2.1
"""How well words have to fit to be followed, and how badly not to be at all."""

_RATE: Final = 1000
_SILENCE: Final = 0
_OPEN: Final = Mouth._fields.index("open")


class Reading:
    """How another voice goes about the words, in steps, as far as it is known.

    mouths: float32 [n, ANSWERS], as in Heard. kinds: intp, which of KINDS it sounds like; one fewer, or as
    many. An hour of both takes 7 MB.
    """

    def __init__(self) -> None:
        self._articulation = Articulation(STEPS)
        self._end = self._settled = 0
        self.mouths: Floats = np.zeros((0, ANSWERS), np.float32)
        self.kinds = np.zeros(0, np.intp)

    def extend(self, phones: tuple[Phone, ...]) -> None:
        """Take further phones; they go on where the last ones ended."""
        if not phones:
            return
        begin, self._end = self._end, round(phones[-1].end * _RATE)
        settled = self._articulation.feed(_silence(begin, self._end, phones))
        # What follows is not known yet and may never come: until then, as if nothing did.
        ahead = deepcopy(self._articulation).feed(
            _silence(self._end, self._end + LOOKAHEAD_MS * _RATE // 1000)
        )
        mouths = np.array(settled + ahead)
        answers = np.concatenate([mouths, touching(mouths[:, _OPEN, None])], 1, dtype=np.float32)
        self.mouths = np.concatenate([self.mouths[: self._settled], answers])
        self._settled += len(settled)
        first = len(self.kinds)
        self.kinds = np.concatenate([self.kinds, np.zeros(round(phones[-1].end * STEPS) - first, np.intp)])
        for start, stop, kind in spans(phones):
            self.kinds[max(round(start * STEPS), first) : round(stop * STEPS)] = kind


def _silence(begin: int, end: int, phones: tuple[Phone, ...] = ()) -> AudioChunk:
    return AudioChunk(np.zeros(end - begin, np.float32), _RATE, begin, phones)


class Place(NamedTuple):
    """Where one step of the speaker's lies.

    at: step of the reading; -1 before it begins. fit: natural logarithm of the chance of the kind that the
    reading has there, against that of the kind that is heard; 0 where they agree, at least _WORST.
    """

    at: int
    fit: float


class Tracking:
    """Finds one utterance's steps in a reading, each LAG steps after it was heard."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._first = -1
        self._scores: Floats = np.zeros(1, np.float32)
        self._steps: deque[_Step] = deque()
        self._at = -1

    def feed(self, heard: Heard) -> list[Place]:
        """The place that a further step decides, if any."""
        self._advance(heard.kinds)
        return [self._decided()] if len(self._steps) > LAG else []

    def finish(self) -> list[Place]:
        """The places that are left."""
        return [self._decided() for _ in range(len(self._steps))]

    def _advance(self, kinds: Floats) -> None:
        """The best way to each place, one step later."""
        before, first = self._scores, self._first
        n = max(1, min(len(before) + len(_STRIDES) - 1, _ROOM, len(self._reading.kinds) - first))
        read = self._reading.kinds[max(first, 0) : first + n]
        kind = np.concatenate([np.zeros(n - len(read), np.intp), read])
        alike = kinds[kind]
        ways = np.full((len(_STRIDES), n), -np.inf, np.float32)
        for stride, cost in enumerate(_STRIDES):
            from_ = before[: max(n - stride, 0)]
            reached = slice(stride, stride + len(from_))
            ways[stride, reached] = from_ + alike[reached] + np.float32(cost)
        held = min(len(before), n)
        paused = max(float(kinds[_SILENCE]) + _PAUSE, float(kinds.max()) + _ELSEWHERE)
        np.maximum(ways[0, :held], before[:held] + np.float32(paused), out=ways[0, :held])
        scores = ways.max(0)
        best = scores.max()
        likely = np.flatnonzero(scores > best - _LIKELY)
        self._scores = scores[likely[0] : likely[-1] + 1] - best
        self._first = first + int(likely[0])
        self._steps.append(_Step(first, ways.argmax(0), alike - kinds.max()))

    def _decided(self) -> Place:
        """The place of the oldest step, on the way to the place that is the likeliest now."""
        at = self._first + int(self._scores.argmax())
        for step in itertools.islice(reversed(self._steps), len(self._steps) - 1):
            at -= int(step.strides[at - step.first])
        oldest = self._steps.popleft()
        self._at = max(self._at, at)
        here = self._at - oldest.first
        return Place(self._at, max(float(oldest.fits[here]), _WORST) if here < len(oldest.fits) else _WORST)


class _Step(NamedTuple):
    """What has to be kept of a step: its first place, and for each place the stride to it and its fit."""

    first: int
    strides: NDArray[np.intp]
    fits: Floats


class Following:
    """What the mouth does, step by step, LAG + SMOOTH steps late: as in the reading where the words fit, as
    it is heard where they do not and in pauses.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._tracking = Tracking(reading)
        self._heard: deque[Heard] = deque()
        self._places: deque[Place] = deque()
        self._fit = 0.0
        self._spoken = self._followed = 0.0

    @property
    def share(self) -> float:
        """How much of the speech so far was found in the reading, 0..1; 1 before there was any."""
        return self._followed / self._spoken if self._spoken else 1.0

    def feed(self, heard: Heard) -> list[Floats]:
        """The mouths [ANSWERS] that a further step decides."""
        self._heard.append(heard)
        return self._decided(self._tracking.feed(heard))

    def finish(self) -> list[Floats]:
        """The mouths that are left."""
        mouths = self._decided(self._tracking.finish())
        for _ in range(SMOOTH if self._places else 0):
            mouths += self._decided([self._places[-1]])
        return mouths

    def _decided(self, places: list[Place]) -> list[Floats]:
        mouths = []
        for place in places:
            self._places.extend([place] * (1 if self._places else 1 + SMOOTH))
            if len(self._places) > 2 * SMOOTH:
                mouths.append(self._mouth())
                self._places.popleft()
        return mouths

    def _mouth(self) -> Floats:
        heard = self._heard.popleft()
        place = self._places[SMOOTH]
        near = [heard, *itertools.islice(self._heard, SMOOTH)]
        silent = sum(exp(float(step.kinds[_SILENCE])) for step in near) / len(near)
        self._fit += _FORGETS * (1 - silent) * (place.fit - self._fit)
        fits = ease_at((self._fit - _FITS_NOT) / (_FITS - _FITS_NOT))
        self._spoken += 1 - silent
        self._followed += (1 - silent) * fits
        trust = fits * ease_at((1 - silent) / 0.6)
        at = sum(near.at for near in self._places) / len(self._places)
        read = self._reading.mouths
        if not 0 <= at < len(read) - 1:
            return heard.mouth
        step, part = int(at), np.float32(at % 1)
        mouth = read[step] + part * (read[step + 1] - read[step])
        return np.asarray(heard.mouth + np.float32(trust) * (mouth - heard.mouth))
