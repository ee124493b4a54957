"""Faces that get into trouble, each at a frame of its own; and how a picture tells where it was drawn."""

import os
import signal
import time
import weakref

import numpy as np

from tests.fakes.face import Blank, ScriptedFace
from visavis.contracts import RESTING, Prepared, Stream
from visavis.errors import UploadError
from visavis.media import AudioChunk, Look, Pixels, Portrait, VideoFrame

KILLED, HUNG, DIVIDED, REFUSED, GREY, GROWN, BUSY, LITTERED = range(1100, 1900, 100)
"""Frames at which it is killed, sleeps for an hour, divides by zero, refuses a file, draws no picture, draws
a larger one, works for WORK seconds, leaves a face behind that only the collector finds."""

WORK = 0.05

EVIL_LOOKS = 7
"""As wide as a portrait is that kills whoever prepares it."""


class Troubled(ScriptedFace):
    """Its pictures begin with the number of its process, and how many faces that keeps ready."""

    version = "7"

    def __init__(self, fps: int = 25, seed: int = 0) -> None:
        super().__init__(fps, seed)
        self._ready: weakref.WeakSet[Ready] = weakref.WeakSet()

    def prepare(self, portrait: Portrait) -> Blank:
        if portrait.size[0] == EVIL_LOOKS:
            os.abort()
        return self._kept(super().prepare(portrait))

    def unpacked(self, content: bytes) -> Blank:
        return self._kept(super().unpacked(content))

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        async for frame in super().animate(speech, face, first, look):
            yield self._marked(frame)

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        return self._marked(super().rest(face, frame, look))

    def _kept(self, blank: Blank) -> Blank:
        ready = Ready(blank.width, blank.height)
        self._ready.add(ready)
        return ready

    def _marked(self, frame: VideoFrame) -> VideoFrame:
        pixels = frame.pixels
        pixels[0, :3, 0] = np.frombuffer(os.getpid().to_bytes(3, "little"), np.uint8)
        pixels[0, 3, 0] = len(self._ready)
        match frame.at:
            case n if n == KILLED:
                os.kill(os.getpid(), signal.SIGKILL)
            case n if n == HUNG:
                time.sleep(3600)
            case n if n == DIVIDED:
                1 // 0  # noqa: B018
            case n if n == REFUSED:
                raise UploadError("too_shiny", "this face shines too much; powder it")
            case n if n == BUSY:
                until = time.process_time() + WORK
                while time.process_time() < until:
                    pass
            case n if n == LITTERED:
                litter = Litter(64, 64)
                litter.itself = litter
                self._ready.add(litter)
            case n if n == GREY:
                return VideoFrame(pixels[..., 0], frame.at)
            case n if n == GROWN:
                return VideoFrame(np.repeat(pixels, 2, 0), frame.at)
        return frame


class Ready(Blank):
    """A face of Troubled's, which can be counted."""

    __hash__ = object.__hash__


class Litter(Ready):
    """It knows itself, and so goes by the collector only."""

    itself: "Litter"


class Stillborn(ScriptedFace):
    """Its process dies as it is made."""

    def __init__(self, fps: int = 25, seed: int = 0) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Broken(ScriptedFace):
    """It cannot be made."""

    def __init__(self, fps: int = 25, seed: int = 0) -> None:
        raise RuntimeError("there is no driver for this")


def process_of(pixels: Pixels) -> int:
    """The number of the process that drew a picture."""
    return int.from_bytes(pixels[0, :3, 0].tobytes(), "little")


def ready_of(pixels: Pixels) -> int:
    """How many faces that process kept ready."""
    return int(pixels[0, 3, 0])
