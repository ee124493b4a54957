"""Fragments of MP4 taken apart, and what is in them decoded: one client's, across all of its chunks."""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, NamedTuple

import av
import numpy as np
from av import AudioFrame, Packet, VideoFrame

from visavis.errors import EngineError
from visavis.media import Samples

RATE: Final = 48_000
"""Of the sound that a server sends, in Hz."""

# Boxes that hold others (ISO/IEC 14496-12).
_OUTER: Final = (b"moof", b"traf")


class Sample(NamedTuple):
    """One picture, or a piece of sound. begin, duration: seconds of the timeline."""

    kind: str
    begin: float
    duration: float
    content: bytes


class Fragments:
    """Takes chunks in their order. init: what the latest pictures and sound are decoded with."""

    def __init__(self) -> None:
        self.init = b""
        self._tracks: dict[int, tuple[str, int]] = {}
        self._codecs: dict[str, Any] = {}

    def samples(self, chunk: bytes) -> list[Sample]:
        """What a chunk holds; one with an init segment begins anew.

        Raises EngineError for what is no such chunk.
        """
        try:
            begin = chunk.index(b"moof") - 4
            if begin:
                self._open(chunk[:begin])
            return [
                Sample(kind, at / scale, lasts / scale, content)
                for track, at, lasts, content in _runs(chunk[begin:])
                for kind, scale in [self._tracks[track]]
            ]
        except (ValueError, KeyError, struct.error, av.FFmpegError) as error:
            raise EngineError(
                f"a chunk is no fragment of MP4 ({error}); the server is of another version"
            ) from error

    def seek(self) -> None:
        """What comes next does not go on from what came before."""
        for codec in self._codecs.values():
            codec.flush_buffers()

    def pictures(self, sample: Sample) -> list[VideoFrame]:
        """What there is to be shown with this sample."""
        found: list[VideoFrame] = self._codecs["video"].decode(Packet(sample.content))
        return found

    def sound(self, sample: Sample) -> Samples:
        """A piece of sound, decoded: float32 [n] at RATE."""
        decoded: list[AudioFrame] = self._codecs["audio"].decode(Packet(sample.content))
        pieces: list[Samples] = [frame.to_ndarray()[0] for frame in decoded]
        samples = np.concatenate([np.zeros(0, np.float32), *pieces])
        return samples[: round(sample.duration * RATE)]

    def _open(self, init: bytes) -> None:
        self.init = init
        with av.open(io.BytesIO(init), "r", format="mov") as container:
            for stream in container.streams:
                name, codec = stream.codec_context.name, stream.codec_context
                self._tracks[stream.id] = stream.type, (stream.time_base or Fraction(1)).denominator
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
            if len(box) != 12 + 12 * count:
                raise ValueError(f"{len(box)} bytes do not tell of {count} samples")
            for duration, size, _ in struct.iter_unpack(">3I", box[12:]):
                if not 0 <= at <= len(content) - size:
                    raise ValueError("a sample lies beyond its end")
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
        at += max(size, 8)
