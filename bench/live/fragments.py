"""Fragments of MP4 taken apart, and what is in them decoded: one client's, across all of its chunks."""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, NamedTuple

import av
import numpy as np
from av import AudioFrame, Packet, VideoFrame

from bench.live.hearing import Levels, levels
from visavis.media import Samples

SCALES: Final = {"video": 12_800, "audio": 48_000}
"""Ticks a second of the two tracks, by which their init segment is held."""

# Boxes that hold others (ISO/IEC 14496-12).
_OUTER: Final = (b"moof", b"traf")


class Sample(NamedTuple):
    """One picture, or a piece of sound. begin, duration: seconds of the timeline."""

    kind: str
    begin: float
    duration: float
    content: bytes


class Fragments:
    """Takes chunks in their order."""

    def __init__(self) -> None:
        self._tracks: dict[int, tuple[str, int]] = {}
        self._codecs: dict[str, Any] = {}

    def samples(self, chunk: bytes) -> list[Sample]:
        """What a chunk holds; one with an init segment begins anew."""
        begin = chunk.index(b"moof") - 4
        if begin:
            self._open(chunk[:begin])
        return [
            Sample(kind, at / scale, lasts / scale, content)
            for track, at, lasts, content in _runs(chunk[begin:])
            for kind, scale in [self._tracks[track]]
        ]

    def seek(self) -> None:
        """What comes next does not go on from what came before."""
        for codec in self._codecs.values():
            codec.flush_buffers()

    def pictures(self, sample: Sample) -> list[VideoFrame]:
        """What there is to be shown with this sample."""
        found: list[VideoFrame] = self._codecs["video"].decode(Packet(sample.content))
        return found

    def levels(self, sample: Sample) -> Levels:
        """How loud a piece of sound is."""
        decoded: list[AudioFrame] = self._codecs["audio"].decode(Packet(sample.content))
        pieces: list[Samples] = [frame.to_ndarray()[0] for frame in decoded]
        samples = np.concatenate([np.zeros(0, np.float32), *pieces])
        rate = SCALES["audio"]
        return levels(samples[: round(sample.duration * rate)], rate)

    def _open(self, init: bytes) -> None:
        with av.open(io.BytesIO(init), "r") as container:
            for stream in container.streams:
                name, codec = stream.codec_context.name, stream.codec_context
                scale = stream.time_base
                assert scale == Fraction(1, SCALES[stream.type]), f"a track of {stream.type} has {scale}"
                self._tracks[stream.id] = stream.type, SCALES[stream.type]
                decoder: Any = av.CodecContext.create(name, "r")
                decoder.extradata = codec.extradata
                decoder.thread_count = 1  # or each thread keeps a picture back
                self._codecs[stream.type] = decoder


def _runs(content: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Track, beginning, duration and content of every sample of one fragment, with its times in ticks."""
    track = begin = 0
    for name, box in _boxes(content):
        if name == b"tfhd":
            track = struct.unpack_from(">I", box, 4)[0]
        elif name == b"tfdt":
            begin = struct.unpack_from(">Q", box, 4)[0]
        elif name == b"trun":
            count, at = struct.unpack_from(">Ii", box, 4)
            for duration, size, _ in struct.iter_unpack(">3I", box[12 : 12 + 12 * count]):
                yield track, begin, duration, content[at : at + size]
                begin, at = begin + duration, at + size


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box's name and content, the outer before the inner."""
    at = 0
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        box = content[at + 8 : at + size]
        yield name, box
        if name in _OUTER:
            yield from _boxes(box)
        at += size
