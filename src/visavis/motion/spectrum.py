"""Sound to the levels of forty bands, a hundred times a second, whatever its rate and its chunks.

Owns what the network that hears speech is fed with, in use and in training. Looks come in pairs, and a pair
is worked out from its own samples alone: it does not depend on how many came together.
"""

from functools import cache, lru_cache
from math import ceil, log2, log10
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, sample_at

HOPS: Final = 100
"""Looks at the sound per second; look k is centred on k / HOPS seconds."""

PAIRS: Final = HOPS // 2
"""Pairs per second; pair k is looks 2k - 1 and 2k, and known once the sound is up to k / PAIRS + REACH."""

BANDS: Final = 40
WINDOW: Final = 0.025
REACH: Final = WINDOW / 2
"""Seconds that a look takes in, under a Hann window, and how much of it lies after the look's time."""

FAINTEST: Final = -90.0
"""dB below which nothing is told apart; bands above half the rate are there."""

_LOWEST, _HIGHEST = 60.0, 7600.0

Levels = NDArray[np.float32]
"""float32 [2, BANDS]: dB in each band, about 0 for a full-scale sine, for the looks of a pair."""


def power(levels: Levels, lowest: float, highest: float) -> list[float]:
    """The level in dB of each look in the bands whose middles lie between two frequencies in Hz."""
    middles = _edges()[1:-1]
    within = levels[:, np.flatnonzero((middles >= lowest) & (middles < highest))]
    return [10 * log10(sum(10 ** (level / 10) for level in look)) for look in within.tolist()]


class Spectrum:
    """Turns one utterance's chunks, of 4 kHz or more, into pairs of looks; holds no more than a window."""

    def __init__(self) -> None:
        self._samples = np.zeros(0, np.float32)
        self._at = 0
        self._pair = 0
        self._bands: _Bands | None = None

    def feed(self, chunk: AudioChunk) -> list[Levels]:
        """The pairs that a further chunk completes; chunks come in order, at one rate."""
        if self._bands is None:
            self._bands = _bands(chunk.rate)
            self._at, _ = self._begins(self._bands)
            self._samples = np.zeros(-self._at, np.float32)
        self._samples = np.concatenate([self._samples, chunk.samples])
        return self._seen(self._bands)

    def finish(self, pairs: int) -> list[Levels]:
        """The pairs up to `pairs` at least, with silence after the sound; none where there was no sound."""
        bands = self._bands
        if bands is None:
            return []
        missing = sample_at(2 * pairs, bands.rate, HOPS) + bands.length - self._at - len(self._samples)
        self._samples = np.concatenate([self._samples, np.zeros(max(missing, 0), np.float32)])
        return self._seen(bands)

    def _begins(self, bands: "_Bands") -> tuple[int, int]:
        """The first samples of the next pair's looks."""
        first, second = (sample_at(2 * self._pair + look, bands.rate, HOPS) for look in (-1, 0))
        return first - bands.length // 2, second - bands.length // 2

    def _seen(self, bands: "_Bands") -> list[Levels]:
        seen: list[Levels] = []
        first, second = self._begins(bands)
        while second + bands.length <= self._at + len(self._samples):
            looks = (self._samples[at - self._at :][: bands.length] for at in (first, second))
            seen.append(bands.levels(np.array([*looks])))
            self._pair += 1
            first, second = self._begins(bands)
        passed = min(first - self._at, len(self._samples))
        self._samples, self._at = self._samples[passed:], self._at + passed
        return seen


class _Bands(NamedTuple):
    """The window and the bands for one rate in Hz.

    window: float32 [length]. weights: float32 [bins, BANDS], triangles of equal width on the mel scale, by
    which a sum of bins becomes a power.
    """

    rate: int
    window: NDArray[np.float32]
    weights: NDArray[np.float32]

    @property
    def length(self) -> int:
        return len(self.window)

    def levels(self, windows: NDArray[np.float32]) -> Levels:
        """Of two windows [2, length]."""
        bins = np.fft.rfft(windows * self.window, 2 * (len(self.weights) - 1))
        power = (bins.real * bins.real + bins.imag * bins.imag).astype(np.float32) @ self.weights
        return np.asarray(np.maximum(10 * np.log10(power + np.float32(1e-12)), np.float32(FAINTEST)))


@lru_cache(maxsize=16)
def _bands(rate: int) -> _Bands:
    length = round(WINDOW * rate)
    size = 2 ** ceil(log2(length))
    window = np.hanning(length + 2)[1:-1]
    edges = _edges()
    hertz = np.arange(size // 2 + 1)[:, None] * rate / size
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(rising, falling), 0, None) * 4 / (size * (window**2).sum())
    return _Bands(rate, window.astype(np.float32), weights.astype(np.float32))


@cache
def _edges() -> NDArray[np.float64]:
    """Hz where one band ends, the next one has its middle, and the one after it begins."""
    return _hertz(np.linspace(_mel(_LOWEST), _mel(_HIGHEST), BANDS + 2))


def _mel(hertz: float) -> float:
    """O'Shaughnessy, "Speech Communication", 1987."""
    return 2595 * float(np.log10(1 + hertz / 700))


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return 700 * (10 ** (mel / 2595) - 1)
