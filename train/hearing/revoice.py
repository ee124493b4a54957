"""One speaker's sentence out of another throat; the phones go with it.

WORLD (Morise, Yokomori and Ozawa 2016) takes speech apart into pitch, spectral envelope and aperiodicity;
each is changed here before they are put together again.
"""

from typing import Final

import numpy as np
import pyworld
import soxr
from numpy.random import Generator

from train.hearing.labelled import RATE, Labelled
from train.hearing.levels import Floats
from visavis.media import Phone, Samples

_STEP_MS: Final = 5.0
_SUNG: Final = 0.1
_WHISPERED, _BREATHY = 0.06, 0.5
"""The parts of all sentences: those between are more or less breathy."""

_SCALE: Final = (0, 2, 4, 5, 7, 9, 12)
"""Semitones."""


def stretched(speech: Labelled, factor: float) -> Labelled:
    """`factor` times as long, and as much lower: another vocal tract, pitch and tempo at once."""
    return _timed(soxr.resample(speech.samples, RATE, RATE * factor), speech.phones, factor)


def revoiced(speech: Labelled, rng: Generator) -> Labelled:
    """Taken apart, changed, and put together again.

    Pitch is moved, flattened or made to sing; formants are moved, bent and sharpened or blurred; the voice
    turns breathy or into a whisper; the tempo changes.
    """
    sound = speech.samples.astype(np.float64)
    rough, at = pyworld.dio(sound, RATE, frame_period=_STEP_MS)
    pitch = pyworld.stonemask(sound, rough, at, RATE)
    envelope = pyworld.cheaptrick(sound, pitch, at, RATE)
    aperiodic = pyworld.d4c(sound, pitch, at, RATE)
    envelope = _bent(envelope, rng)
    pitch = _sung(pitch, rng) if rng.random() < _SUNG else _intoned(pitch, rng)
    pitch, aperiodic = _breathed(pitch, aperiodic, rng)
    factor = float(np.exp(rng.uniform(-0.25, 0.3)))
    made = pyworld.synthesize(pitch, np.ascontiguousarray(envelope), aperiodic, RATE, _STEP_MS * factor)
    return _timed(made.astype(np.float32), speech.phones, factor)


def _timed(samples: Samples, phones: tuple[Phone, ...], factor: float) -> Labelled:
    """A sound that is `factor` times as long as when it had these phones, but for the last samples."""
    end = len(samples) / RATE
    scaled = (Phone(p.symbol, p.start * factor, min(p.end * factor, end), p.stress) for p in phones)
    return Labelled(samples, tuple(scaled))


def _bent(envelope: Floats, rng: Generator) -> Floats:
    """The frequency axis stretched, here more and there less, and the peaks made steeper or flatter."""
    bins = envelope.shape[1]
    knots = np.array([0, 0.06, 0.14, 0.25, 0.4, 0.6, 1.0])
    warp = knots * np.append(rng.uniform(0.88, 1.14) * rng.normal(1, 0.03, 6), 1.0)
    source = np.interp(np.linspace(0, 1, bins), knots, warp)
    log = np.log(envelope + 1e-16)
    at = np.minimum(source * (bins - 1), bins - 1)
    low = at.astype(int)
    part = at - low
    moved = log[:, low] * (1 - part) + log[:, np.minimum(low + 1, bins - 1)] * part
    mean = moved.mean(1, keepdims=True)
    return np.asarray(np.exp(mean + (moved - mean) * rng.uniform(0.8, 1.15)))


def _intoned(pitch: Floats, rng: Generator) -> Floats:
    """Higher or lower, and livelier or flatter; 0, where there is no voice, stays."""
    voiced = pitch > 0
    if not voiced.any():
        return pitch
    middle = np.exp(np.log(pitch[voiced]).mean())
    moved = middle * np.exp(rng.uniform(-0.5, 0.5)) * (np.maximum(pitch, 1) / middle) ** rng.uniform(0.2, 1.6)
    return np.where(voiced, np.clip(moved, 55, 500), 0)


def _sung(pitch: Floats, rng: Generator) -> Floats:
    """Notes of a scale, each held for a while, with vibrato."""
    n = len(pitch)
    lengths = rng.integers(40, 160, n // 40 + 1)
    notes = np.repeat(rng.choice(_SCALE, len(lengths)), lengths)[:n]
    vibrato = 0.3 * np.sin(np.arange(n) * 0.005 * 2 * np.pi * 5.5)
    return np.where(pitch > 0, rng.uniform(90, 240) * 2 ** ((notes + vibrato) / 12), 0)


def _breathed(pitch: Floats, aperiodic: Floats, rng: Generator) -> tuple[Floats, Floats]:
    """Pitch and aperiodicity of a whisper, a breathier or a fuller voice, or the same."""
    kind = rng.random()
    if kind < _WHISPERED:
        return np.zeros_like(pitch), np.ones_like(aperiodic)
    if kind < _BREATHY:
        return pitch, np.clip(aperiodic ** rng.uniform(0.3, 1.5), 0, 1)
    return pitch, aperiodic
