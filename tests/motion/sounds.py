"""Sounds made for listening tests: voices, hisses, noises."""

import numpy as np

from visavis.media import Samples

FORMANTS = {"a": (750, 1250), "i": (290, 2300), "u": (310, 750), "m": (250, 900)}


def voice(vowel: str, seconds: float, rate: int, level: float = 0.3, pitch: float = 120.0) -> Samples:
    """A vowel: harmonics under two formants, swelling and fading over 20 ms."""
    t = np.arange(round(seconds * rate)) / rate
    sound = np.zeros_like(t)
    for k in range(1, int(min(4000, rate / 2) / pitch)):
        f = k * pitch
        low, high = FORMANTS[vowel]
        gain = 1 / (1 + ((f - low) / 90) ** 2) + 0.3 / (1 + ((f - high) / 140) ** 2)
        sound += gain * (0.03 if vowel == "m" and f > 400 else 1.0) * np.sin(2 * np.pi * f * t + k)
    sound *= level / np.abs(sound).max()
    return (sound * np.minimum(1, np.minimum(t, t[::-1]) / 0.02)).astype(np.float32)


def noise(seconds: float, rate: int, level: float, low: float = 0.0) -> Samples:
    """Noise above `low` Hz, the same at every call."""
    n = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=n))
    spectrum[: int(low * n / rate)] = 0
    sound = np.fft.irfft(spectrum, n)
    return np.asarray(level * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)


def joined(*pieces: Samples) -> Samples:
    return np.concatenate(pieces).astype(np.float32)
