"""What is said in a piece: by the subtitles of its film where they fit its sound, else by a recogniser."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from visavis.contracts import Asr, Tts
from visavis.errors import TextError
from visavis.evaluate.aligning import FITTING, aligned, read
from visavis.evaluate.gold.cutting import Cut
from visavis.evaluate.gold.subtitles import Subtitles
from visavis.language.detect import detect
from visavis.media import AudioChunk, Language
from visavis.sound import read as sound_in
from visavis.streams import Worker, stream_of
from visavis.voices.spectrum import at_rate

PIECE: Final = 0.2
"""Seconds that a recogniser is given at a time."""


class Scribe:
    """Writes down what is said in pieces.

    tts: knows its phones (`aligning.READER`). language: of all of it; None: the subtitles' own.
    recogniser: its name, and itself; None: there is none for that language.
    strange: pieces so far that do not sound like their subtitles.
    """

    def __init__(
        self, tts: Tts, worker: Worker, language: Language | None, recogniser: tuple[str, Asr] | None
    ) -> None:
        self.strange = 0
        self._tts, self._worker, self._language = tts, worker, language
        self._recogniser = recogniser

    async def written(self, one: Cut, subtitles: Subtitles | None) -> Cut:
        """A piece with its text. Raises EngineError where the recogniser dies."""
        sound = await self._worker.run(lambda: _sound(one.path))
        text, by = subtitles.text(one.piece.start, one.piece.end) if subtitles else "", ""
        if text and not await self._fits(text, sound):
            text, self.strange = "", self.strange + 1
        if not text and self._recogniser is not None:
            by, asr = self._recogniser
            text = await transcript(asr, sound, self._language)
        language = self._language or (detect(text) if text else "")
        return replace(one, text=text, by=by if text else "", language=language)

    async def _fits(self, text: str, sound: AudioChunk) -> bool:
        """Whether a text is what is said, as far as can be heard; see `aligning.FITTING`."""
        try:
            reading = await read(text, self._language, self._tts)
        except TextError:
            return False
        found = await self._worker.run(lambda: aligned(sound.samples, sound.rate, reading))
        return found.fit >= FITTING


async def transcript(asr: Asr, sound: AudioChunk, language: Language | None) -> str:
    """What a recogniser hears; "" where it hears nothing. Raises EngineError where it dies."""
    samples = at_rate(sound.samples, sound.rate, asr.rate).astype(np.float32)
    step = round(PIECE * asr.rate)
    chunks = (AudioChunk(samples[at : at + step], asr.rate, at) for at in range(0, len(samples), step))
    async with contextlib.aclosing(asr.transcribe(stream_of(chunks), language)) as heard:
        finals = [said.text.strip() async for said in heard if said.final]
    return " ".join(" ".join(finals).split())


def _sound(path: Path) -> AudioChunk:
    return sound_in(path.read_bytes())
