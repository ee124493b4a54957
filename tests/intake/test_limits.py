import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visavis.errors import UploadError
from visavis.intake.limits import (
    SOUND_SECONDS,
    VIDEO_CODECS,
    VIDEO_SECONDS,
    Stated,
    Tally,
    check_gif,
    check_picture,
    check_sound,
    check_video,
    check_webp,
)


def refusal(check: Callable[..., object], *arguments: object) -> str:
    """The code of the error that a check raises; "" for none. Every sentence says what to do."""
    try:
        check(*arguments)
    except UploadError as error:
        return error.code if ";" in str(error) else "no sentence"
    return ""


FINE = Stated("h264", 1920, 1080, 30.0, 10.0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"codec": "magicyuv"}, "codec"),
        ({"codec": "prores"}, "codec"),
        ({"width": 3840, "height": 2160}, ""),
        ({"width": 7680, "height": 4320}, "pixels"),
        ({"width": 16, "height": 16}, "pixels"),
        ({"width": 0, "height": 0}, "pixels"),
        ({"rate": 59.94}, ""),
        ({"rate": 60.01}, ""),
        ({"rate": 120.0}, "rate"),
        ({"rate": None}, ""),
        ({"seconds": 120.02}, ""),
        ({"seconds": 36000.0}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
        ({"seconds": None}, ""),
    ],
)
def test_what_a_video_says_of_itself(change: dict[str, Any], code: str) -> None:
    assert refusal(check_video, FINE._replace(**change)) == code


def test_every_allowed_codec_is_allowed() -> None:
    assert {refusal(check_video, FINE._replace(codec=codec)) for codec in VIDEO_CODECS} == {""}


@pytest.mark.parametrize(
    ("codec", "seconds", "code"),
    [
        ("aac", 30.0, ""),
        ("pcm_s24le", None, ""),
        ("opus", SOUND_SECONDS + 0.5, ""),
        ("opus", 36000.0, "seconds"),
        ("wmav2", 10.0, "codec"),
    ],
)
def test_what_sound_says_of_itself(codec: str, seconds: float | None, code: str) -> None:
    assert refusal(check_sound, codec, seconds) == code


@pytest.mark.parametrize(
    ("width", "height", "frames", "seconds", "code"),
    [
        (320, 240, 300, 30.0, ""),
        (320, 240, 301, 30.0, "frames"),
        (4000, 4000, 6, 1.0, ""),
        (4000, 4000, 7, 1.0, "pixels"),
        (5001, 5000, 1, 0.1, "pixels"),
        (320, 240, 10, 6553.5, "seconds"),
        (1, 1, 1, 0.1, ""),
        (1, 1, 2, 0.2, "pixels"),
    ],
)
def test_gifs(width: int, height: int, frames: int, seconds: float, code: str) -> None:
    assert refusal(check_gif, width, height, frames, seconds) == code


def test_pictures() -> None:
    assert refusal(check_picture, 5000, 5000) == ""
    assert refusal(check_picture, 5001, 5000) == "pixels"


def counted(frames: int, rate: float, size: tuple[int, int] = (1920, 1080)) -> str:
    tally = Tally()

    def see_all() -> None:
        for number in range(frames):
            tally.see(number / rate, *size)

    return refusal(see_all)


def test_what_really_comes() -> None:
    assert counted(60 * VIDEO_SECONDS, 60) == ""
    assert counted(60 * VIDEO_SECONDS + 120, 60) == "seconds"
    assert counted(1000, 240) == "rate"
    assert counted(1000, 1e9) == "rate"
    assert counted(1, 30, (7680, 4320)) == "pixels"
    assert refusal(Tally().see, float("nan"), 640, 480) == "seconds"


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("transparent", [True, False])
def test_a_webp_that_is_larger_than_it_may_be(lossless: bool, transparent: bool) -> None:
    out = BytesIO()
    image = Image.new("RGBA" if transparent else "RGB", (300, 200), (9, 9, 9, 9) if transparent else 9)
    image.save(out, "WEBP", lossless=lossless)
    content = bytearray(out.getvalue())
    assert refusal(check_webp, bytes(content)) == ""
    match bytes(content[12:16]):
        case b"VP8X":
            content[24:30] = b"\xff\x3f\x00" * 2
        case b"VP8L":
            content[21:25] = struct.pack("<I", (1 << 28) - 1)
        case b"VP8 ":
            content[26:30] = b"\xff\x3f\xff\x3f"
    assert refusal(check_webp, bytes(content)) == "pixels"


@given(st.binary(max_size=64), st.sampled_from([b"", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8 "]))
def test_any_beginning_of_a_picture_passes_or_is_refused(rest: bytes, beginning: bytes) -> None:
    assert refusal(check_webp, beginning + rest) in ("", "pixels")
