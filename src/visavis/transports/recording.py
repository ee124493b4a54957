"""A conversation into a file while it happens, without disturbing it.

Owns what waits between a session and the disk. A `Tape` takes what the session shows it and never waits:
where encoder or disk cannot keep up, pictures are left out and sound is kept. Refuses to know whose file it
is.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import av
import cv2
import numpy as np

from visavis.contracts import Stream
from visavis.conversation.stage import Moment
from visavis.errors import InputError
from visavis.media import Pixels, Samples
from visavis.streams import Channel, Worker, closing
from visavis.transports.file import VideoFile, writing
from visavis.transports.montage import AHEAD, Montage, Piece

HEARS: Final = 16_000
"""The rate in Hz of what the microphone hears."""

LONGEST: Final = 3600.0
LARGEST: Final = 2**30
"""Seconds and bytes at which a recording ends by itself."""

_PICTURES: Final = 25
_WAITING: Final = 6000
"""Pictures, and pieces of sound or picture, that may wait to be written: a second, and about two minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    samples: Samples
    at: float


@dataclass(frozen=True, slots=True)
class _Void:
    heard: float


_Event: TypeAlias = Moment | _Heard | _Void


class Tape:
    """What a session shows, on its way to a file: a Recorder of the session's. `stop` ends it for good.

    waiting: how many pieces of sound or picture are still to be written.
    """

    def __init__(self) -> None:
        self._channel = Channel[_Event](_WAITING)
        self.stopped = False
        self.waiting = self._pictures = 0

    def performed(self, moment: Moment) -> None:
        """See conversation.onlookers.Recorder."""
        if self._pictures >= _PICTURES:
            moment = replace(moment, pixels=None)
        self._pictures += moment.pixels is not None
        self._send(moment)

    def voided(self, heard: float) -> None:
        """See conversation.onlookers.Recorder."""
        self._send(_Void(heard))

    def overheard(self, samples: Samples, at: float) -> None:
        """See conversation.onlookers.Recorder."""
        self._send(_Heard(samples, at))

    def stop(self) -> None:
        """What was taken so far is all; again, it does nothing."""
        self.stopped = True
        self._channel.close()

    async def taken(self) -> Stream[_Event]:
        """What was taken, in order, to the end."""
        async with contextlib.aclosing(self._channel.receive()) as events:
            async for event in events:
                yield event
                self.waiting -= 1
                self._pictures -= isinstance(event, Moment) and event.pixels is not None

    def _send(self, event: _Event) -> None:
        if self.stopped:
            return
        self._channel.send(event)
        self.waiting += 1
        if self.waiting >= _WAITING:
            self.stop()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that has ended; seconds: of it."""

    path: Path
    frames: int
    seconds: float


async def recorded(
    tape: Tape,
    out: Path,
    size: tuple[int, int],
    fps: int,
    rate: int,
    *,
    ahead: float = AHEAD,
    comment: str = "",
    progress: Callable[[float], None] = lambda seconds: None,
    longest: float = LONGEST,
    largest: int = LARGEST,
) -> Recorded:
    """Write what a tape takes, until it is stopped, or `longest` seconds or `largest` bytes are reached.

    size, fps, rate: of the pictures and of the sound of the moments; pictures of another size are fitted in.
    ahead: seconds that they are given out before they are heard, at most.
    progress: called with the seconds that are written.
    Cancelled, or with an error, it leaves nothing behind. The tape is stopped in any case.

    Raises:
        InputError: nothing was shown. OutputError: it cannot be written there, or not any further.
    """
    try:
        with writing(out, size, fps, rate, comment=comment) as file:
            reel = _Reel(file, Montage(fps, rate, ahead), size, rate)
            async with closing(Worker("recording")) as encoder:
                written = encoder.pipelined(reel.take, tape.taken())
                async with contextlib.aclosing(written) as done:
                    async for frames in done:
                        progress(frames / fps)
                        if frames >= longest * fps or file.bytes >= largest:
                            break
                tape.stop()
                await encoder.run(partial(reel.finish, round(longest * fps)))
            if not reel.frames:
                raise InputError("nothing was recorded, for nothing was shown; record for longer")
        return Recorded(out, reel.frames, reel.frames / fps)
    finally:
        tape.stop()


class _Reel:
    """What is written, on the encoder's thread. frames: so far."""

    def __init__(self, file: VideoFile, montage: Montage, size: tuple[int, int], rate: int) -> None:
        self._file, self._montage, self._size = file, montage, size
        self._resampler = av.AudioResampler("flt", "mono", rate)
        self._shown: Pixels | None = None
        self.frames = 0

    def take(self, event: _Event) -> int:
        """Write what this completes; how many frames there are then."""
        match event:
            case Moment():
                self._write(self._montage.performed(event))
            case _Heard(samples, at):
                self._write(self._montage.overheard(self._resampled(samples), at))
            case _Void(heard):
                self._montage.voided(heard)
        return self.frames

    def finish(self, most: int) -> None:
        """Write what is held back, up to `most` frames, and the file's end."""
        self._write(self._montage.finish()[: max(0, most - self.frames)])
        if self.frames:
            self._file.finish()

    def _write(self, pieces: list[Piece]) -> None:
        for pixels, samples in pieces:
            if pixels is not None:
                self._shown = fitted(pixels, self._size)
            assert self._shown is not None
            self._file.sound(samples)
            self._file.picture(self._shown)
            self.frames += 1

    def _resampled(self, samples: Samples) -> Samples:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[None], "flt", "mono")
        frame.sample_rate = HEARS
        made = [part.to_ndarray()[0] for part in self._resampler.resample(frame)]
        return np.concatenate(made) if made else np.zeros(0, np.float32)


def fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture within another width and height, whole, on black."""
    width, height = size
    if pixels.shape[:2] == (height, width):
        return pixels
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = min(width, round(pixels.shape[1] * scale)), min(height, round(pixels.shape[0] * scale))
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    picture = np.zeros((height, width, 3), np.uint8)
    picture[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        pixels, inner, interpolation=cv2.INTER_AREA
    )
    return picture
