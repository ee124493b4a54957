"""Spectra in mel bands, as the networks that listeners' and speakers' metrics rest on were trained with.

Slaney's mel scale and bands of equal area (Auditory Toolbox, 1998), and a periodic Hann window over sound
that is padded by half a window: what librosa.feature.melspectrogram does unless it is told otherwise.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from visavis.media import Samples

Floats = NDArray[np.float64]

_LINEAR = 200 / 3
"""Hertz in a mel below _CORNER; above, a mel is a 27th of the octaves to 6.4 times as much."""

_CORNER = 1000.0
_STEP = np.log(6.4) / 27


def mel(samples: Samples, rate: int, size: int, hop: int, bands: int) -> Floats:
    """Power in mel bands up to half the rate, [1 + n // hop, bands]; size, hop: of a window, in samples."""
    padded = np.pad(samples.astype(np.float64), size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return np.asarray(power @ _bands(rate, size, bands).T)


@cache
def _bands(rate: int, size: int, bands: int) -> Floats:
    """The weight of each line of a spectrum in each band, [bands, size // 2 + 1]."""
    edges = _hertz(np.linspace(0, _mels(rate / 2), bands + 2))
    lines = np.fft.rfftfreq(size, 1 / rate)
    rising = (lines - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - lines) / np.diff(edges)[1:, None]
    height = 2 / (edges[2:] - edges[:-2])
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None) * height[:, None])


def _mels(hertz: float) -> float:
    above = float(np.log(max(hertz, _CORNER) / _CORNER) / _STEP)
    return min(hertz, _CORNER) / _LINEAR + above


def _hertz(mels: Floats) -> Floats:
    corner = _CORNER / _LINEAR
    above = _CORNER * np.exp(_STEP * (np.maximum(mels, corner) - corner))
    return np.where(mels < corner, mels * _LINEAR, above)
