"""What stands in for ears and a mind that are not there, so that a conversation goes on without them."""

import contextlib
from typing import Final

from visavis.contracts import Stream, Transcript, Utterance
from visavis.errors import EngineError
from visavis.media import LANGUAGES, AudioChunk, Language

RATE: Final = 16_000


class NoVad:
    """Hears nobody."""

    rate = RATE
    step = RATE // 50

    async def listen(self, sound: Stream[AudioChunk]) -> Stream[float]:
        """See contracts.Vad."""
        heard = told = 0
        async with contextlib.aclosing(sound):
            async for chunk in sound:
                heard += len(chunk.samples)
                while told + self.step <= heard:
                    told += self.step
                    yield 0.0

    def close(self) -> None:
        """There is nothing to free."""


class NoAsr:
    """Understands nothing."""

    rate = RATE
    languages: tuple[Language, ...] = LANGUAGES

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        """See contracts.Asr."""
        end = 0.0
        async with contextlib.aclosing(speech):
            async for chunk in speech:
                end = chunk.end / chunk.rate
        yield Transcript("", language or LANGUAGES[0], final=True, start=0.0, end=end)

    def close(self) -> None:
        """There is nothing to free."""


class NoLlm:
    """Answers nothing."""

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """See contracts.Llm. Raises EngineError, always."""
        raise EngineError("this server has no mind that answers; send text that is to be said")
        yield ""

    def close(self) -> None:
        """There is nothing to free."""
