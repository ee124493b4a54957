"""What a voice's sound is made of: bands, loudness, bandwidth; and other rates for whole sounds.

Pure functions of samples that fit into memory. Streams are resampled elsewhere.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import Samples

Floats = NDArray[np.float64]

BANDS: Final = 26
"""Of a voice's colour, each as wide as the next one in mel (O'Shaughnessy 1987)."""

SILENT: Final = -100.0  # dB

_LOWEST, _HIGHEST = 80.0, 7600.0
_LOOK: Final = 0.032
_HEARD: Final = 10 ** (-25 / 10)
_STEP, _NARROWEST, _CUT_OFF = 250.0, 2500.0, 25.0

# ITU-R BS.1770-4, tables 1 and 2: b0, b1, b2, a1, a2 at 48 kHz
_SHELF: Final = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
_HIGH_PASS: Final = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)


def at_rate(
    samples: Samples, rate: int, other: int, lowest: float = 0.0, highest: float = float("inf")
) -> Floats:
    """A whole sound at another rate, with what lies outside of two frequencies in Hz faded out."""
    if not len(samples):
        return np.zeros(0)
    common = gcd(rate, other)
    periods = _smooth(-(-len(samples) // (rate // common)))
    size, made = periods * (rate // common), periods * (other // common)
    spectrum = np.fft.rfft(samples.astype(np.float64), size)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    top = min(highest, 0.48 * min(rate, other))
    if lowest:
        spectrum *= np.clip(2 * hertz / lowest - 1, 0, 1)
    spectrum *= np.clip((1.04 * top - hertz) / (0.04 * top), 0, 1)
    spectrum = np.pad(spectrum, (0, max(0, made // 2 + 1 - len(spectrum))))[: made // 2 + 1]
    sound = np.fft.irfft(spectrum, made) * (made / size)
    return np.asarray(sound[: round(len(samples) * other / rate)])


def _smooth(number: int) -> int:
    """The next number that is a power of two, or five or six quarters of one: Fourier transforms of other
    lengths can take ten times as long.
    """
    power = 1 << max(number - 1, 0).bit_length()
    return next(size for size in (5 * power // 8, 6 * power // 8, power) if size >= number)


def middles() -> Floats:
    """The middle of each of the BANDS in Hz."""
    edges = _edges()
    return (edges[1:] + edges[:-1]) / 2


def _edges() -> Floats:
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOWEST, _HIGHEST))
    return np.asarray(700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1))


def looks(samples: Samples, rate: int) -> Floats:
    """The levels in dB of the BANDS in each 32 ms that are at most 25 dB below the loudest, [n, BANDS].

    Bands above half the rate are SILENT.
    """
    length = round(_LOOK * rate)
    if len(samples) < length:
        return np.zeros((0, BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[:: length // 2]
    size = _smooth(length)
    power = np.abs(np.fft.rfft(frames * np.hanning(length), size)) ** 2
    total = power.sum(axis=1)
    bands = power[total > _HEARD * np.percentile(total, 95)] @ _shares(size, rate).T
    return np.asarray(10 * np.log10(bands + 10 ** (SILENT / 10)))


@lru_cache
def _shares(size: int, rate: int) -> Floats:
    """What share each line of a spectrum has in the mean of each band, [BANDS, size // 2 + 1]."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    edges, line = _edges(), rate / size
    overlap = np.minimum(hertz + line / 2, edges[1:, None]) - np.maximum(hertz - line / 2, edges[:-1, None])
    shares = np.maximum(overlap, 0)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9))


def colour(levels: Floats) -> Floats:
    """The mean power of looks [n, BANDS], in dB [BANDS]."""
    return np.asarray(10 * np.log10(np.mean(10 ** (levels / 10), axis=0)))


def loudness(samples: Samples, rate: int) -> float:
    """Integrated loudness in LUFS, gated: ITU-R BS.1770-4; SILENT where there is nothing."""
    if not len(samples):
        return SILENT
    size = _smooth(len(samples) + rate // 10)
    spectrum = np.fft.rfft(samples.astype(np.float64), size)
    heard = np.fft.irfft(spectrum * _weights(size, rate), size)[: len(samples)]
    block = min(len(heard), round(0.4 * rate))
    sums = np.cumsum(np.append(0.0, heard**2))
    power = (sums[block:] - sums[:-block])[:: max(1, block // 4)] / block
    loud = power[power > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return SILENT
    return _lufs(loud[loud > loud.mean() / 10].mean())


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


def _weights(length: int, rate: int) -> Floats:
    """The gain of the standard's two filters at each line of a spectrum."""
    delay = np.exp(-2j * np.pi * np.minimum(np.fft.rfftfreq(length, 1 / rate), 24_000) / 48_000)
    return _gain(_SHELF, delay) * _gain(_HIGH_PASS, delay)


def _gain(filter_: Sequence[float], delay: NDArray[np.complex128]) -> Floats:
    b0, b1, b2, a1, a2 = filter_
    return np.abs((b0 + b1 * delay + b2 * delay**2) / (1 + a1 * delay + a2 * delay**2))


def bandwidth(samples: Samples, rate: int) -> float:
    """The frequency in Hz above which speech was cut off, in steps of 250; half the rate where it was not.

    Speech fades towards the treble, a telephone or a codec ends: there all that is above lies 25 dB below
    what is just under it, at the loudest moments of each band.
    """
    length = round(_LOOK * rate)
    if len(samples) < 8 * length:
        return rate / 2
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::length]
    power = np.abs(np.fft.rfft(frames * np.hanning(length), axis=1)) ** 2
    lines = round(_STEP * length / rate)
    count = power.shape[1] // lines
    bands = power[:, : count * lines].reshape(len(power), count, lines).sum(axis=2)
    levels = 10 * np.log10(np.percentile(bands, 95, axis=0) + 1e-10)
    for edge in range(round(_NARROWEST / _STEP), count - 1):
        if levels[edge - 3 : edge].mean() - levels[edge + 1 :].max() > _CUT_OFF:
            return float(edge * _STEP)
    return rate / 2
