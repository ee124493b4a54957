"""Recordings for a microphone: silence and sentences in turn, spoken by the embedded voice."""

import asyncio
import wave
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from visavis.engines.tts.espeak import Espeak
from visavis.language.clauses import clauses
from visavis.media import Samples
from visavis.streams import stream_of

RATE: Final = Espeak.rate


def record(path: Path, *parts: float | str, voice: str = "emma") -> tuple[float, float]:
    """Write a WAV file; parts: seconds of silence, or what is said.

    Returns from when to when it is spoken, in seconds.
    """
    with ThreadPoolExecutor(1) as thread:  # for Playwright has a loop in this one
        pieces = thread.submit(asyncio.run, _sound(parts, voice)).result()
    sound = np.concatenate(pieces)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    aloud = np.flatnonzero(np.abs(sound) > 0.01)
    return aloud[0] / RATE, aloud[-1] / RATE


async def _sound(parts: tuple[float | str, ...], name: str) -> list[Samples]:
    with closing(Espeak()) as engine:
        voice = next(voice for voice in engine.voices if voice.name == name)
        made: list[Samples] = []
        for part in parts:
            if isinstance(part, str):
                made += [chunk.samples async for chunk in engine.speak(stream_of(clauses(part, "en")), voice)]
            else:
                made.append(np.zeros(round(part * RATE), np.float32))
        return made
