"""Speech of people who do not exist: espeak-ng with variants drawn at random, in many languages.

A variant of espeak's is a small file that shifts formants, bandwidths, breath and more. Here each is drawn
anew, so that no two sentences come from the same throat.
"""

import ctypes
import shutil
from pathlib import Path
from typing import Final

import espeakng_loader
import numpy as np
import soxr

from train.hearing.labelled import RATE, Labelled
from visavis.engines.tts.espeak_sound import RATE as ESPEAK_RATE
from visavis.engines.tts.espeak_sound import chunks, take
from visavis.engines.tts.espeak_worker import Library, Question

VOICES: Final = {
    "en": ("en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-gb-x-gbclan"),
    "es": ("es", "es-419"),
    "pt": ("pt", "pt-br"),
    "ca": ("ca",),
    "fr": ("fr", "fr-be", "fr-ch"),
}
"""espeak's voices for a language of the texts; by default the language's own name."""

_SEATS: Final = 16
"""Variants that exist at a time; their files are written over."""


class Voices:
    """espeak-ng in this process, with a copy of its data that variants can be added to."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self._data = folder / "espeak-ng-data"
        shutil.copytree(espeakng_loader.get_data_path(), self._data, dirs_exist_ok=True)
        self._library = Library(str(espeakng_loader.get_library_path()), str(self._data))
        espeak = ctypes.CDLL(espeakng_loader.get_library_path())
        espeak.espeak_ng_SetRandSeed(ctypes.c_long(int(rng.integers(2**31))))  # else it takes the time of day
        self._rng = rng
        self._turn = 0

    def someone(self) -> str:
        """The name of a new variant; some sentences later it is somebody else's."""
        name, self._turn = f"someone{self._turn % _SEATS}", self._turn + 1
        (self._data / "voices" / "!v" / name).write_text(_variant(name, self._rng))
        return name

    def speak(self, language: str, text: str, variant: str) -> Labelled | None:
        """A text in a language, at some speed and pitch; None where nothing is heard of it."""
        rng = self._rng
        base = str(rng.choice(VOICES.get(language, (language,))))
        pace, pitch, span = (int(rng.integers(*bounds)) for bounds in ((120, 230), (20, 80), (20, 90)))
        uttered = self._library.speak(Question(pace, pitch, span, f"{base}+{variant}", text))
        spoken = take(uttered.pcm, uttered.marks)
        if not len(spoken.samples):
            return None
        phones = (p for chunk in chunks(spoken.samples, spoken.marks, 0) for p in chunk.phones or ())
        return Labelled(soxr.resample(spoken.samples, ESPEAK_RATE, RATE), tuple(phones))


def _variant(name: str, rng: np.random.Generator) -> str:
    """A variant file: a throat of some length and form, a way of using it."""
    female = rng.random() < 0.5
    pitch = rng.uniform(140, 260) if female else rng.uniform(65, 160)
    tract = (rng.uniform(98, 124) if female else rng.uniform(82, 112)) * np.ones(9)
    tract *= rng.normal(1, 0.045, 9)
    strength, width = rng.normal(100, 15, 9).clip(60, 140), rng.uniform(70, 170, 9)
    lines = [
        f"name {name}",
        f"gender {'female' if female else 'male'}",
        f"pitch {pitch:.0f} {pitch * rng.uniform(1.15, 1.8):.0f}",
    ]
    lines += [f"formant {i} {tract[i]:.0f} {strength[i]:.0f} {width[i]:.0f}" for i in range(9)]
    lines.append(f"flutter {rng.integers(0, 12)}")
    lines.append(f"roughness {rng.integers(0, 5)}")
    lines.append(f"consonants {rng.integers(50, 150)} {rng.integers(50, 150)}")
    if rng.random() < 0.5:
        lines.append("breath " + " ".join(str(v) for v in rng.integers(0, rng.integers(2, 10), 8)))
    if rng.random() < 0.35:
        lines.append(f"klatt {rng.integers(1, 7)}")
    return "\n".join(lines) + "\n"
