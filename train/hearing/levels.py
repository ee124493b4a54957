"""How loud a sound is, as a whole and at its frequencies."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from train.hearing.labelled import RATE
from visavis.media import Samples

Floats = NDArray[np.float64]

_TAPS = 1024
_HEARD = 0.01


def gain(decibels: float) -> float:
    """As a factor."""
    return float(10 ** (decibels / 20))


def rms(sound: Samples | Floats) -> float:
    """Root mean square; never quite 0, so that it can be divided by."""
    return float(np.sqrt(np.mean(np.square(sound)) + 1e-20))


def loudness(sound: Samples) -> float:
    """Root mean square of what is not nearly silent; 1 where all is."""
    heard = sound[np.abs(sound) > _HEARD]
    return rms(heard) if len(heard) else 1.0


def filtered(sound: Samples, hertz: Floats, gains: Floats) -> Samples:
    """Gains in dB at frequencies, without delay."""
    at = np.fft.rfftfreq(_TAPS, 1 / RATE)
    response = np.fft.irfft(10 ** (np.interp(at, hertz, gains) / 20), _TAPS)
    kernel = np.fft.fftshift(response) * np.hanning(_TAPS)
    return np.asarray(fftconvolve(sound, kernel, "same"), np.float32)
