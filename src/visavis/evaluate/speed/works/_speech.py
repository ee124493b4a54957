"""Speech that several works need: as a voice gives it, and as nobody has to."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import numpy as np

from visavis.contracts import Stream, Tts
from visavis.evaluate.speed.staging import Staging
from visavis.language import clauses
from visavis.media import AudioChunk, Language, Phone
from visavis.streams import stream_of

RATE: Final = 22_050

SYMBOLS: Final = ("m", "ɑː", "p", "uː", "f", "iː", "s", "ə")


def babble(seconds: float) -> AudioChunk:
    """Sounds of a tenth of a second, one after the other, whose phones are known and that nobody hears."""
    sounds = (Phone(SYMBOLS[n % 8], n / 10, (n + 1) / 10, n % 3) for n in range(int(seconds * 10)))
    return AudioChunk(np.zeros(round(seconds * RATE), np.float32), RATE, 0, tuple(sounds))


@contextlib.asynccontextmanager
async def said(
    staging: Staging, tts: Tts, text: str, language: Language
) -> AsyncIterator[Stream[AudioChunk]]:
    """A text as the voice says it."""
    words = stream_of(clauses(text, language))
    async with contextlib.aclosing(tts.speak(words, staging.voice_of(tts, language))) as chunks:
        yield chunks
