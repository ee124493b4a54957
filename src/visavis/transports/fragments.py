"""Moments as H.264 and AAC, and chunks of fragmented MP4 made of them.

Owns one client's encoders. Every picture that goes in comes out at once; sound comes out 43 to 65 ms later,
for AAC overlaps its pieces and looks ahead, until the stretch ends: then all of it is there. What an encoder
puts before the first sound (1024 samples of priming) is left out, so that sound and picture begin together;
a stretch's first 21 ms fade in for the lack of it. Refuses to decide what goes into a chunk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Final

import av
import numpy as np
from av.codec.context import Flags
from av.video.frame import PictureType

from visavis.conversation.stage import Moment
from visavis.media import Pixels, Samples, sample_at
from visavis.transports import boxes
from visavis.transports.boxes import Sample, Stretch
from visavis.transports.file import tell_colours, yuv420

RATE: Final = 48_000
"""Of the sound that is sent, in Hz."""

TICKS: Final = 512
"""A picture lasts that long, at `TICKS * fps` ticks a second."""

SOUND_BITS: Final = 96_000
AAC_FRAME: Final = 1024

KEY_SECONDS: Final = 2
"""Between pictures that a player can begin with, at the most."""

# Measured on the demo portrait, 512x512, one of two busy processors: 2 ms a picture, and 0.8 ms before that
# for the colours; 1.1 Mbit/s, where crf 20 takes 1.6. The buffer keeps a key picture from holding sound up.
X264: Final = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "crf": "23",
    "maxrate": "2500k",
    "bufsize": "1250k",
    "threads": "1",
    "forced-idr": "1",
    "x264-params": "subme=1:chromaloc=1:keyint=infinite:scenecut=0",
}

# Kinds of H.264 units (ITU-T H.264, table 7-1).
_IDR, _SLICE, _SPS, _PPS = 5, 1, 7, 8


@dataclass(frozen=True, slots=True)
class Head:
    """What a player has to know before the first fragment. mime: its type with the codecs (RFC 6381)."""

    init: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class Coded:
    """One moment, encoded.

    at: its number. picture: None: the one before it stays. sound: what of the sound is complete by now; it
    begins at `sound_at`, in samples at RATE from the timeline's beginning. head: that it is decoded with.
    """

    at: int
    picture: Sample | None
    sound: tuple[Sample, ...]
    sound_at: int
    head: Head


class Coder:
    """Encodes the moments of one client, in their order. Blocks: call it from a Worker, one call at a time.

    fps, rate: of the moments. size: of their pictures, width and height, as long as none was seen.
    """

    def __init__(self, fps: int, rate: int, size: tuple[int, int]) -> None:
        self._fps, self._rate = fps, rate
        self._sound = _SoundCoder(0, fps, rate)
        self._pictures = _PictureCoder(size, fps)
        self._head = self._headed()

    def code(self, moment: Moment, *, fresh: bool, opens: bool) -> Coded:
        """Encode the next moment. One that is the `last` of a reply ends the stretch.

        fresh: whether it begins a stretch, which can be played without what was before; the first one has to.
        opens: whether it begins a chunk. A picture of another size begins both, and has a head of its own.
        """
        if fresh or self._sound.finished:
            fresh, self._sound = True, _SoundCoder(moment.at, self._fps, self._rate)
        picture = None
        if moment.pixels is not None:
            self._fit(moment.pixels)
            picture = self._pictures.code(yuv420(moment.pixels), moment.at, key=fresh)
        elif fresh or opens:
            picture = self._pictures.code(self._pictures.shown, moment.at, key=fresh)
        sound_at = self._sound.at
        sound = self._sound.code(moment.samples)
        if moment.last:
            sound += self._sound.finish(moment.at + 1)
        return Coded(moment.at, picture, sound, sound_at, self._head)

    def finish(self, end: int) -> tuple[int, tuple[Sample, ...]]:
        """End a stretch before moment `end`: what is left of its sound, and where that begins."""
        sound_at = self._sound.at
        return sound_at, self._sound.finish(end)

    def _fit(self, pixels: Pixels) -> None:
        size = pixels.shape[1], pixels.shape[0]
        if size != self._pictures.track.size:
            self._pictures = _PictureCoder(size, self._fps)
            self._head = self._headed()

    def _headed(self) -> Head:
        pictures, sound = self._pictures.track, self._sound.track
        return Head(boxes.init_segment(pictures, sound), boxes.mime(pictures, sound))


def fragment(number: int, coded: Sequence[Coded]) -> bytes:
    """The chunk of some moments of one stretch, one after the other; the first of them has a picture."""
    pictures: list[Sample] = []
    for one in coded:
        if one.picture is not None:
            pictures.append(one.picture)
        else:
            before = pictures[-1]
            pictures[-1] = Sample(before.content, before.duration + TICKS, before.key)
    sound_at = next((one.sound_at for one in coded if one.sound), 0)
    return boxes.fragment(
        number,
        [
            Stretch(boxes.PICTURES, coded[0].at * TICKS, pictures),
            Stretch(boxes.SOUND, sound_at, tuple(chain.from_iterable(one.sound for one in coded))),
        ],
    )


class _PictureCoder:
    """H.264 of one size, without pictures that wait for later ones. shown: the last one; black before."""

    def __init__(self, size: tuple[int, int], fps: int) -> None:
        codec = av.VideoCodecContext.create("libx264", "w")
        codec.width, codec.height = size
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, fps)
        codec.framerate = Fraction(fps)
        tell_colours(codec)
        codec.options = X264
        codec.flags |= Flags.global_header
        codec.open()
        self._codec = codec
        self._between_keys = KEY_SECONDS * fps
        self._key_at: int | None = None
        self.shown = yuv420(np.zeros((size[1], size[0], 3), np.uint8))
        sets = {unit[0] & 31: unit for unit in units(codec.extradata or b"")}
        self.track = boxes.Pictures(size, TICKS * fps, sets[_SPS], sets[_PPS])

    def code(self, frame: av.VideoFrame, at: int, *, key: bool) -> Sample:
        key = key or self._key_at is None or at - self._key_at >= self._between_keys
        self.shown = frame
        frame.pts = at
        frame.time_base = self._codec.time_base
        frame.pict_type = PictureType.I if key else PictureType.NONE
        packet = self._codec.encode(frame)[0]
        if key:
            self._key_at = at
        slices = [unit for unit in units(bytes(packet)) if unit[0] & 31 in (_IDR, _SLICE)]
        content = b"".join(len(unit).to_bytes(4, "big") + unit for unit in slices)
        return Sample(content, TICKS, packet.is_keyframe)


class _SoundCoder:
    """AAC of one stretch of sound. at: where the next packet begins, in samples at RATE.

    finished: whether all of it is out, and no more can go in.
    """

    def __init__(self, first: int, fps: int, rate: int) -> None:
        codec = av.AudioCodecContext.create("aac", "w")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "fltp"
        codec.bit_rate = SOUND_BITS
        codec.time_base = Fraction(1, RATE)
        codec.options = {"aac_coder": "fast"}
        codec.flags |= Flags.global_header
        codec.open()
        self._codec = codec
        self._resampler = av.AudioResampler("fltp", "mono", RATE)
        self._fps, self._rate = fps, rate
        self._taken = 0
        self.finished = False
        self.at = sample_at(first, RATE, fps)
        self.track = boxes.Sound(RATE, codec.extradata or b"")

    def code(self, samples: Samples) -> tuple[Sample, ...]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[None], "fltp", "mono")
        frame.sample_rate = self._rate
        frame.pts = self._taken
        frame.time_base = Fraction(1, self._rate)
        self._taken += len(samples)
        return self._packed(self._encoded(frame))

    def finish(self, end: int) -> tuple[Sample, ...]:
        """What is left, cut off where moment `end` begins; again, it is nothing."""
        if self.finished:
            return ()
        self.finished = True
        packets = [*self._encoded(None), *self._codec.encode(None)]
        left = sample_at(end, RATE, self._fps) - self.at
        samples = self._packed(packets)[: -(-left // AAC_FRAME)]
        before = AAC_FRAME * (len(samples) - 1)
        return (*samples[:-1], Sample(samples[-1].content, left - before)) if samples else ()

    def _encoded(self, frame: av.AudioFrame | None) -> "list[av.Packet[av.AudioStream]]":
        return [
            packet
            for resampled in self._resampler.resample(frame)
            for packet in self._codec.encode(resampled)
        ]

    def _packed(self, packets: "list[av.Packet[av.AudioStream]]") -> tuple[Sample, ...]:
        samples = tuple(Sample(bytes(packet), AAC_FRAME) for packet in packets if (packet.pts or 0) >= 0)
        self.at += AAC_FRAME * len(samples)
        return samples


def units(stream: bytes) -> list[bytes]:
    """The units in a stream of H.264 with start codes between them (ITU-T H.264, annex B)."""
    return [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]
