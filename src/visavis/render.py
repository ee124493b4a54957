"""Ties speech, a face and a file into one video.

Owns the order of the stages, what they wait for, and how long each took. Every stage is asked for its
next item by the one after it, so an hour of speech holds a clause, a piece of sound and a few pictures
at a time. Refuses arguments and printing.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from visavis.contracts import Face, Prepared, Stream
from visavis.errors import InputError
from visavis.media import AudioChunk, Pixels, Portrait, Samples
from visavis.soundtrack import Track
from visavis.stopwatch import Stopwatch, Timings
from visavis.streams import Worker, buffered, closing, processors
from visavis.transports.file import VideoFile, writing

Progress: TypeAlias = Callable[[float, float | None], None]

# What is done to each picture before it is encoded, on the encoder's thread: uint8 [h, w, 3] RGB to the same.
Finish: TypeAlias = Callable[[Pixels], Pixels]

# A picture and the sound that has been heard since the one before it.
Piece: TypeAlias = tuple[Pixels, list[Samples]]

CHUNKS_AHEAD: Final = 2

MARK: Final = "a synthetic video, made with visavis"


@dataclass(frozen=True, slots=True)
class Film:
    """A video that was made; seconds: of its sound."""

    path: Path
    size: tuple[int, int]
    fps: int
    frames: int
    seconds: float
    timings: Timings


def unfinished(pixels: Pixels) -> Pixels:
    """A picture as it is."""
    return pixels


async def film(
    track: Track,
    face: Face,
    prepared: Callable[[], Awaitable[Prepared]],
    out: Path,
    size: tuple[int, int],
    watch: Stopwatch,
    progress: Progress = lambda done, expected: None,
    finish: Finish = unfinished,
) -> Film:
    """Make one video of a face and of speech; both are begun at once.

    prepared: gives what `face` prepared of a portrait of `size`, width and height in pixels.
    progress: called with seconds of video done, and how many it will be as far as that is known.
    finish: the last thing that is done to each picture, such as a notice.
    Cancelled, or with an error, it leaves nothing behind.

    Raises:
        VisavisError: what the stages raise; OutputError before any of them begins to work.
    """
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(contextlib.aclosing(track.chunks))
        sink = stack.enter_context(
            writing(out, size, face.fps, track.rate, threads=encoder_threads(), comment=MARK)
        )
        encoder = await stack.enter_async_context(closing(Worker("encoder")))
        chunks = await stack.enter_async_context(
            buffered(watch.waiting("speech", track.chunks), CHUNKS_AHEAD)
        )
        sitter = await prepared()
        tap = _Tap()
        moving = face.animate(watch.waiting("heard", tap.through(chunks)), sitter, 0)
        first_frame, count = 0.0, 0

        async def pieces() -> Stream[Piece]:
            nonlocal first_frame
            async with contextlib.aclosing(watch.waiting("render", moving)) as frames:
                async for frame in frames:
                    first_frame = first_frame or watch.now
                    yield frame.pixels, tap.taken()

        written = encoder.pipelined(partial(_append, sink, watch, finish), pieces())
        async with contextlib.aclosing(written) as done:
            async for _ in done:
                count += 1
                progress(count / face.fps, track.expected())
        if not count:
            raise InputError("there is nothing to say and nothing to hear; give some words, or sound")
        await encoder.run(partial(_complete, sink, watch, tap.taken()))
    return Film(out, size, face.fps, count, tap.seconds, watch.timings(first_frame))


def encoder_threads() -> int:
    """Half of the processors: the other half draws what is encoded."""
    return max(1, min(8, processors() // 2))


async def prepared_from(portrait: Callable[[], Portrait], face: Face, watch: Stopwatch) -> Prepared:
    """A portrait, taken and prepared on a thread."""
    async with closing(Worker("portrait")) as worker:
        with watch.timing("portrait"):
            framed = await worker.run(portrait)
        with watch.timing("prepare"):
            return await worker.run(partial(face.prepare, framed))


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


def _append(sink: VideoFile, watch: Stopwatch, finish: Finish, piece: Piece) -> None:
    pixels, sound = piece
    with watch.timing("encode"):
        for samples in sound:
            sink.sound(samples)
        sink.picture(finish(pixels))


def _complete(sink: VideoFile, watch: Stopwatch, sound: list[Samples]) -> None:
    with watch.timing("encode"):
        for samples in sound:
            sink.sound(samples)
        sink.finish()
