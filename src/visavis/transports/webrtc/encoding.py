"""Sound as Opus, pictures as H.264 or VP8: what leaves is encoded here, and aiortc only packs it.

aiortc's own encoders cannot be told how good or how quick to be, begin at 500 kbit/s, and begin anew with a
whole picture whenever the receiver's estimate changes by a tenth. Here the bit rate belongs to the level, the
denoiser is off (what is drawn has no noise, and it took a fifth of the time), and what nobody would see is
not sent.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, TypeAlias, cast

import av
import cv2
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from numpy.typing import NDArray

from visavis.media import Pixels, Samples
from visavis.transports.webrtc.offers import Coding
from visavis.transports.webrtc.stepping import Level

Encoded: TypeAlias = "Packet[Any]"

# Of Opus, whatever the sound was made at (RFC 7587).
RATE: Final = 48_000
PIECE: Final = 960
VIDEO_RATE: Final = 90_000

SOUND_BITRATE: Final = 40_000

# Seconds between whole pictures that nobody asked for: never, practically.
_WHOLE_EVERY: Final = 3000

# From here on nobody sees a difference any more: VP8's 1.5 Mbit/s become 1.0 at the same look, and H.264
# takes 0.75, in three fifths of the time.
_FINEST: Final = 12
_CONSTANT_LOOK: Final = "24"

# Seconds that a whole picture may take of the level's bits.
_BURST: Final = 0.25

_KEPT_BACK = 32
"""Samples that FFmpeg's resampler has to have seen before it gives as many as it is given."""


class SoundEncoder:
    """Samples at any rate to packets of 20 ms; each can repair the one before it (RFC 6716, 2.1.7)."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = AudioResampler(format="flt", layout="mono", rate=RATE, frame_size=PIECE)
        self._codec: AudioCodecContext = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate = RATE
        self._codec.format = "flt"
        self._codec.layout = "mono"
        self._codec.bit_rate = SOUND_BITRATE
        self._codec.time_base = Fraction(1, RATE)
        # Of ten levels of care the last takes a fifth longer, and speech sounds no better.
        self._codec.options = {
            "application": "voip",
            "fec": "1",
            "packet_loss": "10",
            "compression_level": "5",
        }
        self._taken = self._given = 0
        # The resampler keeps a little back, and each 40 ms would come as one piece of 20 ms and one later.
        self.encode(np.zeros(_KEPT_BACK, np.float32))

    def encode(self, samples: Samples) -> list[Encoded]:
        """What is full of what came so far; times in 1/48000 s from the first sample on."""
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._taken
        self._taken += len(samples)
        pieces = (piece for piece in self._resampler.resample(frame) if piece is not None)
        packets = [packet for piece in pieces for packet in self._codec.encode(piece)]
        for packet in packets:
            packet.pts, packet.time_base = self._given, Fraction(1, RATE)
            self._given += PIECE
        return packets


class PictureEncoder:
    """Pictures to packets, each a whole picture or what has changed since the one before."""

    def __init__(self, coding: Coding) -> None:
        self._coder = _CODERS[coding]
        self._level: Level | None = None
        self._codec: VideoCodecContext

    def encode(self, pixels: Pixels, level: Level, at: int, *, whole: bool) -> list[Encoded]:
        """One picture. at: its time in 1/90000 s. whole: whether it has to be one that needs none before it.

        A change of level is one anyway.
        """
        if level != self._level:
            self._codec = self._coder(level)
            self._level = level
        if pixels.shape[1::-1] != level.size:
            pixels = _u8(cv2.resize(pixels, level.size, interpolation=cv2.INTER_AREA))
        planes = _u8(cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420))
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = at, Fraction(1, VIDEO_RATE)
        if whole:
            frame.pict_type = PictureType.I
        packets = self._codec.encode(frame)
        for packet in packets:
            packet.pts, packet.time_base = at, Fraction(1, VIDEO_RATE)
        return packets


def _coder(name: str, level: Level, options: dict[str, str]) -> VideoCodecContext:
    """An encoder for a level. One thread: two wait for each other more than they work at these sizes."""
    codec = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    codec.width, codec.height = level.size
    codec.pix_fmt = "yuv420p"
    codec.time_base = Fraction(1, VIDEO_RATE)
    codec.framerate = Fraction(level.fps)
    codec.gop_size = _WHOLE_EVERY * level.fps
    codec.thread_count = 1
    codec.options = options
    return codec


def _h264(level: Level) -> VideoCodecContext:
    """At a constant look, as far as the level's bits go; whoever joins is told everything anew."""
    options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": _CONSTANT_LOOK,
        "maxrate": str(level.bitrate),
        "bufsize": str(round(_BURST * level.bitrate)),
        "forced-idr": "1",
        "x264-params": "subme=1:scenecut=0",
    }
    return _coder("libx264", level, options)


def _vp8(level: Level) -> VideoCodecContext:
    """At a constant bit rate. A whole picture may take six times as much as the others, or the packets of it
    alone would fill a narrow line for a second.
    """
    options = {
        "deadline": "realtime",
        "cpu-used": "-8",
        "lag-in-frames": "0",
        "minrate": str(level.bitrate),
        "maxrate": str(level.bitrate),
        "bufsize": str(level.bitrate),
        "undershoot-pct": "100",
        "overshoot-pct": "15",
        "max-intra-rate": "600",
        "noise-sensitivity": "0",
        "static-thresh": "1",
    }
    codec = _coder("libvpx", level, options)
    codec.bit_rate = level.bitrate
    codec.qmin, codec.qmax = _FINEST, 56
    return codec


_CODERS: Final[dict[Coding, Callable[[Level], VideoCodecContext]]] = {"H264": _h264, "VP8": _vp8}


def _u8(array: NDArray[Any]) -> Pixels:
    """OpenCV's results are of its argument's type, which its stubs do not say."""
    return array
