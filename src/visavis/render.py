"""Ties speech, a face and a file into one video.

Owns the order of the stages, what they wait for, and how long each took. Every stage is asked for its
next item by the one after it, so an hour of speech holds a clause, a piece of sound and a few pictures
at a time. Refuses arguments and printing.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import numpy as np

from visavis.contracts import Clause, Face, Prepared, Stream, Tts, Voice
from visavis.errors import InputError, TextError, UnknownName
from visavis.media import AudioChunk, Language, Phone, Pixels, Portrait, Samples
from visavis.sound import Recording
from visavis.streams import Worker, buffered, processors
from visavis.transports.file import VideoFile, writing

T = TypeVar("T")

Progress: TypeAlias = Callable[[float, float | None], None]

CHUNKS_AHEAD: Final = 2
FRAMES_AHEAD: Final = 4

# A still moment before and after: players fade in, and a mouth that closes on the last picture looks cut.
SECONDS_BEFORE: Final = 0.2
SECONDS_AFTER: Final = 0.4


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. The stages overlap: each is how long the next one waited for it, without what it waited for.

    first_frame, total: since the process, or the stopwatch, began.
    """

    text: float
    speech: float
    portrait: float
    prepare: float
    first_frame: float
    render: float
    encode: float
    total: float


@dataclass(frozen=True, slots=True)
class Film:
    """A video that was made; seconds: of its sound."""

    path: Path
    size: tuple[int, int]
    fps: int
    frames: int
    seconds: float
    timings: Timings


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound on its way: mono, at `rate` Hz; expected: how many seconds it will be, as far as is known."""

    rate: int
    chunks: Stream[AudioChunk]
    expected: Callable[[], float | None]


class Stopwatch:
    """How long is waited for what; `since`: seconds that had passed before it was made."""

    def __init__(self, since: float = 0.0) -> None:
        self._began = time.perf_counter() - since
        self.spent: defaultdict[str, float] = defaultdict(float)

    @property
    def now(self) -> float:
        """Seconds since it all began."""
        return time.perf_counter() - self._began

    @contextlib.contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        began = self.now
        try:
            yield
        finally:
            self.spent[stage] += self.now - began

    async def waiting(self, stage: str, source: Stream[T]) -> Stream[T]:
        """The same stream; what its items are waited for is added to a stage."""
        async with contextlib.aclosing(source):
            while True:
                with self.timing(stage):
                    try:
                        item = await anext(source)
                    except StopAsyncIteration:
                        return
                yield item

    def timings(self, first_frame: float) -> Timings:
        """What was measured, each stage less the one inside it."""
        spent = self.spent
        return Timings(
            text=spent["text"],
            speech=max(0.0, spent["speech"] - spent["text"]),
            portrait=spent["portrait"],
            prepare=spent["prepare"],
            first_frame=first_frame,
            render=max(0.0, spent["render"] - spent["heard"]),
            encode=spent["encode"],
            total=self.now,
        )


async def film(
    speech: Speech,
    face: Face,
    portrait: Callable[[], Portrait],
    out: Path,
    size: tuple[int, int],
    watch: Stopwatch,
    progress: Progress = lambda done, expected: None,
) -> Film:
    """Make one video of a portrait and of speech; both are begun at once.

    portrait: called on a thread; gives a portrait of `size`, width and height in pixels.
    progress: called with seconds of video done, and how many it will be as far as that is known.
    Cancelled, or with an error, it leaves nothing behind.

    Raises:
        VisavisError: what the stages raise; OutputError before any of them begins to work.
    """
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(contextlib.aclosing(speech.chunks))
        sink = stack.enter_context(writing(out, size, face.fps, speech.rate, threads=encoder_threads()))
        encoder = stack.enter_context(contextlib.closing(Worker("encoder")))
        chunks = await stack.enter_async_context(
            buffered(watch.waiting("speech", speech.chunks), CHUNKS_AHEAD)
        )
        prepared = await _prepared(portrait, face, watch)
        tap = _Tap()
        moving = face.animate(watch.waiting("heard", tap.through(chunks)), prepared, 0)
        frames = await stack.enter_async_context(buffered(watch.waiting("render", moving), FRAMES_AHEAD))
        first_frame, count = 0.0, 0
        async for frame in frames:
            first_frame = first_frame or watch.now
            with watch.timing("encode"):
                await encoder.run(partial(_append, sink, frame.pixels, tap.taken()))
            count += 1
            progress(count / face.fps, speech.expected())
        if not count:
            raise InputError("there is nothing to say and nothing to hear; give some words, or sound")
        with watch.timing("encode"):
            await encoder.run(partial(_finish, sink, tap.taken()))
    return Film(out, size, face.fps, count, tap.seconds, watch.timings(first_frame))


def spoken(
    clauses: Iterator[Clause],
    tts: Tts,
    voice: str | None,
    watch: Stopwatch,
    characters: int | None = None,
    interrupt: Callable[[], None] = lambda: None,
) -> Speech:
    """Text as speech, with a still moment before and after it.

    clauses: stepped on a thread. voice: the name of one of the engine's; None takes the first one of the
    language that the text begins in. characters: of the text where all of it is known, for an estimate.
    interrupt: called when a cancelled film may find `clauses` waiting for text; makes it end.
    """
    length = _Length(characters)
    text = watch.waiting("text", stepped(clauses, "text", interrupt))
    chunks = rested(length.heard(_speak(text, tts, voice, length)), SECONDS_BEFORE, SECONDS_AFTER)
    return Speech(tts.rate, chunks, length.expected)


def recorded(recording: Recording) -> Speech:
    """Sound from a file as speech, as it is."""
    return Speech(recording.rate, stepped(recording.chunks(), "sound"), lambda: recording.seconds)


def voice_for(voices: Sequence[Voice], name: str | None, language: Language) -> Voice:
    """The voice of that name, or the first one of a language where no name is given.

    Raises:
        UnknownName: there is none.
    """
    if name is not None:
        for voice in voices:
            if voice.name == name:
                return voice
        raise UnknownName("voice", name, (voice.name for voice in voices))
    for voice in voices:
        if voice.language == language:
            return voice
    raise UnknownName("voice for the language", language, {voice.language for voice in voices})


async def stepped(steps: Iterator[T], name: str, interrupt: Callable[[], None] = lambda: None) -> Stream[T]:
    """A blocking iterator as a stream, on a thread of its own; `interrupt` ends a step that waits."""
    with contextlib.closing(Worker(name)) as worker:
        try:
            async with contextlib.aclosing(worker.iterate(steps)) as items:
                async for item in items:
                    yield item
        finally:
            interrupt()


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


def encoder_threads() -> int:
    """Half of the processors: the other half draws what is encoded."""
    return max(1, min(8, processors() // 2))


async def _prepared(portrait: Callable[[], Portrait], face: Face, watch: Stopwatch) -> Prepared:
    with contextlib.closing(Worker("portrait")) as worker:
        with watch.timing("portrait"):
            framed = await worker.run(portrait)
        with watch.timing("prepare"):
            return await worker.run(partial(face.prepare, framed))


async def _speak(
    clauses: Stream[Clause], tts: Tts, voice: str | None, length: "_Length"
) -> Stream[AudioChunk]:
    async with contextlib.aclosing(clauses):
        first = await anext(clauses, None)
        if first is None:
            raise TextError("there is nothing to say; give some words")
        chosen = voice_for(tts.voices, voice, first.language)
        async with contextlib.aclosing(tts.speak(length.read(first, clauses), chosen)) as chunks:
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


class _Tap:
    """Keeps what flows through it until it is taken for the sound track."""

    def __init__(self) -> None:
        self._kept: list[Samples] = []
        self.seconds = 0.0

    async def through(self, chunks: Stream[AudioChunk]) -> Stream[AudioChunk]:
        async for chunk in chunks:
            self._kept.append(chunk.samples)
            self.seconds = chunk.end / chunk.rate
            yield chunk

    def taken(self) -> list[Samples]:
        kept, self._kept = self._kept, []
        return kept


def _append(sink: VideoFile, pixels: Pixels, sound: list[Samples]) -> None:
    for samples in sound:
        sink.sound(samples)
    sink.picture(pixels)


def _finish(sink: VideoFile, sound: list[Samples]) -> None:
    for samples in sound:
        sink.sound(samples)
    sink.finish()


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
    return AudioChunk(np.zeros(samples, np.float32), beside.rate, at, phones)
