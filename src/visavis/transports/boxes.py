"""MP4 in pieces, for players that are fed while it is made: an init segment, and fragments of it.

Pure. One track of H.264 and one of AAC, as ISO/IEC 14496-12 (the boxes), 14496-15 (H.264 in them) and
14496-14 (AAC in them) write them. Written by hand because FFmpeg's muxer keeps one picture back until it
knows how long the one before it lasted, and cannot be told to let go of it without ending the file; here
it is known, and a fragment holds all that was encoded.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PICTURES, SOUND = 1, 2
"""Numbers of the tracks."""

# Flags of a sample (14496-12, 8.8.3.1): it depends on others and no player can begin with it, or it does not.
_DEPENDS: Final = 0x01010000
_STANDS_ALONE: Final = 0x02000000

_MATRIX: Final = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

# BT.709 primaries, transfer and matrix, narrow range (ITU-T H.273).
_COLOURS: Final = b"nclx" + struct.pack(">HHHB", 1, 1, 1, 0)


@dataclass(frozen=True, slots=True)
class Pictures:
    """A track of H.264. size: width and height. scale: ticks a second. sps, pps: parameter sets."""

    size: tuple[int, int]
    scale: int
    sps: bytes
    pps: bytes

    @property
    def codec(self) -> str:
        """As RFC 6381 names it: profile, constraints and level."""
        return f"avc1.{self.sps[1:4].hex()}"


@dataclass(frozen=True, slots=True)
class Sound:
    """A mono track of AAC-LC. rate: Hz, and ticks a second. config: its AudioSpecificConfig (14496-3)."""

    rate: int
    config: bytes

    codec = "mp4a.40.2"


@dataclass(frozen=True, slots=True)
class Sample:
    """One encoded picture, or 1024 samples of sound.

    content: H.264 with lengths of four bytes before its units, or raw AAC. duration: ticks.
    key: whether a player can begin with it.
    """

    content: bytes
    duration: int
    key: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of one track, each beginning where the one before it ends. begin: ticks."""

    track: int
    begin: int
    samples: Sequence[Sample]


def mime(pictures: Pictures, sound: Sound) -> str:
    """What Media Source Extensions have to be told before the init segment."""
    return f'video/mp4; codecs="{pictures.codec},{sound.codec}"'


def init_segment(pictures: Pictures, sound: Sound) -> bytes:
    """What a player has to know before the first fragment."""
    vmhd, smhd = _full(b"vmhd", 0, 1, bytes(8)), _full(b"smhd", 0, 0, bytes(4))
    tracks = [
        _track(PICTURES, pictures.scale, pictures.size, b"vide", vmhd, _avc1(pictures)),
        _track(SOUND, sound.rate, (0, 0), b"soun", smhd, _mp4a(sound)),
    ]
    extends = [_full(b"trex", 0, 0, struct.pack(">5I", track, 1, 0, 0, 0)) for track in (PICTURES, SOUND)]
    return _box(b"ftyp", b"iso6", bytes(4), b"iso6mp41") + _box(
        b"moov", _movie(), *tracks, _box(b"mvex", *extends)
    )


def fragment(number: int, stretches: Sequence[Stretch]) -> bytes:
    """One moof and its mdat. number: counts from 1."""
    told = [stretch for stretch in stretches if stretch.samples]
    size = len(_moof(number, told, [0] * len(told)))
    offsets = []
    at = size + 8
    for stretch in told:
        offsets.append(at)
        at += sum(len(sample.content) for sample in stretch.samples)
    content = [sample.content for stretch in told for sample in stretch.samples]
    return _moof(number, told, offsets) + _box(b"mdat", *content)


def _moof(number: int, stretches: Sequence[Stretch], offsets: Sequence[int]) -> bytes:
    trafs = [_traf(stretch, offset) for stretch, offset in zip(stretches, offsets, strict=True)]
    return _box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", number)), *trafs)


def _traf(stretch: Stretch, offset: int) -> bytes:
    """offset: from the moof's beginning to the first sample's."""
    rows = [
        struct.pack(">3I", sample.duration, len(sample.content), _STANDS_ALONE if sample.key else _DEPENDS)
        for sample in stretch.samples
    ]
    head = struct.pack(">Ii", len(rows), offset)
    return _box(
        b"traf",
        _full(b"tfhd", 0, 0x020000, struct.pack(">I", stretch.track)),  # offsets count from the moof
        _full(b"tfdt", 1, 0, struct.pack(">Q", stretch.begin)),
        _full(b"trun", 0, 0x000701, head, *rows),  # offset; durations, sizes and flags of all
    )


def _movie() -> bytes:
    times = struct.pack(">4I", 0, 0, 1000, 0)
    volume = struct.pack(">iH10x", 0x10000, 0x100)
    return _full(b"mvhd", 0, 0, times, volume, _MATRIX, bytes(24), struct.pack(">I", SOUND + 1))


def _track(number: int, scale: int, size: tuple[int, int], kind: bytes, header: bytes, entry: bytes) -> bytes:
    enabled = 0x000003
    volume = 0x100 if kind == b"soun" else 0
    tkhd = _full(
        b"tkhd", 0, enabled, struct.pack(">5I", 0, 0, number, 0, 0), bytes(12),
        struct.pack(">HH", volume, 0), _MATRIX, struct.pack(">II", size[0] << 16, size[1] << 16),
    )  # fmt: skip
    undetermined = 0x55C4  # the language "und"
    mdhd = _full(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, scale, 0, undetermined, 0))
    hdlr = _full(b"hdlr", 0, 0, bytes(4), kind, bytes(12), b"visavis\0")
    here = _full(b"url ", 0, 1)
    dinf = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), here))
    tables = [
        _full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *(_full(name, 0, 0, bytes(4)) for name in (b"stts", b"stsc")),
        _full(b"stsz", 0, 0, bytes(8)),
        _full(b"stco", 0, 0, bytes(4)),
    ]
    minf = _box(b"minf", header, dinf, _box(b"stbl", *tables))
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf))


def _avc1(pictures: Pictures) -> bytes:
    """14496-12, 12.1.3 and 14496-15, 5.3.3."""
    size = struct.pack(">HH", *pictures.size)
    dots = struct.pack(">II4xH", 72 << 16, 72 << 16, 1)
    four_bytes, one = b"\xff", b"\xe1"
    avcc = _box(
        b"avcC", b"\x01", pictures.sps[1:4], four_bytes, one,
        struct.pack(">H", len(pictures.sps)), pictures.sps,
        b"\x01", struct.pack(">H", len(pictures.pps)), pictures.pps,
    )  # fmt: skip
    return _box(
        b"avc1", bytes(6), struct.pack(">H", 1), bytes(16), size, dots, bytes(32),
        struct.pack(">Hh", 24, -1), avcc, _box(b"colr", _COLOURS),
    )  # fmt: skip


def _mp4a(sound: Sound) -> bytes:
    """14496-12, 12.2.3, 14496-14, 5.6.1 and the descriptors of 14496-1, 7.2.6."""
    aac, audio_stream = b"\x40", b"\x15"
    decoder = _descriptor(4, aac, audio_stream, bytes(11), _descriptor(5, sound.config))
    esds = _full(b"esds", 0, 0, _descriptor(3, bytes(3), decoder, _descriptor(6, b"\x02")))
    one_channel = struct.pack(">HH4xI", 1, 16, sound.rate << 16)
    return _box(b"mp4a", bytes(6), struct.pack(">H", 1), bytes(8), one_channel, esds)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) > 127:
        raise ValueError(f"a descriptor of {len(content)} bytes needs a longer length than is written here")
    return bytes([tag, len(content)]) + content


def _full(name: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content
