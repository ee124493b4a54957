"""How high a voice is: F0 of speech, in numpy.

Pure functions of samples. Refuses to guess: where nothing is voiced there is no pitch.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import Samples
from visavis.voices.spectrum import at_rate

LOWEST: Final = 60.0
HIGHEST: Final = 500.0
HOP: Final = 0.01

_RATE: Final = 8_000
_WINDOW: Final = round(0.035 * _RATE)
_CERTAIN, _VOICED = 0.15, 0.2
_FAINT: Final = 10 ** (-25 / 10)
_BLOCK: Final = 128  # frames at a time

Floats = NDArray[np.float64]


class Pitch(NamedTuple):
    """F0 of a stretch of speech.

    median: Hz; 0 where nothing is voiced, as in a whisper.
    range: semitones between the tenth lowest and the tenth highest part of it.
    voiced: 0..1, share of the time.
    """

    median: float
    range: float
    voiced: float


def pitch(samples: Samples, rate: int) -> Pitch:
    """F0 over the whole of a sound, pauses aside."""
    track = contour(samples, rate)
    voiced = track[track > 0]
    if len(voiced) * HOP < 0.1:
        return Pitch(0.0, 0.0, 0.0)
    low, median, high = np.percentile(voiced, [10, 50, 90])
    return Pitch(float(median), float(12 * np.log2(high / low)), len(voiced) / len(track))


def contour(samples: Samples, rate: int) -> Floats:
    """F0 in Hz every HOP seconds, 0 where there is no voice.

    YIN: de Cheveigne and Kawahara, JASA 111 (2002), steps 1 to 5.
    """
    sound = at_rate(samples, rate, _RATE, lowest=40.0, highest=1500.0)
    longest = int(_RATE / LOWEST) + 2
    if len(sound) < _WINDOW + longest:
        return np.zeros(0)
    hop = round(HOP * _RATE)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW + longest)[::hop]
    blocks = [_yin(frames[i : i + _BLOCK], longest) for i in range(0, len(frames), _BLOCK)]
    hertz, power = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return np.where(power > _FAINT * np.percentile(power, 95), hertz, 0.0)


def _yin(frames: Floats, longest: int) -> tuple[Floats, Floats]:
    """Hz, or 0, and power of each frame [n, _WINDOW + longest]."""
    difference = _differences(frames, longest)
    lags = np.arange(1, longest)
    mean = np.cumsum(difference[:, 1:], axis=1) / lags
    normal = np.ones_like(difference)
    normal[:, 1:] = difference[:, 1:] / np.maximum(mean, 1e-12)
    shortest = int(_RATE / HIGHEST)
    inside = normal[:, shortest:-1]
    dips = (
        (inside < _CERTAIN) & (inside <= normal[:, shortest - 1 : -2]) & (inside < normal[:, shortest + 1 :])
    )
    best = np.where(dips.any(axis=1), dips.argmax(axis=1), inside.argmin(axis=1)) + shortest
    rows = np.arange(len(frames))
    before, here, after = (normal[rows, best + step] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.divide(before - after, 2 * bend, out=np.zeros_like(bend), where=bend > 1e-9)
    hertz = _RATE / (best + np.clip(shift, -0.5, 0.5))
    return np.where(here < _VOICED, hertz, 0.0), np.mean(frames[:, :_WINDOW] ** 2, axis=1)


def _differences(frames: Floats, longest: int) -> Floats:
    """Sum of squared differences between a window and itself `lag` samples later, [n, longest]."""
    size = 1024
    head = np.fft.rfft(frames[:, :_WINDOW], size)
    products = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size), size)[:, :longest]
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = energy[:, _WINDOW : _WINDOW + longest] - energy[:, :longest]
    return np.asarray(np.maximum(energy[:, :1] + energy - 2 * products, 0))
