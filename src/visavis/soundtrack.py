"""The sound of a video on its way: spoken from a text, or out of a file.

Owns who speaks, the still moments around a text, and how long it will all be as far as can be told.
Refuses pictures.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from visavis.contracts import Clause, Stream, Tts, Voice
from visavis.errors import TextError, UnknownName
from visavis.media import AudioChunk, Language, Phone
from visavis.reading import Reader, read_along, read_to
from visavis.sound import Recording
from visavis.stopwatch import Stopwatch
from visavis.streams import stepped

# A still moment before and after: players fade in, and a mouth that closes on the last picture looks cut.
SECONDS_BEFORE: Final = 0.2
SECONDS_AFTER: Final = 0.4


@dataclass(frozen=True, slots=True)
class Track:
    """Sound on its way: mono, at `rate` Hz; expected: how many seconds it will be, as far as is known."""

    rate: int
    chunks: Stream[AudioChunk]
    expected: Callable[[], float | None]


def spoken(
    clauses: Iterator[Clause],
    tts: Tts,
    voice: Voice | str | None,
    watch: Stopwatch,
    characters: int | None = None,
    interrupt: Callable[[], None] = lambda: None,
    reader: Reader | None = None,
) -> Track:
    """Text as it is spoken, with a still moment before and after it.

    clauses: stepped on a thread. voice: one that the engine can speak with, or the name of one of its own;
    None takes the first one of the language that the text begins in.
    characters: of the text where all of it is known, for an estimate.
    interrupt: called when a cancelled film may find `clauses` waiting for text; makes it end.
    reader: reads along where the engine does not know its phones.
    """
    length = _Length(characters)
    text = watch.waiting("text", stepped(clauses, "text", interrupt))
    chunks = rested(length.heard(_speak(text, tts, voice, length, reader)), SECONDS_BEFORE, SECONDS_AFTER)
    return Track(tts.rate, chunks, length.expected)


def recorded(
    recording: Recording, clauses: Iterator[Clause] | None = None, reader: Reader | None = None
) -> Track:
    """Sound from a file, as it is.

    clauses: what is said in it, where that is known; stepped on a thread, and read by `reader`.
    """
    chunks = stepped(recording.chunks(), "sound")
    if clauses is not None and reader is not None:
        chunks = read_to(chunks, stepped(clauses, "text"), reader)
    return Track(recording.rate, chunks, lambda: recording.seconds)


def voice_named(voices: Sequence[Voice], name: str) -> Voice:
    """The voice of that name.

    Raises:
        UnknownName: there is none.
    """
    for voice in voices:
        if voice.name == name:
            return voice
    raise UnknownName("voice", name, (voice.name for voice in voices))


def voice_for(voices: Sequence[Voice], name: str | None, language: Language) -> Voice:
    """The voice of that name, or the first one of a language where no name is given.

    Raises:
        UnknownName: there is none.
    """
    if name is not None:
        return voice_named(voices, name)
    for voice in voices:
        if voice.language == language:
            return voice
    raise UnknownName("voice for the language", language, {voice.language for voice in voices})


async def rested(chunks: Stream[AudioChunk], before: float, after: float) -> Stream[AudioChunk]:
    """The same utterance with seconds of silence around it; one without any sound stays so."""
    lead, last = 0, None
    async with contextlib.aclosing(chunks):
        async for chunk in chunks:
            if not len(chunk.samples):
                continue
            if last is None:
                lead = round(before * chunk.rate)
                if lead:
                    yield _silence(0, lead, chunk)
            last = _later(chunk, lead)
            yield last
    if last is not None and (tail := round(after * last.rate)):
        yield _silence(last.end, tail, last)


async def _speak(
    clauses: Stream[Clause], tts: Tts, voice: Voice | str | None, length: "_Length", reader: Reader | None
) -> Stream[AudioChunk]:
    async with contextlib.aclosing(clauses):
        first = await anext(clauses, None)
        if first is None:
            raise TextError("there is nothing to say; give some words")
        chosen = voice if isinstance(voice, Voice) else voice_for(tts.voices, voice, first.language)
        said = read_along(tts, length.read(first, clauses), chosen, reader)
        async with contextlib.aclosing(said) as chunks:
            async for chunk in chunks:
                yield chunk


class _Length:
    """How long a text will be, from what has been read and heard of it."""

    def __init__(self, characters: int | None) -> None:
        self._characters = characters
        self._read = 0
        self._heard = 0.0
        self._over = False

    async def read(self, first: Clause, clauses: Stream[Clause]) -> Stream[Clause]:
        self._read += len(first.text)
        yield first
        async for clause in clauses:
            self._read += len(clause.text)
            yield clause

    async def heard(self, chunks: Stream[AudioChunk]) -> Stream[AudioChunk]:
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self._heard += chunk.duration
                yield chunk
        self._over = True

    def expected(self) -> float | None:
        around = SECONDS_BEFORE + SECONDS_AFTER
        if self._over:
            return self._heard + around
        if not self._characters or not self._read:
            return None
        return self._heard * max(1.0, self._characters / self._read) + around


def _later(chunk: AudioChunk, samples: int) -> AudioChunk:
    seconds = samples / chunk.rate
    phones = chunk.phones and tuple(
        replace(phone, start=phone.start + seconds, end=phone.end + seconds) for phone in chunk.phones
    )
    return replace(chunk, at=chunk.at + samples, phones=phones)


def _silence(at: int, samples: int, beside: AudioChunk) -> AudioChunk:
    phones = None
    if beside.phones is not None:
        phones = (Phone("", at / beside.rate, (at + samples) / beside.rate),)
    reading = None if beside.reading is None else ()
    return AudioChunk(np.zeros(samples, np.float32), beside.rate, at, phones, reading)
