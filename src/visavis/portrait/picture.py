"""Bytes to pixels: what a picture file holds, upright, in sRGB, without transparency.

A file is believed to be what its first bytes say, never what its name says, and its size is read
from its header before anything is decoded. Refused, each with a sentence: what is not a picture,
what is larger than 25 megapixels or 50 MB, and what is damaged. Faces are not looked for here.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from visavis.errors import PortraitError
from visavis.media import Pixels

MAX_BYTES: Final = 50 * 2**20
MAX_PIXELS: Final = 25_000_000

_BACKDROP: Final = (217, 217, 217)
_FINE_ENOUGH: Final = 2000
_GIF_FRAMES: Final = 8
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_ASK: Final = "give a photo as JPEG, PNG, WebP, GIF or HEIC"

# Where the marks of a format stand. Pillow's names for those that are read, phrases for those that are not.
_PICTURES: Final = (
    ("JPEG", {0: b"\xff\xd8\xff"}),
    ("PNG", {0: b"\x89PNG\r\n\x1a\n"}),
    ("WEBP", {0: b"RIFF", 8: b"WEBP"}),
    ("GIF", {0: b"GIF8"}),
    ("BMP", {0: b"BM", 6: b"\0\0\0\0"}),
    ("TIFF", {0: b"II*\0"}),
    ("TIFF", {0: b"MM\0*"}),
)
_OTHERS: Final = (
    ("a video", {4: b"ftyp"}),
    ("a video", {0: b"\x1aE\xdf\xa3"}),
    ("a video", {0: b"RIFF", 8: b"AVI "}),
    ("a sound", {0: b"RIFF", 8: b"WAVE"}),
    ("a sound", {0: b"fLaC"}),
    ("a sound", {0: b"ID3"}),
    ("a PDF document", {0: b"%PDF"}),
    ("an archive or an office document", {0: b"PK\x03\x04"}),
)
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}


def read(source: Path | bytes) -> Pixels:
    """The pixels [h, w, 3] of a picture file or of its content, RGB.

    Orientation, colour profile and bit depth are taken into account; what is transparent becomes a
    light grey, as of a studio's wall. Of an animated GIF it is the first frame that shows anything.
    Of a JPEG far larger than any face here needs, half the resolution is decoded.

    Raises:
        PortraitError: there is no such file, it is too large, no picture, or damaged.
    """
    name = "the picture" if isinstance(source, bytes) else str(source)
    content = source if isinstance(source, bytes) else _content(source)
    if not content:
        raise PortraitError(f"{name} is empty; {_ASK}")
    if len(content) > MAX_BYTES:
        raise PortraitError(f"{name} is larger than {MAX_BYTES >> 20} MB; save it smaller or as JPEG")
    kind = _kind(content)
    if kind is None:
        raise PortraitError(f"{name} is {_what(content)}, not a picture that can be read; {_ASK}")
    with warnings.catch_warnings():
        # Pillow warns of oddities in pictures that it reads well; only a bomb is not to be read.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _pixels(_opened(content, kind, name))
        except PortraitError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(name, "far more than 25") from error
        except MemoryError:
            raise
        # A decoder raises whatever it likes on bytes made to break it: struct.error, KeyError, SyntaxError.
        except Exception as error:
            raise PortraitError(
                f"{name} is damaged, cut short, or not the {kind} picture that it begins as; save it anew"
            ) from error


def _content(path: Path) -> bytes:
    """A file's bytes, at most one more than is allowed."""
    try:
        if path.is_dir():
            raise PortraitError(f"{path} is a folder; give the path of a photo in it")
        if path.exists() and not path.is_file():
            raise PortraitError(f"{path} is a device or a pipe; give the path of a photo")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PortraitError(f"there is no file {path}; give the path of a photo") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PortraitError(f"{path} cannot be read: {reason}; give another photo") from error


def _kind(content: bytes) -> str | None:
    """Pillow's name for the format that the first bytes belong to."""
    if content[4:8] == b"ftyp":
        length = min(int.from_bytes(content[:4], "big"), 256)
        brands = {content[at : at + 4] for at in range(8, length, 4)}
        return "AVIF" if b"avif" in brands else "HEIF" if brands & _HEIF_BRANDS else None
    return next((kind for kind, marks in _PICTURES if _has(content, marks)), None)


def _what(content: bytes) -> str:
    """A phrase for something that is not one of the pictures that are read."""
    if what := next((what for what, marks in _OTHERS if _has(content, marks)), None):
        return what
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in head:
        return "an SVG drawing"
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    # Cut where a character may be cut in two.
    text = head[: len(head) - 4 * (len(head) > 4)].decode(errors="replace")
    return "a text" if "�" not in text and "\0" not in text else "something unknown"


def _has(content: bytes, marks: dict[int, bytes]) -> bool:
    return all(content.startswith(mark, at) for at, mark in marks.items())


def _opened(content: bytes, kind: str, name: str) -> Image.Image:
    """An image of which only the header has been read, small enough to be decoded."""
    image = _heif(content) if kind == "HEIF" else Image.open(BytesIO(content), formats=[kind])
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"{width} x {height} pixels: {width * height / 1e6:.0f}")
    if kind == "JPEG" and min(image.size) >= 2 * _FINE_ENOUGH:
        image.draft("RGB", (width // 2, height // 2))
    return image


def _too_large(name: str, how: str) -> PortraitError:
    return PortraitError(
        f"{name} has {how} megapixels, and at most {MAX_PIXELS // 1_000_000} are read; scale it down"
    )


def _heif(content: bytes) -> Image.Image:
    from pillow_heif import HeifImageFile

    image: Image.Image = HeifImageFile(BytesIO(content))  # type: ignore[no-untyped-call]
    return image


def _pixels(image: Image.Image) -> Pixels:
    profile = image.info.get("icc_profile")
    shown = _flat(_eight_bits(_first_frame(image)))
    # Only now: decoding a TIFF turns it upright, and says so by dropping the entry.
    turn = _turn(image)
    shown = _srgb(shown, profile)
    return np.asarray(shown.transpose(turn) if turn is not None else shown)


def _first_frame(image: Image.Image) -> Image.Image:
    """The image, decoded; of a GIF the first of its frames that decodes and is not all of one colour."""
    image.load()
    if image.format != "GIF":
        return image
    first = image.convert("RGBA")
    return next((frame for frame in chain([first], _later_frames(image)) if _shows_something(frame)), first)


def _later_frames(image: Image.Image) -> Iterator[Image.Image]:
    """The second frame and a few more, up to the first that is broken or larger than a picture may be."""
    for number in range(1, min(_GIF_FRAMES, MAX_PIXELS // (image.width * image.height))):
        try:
            image.seek(number)
            if image.width * image.height > MAX_PIXELS:
                return
            yield image.convert("RGBA")
        except (EOFError, OSError):
            return


def _shows_something(image: Image.Image) -> bool:
    """Whether there is more than one colour in it."""
    return image.convert("RGB").getcolors(1) is None


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How the image has to be turned to stand upright; None if it does, or does not say."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    # Broken EXIF is common in good photos, and Pillow raises half a dozen errors for it.
    except Exception:
        return None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey images of more than 8 bits scaled down to 8; all others as they are."""
    if image.mode[0] not in "IF":
        return image
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    black, white = _range(values, image.mode)
    scaled = (np.clip(values, black, white) - black) * (255 / (white - black))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _range(values: NDArray[np.float64], mode: str) -> tuple[float, float]:
    """What stands for black and white: 16 bits, fractions of 1, or else the extremes that occur."""
    low, high = float(values.min()), float(values.max())
    usual = 1.0 if mode == "F" else 65535.0
    if low >= 0 and high <= usual:
        return 0.0, usual
    return low, max(high, low + 1)


def _flat(image: Image.Image) -> Image.Image:
    """What is transparent becomes backdrop."""
    if not image.has_transparency_data:
        return image
    backdrop = Image.new("RGBA", image.size, _BACKDROP)
    return Image.alpha_composite(backdrop, image.convert("RGBA")).convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in sRGB: by its colour profile where it has one that is not sRGB already."""
    image = image.convert("RGB") if image.mode in ("P", "1", "LA", "YCbCr") else image
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(own):
                srgb = ImageCms.createProfile("sRGB")
                image = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            # A profile that does not fit its image is ignored, as browsers do.
            return image.convert("RGB")
    return image.convert("RGB")
