"""Speech of SVOX Pico's voices, which are statistical models of people who were recorded.

Pico does not tell its phones; pocketsphinx finds them.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import ttspico

from train.hearing.alignment import aligned
from train.hearing.labelled import Labelled
from visavis.media import Samples


class Model(NamedTuple):
    """A voice of Pico's, the language of its texts, and espeak's voice that says which sounds they are."""

    name: str
    language: str
    espeak: str


VOICES: Final = (
    Model("en-US", "en", "en-us"),
    Model("en-GB", "en", "en-gb-x-rp"),
    Model("de-DE", "de", "de"),
    Model("fr-FR", "fr", "fr"),
    Model("it-IT", "it", "it"),
)
"""All but the Spanish one, on which the hearing is measured."""


def speak(voice: Model, texts: Sequence[str]) -> Iterator[Labelled]:
    """The texts as the voice reads them; those are left out whose phones cannot be found."""
    for text, samples in zip(texts, sounds(voice.name, texts), strict=True):
        with contextlib.suppress(ValueError):
            yield Labelled(samples, aligned(samples, text, voice.espeak))


def sounds(name: str, texts: Iterable[str]) -> Iterator[Samples]:
    """The texts in a voice of Pico's, at 16 kHz as it is."""
    engine = ttspico.TtsEngine(name)
    for text in texts:
        yield np.frombuffer(engine.speak(text), np.int16).astype(np.float32) / np.float32(32768)
