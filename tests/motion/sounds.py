"""Sounds made for listening tests: voices, and what is none."""

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


def clicks(seconds: float, rate: int, level: float = 0.5) -> Samples:
    """Keys of a keyboard, knocked at uneven times: bursts that die away within some milliseconds."""
    chance = np.random.default_rng(1)
    sound = np.zeros(round(seconds * rate))
    burst = round(0.02 * rate)
    for at in np.cumsum(chance.uniform(0.08, 0.4, round(seconds * 8))):
        begin = round(at * rate)
        if begin + burst > len(sound):
            break
        fading = np.exp(-np.arange(burst) / (0.003 * rate))
        sound[begin : begin + burst] += level * chance.uniform(0.3, 1) * fading * chance.uniform(-1, 1, burst)
    return sound.astype(np.float32)


def mains(seconds: float, rate: int, level: float = 0.1) -> Samples:
    """The hum of a badly earthed wire: 50 Hz and its odd multiples."""
    t = np.arange(round(seconds * rate)) / rate
    odd = np.array([[1], [3], [5], [7]])
    return np.asarray(level * (np.sin(2 * np.pi * 50 * odd * t) / odd).sum(axis=0)).astype(np.float32)


def chords(seconds: float, rate: int, level: float = 0.3) -> Samples:
    """Four chords of an organ, half a second each, again and again; every note has five partials."""
    t = np.arange(round(seconds * rate)) / rate
    sound = np.zeros_like(t)
    notes = np.array([[0, 4, 7], [5, 9, 12], [7, 11, 14], [0, 4, 7]])
    beat = (2 * t).astype(int)
    within = 2 * t - beat
    for third in notes[beat % len(notes)].T:
        pitch = 261.63 * 2 ** (third / 12)
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        for partial in range(1, 6):
            sound += np.sin(partial * phase) / partial * (partial * pitch < rate / 2)
    sound *= np.minimum(1, np.minimum(within, 1 - within) / 0.05)
    return np.asarray(level * sound / np.abs(sound).max()).astype(np.float32)


def breaths(seconds: float, rate: int, level: float = 0.02) -> Samples:
    """Somebody breathing in and out through the nose, near a microphone: noise from 300 to 3000 Hz that
    swells and fades for a second, with half a second between.
    """
    n = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(size=n))
    hertz = np.arange(len(spectrum)) * rate / n
    spectrum *= (hertz > 300) / (1 + (hertz / 1500) ** 2)
    sound = np.fft.irfft(spectrum, n)
    swelling = np.maximum(np.sin(2 * np.pi * np.arange(n) / rate / 3), 0)
    return np.asarray(level * swelling * sound / np.abs(sound).max()).astype(np.float32)


def resampled(samples: Samples, rate: int, other: int) -> Samples:
    """The same sound at another rate."""
    n = round(len(samples) * other / rate)
    bins = np.fft.rfft(samples.astype(np.float64))
    kept = np.zeros(n // 2 + 1, np.complex128)
    both = min(len(bins), len(kept))
    kept[:both] = bins[:both]
    return (np.fft.irfft(kept, n) * (n / len(samples))).astype(np.float32)


def whispered(sound: Samples, rate: int, slower: int = 1) -> Samples:
    """The same speech without a voice: its spectrum over short times, with phases drawn by lot."""
    size = 2 ** round(np.log2(0.03 * rate))
    window = np.hanning(size)
    rng = np.random.default_rng(0)
    padded = np.pad(sound, size)
    breath = np.zeros(slower * len(padded))
    for at in range(0, len(padded) - size, size // (4 * slower)):
        spectrum = np.abs(np.fft.rfft(padded[at : at + size] * window))
        smooth = np.convolve(spectrum, np.hanning(9) / np.hanning(9).sum(), "same")
        noise = np.fft.irfft(smooth * np.exp(2j * np.pi * rng.random(len(smooth))), size)
        breath[slower * at : slower * at + size] += noise * window
    whisper = breath[slower * size : -slower * size]
    return np.asarray(whisper * np.abs(sound).max() / np.abs(whisper).max()).astype(np.float32)


def laughter(rate: int) -> Samples:
    """Ha-ha-ha, falling."""
    laughs = []
    for n in range(8):
        breath = noise(0.09, rate, 0.05 * 0.9**n)
        laughs += [breath, voice("a", 0.11, rate, 0.3 * 0.9**n, 260 - 12 * n)]
    return joined(*laughs)
