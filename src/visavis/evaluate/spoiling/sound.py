"""Sound spoiled on purpose: noise, other voices at once, cut, bent, mistimed.

Pure functions of float32 [n] mono samples; what is left to chance is the same each time. Refuses pictures,
and to speak: another voice or another language is sound that the caller has.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.footage import Span
from visavis.media import Samples
from visavis.voices.f0 import HOP, contour
from visavis.voices.spectrum import at_rate

Floats = NDArray[np.float64]

SEED: Final = 0

UNVOICED: Final = 0.008
"""Seconds from grain to grain where there is no voice."""


def mixed(samples: Samples, other: Samples, decibels: float) -> Samples:
    """With another sound in the background, repeated as often as need be; so many dB below what was there."""
    if not len(other):
        return samples
    background = np.resize(other, len(samples)).astype(np.float64)
    background *= _level(samples) / max(_level(background), 1e-9) * 10 ** (-decibels / 20)
    return _sound(samples + background)


def hissing(samples: Samples, decibels: float) -> Samples:
    """With white noise, at a signal-to-noise ratio in dB."""
    noise = np.random.default_rng(SEED).standard_normal(len(samples))
    return mixed(samples, noise.astype(np.float32), decibels)


def babbling(samples: Samples, others: Sequence[Samples], decibels: float) -> Samples:
    """With other people who all talk at once, so many dB below."""
    length = max(map(len, others), default=0)
    crowd = sum((np.resize(other, length) / max(_level(other), 1e-9) for other in others), np.zeros(length))
    return mixed(samples, np.asarray(crowd, np.float32), decibels)


def backwards(samples: Samples) -> Samples:
    """From its end to its beginning: the same voice, and no words."""
    return samples[::-1].copy()


def clipped(samples: Samples, share: float) -> Samples:
    """So loud that a share of the samples, 0..1, meets the bounds; no louder than before."""
    bound = float(np.quantile(np.abs(samples), 1 - share)) if len(samples) else 0.0
    return np.clip(samples, -bound, bound)


def telephoned(samples: Samples, rate: int, lowest: float = 300.0, highest: float = 3400.0) -> Samples:
    """With what a telephone lets through, in Hz."""
    return _sound(at_rate(samples, rate, rate, lowest, highest))


def late(samples: Samples, rate: int, seconds: float) -> Samples:
    """So much later, and as long as before; earlier where it is negative."""
    by = round(seconds * rate)
    moved = np.zeros_like(samples)
    if by >= 0:
        moved[by:] = samples[: max(len(samples) - by, 0)]
    else:
        moved[: len(samples) + by] = samples[-by:]
    return moved


def without(samples: Samples, rate: int, spans: Sequence[Span]) -> Samples:
    """With silence in place of some spans: words are left out, and the time stays."""
    left = samples.copy()
    for start, end in spans:
        left[round(start * rate) : round(end * rate)] = 0
    return left


def spliced(samples: Samples, other: Samples, rate: int, at: float) -> Samples:
    """Another sound from a moment on, in seconds: somebody else goes on, or goes on in another language."""
    return np.concatenate([samples[: round(at * rate)], other])


def transposed(samples: Samples, rate: int, semitones: float) -> Samples:
    """Higher or lower by some semitones, the throat and the pace as before."""
    return _sung(samples, rate, lambda hertz: hertz * 2 ** (semitones / 12))


def monotonous(samples: Samples, rate: int) -> Samples:
    """On one pitch, the median of what it was."""
    return _sung(samples, rate, lambda hertz: np.where(hertz > 0, np.median(hertz[hertz > 0]), 0))


def _sung(samples: Samples, rate: int, melody: Callable[[Floats], Floats]) -> Samples:
    """With another pitch. melody: F0 in Hz every HOP seconds, 0 where there is no voice, to what it shall be.

    Grains of the sound, two of its periods long, are laid at the new periods: pitch-synchronous overlap and
    add (Moulines and Charpentier, "Pitch-synchronous waveform processing techniques", 1990).
    """
    track = contour(samples, rate)
    if not (track > 0).any():
        return samples.copy()
    wanted = melody(track)
    marks = _marks(samples, rate, track)
    made = np.zeros(len(samples) + rate)
    at = float(marks[0])
    while at < marks[-1]:
        mark = int(marks[np.abs(marks - at).argmin()])
        period = _period(mark, rate, track)
        grain = samples[max(mark - period, 0) : mark + period]
        start = round(at) - min(mark, period)
        if start >= 0:
            made[start : start + len(grain)] += grain * np.hanning(len(grain))
        at += _period(round(at), rate, wanted)
    return _sound(made[: len(samples)])


def _marks(samples: Samples, rate: int, track: Floats) -> NDArray[np.int64]:
    """One sample in each period: the strongest one near to a period after the one before."""
    marks = [0]
    while (step := _period(marks[-1], rate, track)) and marks[-1] + 2 * step < len(samples):
        first = marks[-1] + round(0.8 * step)
        marks.append(first + int(np.abs(samples[first : first + round(0.4 * step) + 1]).argmax()))
    return np.array(marks)


def _period(sample: int, rate: int, track: Floats) -> int:
    """Samples in a period of the voice at a sample."""
    hertz = track[min(int(sample / rate / HOP), len(track) - 1)]
    return round(rate / hertz) if hertz > 0 else round(UNVOICED * rate)


def _level(samples: NDArray[np.floating]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def _sound(samples: NDArray[np.float64]) -> Samples:
    """As a file would hold it."""
    return np.clip(samples, -1, 1).astype(np.float32)
