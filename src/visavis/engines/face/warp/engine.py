"""The warp face as an engine: threads that draw, and motion that tells them what."""

import contextlib
import itertools
import os
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import cv2
import numpy as np

from visavis.contracts import Prepared, Stream
from visavis.engines.face.warp.canvas import Canvas
from visavis.engines.face.warp.rig import Rig, rig_of
from visavis.errors import PortraitError
from visavis.media import AudioChunk, Pixels, Portrait, VideoFrame
from visavis.motion.frames import Head, Mouth
from visavis.motion.life import combine, life
from visavis.motion.speech import Speech, Spoken
from visavis.streams import Worker

Motion = tuple[int, Mouth, Head]


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A prepared portrait, and the canvases that nobody is drawing on just now."""

    rig: Rig
    idle: deque[Canvas] = field(default_factory=deque)

    @property
    def nbytes(self) -> int:
        """Of the rig: canvases come and go."""
        return self.rig.nbytes


class Warp:
    """A Face that needs nothing but the portrait.

    seed: what makes two sessions blink and sway at different times.
    threads: how many frames are drawn at once.
    """

    version = "1"

    def __init__(self, fps: int = 25, seed: int = 0, threads: int | None = None) -> None:
        self.fps = fps
        self._seed = seed
        # A frame is far too small to be worth splitting among OpenCV's own threads.
        cv2.setNumThreads(1)
        self._worker = Worker("warp", threads or min(2, os.cpu_count() or 1))

    def prepare(self, portrait: Portrait) -> Sitter:
        """Work out what can be known of a portrait beforehand, in about 0.1 s; blocks.

        Raises PortraitError for a face turned too far away to be moved.
        """
        if not np.isfinite(portrait.landmarks).all() or np.ptp(portrait.landmarks[:, 0]) < 32:
            raise PortraitError("the face in this portrait is too small to be moved; 32 pixels are needed")
        return Sitter(rig_of(portrait))

    async def animate(self, speech: Stream[AudioChunk], face: Prepared, first: int) -> Stream[VideoFrame]:
        """See contracts.Face: look-ahead is that of motion, a quarter of a second."""
        sitter = _own(face)

        def draw(motion: Motion) -> VideoFrame:
            number, mouth, head = motion
            return VideoFrame(self.picture(sitter, mouth, head), number)

        motions = self._motions(speech, first)
        async with contextlib.aclosing(self._worker.pipelined(draw, motions)) as frames:
            async for frame in frames:
                yield frame

    async def _motions(self, speech: Stream[AudioChunk], first: int) -> AsyncGenerator[Motion, None]:
        spoken = Speech(self.fps, self._seed, first)
        numbers = itertools.count(first)
        async with contextlib.aclosing(speech):
            async for chunk in speech:
                for frame in spoken.feed(chunk):
                    yield self._motion(next(numbers), frame)
        for frame in spoken.finish():
            yield self._motion(next(numbers), frame)

    def _motion(self, number: int, spoken: Spoken) -> Motion:
        return number, spoken.mouth, combine(life(number, self.fps, self._seed), spoken.head)

    def rest(self, face: Prepared, frame: int) -> VideoFrame:
        """The head alive and silent."""
        return VideoFrame(self.picture(face, Mouth(), life(frame, self.fps, self._seed)), frame)

    def picture(self, face: Prepared, mouth: Mouth, head: Head) -> Pixels:
        """One picture of a face that does just this; uint8 [h, w, 3], RGB."""
        sitter = _own(face)
        try:
            canvas = sitter.idle.pop()
        except IndexError:
            canvas = Canvas(sitter.rig)
        try:
            return canvas.draw(mouth, head)
        finally:
            sitter.idle.append(canvas)

    def close(self) -> None:
        """Free the threads."""
        self._worker.close()


def _own(face: Prepared) -> Sitter:
    if not isinstance(face, Sitter):
        raise TypeError(
            f"the warp face was given a portrait prepared by another engine: {type(face).__name__}"
        )
    return face
