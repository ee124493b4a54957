import struct
from io import BytesIO

import av
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visavis.intake.kinds import PICTURES, SOUNDS, VIDEOS, Kind, kind_of

from .files import sounding


def picture(format_: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), (200, 100, 0)).save(out, format_)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp"])
def test_pictures(kind: Kind) -> None:
    assert kind_of(picture(kind)) == kind
    assert kind in PICTURES


@pytest.mark.parametrize(
    ("format_", "codec", "kind"),
    [
        ("wav", "pcm_s16le", "wav"),
        ("mp3", "libmp3lame", "mp3"),
        ("flac", "flac", "flac"),
        ("ipod", "aac", "m4a"),
        ("ogg", "libopus", "ogg"),
        ("mp4", "aac", "mp4"),
        ("mov", "aac", "mov"),
        ("3gp", "aac", "mp4"),
        ("webm", "libopus", "webm"),
        ("matroska", "libopus", "mkv"),
    ],
)
def test_what_ffmpeg_writes(format_: str, codec: str, kind: Kind) -> None:
    assert kind_of(sounding(0.1, format_, codec)[:4096]) == kind
    assert kind in SOUNDS | VIDEOS


def test_mp3_without_a_tag() -> None:
    out = BytesIO()
    with av.open(out, "w", format="mp3", options={"id3v2_version": "0", "write_xing": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=44100)
        frame = av.AudioFrame(format="s16p", layout="stereo", samples=1152)
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert out.getvalue()[0] == 0xFF
    assert kind_of(out.getvalue()) == "mp3"


def brands(*names: bytes) -> bytes:
    return struct.pack(">I4s4sI", 8 + 4 * (len(names) + 1), b"ftyp", names[0], 512) + b"".join(names[1:])


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ((b"qt  ", b"qt  "), "mov"),
        ((b"isom", b"iso2", b"avc1", b"mp41"), "mp4"),
        ((b"mp42", b"isom", b"M4A "), "mp4"),
        ((b"M4V ", b"mp42"), "mp4"),
        ((b"M4A ", b"mp42", b"isom"), "m4a"),
        ((b"????", b"isom"), "mp4"),
        ((b"????", b"qt  "), "mov"),
        ((b"heic", b"mif1"), None),
        ((b"avif", b"mif1"), None),
        ((b"crx ", b"crx "), None),
    ],
)
def test_brands_of_iso_media(names: tuple[bytes, ...], kind: Kind | None) -> None:
    assert kind_of(brands(*names) + bytes(100)) == kind


def test_quicktime_from_before_there_were_brands() -> None:
    assert kind_of(struct.pack(">I4s", 8, b"wide") + struct.pack(">I4s", 1000, b"mdat")) == "mov"


def test_heic_is_not_taken() -> None:
    out = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(out)
    assert kind_of(out.getvalue()) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x1aE\xdf\xa3",
        b"\x1aE\xdf\xa3\x86\x42\x82\x83abc",
        b"\xff\xfe h\0i\0",
        b"\xff\xf1P\x80",
    ],
)
def test_what_is_not_taken(content: bytes) -> None:
    assert kind_of(content) is None


@given(st.binary(max_size=64), st.sampled_from([b"", b"\x1aE\xdf\xa3", b"\0\0\0\x20ftyp", b"RIFF"]))
def test_anything_has_a_kind_or_none(rest: bytes, beginning: bytes) -> None:
    assert kind_of(beginning + rest) in PICTURES | VIDEOS | SOUNDS | {None}
