"""A second voice that reads along where the first one does not know when it says what.

Owns whose reading goes with which piece of sound. The second voice is not heard: its phones are what
`motion` looks for in the sound of the first.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from visavis.contracts import Clause, Stream, Tts, Voice
from visavis.errors import EngineError
from visavis.media import AudioChunk, Phone
from visavis.streams import stream_of

AHEAD: Final = 10.0
FASTEST: Final = 3.0
"""A reading of a recording has come this many seconds further than it, even if its speaker is this many
times as fast as the voice that reads."""


class Reader:
    """Reads an utterance's clauses one after the other, with a voice that knows its phones.

    tts: called when there is something to read; whoever gave it closes the engine.
    """

    def __init__(self, tts: Callable[[], Tts]) -> None:
        self._tts = tts
        self.seconds = 0.0
        """How much has been read."""
        self.failed = False
        """Whether the voice has failed; then nothing is read any more."""

    async def read(self, clauses: Iterable[Clause]) -> tuple[Phone, ...]:
        """The phones of further clauses, timed from the beginning of the first one that was read.

        When the voice fails there is a warning, and none from then on: a mouth can do without.
        """
        phones: list[Phone] = []
        try:
            for clause in () if self.failed else clauses:
                phones += await self._read(clause)
        except EngineError as error:
            self.failed = True
            logging.warning("nobody reads along, and the mouth follows the sound alone: %s", error)
        return tuple(phones)

    async def _read(self, clause: Clause) -> list[Phone]:
        tts, begin = self._tts(), self.seconds
        phones: list[Phone] = []
        async with contextlib.aclosing(tts.speak(stream_of([clause]), _voice(tts, clause))) as chunks:
            async for chunk in chunks:
                self.seconds = begin + chunk.end / chunk.rate
                phones += (replace(p, start=begin + p.start, end=begin + p.end) for p in chunk.phones or ())
        return phones


async def read_along(
    tts: Tts, clauses: Stream[Clause], voice: Voice, reader: Reader | None
) -> Stream[AudioChunk]:
    """`tts.speak(clauses, voice)`, with a reading of its words where it does not know its phones."""
    asked: list[Clause] = []

    async def noted() -> Stream[Clause]:
        async with contextlib.aclosing(clauses):
            async for clause in clauses:
                asked.append(clause)
                yield clause

    async with contextlib.aclosing(tts.speak(noted(), voice)) as chunks:
        async for chunk in chunks:
            if reader is None or chunk.phones is not None:
                asked.clear()
                yield chunk
            elif not len(chunk.samples):
                yield replace(chunk, reading=())
            else:
                new, asked[:] = tuple(asked), ()
                yield replace(chunk, reading=await reader.read(new))


async def read_to(chunks: Stream[AudioChunk], clauses: Stream[Clause], reader: Reader) -> Stream[AudioChunk]:
    """A recording, with a reading of what is said in it, as much of it at a time as is needed."""
    async with contextlib.aclosing(chunks), contextlib.aclosing(clauses):
        async for chunk in chunks:
            reading: list[Phone] = []
            while not reader.failed and reader.seconds < AHEAD + FASTEST * chunk.end / chunk.rate:
                clause = await anext(clauses, None)
                if clause is None:
                    break
                reading += await reader.read([clause])
            yield replace(chunk, reading=tuple(reading))


def _voice(tts: Tts, clause: Clause) -> Voice:
    """One of the clause's language if there is one."""
    return next((voice for voice in tts.voices if voice.language == clause.language), tts.voices[0])
