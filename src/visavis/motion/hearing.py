"""Sound to the levels of a few bands, a hundred times a second, the same for any chunking."""

from functools import lru_cache
from math import log2, log10
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, sample_at

HOPS: Final = 100
"""Looks at the sound per second; hop k is centred on k / HOPS seconds."""

_WINDOW: Final = 0.025
"""Seconds that a look takes in, to the nearest power of two in samples: 18 to 36 ms."""

_EDGES: Final = (90.0, 420.0, 1250.0, 3400.0, 8000.0)
_FAINTEST: Final = 1e-10


class Sound(NamedTuple):
    """Levels in dB, 0 for a full-scale sine within the band, never below -100.

    murmur: voicing and nasals. mouth: the first formant of open vowels. front: the second formant of
    vowels spread like [i e]. hiss: sibilants, as far as the rate carries them.
    """

    murmur: float
    mouth: float
    front: float
    hiss: float


class Hearing:
    """Turns one utterance's chunks, of 4 kHz or more, into Sounds; holds no more than a window of samples.

    Every hop is worked out from its own window alone, in an order of operations that does not depend on
    how many hops came together.
    """

    def __init__(self) -> None:
        self._samples = np.zeros(0, np.float32)
        self._at = 0
        self._hop = 0

    def feed(self, chunk: AudioChunk) -> list[Sound]:
        """The hops that a further chunk completes; chunks come in order, at one rate."""
        if chunk.at == 0 and self._hop == 0 and not len(self._samples):
            self._at = -(_spectrum(chunk.rate).length // 2)
            self._samples = np.zeros(-self._at, np.float32)
        self._samples = np.concatenate([self._samples, chunk.samples])
        return self._heard(chunk.rate)

    def finish(self, rate: int, hops: int) -> list[Sound]:
        """The hops up to `hops` at least, with silence after the sound's end."""
        missing = sample_at(hops, rate, HOPS) + _spectrum(rate).length - self._at - len(self._samples)
        self._samples = np.concatenate([self._samples, np.zeros(max(missing, 0), np.float32)])
        return self._heard(rate)

    def _heard(self, rate: int) -> list[Sound]:
        spectrum = _spectrum(rate)
        before = spectrum.length // 2
        begins: list[int] = []
        while (begin := sample_at(self._hop, rate, HOPS) - before - self._at) + spectrum.length <= len(
            self._samples
        ):
            begins.append(begin)
            self._hop += 1
        sounds = spectrum.sounds(self._samples, begins)
        kept = min(begin, len(self._samples))
        self._samples, self._at = self._samples[kept:], self._at + kept
        return sounds


class _Spectrum(NamedTuple):
    """The window and the bands' first bins for one rate."""

    length: int
    window: NDArray[np.float32]
    edges: NDArray[np.intp]

    def sounds(self, samples: NDArray[np.float32], begins: list[int]) -> list[Sound]:
        """The sounds of the windows that begin at these samples."""
        if not begins:
            return []
        windows = samples[np.array(begins)[:, None] + np.arange(self.length)]
        bins = np.fft.rfft(windows * self.window)[:, : self.edges[-1]]
        power = bins.real * bins.real + bins.imag * bins.imag
        bands = np.add.reduceat(power, self.edges[:-1], axis=1)
        return [Sound(*(10 * log10(max(_FAINTEST, band)) for band in hop)) for hop in bands.tolist()]


@lru_cache(maxsize=16)
def _spectrum(rate: int) -> _Spectrum:
    length = 2 ** round(log2(_WINDOW * rate))
    window = np.hanning(length + 2)[1:-1]
    bins = np.round(np.array(_EDGES) * length / rate)
    within = np.minimum(bins, length // 2 - 4 + np.arange(5))
    return _Spectrum(length, (window * 2 / window.sum()).astype(np.float32), within.astype(np.intp))
