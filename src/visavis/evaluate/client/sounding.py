"""What a visitor's microphone hears: speech of a voice of the house, noises, and pauses; all of it at RATE.

Everything is made from a seed, so that two evaluations hear the same. Refuses to know when it is played.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.contracts import Tts
from visavis.errors import TextError
from visavis.evaluate.client.loudness import levels, voiced
from visavis.evaluate.client.microphone import RATE
from visavis.evaluate.client.wording import Burst, Noise, parts
from visavis.language import clauses
from visavis.media import Language, Samples
from visavis.soundtrack import voice_for
from visavis.streams import stream_of
from visavis.voices.spectrum import at_rate

Course: TypeAlias = NDArray[np.float64]

LOUD: Final = 0.08
"""The root of the mean square of speech in a microphone, of full scale: -22 dB."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it. voice: a name; "" is the first one of the language."""

    language: Language
    voice: str = ""


async def spoken(text: str, speaker: Speaker, tts: Tts) -> Samples:
    """A text with pauses in it, as wording.PAUSE has them, spoken: float32 [n] at RATE.

    Raises:
        UnknownName: there is no such voice. TextError: nothing is heard of the text.
    """
    pieces: list[Samples] = []
    for part, pause in parts(text):
        voice = voice_for(tts.voices, speaker.voice or None, speaker.language)
        speech = tts.speak(stream_of(clauses(part, speaker.language)), voice)
        said = np.concatenate([silence(0.0), *[chunk.samples async for chunk in speech]])
        if not said.any():
            raise TextError(f"nothing is heard of {part!r}; write words that can be said")
        sound = at_rate(said, tts.rate, RATE).astype(np.float32)
        first, last = voiced(sound, RATE)
        pieces += [sound[first:last], silence(pause)]
    if not pieces:
        raise TextError(f"there are no words in {text!r}; write some")
    return np.concatenate(pieces)


def silence(seconds: float) -> Samples:
    """Nothing, for so long."""
    return np.zeros(round(seconds * RATE), np.float32)


def burst(kind: Burst, seed: int = 0) -> Samples:
    """A short sound without words, three times as loud as LOUD at its loudest: float32 [n] at RATE."""
    if kind == "mhm":
        return scaled(_hummed(), 2 * LOUD)
    chance = np.random.default_rng(seed)
    seconds, low, high, falls = {
        "cough": (0.28, 300, 3000, 14.0),
        "knock": (0.12, 60, 500, 45.0),
        "clap": (0.10, 900, 6000, 60.0),
    }[kind]
    sound = _banded(chance.normal(size=round(seconds * RATE)), low, high)
    shape = np.exp(-falls * np.arange(len(sound)) / RATE)
    if kind == "cough":  # twice: the breath that bursts, and the one behind it
        half = len(sound) // 2
        shape[half:] = 0.7 * shape[: len(sound) - half]
    return scaled((sound * shape).astype(np.float32), 3 * LOUD)


def _hummed() -> Samples:
    """Two hums of 70 ms, the second one higher, with shut lips: harmonics that fall by 12 dB an octave."""
    time = np.arange(round(0.07 * RATE)) / RATE
    shape = np.sin(np.pi * time / 0.07)
    hums = [
        shape * np.sum([np.sin(2 * np.pi * f0 * n * time) / n**2 for n in range(1, 9)], axis=0)
        for f0 in (120, 150)
    ]
    return np.concatenate([hums[0], silence(0.03), hums[1]]).astype(np.float32)


def noise(kind: Noise, seconds: float, seed: int = 0) -> Samples:
    """Noise that goes on, of root mean square 1: float32 [n] at RATE."""
    chance = np.random.default_rng(seed)
    size = max(1, round(seconds * RATE))
    white = chance.normal(size=size)
    if kind == "hiss":
        made = white
    elif kind == "hum":
        time = np.arange(size) / RATE
        tones = sum(np.sin(2 * np.pi * 100 * n * time) / n for n in (1, 2, 3, 5))
        made = np.asarray(tones) + 0.3 * _banded(white, 50, 800)
    else:
        made = np.sum([_murmur(chance, size) for _ in range(6)], axis=0)
    result: Samples = (made / max(float(np.sqrt(np.mean(np.square(made)))), 1e-9)).astype(np.float32)
    return result


def with_noise(speech: Samples, kind: Noise, snr: float, seed: int = 0) -> Samples:
    """Speech in a noise that is so many dB softer, by the mean power while somebody speaks (ITU-T P.56 does
    that more exactly).
    """
    loud = levels(speech, RATE)
    active = loud[loud > 0.1 * loud.max(initial=0)]
    power = float(np.sqrt(np.mean(np.square(active)))) if len(active) else LOUD
    mixed: Samples = speech + noise(kind, len(speech) / RATE, seed)[: len(speech)] * np.float32(
        power * 10 ** (-snr / 20)
    )
    return np.clip(mixed, -1, 1).astype(np.float32)


def scaled(samples: Samples, level: float) -> Samples:
    """The same, so loud at its loudest."""
    loudest = float(levels(samples, RATE).max(initial=0))
    return samples if loudest == 0 else (samples * (level / loudest)).astype(np.float32)


def _banded(sound: Course, low: float, high: float) -> Course:
    """What of it lies between two frequencies in Hz."""
    spectrum = np.fft.rfft(sound)
    places = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(places < low) | (places > high)] = 0
    kept: Course = np.fft.irfft(spectrum, len(sound))
    return kept


def _murmur(chance: np.random.Generator, size: int) -> Course:
    """Somebody whom nobody understands: noise in the band of speech that swells four times a second."""
    swell = 1 + np.sin(2 * np.pi * (chance.uniform(3, 5) * np.arange(size) / RATE + chance.uniform()))
    course: Course = _banded(chance.normal(size=size), 200, 3000) * swell
    return course
