"""Films for tests: synthesised speech, clean and spoiled, with small pictures to it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.contracts.tts import joined, staged
from tests.motion.sounds import chords, noise
from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.evaluate.gold.listening import Stretch, stretches
from visavis.media import AudioChunk, Samples
from visavis.transports.file import writing

RATE = Espeak.rate
FPS, SIZE = 10, (64, 64)

SENTENCES = (
    "The birch canoe slid on the smooth planks, and nobody was in it.",
    "Glue the sheet to the dark blue background, before it falls off again.",
    "It's easy to tell the depth of a well, if you have a stone to throw.",
    "These days a chicken leg is a rare dish, and nobody knows the reason.",
)
"""Three to five seconds each, as espeak reads them."""


def said(voice: str, texts: Sequence[str] = SENTENCES, pause: float = 1.5) -> list[Samples]:
    """Texts as a voice reads them, each with a pause after it."""
    with staged(Espeak()) as stage:
        voices = {one.name: one for one in stage.tts.voices}
        return [joined(stage.spoken(Clause(text, "en", pause), voice=voices[voice])) for text in texts]


def quiet(seconds: float) -> Samples:
    """What a room sounds like in which nobody speaks."""
    return noise(seconds, RATE, 0.0005)


def sounds(*parts: Samples) -> Samples:
    return np.asarray(np.concatenate([np.zeros(0, np.float32), *parts]), np.float32)


def with_noise(samples: Samples, snr: float) -> Samples:
    return _mixed(samples, noise(len(samples) / RATE, RATE, 1.0), snr)


def with_music(samples: Samples, snr: float) -> Samples:
    return _mixed(samples, chords(len(samples) / RATE, RATE, 1.0), snr)


def clipped(samples: Samples, by: float = 12.0) -> Samples:
    """Recorded so many dB too loud."""
    top = float(np.abs(samples).max())
    return np.asarray(np.clip(samples * 10 ** (by / 20), -top, top), np.float32)


def _mixed(samples: Samples, other: Samples, snr: float) -> Samples:
    other = np.resize(other, len(samples))
    gain = np.sqrt(np.mean(samples**2) / np.mean(other**2)) * 10 ** (-snr / 20)
    return np.asarray(samples + gain * other, np.float32)


def chunks(samples: Samples, rate: int = RATE, length: int = 4000) -> list[AudioChunk]:
    return [AudioChunk(samples[at : at + length], rate, at) for at in range(0, len(samples), length)]


def heard(samples: Samples) -> tuple[Stretch, ...]:
    """What `stretches` finds, without voiceprints."""
    return tuple(stretches(chunks(samples)))


def film(path: Path, samples: Samples) -> Path:
    """A video with this sound, and grey pictures."""
    with writing(path, SIZE, FPS, RATE) as file:
        for at in range(0, len(samples), RATE // FPS):
            file.sound(samples[at : at + RATE // FPS])
            file.picture(np.full((SIZE[1], SIZE[0], 3), 128, np.uint8))
    return path
