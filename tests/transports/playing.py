"""What a player makes of chunks: pictures and sound with their times, decoded, and the boxes they lie in."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np

from tests.fakes.talk import BEEP, number_in
from visavis.media import Samples

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"mvex", b"moof", b"traf"}


@dataclass(frozen=True)
class Played:
    """pictures: when each is shown, and the number it tells. sound: from `begin` seconds on, at 48 kHz."""

    pictures: list[tuple[float, int]]
    sound: Samples
    begin: float

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.pictures]

    @property
    def beeps(self) -> list[float]:
        """When a tone of BEEP Hz begins, to a millisecond or so: half of its loudness is there."""
        turns = np.exp(-2j * np.pi * BEEP * np.arange(len(self.sound)) / 48_000)
        loud = np.abs(np.convolve(self.sound * turns, np.ones(96) / 48, "same")) > 0.25
        starts = np.flatnonzero(loud[1:] & ~loud[:-1]) + 1
        return [self.begin + float(start) / 48_000 for start in ([0] if loud[0] else []) + list(starts)]


def played(content: bytes) -> Played:
    """Everything in an init segment and the fragments behind it."""
    pictures = []
    with av.open(io.BytesIO(content), "r") as container:
        for frame in container.decode(video=0):
            pictures.append((frame.time or 0.0, number_in(frame.to_ndarray(format="gray").astype(np.uint8))))
    with av.open(io.BytesIO(content), "r") as container:
        heard = list(container.decode(audio=0))
    begin = min((frame.pts or 0 for frame in heard), default=0)
    sound = np.zeros(
        max(((frame.pts or 0) + frame.samples for frame in heard), default=0) - begin, np.float32
    )
    for piece in heard:  # the last one of a stretch is longer than it is heard
        at = (piece.pts or 0) - begin
        sound[at : at + piece.samples] = piece.to_ndarray()[0]
    return Played(pictures, sound, begin / 48_000)


def boxes(content: bytes, at: str = "") -> Iterator[tuple[str, bytes]]:
    """Every box with the path to it, and what is in it; the outer before the inner."""
    while content:
        size, name = struct.unpack(">I4s", content[:8])
        assert 8 <= size <= len(content), f"{name!r} in {at} says that it has {size} bytes"
        path = f"{at}/{name.decode()}"
        yield path, content[8:size]
        if name in CONTAINERS:
            yield from boxes(content[8:size], path)
        content = content[size:]


@dataclass(frozen=True)
class Run:
    """Samples of one track in one fragment. begin, durations: ticks."""

    track: int
    begin: int
    durations: list[int]
    sizes: list[int]
    keys: list[bool]

    @property
    def end(self) -> int:
        return self.begin + sum(self.durations)


def runs(content: bytes) -> list[Run]:
    """What the fragments in some bytes hold, in their order."""
    found: list[Run] = []
    track = begin = 0
    for path, inside in boxes(content):
        if path.endswith("/tfhd"):
            track = struct.unpack(">I", inside[4:8])[0]
        elif path.endswith("/tfdt"):
            begin = struct.unpack(">Q", inside[4:12])[0]
        elif path.endswith("/trun"):
            rows = [struct.unpack(">3I", inside[at : at + 12]) for at in range(12, len(inside), 12)]
            durations, sizes, flags = (list(column) for column in zip(*rows, strict=True))
            found.append(Run(track, begin, durations, sizes, [not flag & 0x10000 for flag in flags]))
    return found
