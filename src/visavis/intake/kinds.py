"""What a file is, by its first bytes.

Owns the marks of the formats that are taken. Refuses names, endings and what the sender says: they
prove nothing. A file that begins as one format and goes on as another is for its decoder to refuse.
"""

from collections.abc import Iterator
from typing import Final, Literal

Kind = Literal["jpeg", "png", "gif", "webp", "mp4", "mov", "wav", "mp3", "flac", "m4a", "ogg", "webm", "mkv"]

PICTURES: Final[frozenset[Kind]] = frozenset(("jpeg", "png", "gif", "webp"))
VIDEOS: Final[frozenset[Kind]] = frozenset(("mp4", "mov", "webm", "mkv"))
SOUNDS: Final[frozenset[Kind]] = frozenset(("wav", "mp3", "flac", "m4a", "ogg"))

_BEGINNINGS: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)
_RIFF: Final[dict[bytes, Kind]] = {b"WEBP": "webp", b"WAVE": "wav"}
_DOCTYPES: Final[dict[bytes, Kind]] = {b"webm": "webm", b"matroska": "mkv"}

# Brands of ISO base media files, ISO/IEC 14496-12 and mp4ra.org.
_BRANDS: Final[dict[bytes, Kind]] = {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}
_MOVIES: Final = (b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash", b"3gp", b"3g2", b"f4v", b"hvc")
# A QuickTime file from before there were brands begins with one of these boxes.
_OLD_QUICKTIME: Final = frozenset((b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))

_EBML, _DOCTYPE = b"\x1aE\xdf\xa3", b"\x42\x82"


def kind_of(head: bytes) -> Kind | None:
    """What a file is that begins with these bytes, a hundred or more; None for what is not taken."""
    if kind := next((kind for mark, kind in _BEGINNINGS if head.startswith(mark)), None):
        return kind
    if head[:4] in (b"RIFF", b"RF64"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(_EBML):
        return _DOCTYPES.get(dict(_ebml_elements(head)).get(_DOCTYPE, b"").rstrip(b"\0"))
    if head[4:8] in _OLD_QUICKTIME:
        return "mov"
    return "mp3" if _is_mpeg_frame(head[:4]) else None


def _by_brand(head: bytes) -> Kind | None:
    """The first brand that says something: a file's own one, then those it is compatible with."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    for brand in brands:
        if brand in _BRANDS:
            return _BRANDS[brand]
        if brand.startswith(_MOVIES):
            return "mp4"
    return None


def _ebml_elements(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Identity and content of the elements in an EBML header: RFC 8794, sections 4 to 6 and 11.2."""
    at, length = _size(head, 4)
    end = min(at + length, len(head))
    while at < end:
        identity = head[at : at + _width(head[at])]
        at, length = _size(head, at + len(identity))
        yield identity, head[at : at + length]
        at += length


def _size(head: bytes, at: int) -> tuple[int, int]:
    """Where an element's content begins whose size stands at a place, and that size."""
    width = _width(head[at]) if at < len(head) else 1
    value = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    return at + width, value


def _width(first: int) -> int:
    """How many bytes a number takes, by its first one."""
    return 9 - first.bit_length() if first else 9


def _is_mpeg_frame(header: bytes) -> bool:
    """Whether these four bytes begin a frame of MPEG audio, layer III: ISO/IEC 11172-3, 2.4.2.3."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return False
    version, bitrate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    return version != 1 and bitrate not in (0, 15) and rate != 3
