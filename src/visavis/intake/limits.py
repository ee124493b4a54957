"""How much of everything an upload may hold: stated in its header, and counted while it is decoded.

Owns the limits and their sentences. Every check takes a few numbers and is made before the work that they
announce; `Tally` makes the same ones again of what really comes, for headers lie.
"""

import struct
from typing import Final, NamedTuple

from visavis.errors import UploadError

PICTURE_PIXELS: Final = 25_000_000
GIF_FRAMES: Final = 300
GIF_PIXELS: Final = 100_000_000
VIDEO_PIXELS: Final = 8_300_000
VIDEO_SECONDS: Final = 120
VIDEO_RATE: Final = 60
SOUND_SECONDS: Final = 600
SMALLEST_SIDE: Final = 32

VIDEO_CODECS: Final = frozenset(("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg"))
SOUND_CODECS: Final = frozenset(("aac", "mp3", "opus", "vorbis", "flac", "alac"))
_PCM: Final = "pcm_"

# Cameras' clocks are not exact, and the last frame lasts a while.
_GRACE_SECONDS, _GRACE_RATE = 1.0, 1.0

MAKE_MP4: Final = "save it as MP4 with H.264"


class Stated(NamedTuple):
    """What a video says of itself; rate in frames a second; None for what it does not say."""

    codec: str
    width: int
    height: int
    rate: float | None
    seconds: float | None


def check_picture(width: int, height: int) -> None:
    """Raises UploadError for a picture with too many pixels."""
    if width * height > PICTURE_PIXELS:
        raise UploadError(
            "pixels",
            f"the picture has {width} x {height} pixels, {width * height / 1e6:.0f} megapixels, and at most "
            f"{PICTURE_PIXELS // 1_000_000} are taken; scale it down",
        )


def check_webp(head: bytes) -> None:
    """Raises UploadError for a WebP picture with too many pixels, by its first 30 bytes: RFC 9649, section 2.

    Its decoder would take memory for the whole canvas as soon as the file is opened. Other formats pass.
    """
    if len(head) < 30 or head[:4] + head[8:12] != b"RIFFWEBP":
        return
    match head[12:16]:
        case b"VP8X":
            check_picture(
                1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
            )
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            check_picture(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            check_picture(width & 0x3FFF, height & 0x3FFF)


def check_gif(width: int, height: int, frames: int, seconds: float) -> None:
    """Raises UploadError for an animation that is too long or too large, by what has been seen of it."""
    check_picture(width, height)
    if frames > 1:
        _check_smallest("GIF", width, height)
    if frames > GIF_FRAMES:
        raise UploadError("frames", f"the GIF has more than {GIF_FRAMES} frames; make it shorter")
    if width * height * frames > GIF_PIXELS:
        raise UploadError(
            "pixels",
            f"the GIF has {frames} frames or more of {width} x {height} pixels, and at most "
            f"{GIF_PIXELS // 1_000_000} megapixels in all are taken; scale it down, or make it shorter",
        )
    _check_length(seconds)


def check_video(stated: Stated) -> None:
    """Raises UploadError for a video whose codec, size, rate or length is not taken."""
    if stated.codec not in VIDEO_CODECS:
        raise _unknown_codec("video", stated.codec)
    _check_size(stated.width, stated.height)
    if stated.rate is not None and stated.rate > VIDEO_RATE + _GRACE_RATE:
        raise _too_quick(f"{stated.rate:.0f}")
    if stated.seconds is not None:
        _check_length(stated.seconds)


def check_sound(codec: str, seconds: float | None) -> None:
    """Raises UploadError for sound whose codec or length is not taken."""
    if codec not in SOUND_CODECS and not codec.startswith(_PCM):
        raise _unknown_codec("sound", codec)
    if seconds is not None and seconds > SOUND_SECONDS + _GRACE_SECONDS:
        raise UploadError(
            "seconds",
            f"the sound lasts {seconds:.0f} s, and at most {SOUND_SECONDS} s are taken; "
            "cut out a minute in which one person speaks",
        )


class Tally:
    """What has really come of a video."""

    def __init__(self) -> None:
        self._frames = 0

    def see(self, at: float, width: int, height: int) -> None:
        """Count a frame, seconds after the first one. Raises UploadError as soon as there is too much."""
        self._frames += 1
        _check_size(width, height)
        _check_length(at)
        if self._frames > (at + _GRACE_SECONDS) * (VIDEO_RATE + _GRACE_RATE):
            raise _too_quick("more")


def _check_size(width: int, height: int) -> None:
    if width * height > VIDEO_PIXELS:
        raise UploadError(
            "pixels",
            f"the video has {width} x {height} pixels, and at most 3840 x 2160 are taken; scale it down",
        )
    _check_smallest("video", width, height)


def _check_smallest(what: str, width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise UploadError(
            "pixels", f"the {what} has only {width} x {height} pixels; send one with a larger picture"
        )


def _check_length(seconds: float) -> None:
    if not seconds <= VIDEO_SECONDS + _GRACE_SECONDS:
        raise UploadError(
            "seconds",
            f"the video lasts {seconds:.0f} s or longer, and at most {VIDEO_SECONDS} s are taken; "
            "cut it to some seconds in which the face is seen well",
        )


def _too_quick(rate: str) -> UploadError:
    return UploadError(
        "rate", f"the video has {rate} frames a second, and at most {VIDEO_RATE} are taken; {MAKE_MP4}"
    )


def _unknown_codec(what: str, codec: str) -> UploadError:
    return UploadError("codec", f"the {what} is encoded as {codec[:20]}, which is not taken; {MAKE_MP4}")
