"""A recogniser that understands what it was told to understand, one word for so much sound."""

import asyncio
import contextlib
from collections.abc import Sequence

import numpy as np

from visavis.contracts import Stream, Transcript
from visavis.errors import EngineError
from visavis.media import AudioChunk, Language

WORD = 0.2


class ScriptedAsr:
    """Understands the next of `texts` in each stretch of speech, the last one again and again.

    A partial transcript has a word for every WORD seconds that were not silent; the final one is the text,
    or nothing where all was silent. seconds: of the running loop's time that the final one takes.
    fails_at: number of the stretch that it dies on. opened, closed: streams begun and ended.
    """

    rate = 16_000
    languages: tuple[Language, ...] = ("en",)

    def __init__(
        self, texts: Sequence[str] = ("hello there",), seconds: float = 0.0, fails_at: int | None = None
    ) -> None:
        self.texts = list(texts)
        self.seconds = seconds
        self.fails_at = fails_at
        self.opened = self.closed = 0

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        text = self.texts[min(self.opened, len(self.texts) - 1)]
        dies = self.opened == self.fails_at
        self.opened += 1
        loud, at, told = 0, 0.0, 0
        try:
            async with contextlib.aclosing(speech):
                async for chunk in speech:
                    loud += int(np.count_nonzero(chunk.samples))
                    at = chunk.end / chunk.rate
                    if dies:
                        raise EngineError("the scripted recogniser dies, as it was told to")
                    words = text.split()[: int(loud / (WORD * self.rate))]
                    if len(words) > told:
                        told = len(words)
                        yield Transcript(" ".join(words), "en", False, 0.0, at)
            await asyncio.sleep(self.seconds)
            yield Transcript(text if loud else "", "en", True, 0.0, at)
        finally:
            self.closed += 1

    def close(self) -> None: ...
