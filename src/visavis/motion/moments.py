"""The moments of speech that a head answers to: stressed syllables, and pauses.

Owns finding them, in phones where they are known and in the sound where they are not. A moment is told
DECIDED after it happened, so that what follows from it does not depend on how the speech was cut.
"""

from collections import deque
from math import log10
from typing import Final, NamedTuple

import numpy as np

from visavis.media import AudioChunk, Phone
from visavis.motion.spectrum import HOPS, Spectrum, power

DECIDED: Final = 0.1
"""Seconds of sound after a moment that it is judged by."""

PAUSE: Final = 0.2
"""Seconds from which on a silence is a pause."""

_TYPICAL_LENGTH: Final = 0.12
_SYLLABLES_APART: Final = 0.15
_RISE: Final = 6.0
_FLAT: Final = 0.2
_CALM: Final = 25
"""Of syllables that are only heard: the length that is taken for theirs and their distance, in seconds;
the dB by which one rises out of what was before, and those a hop below which it has risen; and the hops
without any that make a pause."""


_LOW: Final = (420.0, 1250.0)
_HIGH: Final = (1250.0, 3400.0)
"""Where open vowels have their first formant, and spread ones their second, in Hz."""


class Beat(NamedTuple):
    """A stressed syllable: when its vowel begins, and its length, in seconds; its loudness in dB."""

    at: float
    length: float
    loudness: float


class Pause(NamedTuple):
    """Where speech halts, in seconds. It lasts PAUSE or longer."""

    at: float


Moment = Beat | Pause


class Level(NamedTuple):
    """What counts as loud and as silent at the moment, in dB; adapts to speaker and room.

    floor: the noise. peak: the loudest of the last seconds.
    slow, unrest: the level and its mean deviation over some tenths of a second.
    """

    floor: float = -75.0
    peak: float = -25.0
    slow: float = -100.0
    unrest: float = 5.0

    def after(self, voice: float) -> "Level":
        """The levels one hop of `voice` dB later.

        What hardly changes is no speech: the floor climbs quickly under it.
        """
        slow = self.slow + 0.12 * (voice - self.slow)
        unrest = self.unrest + 0.08 * (min(abs(voice - slow), 10.0) - self.unrest)
        creep = (40.0 if unrest < 1.7 else 1.5) / HOPS
        floor = max(min(self.floor + creep, voice), -70.0)
        peak = self.peak + (0.25 * (voice - self.peak) if voice > self.peak else -3.0 / HOPS)
        return Level(floor, max(peak, floor + 20, -60.0), slow, unrest)

    def height(self, voice: float) -> float:
        """0..1: where a voice stands between silence and the peak."""
        low = max(self.floor + 6, self.peak - 32)
        return min(max((voice - low) / (self.peak - low), 0.0), 1.0)


class KnownMoments:
    """Finds them where chunks carry their phones."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, np.float32)
        self._at = 0
        self._waiting: deque[Phone] = deque()
        self._silent = True

    def feed(self, chunk: AudioChunk) -> list[Moment]:
        """The moments that a further chunk decides."""
        self._samples = np.concatenate([self._samples, chunk.samples])
        for phone in chunk.phones or ():
            if self._matters(phone):
                self._waiting.append(phone)
            self._silent = not phone.symbol
        found: list[Moment] = []
        while self._waiting and int((self._waiting[0].start + DECIDED) * chunk.rate) < chunk.end:
            found.append(self._judged(self._waiting.popleft(), chunk.rate))
        first = int(self._waiting[0].start * chunk.rate) if self._waiting else chunk.end
        passed = min(max(first - self._at, 0), len(self._samples))
        self._samples, self._at = self._samples[passed:], self._at + passed
        return found

    def _matters(self, phone: Phone) -> bool:
        if not phone.symbol:
            return not self._silent and phone.end - phone.start >= PAUSE
        return phone.stress == 2

    def _judged(self, phone: Phone, rate: int) -> Moment:
        if not phone.symbol:
            return Pause(phone.start)
        begin, end = (int(t * rate) - self._at for t in (phone.start, phone.start + DECIDED))
        heard = self._samples[max(begin, 0) : end].astype(np.float64)
        power = float(np.add.reduce(heard * heard)) / max(len(heard), 1)
        return Beat(phone.start, phone.end - phone.start, 10 * log10(max(1e-9, power)))


class HeardMoments:
    """Finds them in the sound alone: swells of the voice, and where it stays away."""

    def __init__(self) -> None:
        self._spectrum = Spectrum()
        self._level = Level()
        self._hop = -1  # a pair's first look is the one before its time
        self._recent: deque[float] = deque([-100.0] * 20, maxlen=20)
        self._last_beat = -1.0
        self._calm = _CALM

    def feed(self, chunk: AudioChunk) -> list[Moment]:
        """The moments that a further chunk decides."""
        found: list[Moment] = []
        for pair in self._spectrum.feed(chunk):
            for low, high in zip(power(pair, *_LOW), power(pair, *_HIGH), strict=True):
                found.extend(self._heard(max(low, high - 3)))
        return found

    def _heard(self, voice: float) -> list[Moment]:
        self._level = self._level.after(voice)
        before, now = self._recent[-1], self._recent[-1] + 0.35 * (voice - self._recent[-1])
        rising = before > self._recent[-2]
        swell = before - min(self._recent)
        self._recent.append(now)
        self._hop += 1
        height = self._level.height(voice)
        self._calm = self._calm + 1 if height < 0.15 else 0
        t = self._hop / HOPS - 0.75 * DECIDED
        if self._calm == _CALM:
            return [Pause(t)]
        crest = rising and now < before + _FLAT and swell > _RISE and self._level.height(before) > 0.5
        if crest and t - self._last_beat >= _SYLLABLES_APART:
            self._last_beat = t
            return [Beat(t, _TYPICAL_LENGTH, before)]
        return []
