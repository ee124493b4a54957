"""The warp face as an engine: threads that draw, and motion that tells them what."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from visavis.arrays import packed, unpacked
from visavis.contracts import RESTING, Prepared, Stream
from visavis.engines.face.warp.canvas import Canvas
from visavis.engines.face.warp.precedence import Precedence
from visavis.engines.face.warp.rig import Rig, rig_of
from visavis.errors import PortraitError
from visavis.media import AudioChunk, Look, Pixels, Portrait, VideoFrame
from visavis.motion.frames import Head, Mouth
from visavis.motion.life import combine
from visavis.motion.looks import alive
from visavis.motion.speech import Speech, Spoken
from visavis.streams import Worker, processors

STRIP = 16  # frames drawn in one go, at most
SHORT_STRIP = 4  # the same where several faces take turns: none waits long for the others
OPENING = 0.12  # seconds of pictures by which a face has begun


class Strip(NamedTuple):
    """What frames `first`, `first` + 1, ... show. begins: whether these are the last of its beginning."""

    first: int
    mouths: list[Mouth]
    heads: list[Head]
    begins: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A prepared portrait, and the canvases that nobody is drawing on just now.

    room: how many threads may draw it at once, each on a canvas of megabytes; others wait for one.
    """

    rig: Rig
    room: threading.Semaphore
    idle: deque[Canvas] = field(default_factory=deque)

    @property
    def nbytes(self) -> int:
        """The rig's and the idle canvases'."""
        return self.rig.nbytes + sum(canvas.nbytes for canvas in tuple(self.idle))


class Warp:
    """A Face that needs nothing but the portrait.

    seed: what makes two sessions blink and sway at different times.
    threads: how many strips of frames are drawn at once; by default half of the processors, for whatever
        the frames are made for, encoding most often, needs the other half.
    """

    version = "1"

    def __init__(self, fps: int = 25, seed: int = 0, threads: int | None = None) -> None:
        self.fps = fps
        self._seed = seed
        # For the whole process: a frame is far too small to be worth splitting among OpenCV's own threads.
        cv2.setNumThreads(1)
        self._moving = 0
        self._precedence = Precedence()
        self._threads = threads or max(1, processors() // 2)
        self._worker = Worker("warp", self._threads)

    def prepare(self, portrait: Portrait) -> Sitter:
        """Work out what can be known of a portrait beforehand, in about 0.1 s; blocks.

        Raises PortraitError for a face of a few pixels, or none.
        """
        if not np.isfinite(portrait.landmarks).all() or np.ptp(portrait.landmarks[:, 0]) < 32:
            raise PortraitError("the face in this portrait is too small to be moved; 32 pixels are needed")
        return self._sitter(rig_of(portrait))

    def packed(self, face: Prepared) -> bytes:
        """The rig, in a millisecond; canvases are made anew."""
        return packed(_own(face).rig)

    def unpacked(self, content: bytes) -> Sitter:
        """A sitter whose arrays are views of `content`, in a millisecond.

        Raises ValueError for bytes that are none.
        """
        return self._sitter(unpacked(content, Rig))

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        """See contracts.Face: look-ahead is that of motion, a quarter of a second."""
        sitter, who, loop = _own(face), object(), asyncio.get_running_loop()
        self._moving += 1

        def draw(strip: Strip) -> list[VideoFrame]:
            pictures = _drawn(sitter, strip.mouths, strip.heads)
            if strip.begins:
                loop.call_soon_threadsafe(self._precedence.begun, who)
            return [VideoFrame(picture, strip.first + i) for i, picture in enumerate(pictures)]

        strips = self._strips(speech, first, look, who)
        try:
            async with contextlib.aclosing(self._worker.pipelined(draw, strips)) as drawn:
                async for frames in drawn:
                    for frame in frames:
                        yield frame
        finally:
            self._moving -= 1
            self._precedence.begun(who)

    async def _strips(
        self, speech: Stream[AudioChunk], first: int, look: Look, who: object
    ) -> AsyncGenerator[Strip, None]:
        """What the frames show, as soon as it is known; the first strips are short, for a quick start.

        The others wait while another face begins, which it does with the first frames that are known.
        """
        length, begun = 1, False
        async with contextlib.aclosing(self._moved(speech, first)) as moved:
            async for known in moved:
                opening = 0 if begun else min(len(known), round(OPENING * self.fps))
                for begin, end in _cuts(len(known), length, self._longest):
                    if begin < opening:
                        self._precedence.begin(who)
                    else:
                        await self._precedence.let_pass(who)
                    idle = [alive(first + i, self.fps, self._seed, look) for i in range(begin, end)]
                    spoken = known[begin:end]
                    heads = [combine(rest, frame.head) for rest, frame in zip(idle, spoken, strict=True)]
                    begins = begin < opening <= end
                    yield Strip(first + begin, [frame.mouth for frame in spoken], heads, begins)
                    begun = begun or begins
                    length = min(2 * length, STRIP)
                first += len(known)

    async def _moved(self, speech: Stream[AudioChunk], first: int) -> AsyncGenerator[list[Spoken], None]:
        """The frames that each chunk completes, and those that the end does; never none."""
        motion = Speech(self.fps, self._seed, first)
        async with contextlib.aclosing(speech):
            async for chunk in speech:
                if known := motion.feed(chunk):
                    yield known
        if known := motion.finish():
            yield known

    @property
    def _longest(self) -> int:
        """Frames of a strip, at most, at present."""
        return STRIP if self._moving == 1 else SHORT_STRIP

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        """The head alive and silent."""
        return VideoFrame(self.picture(face, Mouth(), alive(frame, self.fps, self._seed, look)), frame)

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        """One picture of a face that does just this; uint8 [h, w, 3], RGB."""
        return _drawn(_own(face), [mouth], [head])[0]

    def _sitter(self, rig: Rig) -> Sitter:
        """With room for all strips that are drawn at once, and for one who rests."""
        return Sitter(rig, threading.Semaphore(self._threads + 1))

    def close(self) -> None:
        """Free the threads."""
        self._worker.close()


def _cuts(count: int, length: int, longest: int) -> Iterator[tuple[int, int]]:
    """Where to cut `count` frames into strips: the first `length` long, each next one twice, to `longest`."""
    begin = 0
    while begin < count:
        length = min(length, longest)
        yield begin, min(begin + length, count)
        begin, length = begin + length, 2 * length


def _drawn(sitter: Sitter, mouths: Sequence[Mouth], heads: Sequence[Head]) -> list[Pixels]:
    with sitter.room:
        try:
            canvas = sitter.idle.pop()
        except IndexError:
            canvas = Canvas(sitter.rig)
        try:
            return canvas.draw(mouths, heads)
        finally:
            sitter.idle.append(canvas)


def _own(face: Prepared) -> Sitter:
    if not isinstance(face, Sitter):
        raise TypeError(
            f"the warp face was given a portrait prepared by another engine: {type(face).__name__}"
        )
    return face
