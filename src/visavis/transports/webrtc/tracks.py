"""The two tracks of a performance: one taker of moments feeds both.

Sound is the clock: its pieces go out every 20 ms, and no picture is ever waited for. Of pictures only the
newest waits; when the encoder or the network is behind, older ones are dropped, never queued. Times are whole
numbers counted from the performance's first moment, so that lips and sound stay together as long as it lasts.
"""

import asyncio
import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from visavis.contracts import Stream
from visavis.conversation.stage import Moment, Pace, Talk
from visavis.media import Pixels
from visavis.streams import Channel, Worker
from visavis.transports.webrtc.encoding import RATE, VIDEO_RATE, Encoded, PictureEncoder, SoundEncoder
from visavis.transports.webrtc.offers import Coding
from visavis.transports.webrtc.stepping import Level, is_shown

# Pieces of sound that may wait. It is one as a rule; when the server has stood still for a moment, all that
# is due goes out at once, for a receiver can catch up, and cannot make up what is missing.
MOST_PIECES: Final = 10

# Seconds by which sound may come later with each moment before it is believed to stay so late.
FORGETTING: Final = 0.001

# Seconds between pictures that need none before them: they are large, and a receiver may ask for each.
WHOLE_EVERY: Final = 1.0

T = TypeVar("T")

LIVE: Final = Pace(speech=0.0, rest=0.0)


@dataclass(frozen=True, slots=True)
class _Piece:
    """20 ms of sound, and when they go out on the loop's clock."""

    packet: Encoded
    due: float


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A picture, and its number since the performance began."""

    pixels: Pixels
    number: int


class SoundTrack(MediaStreamTrack):
    """Pieces of Opus, at their times."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._due = Channel[_Piece](MOST_PIECES)
        self._pieces = self._due.receive()
        self._began = math.inf

    def send(self, packets: list[Encoded], now: float) -> None:
        """Pieces that are there from now on; each is due when it would be if none had ever been late."""
        for packet in packets[:1]:
            self._began = min(self._began + FORGETTING, now - _seconds(packet))
        for packet in packets:
            self._due.send(_Piece(packet, self._began + _seconds(packet)))

    async def recv(self) -> Encoded:
        """The next piece, when it is due."""
        piece = await _next(self._pieces)
        await asyncio.sleep(piece.due - asyncio.get_running_loop().time())
        return piece.packet

    def stop(self) -> None:
        self._due.close()
        super().stop()


class PictureTrack(MediaStreamTrack):
    """The newest picture there is.

    fps: of the moments. coding, level: how they are sent; the level is asked anew for each. worker: that
    encodes.
    """

    kind = "video"

    def __init__(self, fps: int, coding: Coding, level: Callable[[], Level], worker: Worker) -> None:
        super().__init__()
        self._fps, self._coding, self._level, self._worker = fps, coding, level, worker
        self._newest = Channel[_Shown](1)
        self._pictures = self._newest.receive()
        self._encoder = PictureEncoder(self._coding)
        self._whole_wanted = False
        self._whole_from = 0.0

    def want_whole(self) -> None:
        """Let one of the next pictures need none before it: the receiver has lost some."""
        self._whole_wanted = True

    def send(self, pixels: Pixels, number: int) -> None:
        if is_shown(number, self._fps, self._level().fps):
            self._newest.send(_Shown(pixels, number))

    async def recv(self) -> Encoded:
        """The newest picture, encoded."""
        while True:
            shown = await _next(self._pictures)
            at = shown.number * VIDEO_RATE // self._fps
            encode = partial(
                self._encoder.encode, shown.pixels, self._level(), at, whole=self._is_whole_due()
            )
            for packet in await self._worker.run(encode):
                return packet

    def _is_whole_due(self) -> bool:
        now = asyncio.get_running_loop().time()
        if not self._whole_wanted or now < self._whole_from:
            return False
        self._whole_wanted, self._whole_from = False, now + WHOLE_EVERY
        return True

    def stop(self) -> None:
        self._newest.close()
        self._encoder = PictureEncoder(self._coding)  # megabytes, which would else wait for the collector
        super().stop()


class Performance:
    """A session's moments as two tracks.

    coding, level: how pictures are sent. sounds, pictures: the threads that encode.
    """

    def __init__(
        self, talk: Talk, coding: Coding, level: Callable[[], Level], sounds: Worker, pictures: Worker
    ) -> None:
        self._talk, self._sounds = talk, sounds
        self.sound = SoundTrack()
        self.picture = PictureTrack(talk.fps, coding, level, pictures)

    async def run(self) -> None:
        """Take moments and hand them on, until there are no more."""
        encoder = SoundEncoder(self._talk.rate)
        first: int | None = None
        async with contextlib.aclosing(self._talk.moments(LIVE)) as moments:
            async for moment in moments:
                first = moment.at if first is None else first
                if moment.pixels is not None:
                    self.picture.send(moment.pixels, moment.at - first)
                await self._sounded(moment, encoder)

    async def _sounded(self, moment: Moment, encoder: SoundEncoder) -> None:
        packets = await self._sounds.run(partial(encoder.encode, moment.samples))
        self.sound.send(packets, asyncio.get_running_loop().time())


def _seconds(packet: Encoded) -> float:
    """When a piece of sound is heard, from the first one on."""
    assert packet.pts is not None
    return packet.pts / RATE


async def _next(items: Stream[T]) -> T:
    """The next item, as aiortc wants to be told that there are no more."""
    try:
        return await anext(items)
    except StopAsyncIteration:
        raise MediaStreamError from None
