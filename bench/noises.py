"""Sounds that are no speech, ten seconds of each, at 16 kHz: the mouth has to stay shut."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import Samples

RATE: Final = 16_000
SECONDS: Final = 10
LEVELS: Final = (-50, -35, -20)
"""dB below full scale, root mean square."""

T: Final = np.arange(SECONDS * RATE) / RATE
Floats = NDArray[np.float64]


def at_levels(sound: Floats) -> Iterator[Samples]:
    for level in LEVELS:
        yield np.asarray(sound * 10 ** (level / 20) / np.sqrt(np.mean(sound**2)), np.float32)


def noise(slope: float) -> Floats:
    """Steady, falling by so many dB an octave."""
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(size=len(T)))
    hertz = np.maximum(np.fft.rfftfreq(len(T), 1 / RATE), 40)
    return np.asarray(np.fft.irfft(spectrum * (hertz / 1000) ** (-slope / 6.02), len(T)))


def noises() -> Iterator[Samples]:
    for slope in (0, 3, 6):
        yield from at_levels(noise(slope))


def hums() -> Iterator[Samples]:
    """Mains, and a fan."""
    for base in (50, 120):
        tone = sum(np.sin(2 * np.pi * base * k * T + k) / k for k in range(1, 12))
        yield from at_levels(tone + 0.02 * noise(3))


def clicks() -> Iterator[Samples]:
    """Keys and knocks, some five a second."""
    rng = np.random.default_rng(5)
    sound = 1e-4 * rng.normal(size=len(T))
    for at in rng.integers(0, len(T) - RATE, 5 * SECONDS):
        t = T[: RATE // 20]
        ring = np.sin(2 * np.pi * rng.uniform(150, 3000) * t) + rng.normal(size=len(t))
        sound[at : at + len(t)] += ring * np.exp(-t / rng.uniform(0.001, 0.01))
    for peak in (0.05, 0.2, 0.8):
        yield np.asarray(sound * peak / np.abs(sound).max(), np.float32)


def breaths() -> Iterator[Samples]:
    """In and out, through the mouth."""
    swell = np.maximum(np.sin(2 * np.pi * T / 3.2), 0) + 0.6 * np.maximum(-np.sin(2 * np.pi * T / 3.2), 0)
    for middle in (600, 1500):
        spectrum = np.fft.rfft(np.random.default_rng(7).normal(size=len(T)))
        hertz = np.maximum(np.fft.rfftfreq(len(T), 1 / RATE), 20)
        throat = np.exp(-(np.log2(hertz / middle) ** 2) / 2)
        yield from at_levels(np.fft.irfft(spectrum * throat, len(T)) * swell**1.5)


def music() -> Iterator[Samples]:
    """A chord progression, held by strings and plucked."""
    roots = (110.0, 146.8, 98.0, 130.8)
    held, plucked = np.zeros_like(T), np.zeros_like(T)
    for bar in range(SECONDS):
        within = np.floor(T) == bar
        t = T[within] - bar
        for ratio in (1, 1.26, 1.5, 2):
            pitch = roots[bar % 4] * 2 * ratio
            tone = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 9))
            held[within] += tone * np.minimum(1, np.minimum(t, 1 - t) / 0.1)
            plucked[within] += tone * np.exp(-t / 0.25)
    yield from at_levels(held)
    yield from at_levels(plucked)


SOUNDS: Final[dict[str, Callable[[], Iterator[Samples]]]] = {
    "silence": lambda: iter([np.zeros(len(T), np.float32)]),
    "noise": noises,
    "hum": hums,
    "clicks": clicks,
    "breath": breaths,
    "music": music,
}
