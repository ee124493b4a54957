"""A voice of plain tones: every letter sounds for 60 ms, so that a test knows what is heard when."""

import asyncio
import contextlib
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from visavis.contracts import Clause, Stream, Voice, VoiceSample
from visavis.errors import AudioError, EngineError, UnknownName
from visavis.media import AudioChunk, Phone, Samples

LETTER = 0.06
VOICES = (
    Voice("ada", "en", "female"),
    Voice("bert", "en", "male"),
    Voice("bao", "zh", "female"),
    Voice("carla", "es", "female"),
    Voice("darya", "fa", "female"),
)


class ScriptedTts:
    """Speaks each clause as one chunk.

    A letter is a tone whose pitch is its own, anything else a silence of the same length; phones are
    the letters, a capital bears stress. `spoken` records the clauses in the order of speaking.

    seconds: of the running loop's time, that each clause takes to be made.
    fails_at: number of the clause, counted over the engine's life, that it dies on.
    """

    rate = 16_000
    voices: tuple[Voice, ...] = VOICES
    version = "1"

    def __init__(self, seconds: float = 0.0, fails_at: int | None = None) -> None:
        self.seconds = seconds
        self.fails_at = fails_at
        self.spoken: list[Clause] = []
        self.closed = False

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        if voice not in self.voices and not voice.likeness:
            raise UnknownName("voice", voice.name, (known.name for known in self.voices))
        at = 0
        async with contextlib.aclosing(clauses):
            async for clause in clauses:
                await asyncio.sleep(self.seconds)
                if len(self.spoken) == self.fails_at:
                    raise EngineError(f"the scripted voice dies on {clause.text!r}, as it was told to")
                self.spoken.append(clause)
                chunk = _uttered(clause, at, self.rate)
                if len(chunk.samples):
                    yield chunk
                    at = chunk.end

    def resembling(self, sample: VoiceSample, name: str) -> Voice:
        """A voice that sounds as all of them do; its likeness is how long the sample was."""
        if not sample.samples.any():
            raise AudioError("the scripted voice was given nothing to resemble; give it some sound")
        length = len(sample.samples) / sample.rate
        return Voice(name, sample.language or "en", "female", f"{length:.3f} s".encode())

    def close(self) -> None:
        self.closed = True


def _uttered(clause: Clause, at: int, rate: int) -> AudioChunk:
    text = clause.text if any(map(str.isalnum, clause.text)) else ""
    sounds = [(letter if _sounds(letter) else "", round(LETTER * rate)) for letter in text]
    if clause.pause:
        sounds.append(("", round(clause.pause * rate)))
    ends = list(accumulate((length for _, length in sounds), initial=at))
    phones = tuple(
        Phone(letter.lower(), start / rate, end / rate, 2 if letter.isupper() else 0)
        for (letter, _), start, end in zip(sounds, ends, ends[1:], strict=False)
    )
    return AudioChunk(_tones(sounds, rate), rate, at, phones)


def _sounds(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LN"


def _tones(sounds: Sequence[tuple[str, int]], rate: int) -> Samples:
    pieces = [
        0.3 * np.sin(2 * np.pi * (150 + ord(letter) % 32 * 10) * np.arange(length) / rate)
        if letter
        else np.zeros(length)
        for letter, length in sounds
    ]
    return np.concatenate([np.zeros(0), *pieces]).astype(np.float32)
