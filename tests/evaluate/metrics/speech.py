"""Speech for tests of metrics that listen: sentences of the embedded voice, and a recorded person."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.evaluate.takes import Take
from visavis.language import clauses
from visavis.media import Language, Samples
from visavis.sound import read
from visavis.soundtrack import voice_named
from visavis.streams import stream_of

ENGLISH = "Please put big bags and umbrellas into the blue boxes by the door."
SPANISH = "Por favor, pongan los bolsos y los paraguas en las cajas azules."
MANDARIN = "明天早上八点，我们跟朋友一起去爬山。"
PERSIAN = "قطار صبح باز هم دیر کرد و او روزنامه را دو بار خواند."

VOICES: dict[Language, str] = {"en": "james", "zh": "wei", "es": "mateo", "fa": "kaveh"}

JFK = Path(__file__).parents[4] / "shared/media/jfk.flac"
JFK_SAYS = (
    "And so, my fellow Americans: ask not what your country can do for you, "
    "ask what you can do for your country."
)

with_jfk = pytest.mark.skipif(not JFK.exists(), reason="needs ../shared/media/jfk.flac")


@cache
def said(text: str, voice: str, language: Language | None = None) -> Take:
    """A text by one of espeak's voices; with a language, all of it is read as if it were in that."""
    meant = tuple(clauses(text))
    heard = meant if language is None else tuple(replace(clause, language=language) for clause in meant)
    samples = asyncio.run(_samples(heard, voice))
    return replace(TAKE, text=text, language=meant[0].language, samples=samples, rate=Espeak.rate)


async def _samples(heard: Iterable[Clause], voice: str) -> Samples:
    tts = Espeak()
    try:
        speech = tts.speak(stream_of(heard), voice_named(tts.voices, voice))
        return np.concatenate([chunk.samples async for chunk in speech])
    finally:
        tts.close()


@cache
def jfk() -> Take:
    """Eleven seconds of John F. Kennedy."""
    sound = read(JFK.read_bytes())
    return replace(TAKE, text=JFK_SAYS, samples=sound.samples, rate=sound.rate)


def other_sound(take: Take, samples: Samples) -> Take:
    """The same take with another sound, at the same rate."""
    return replace(take, samples=samples)
