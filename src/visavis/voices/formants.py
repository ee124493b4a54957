"""How long a throat is, by the resonances of its vowels."""

from typing import Final

import numpy as np

from visavis.media import Samples
from visavis.voices.f0 import HOP, Floats, contour
from visavis.voices.spectrum import at_rate, bandwidth

_RATE: Final = 10_000
_ORDER: Final = 10
_LOOKS: Final = 300
_FEWEST: Final = 20
_NEEDED: Final = 4_500.0  # Hz
_WIDEST: Final = 600.0  # Hz, of a formant


def throat(samples: Samples, rate: int) -> float | None:
    """Hz between the resonances of a vocal tract: about 1000 in men, 1160 in women.

    The mean of F3 / 2.5 and F4 / 3.5, which hardly depend on the vowels (Lammert and Narayanan, PLoS ONE
    10 (2015)), in medians over voiced frames; None where there are too few of these, or the sound ends
    below the fourth resonance, as on a telephone.
    """
    if min(bandwidth(samples, rate), rate / 2) < _NEEDED:
        return None
    voiced = np.flatnonzero(contour(samples, rate))
    sound = at_rate(samples, rate, _RATE)
    sound = np.append(sound[:1], sound[1:] - 0.95 * sound[:-1])
    length, hop = round(0.03 * _RATE), round(HOP * _RATE)
    starts = voiced[:: max(1, len(voiced) // _LOOKS)] * hop
    starts = starts[starts + length <= len(sound)]
    if len(starts) < _FEWEST:
        return None
    formants = _formants(sound[starts[:, None] + np.arange(length)] * np.hanning(length))
    third, fourth = formants[np.isfinite(formants[:, 3]), 2:4].T
    return float(np.median(third) / 2.5 + np.median(fourth) / 3.5) / 2 if len(third) >= _FEWEST else None


def _formants(frames: Floats) -> Floats:
    """The four lowest formants in Hz of each frame, [n, 4]; inf where there are fewer.

    Linear prediction by autocorrelation: Rabiner and Schafer, Digital Processing of Speech Signals, 8.
    """
    likeness = np.fft.irfft(np.abs(np.fft.rfft(frames, 1024)) ** 2)[:, : _ORDER + 1]
    likeness[:, 0] = likeness[:, 0] * 1.0001 + 1e-12
    lag = np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))
    weights = np.linalg.solve(likeness[:, lag], likeness[:, 1:, None])[..., 0]
    companion = np.zeros((len(frames), _ORDER, _ORDER))
    companion[:, 0] = weights
    companion[:, np.arange(1, _ORDER), np.arange(_ORDER - 1)] = 1
    roots = np.linalg.eigvals(companion)
    hertz = np.angle(roots) * _RATE / (2 * np.pi)
    width = -np.log(np.maximum(np.abs(roots), 1e-9)) * _RATE / np.pi
    formant = (width < _WIDEST) & (hertz > 150) & (hertz < 4800)
    return np.asarray(np.sort(np.where(formant, hertz, np.inf), axis=1)[:, :4])
