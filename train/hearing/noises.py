"""Sounds that are no speech: noise, music, knocks and breath, beside a speaker or without one.

Pure functions of a number of samples at RATE and a random generator.
"""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from train.hearing.labelled import RATE
from train.hearing.levels import Floats, filtered, rms
from visavis.media import Samples

_SCALE = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 19, 24])
"""Semitones above the root."""


class Instrument(NamedTuple):
    """How a tone sounds: its harmonics, and by which power of their number they are softer.

    attack, decay: seconds until it is there, and until it is down to 1 / e.
    """

    harmonics: int
    fall: float
    attack: float
    decay: float


def noise(n: int, rng: Generator) -> Samples:
    """Steady or wandering noise of some colour, with or without hum; root mean square 1."""
    white = rng.normal(0, 1, n).astype(np.float32)
    colour = rng.uniform(-9, 5)
    hertz = np.array([0, 60, 125, 250, 500, 1000, 2000, 4000, 8000.0])
    gains = colour * np.log2(np.maximum(hertz, 60) / 1000) + rng.normal(0, 4, len(hertz))
    sound: Samples | Floats = filtered(white, hertz, gains)
    if rng.random() < 0.25:
        hum = _hum(n, rng)
        sound = sound / rms(sound) + rng.uniform(0.3, 2) * hum / rms(hum)
    if rng.random() < 0.3:
        sound = sound * _wandering(n, rng)
    return (sound / rms(sound)).astype(np.float32)


def _hum(n: int, rng: Generator) -> Floats:
    """Of mains or of an engine."""
    t = np.arange(n) / RATE
    base = rng.choice([50, 60, 100, 120, rng.uniform(80, 300)])
    harmonics = (
        rng.uniform(0, 1) / k * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6)) for k in range(1, 9)
    )
    return np.asarray(sum(harmonics))


def _wandering(n: int, rng: Generator) -> Floats:
    """A slow factor around 1."""
    knots = rng.normal(0, 6, n // (RATE // 4) + 2)
    decibels = np.interp(np.arange(n) / (RATE // 4), np.arange(len(knots)), knots)
    return np.asarray(10 ** (decibels / 20))


def music(n: int, rng: Generator) -> Samples:
    """Chords and tunes of plucked, blown and bowed tones, sometimes with a drum; root mean square 1."""
    sound = np.zeros(n)
    beat = rng.uniform(0.2, 0.7)
    root = rng.uniform(55, 220)
    for _ in range(rng.integers(1, 5)):
        _play(sound, beat, root, rng)
    if rng.random() < 0.5:
        _drum(sound, beat, rng)
    return (sound / rms(sound)).astype(np.float32)


def _play(sound: Floats, beat: float, root: float, rng: Generator) -> None:
    """Add a tune of one instrument; beat: seconds, root: Hz."""
    harmonics = int(rng.integers(1, 14))
    instrument = Instrument(harmonics, rng.uniform(0.4, 2), rng.uniform(0.002, 0.08), rng.uniform(0.15, 3))
    at = rng.uniform(0, beat)
    while at < len(sound) / RATE:
        length = beat * rng.choice([0.5, 1, 1, 2, 4])
        pitch = root * 2 ** ((rng.choice(_SCALE) + 12 * rng.integers(0, 3)) / 12)
        begin = int(at * RATE)
        m = min(int(length * 1.3 * RATE), len(sound) - begin)
        if m > 64:
            sound[begin : begin + m] += _tone(instrument, pitch, m, rng)
        at += length


def _tone(instrument: Instrument, pitch: float, n: int, rng: Generator) -> Floats:
    """One note with vibrato, of some loudness; it fades out within 20 ms."""
    harmonics, fall, attack, decay = instrument
    t = np.arange(n) / RATE
    swell = np.minimum(t / attack, 1) * np.exp(-t / decay) * np.minimum((n / RATE - t) / 0.02, 1)
    phase = 2 * np.pi * pitch * t + rng.uniform(0, 0.3) * np.sin(2 * np.pi * 5 * t)
    tone = sum(np.sin(k * phase) / k**fall for k in range(1, harmonics + 1) if k * pitch < 7500)
    return np.asarray(swell * tone * rng.uniform(0.3, 1))


def _drum(sound: Floats, beat: float, rng: Generator) -> None:
    """Add a beat on a drum."""
    n = len(sound)
    for k in range(int(n / RATE / beat)):
        hit = clicks(int(0.25 * RATE), rng, 1)
        begin = int(k * beat * RATE)
        sound[begin : begin + len(hit)] += 3 * hit[: n - begin]


def clicks(n: int, rng: Generator, count: int | None = None) -> Samples:
    """Knocks, keys and taps, short decaying bursts, up to 1; a single one is at the beginning."""
    sound = np.zeros(n)
    for _ in range(count or int(rng.integers(1, 2 + 6 * n // RATE))):
        m = int(rng.uniform(0.002, 0.08) * RATE)
        at = 0 if count == 1 else int(rng.integers(0, max(1, n - m)))
        m = min(m, n - at)
        sound[at : at + m] += _burst(m, rng)
    return np.asarray(sound / np.abs(sound).max(), np.float32)


def _burst(n: int, rng: Generator) -> Floats:
    t = np.arange(n) / RATE
    burst = rng.normal(0, 1, n) * rng.uniform(0, 1) + np.sin(2 * np.pi * rng.uniform(80, 3000) * t)
    return np.asarray(burst * np.exp(-t / rng.uniform(0.001, 0.02)) * rng.uniform(0.2, 1))


def breaths(n: int, rng: Generator) -> Samples:
    """Somebody breathing in and out: swells of noise through an open throat; root mean square 1."""
    sound = np.zeros(n)
    at = int(rng.uniform(0, 0.5) * RATE)
    while at < n - RATE // 5:
        m = min(int(rng.uniform(0.2, 1.2) * RATE), n - at)
        sound[at : at + m] += _breath(m, rng)
        at += m + int(rng.uniform(0.2, 1.5) * RATE)
    return (sound / (rms(sound) + 1e-9)).astype(np.float32)


def _breath(n: int, rng: Generator) -> Floats:
    white = rng.normal(0, 1, n).astype(np.float32)
    centre = rng.uniform(400, 2500)
    hertz = np.array([0, centre / 2, centre, centre * 2, 8000])
    gains = np.array([-30, -rng.uniform(3, 15), 0, -rng.uniform(0, 12), -rng.uniform(10, 30)])
    shape = np.sin(np.pi * np.arange(n) / n) ** rng.uniform(0.7, 2)
    return np.asarray(filtered(white, hertz, gains)[:n] * shape * rng.uniform(0.3, 1))
