"""Speech to listen to: what the embedded voices read, and what spoils it."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from tests.contracts.tts import Stage, joined, staged
from tests.motion.sounds import noise
from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.media import AudioChunk, Samples

RATE = Espeak.rate
TEXTS = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
)

Speak = Callable[[str, Sequence[str]], Samples]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage


@pytest.fixture(scope="session")
def speak(stage: Stage) -> Speak:
    """Texts as a voice reads them, with a pause of 0.6 s after each and in front."""
    voices = {voice.name: voice for voice in stage.tts.voices}

    def spoken(name: str, texts: Sequence[str]) -> Samples:
        voice = voices[name]
        clauses = [Clause(text, voice.language, 0.6) for text in texts]
        return joined(stage.spoken(Clause("", voice.language, 0.6), *clauses, voice=voice))

    return spoken


@pytest.fixture(scope="session")
def james(speak: Speak) -> Samples:
    """A man, 8 s of speech."""
    return speak("james", TEXTS)


@pytest.fixture(scope="session")
def emma(speak: Speak) -> Samples:
    """A woman, 8 s of speech."""
    return speak("emma", TEXTS)


def chunked(samples: Samples, rate: int = RATE, length: int = 4000) -> list[AudioChunk]:
    return [AudioChunk(samples[at : at + length], rate, at) for at in range(0, len(samples), length)]


def noisy(samples: Samples, snr: float, sound: Samples | None = None) -> Samples:
    """With another sound, or white noise, so many dB below it."""
    other = noise(len(samples) / RATE, RATE, 1.0) if sound is None else sound
    other = np.resize(other, len(samples))
    gain = np.sqrt(np.mean(samples**2) / np.mean(other**2)) * 10 ** (-snr / 20)
    return np.asarray(samples + gain * other, np.float32)


def within(samples: Samples, low: float, high: float, rate: int = RATE) -> Samples:
    """Only what lies between two frequencies."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    return np.fft.irfft(spectrum * ((hertz >= low) & (hertz <= high)), len(samples)).astype(np.float32)
