import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from visavis.errors import PortraitError
from visavis.portrait import picture

GREY = (217, 217, 217)


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """Red at the left, blue at the right, lighter towards the bottom: no two corners alike."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    colours = np.stack([230 * (1 - x), 120 * y, 230 * x], axis=-1) + 10
    return Image.fromarray(colours.astype(np.uint8))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def apart(pixels: NDArray[np.uint8], image: Image.Image) -> float:
    """The mean difference between what was read and an image."""
    assert pixels.shape == (image.height, image.width, 3)
    assert pixels.dtype == np.uint8
    return float(np.abs(pixels.astype(int) - np.asarray(image.convert("RGB"), int)).mean())


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "options", "most"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95}, 4),
        ("JPEG", {"quality": 95, "progressive": True}, 4),
        ("WEBP", {"quality": 95}, 4),
        ("GIF", {}, 12),
    ],
)
def test_every_format(tmp_path: Path, kind: str, options: dict[str, object], most: float) -> None:
    content = saved(scene(), kind, **options)
    path = tmp_path / "a photo.with the wrong ending.txt"
    path.write_bytes(content)
    assert apart(picture.read(content), scene()) <= most
    assert np.array_equal(picture.read(path), picture.read(content))


def test_heic() -> None:
    out = BytesIO()
    pillow_heif.from_pillow(scene(128, 96)).save(out, quality=95)
    assert apart(picture.read(out.getvalue()), scene(128, 96)) < 5


def test_a_heic_that_was_held_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    pillow_heif.from_pillow(scene(128, 96)).save(out, quality=95, exif=exif.tobytes())
    assert apart(picture.read(out.getvalue()), scene(128, 96).transpose(Image.Transpose.ROTATE_270)) < 5


TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 3),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})])
def test_exif_orientation(orientation: int, kind: str, options: dict[str, object]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = TURNS[orientation](np.asarray(scene()))
    assert np.array_equal(picture.read(saved(scene(), kind, exif=exif, **options)), upright)


def test_broken_exif_does_not_spoil_a_picture() -> None:
    plain = saved(scene(), "JPEG", quality=95)
    for exif in (b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0"):
        broken = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]
        assert np.array_equal(picture.read(broken), picture.read(plain))


def test_what_is_transparent_becomes_light_grey() -> None:
    image = scene().convert("RGBA")
    image.putalpha(
        Image.fromarray(np.repeat(np.array([[0, 128, 255]], np.uint8), [20, 20, 24], axis=1).repeat(48, 0))
    )
    pixels = picture.read(saved(image, "PNG"))
    opaque = np.asarray(scene(), int)
    assert (pixels[:, :20] == GREY).all()
    assert (
        np.abs(pixels[:, 20:40] - (opaque[:, 20:40] * 128 / 255 + np.array(GREY) * 127 / 255)).max() <= 1.01
    )
    assert np.array_equal(pixels[:, 40:], opaque[:, 40:])


def test_a_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.putpixel((0, 0), 0)
    pixels = picture.read(saved(image, "PNG", transparency=0))
    assert pixels[0, 0].tolist() == list(GREY)
    assert pixels[1, 3].tolist() == [10, 20, 30]


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "RGBA"])
def test_other_modes(mode: str) -> None:
    image = scene().convert(mode)
    assert apart(picture.read(saved(image, "PNG")), image) == 0


def test_cmyk() -> None:
    assert apart(picture.read(saved(scene().convert("CMYK"), "JPEG", quality=95)), scene()) < 6
    assert apart(picture.read(saved(scene().convert("CMYK"), "TIFF")), scene()) < 2


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(8, 0)
    eight = np.rint(ramp[0] / 257).astype(int)
    for kind in ("PNG", "TIFF"):
        pixels = picture.read(saved(Image.fromarray(ramp), kind))
        assert np.abs(pixels[0, :, 1] - eight).max() <= 1, kind


def test_sixteen_bits_of_colour() -> None:
    row = np.zeros((64, 3), ">u2")
    row[:, 0] = np.linspace(0, 65535, 64)
    rows = b"".join(b"\0" + row.tobytes() for _ in range(8))
    pixels = picture.read(png(64, 8, chunk(b"IDAT", zlib.compress(rows)), depth=16))
    assert np.abs(pixels[3, :, 0] - np.linspace(0, 255, 64)).max() <= 1
    assert pixels[..., 1:].max() == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]]), [0, 128, 255]),
        (np.array([[-1.0, 0.0, 3.0]]), [0, 64, 255]),
        (np.array([[0.25, 0.25, 0.25]]), [64, 64, 64]),
        (np.array([[np.nan, 0.0, 1.0]]), [0, 0, 255]),
    ],
)
def test_fractions(values: NDArray[np.float64], expected: list[int]) -> None:
    pixels = picture.read(saved(Image.fromarray(values.astype(np.float32)), "TIFF"))
    assert pixels[0, :, 0].tolist() == expected


def test_a_wide_profile_is_brought_to_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(BytesIO(swapped_profile())).tobytes()
    pixels = picture.read(saved(Image.new("RGB", (4, 4), (200, 100, 50)), "PNG", icc_profile=profile))
    assert pixels[0, 0, 1] > pixels[0, 0, 0], "what the file calls red, its profile calls green"


def swapped_profile() -> bytes:
    """An sRGB profile in which the red and the green primary are exchanged."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = content.index(b"rXYZ"), content.index(b"gXYZ")
    content[red : red + 4], content[green : green + 4] = b"gXYZ", b"rXYZ"
    described = content.index("sRGB".encode("utf-16-be"))
    content[described : described + 8] = "Swap".encode("utf-16-be")
    return bytes(content)


@pytest.mark.parametrize(
    "profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_profile_that_does_not_fit_is_ignored(profile: bytes) -> None:
    assert apart(picture.read(saved(scene(), "PNG", icc_profile=profile)), scene()) == 0


def test_the_profile_of_a_transparent_picture_counts() -> None:
    image = Image.new("RGBA", (4, 4), (200, 100, 50, 255))
    opaque = picture.read(saved(image.convert("RGB"), "PNG", icc_profile=swapped_profile()))
    assert np.array_equal(picture.read(saved(image, "PNG", icc_profile=swapped_profile())), opaque)


def gif(*frames: Image.Image) -> bytes:
    return saved(frames[0], "GIF", save_all=True, append_images=list(frames[1:]), duration=40, disposal=2)


def test_of_a_gif_the_first_frame_that_shows_something() -> None:
    blank = Image.new("RGB", (64, 48), (9, 9, 9))
    other = scene().transpose(Image.Transpose.ROTATE_180)
    assert apart(picture.read(gif(scene(), other)), scene()) < 12
    assert apart(picture.read(gif(blank, scene(), other)), scene()) < 12
    assert picture.read(gif(blank)).max() <= 12


def test_a_gif_cut_short_after_its_first_frame() -> None:
    other = scene().transpose(Image.Transpose.ROTATE_180)
    content = gif(scene(), other)
    assert apart(picture.read(content[: len(gif(scene())) + 40]), scene()) < 12


def test_of_a_huge_jpeg_half_the_resolution_is_read() -> None:
    content = saved(Image.new("RGB", (4400, 4100), (90, 120, 150)), "JPEG")
    assert picture.read(content).shape == (2050, 2200, 3)
    assert picture.read(saved(Image.new("RGB", (5000, 3900)), "JPEG")).shape == (3900, 5000, 3)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"Hello, I am your avatar.", "is a text,"),
        ("\ufeffSal\u00fct, \u0633\u0644\u0627\u0645 \u4f60\u597d " * 400, "is a text,"),
        (b"BMW and other cars", "is a text,"),
        (
            b'<?xml version="1.0"?>\n<!-- hm -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
            "is an SVG drawing",
        ),
        (b"<svg width='1'/>", "is an SVG drawing"),
        (b"<!DOCTYPE html><title>photo.jpg</title>", "is a web page"),
        (struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2mp41", "is a video"),
        (b"\x1aE\xdf\xa3" + bytes(40), "is a video"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "is a sound"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"PK\x03\x04" + bytes(40), "is an archive"),
        (bytes(range(128, 256)) * 9, "is something unknown"),
        (b"\0" * 100, "is something unknown"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(content: bytes | str, what: str) -> None:
    with pytest.raises(PortraitError, match="JPEG, PNG, WebP, GIF or HEIC") as caught:
        picture.read(content.encode() if isinstance(content, str) else content)
    assert what in str(caught.value)


def test_paths_that_lead_to_no_file(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "absent.jpg", "there is no file"),
        (Path("/dev/zero"), "is a device or a pipe"),
        (Path("a\0b"), "cannot be read"),
        (tmp_path / ("x" * 5000), "cannot be read"),
    ):
        with pytest.raises(PortraitError, match=said):
            picture.read(path)


def test_a_file_of_more_than_50_mb_is_not_even_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(3 * picture.MAX_BYTES)
    with pytest.raises(PortraitError, match="larger than 50 MB"):
        picture.read(path)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((5001, 5000), "5001 x 5000 pixels: 25 megapixels"),
        ((13000, 13000), "far more than 25 megapixels"),
        ((60000, 60000), "far more than 25 megapixels"),
        ((2**31 - 1, 2**31 - 1), "far more than 25 megapixels"),
    ],
)
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int], said: str) -> None:
    blank = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    with pytest.raises(PortraitError, match=said):
        picture.read(png(*size, blank))


def jpeg_that_claims(width: int, height: int) -> bytes:
    content = saved(scene(), "JPEG")
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


@pytest.mark.parametrize(
    "content",
    [
        jpeg_that_claims(60000, 60000),
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + saved(scene(), "GIF")[10:],
        saved(scene(), "BMP")[:18] + struct.pack("<ii", 30000, 30000) + saved(scene(), "BMP")[26:],
    ],
    ids=["JPEG", "GIF", "BMP"],
)
def test_bombs_of_other_formats(content: bytes) -> None:
    with pytest.raises(PortraitError, match="megapixels, and at most 25 are read; scale it down"):
        picture.read(content)


def blank_and_later(width: int, height: int) -> bytes:
    """A GIF with nothing on its first frame and a second one that claims to be of another size."""
    content = bytearray(gif(Image.new("RGB", (64, 48), (9, 9, 9)), scene()))
    second = content.rindex(b"\x2c\0\0\0\0", 0, len(content) - 40)
    content[second + 5 : second + 9] = struct.pack("<HH", width, height)
    return bytes(content)


def test_later_frames_of_a_gif_are_no_way_around_the_limit() -> None:
    assert picture.read(blank_and_later(64, 48)).max() > 200
    assert picture.read(blank_and_later(8000, 8000)).shape == (48, 64, 3)
    with pytest.raises(PortraitError, match="far more than 25 megapixels"):
        picture.read(blank_and_later(65535, 65535))


def test_texts_that_unpack_to_gigabytes_are_no_picture() -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(90_000_000), 9))
    with pytest.raises(PortraitError, match="damaged"):
        picture.read(png(4, 4, text, chunk(b"IDAT", zlib.compress(bytes(52)))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_file_that_is_cut_short(kind: str, share: float) -> None:
    content = saved(scene(256, 256), kind)
    with pytest.raises(PortraitError, match="damaged, cut short, or not the"):
        picture.read(content[: max(int(len(content) * share), 14)])


def test_a_file_that_only_begins_as_a_picture() -> None:
    for beginning in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"RIFF\4\0\0\0WEBP"):
        with pytest.raises(PortraitError, match="save it anew"):
            picture.read(beginning + b"and then prose" * 9)


SAMPLES = [saved(scene(), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]


def outcome(content: bytes) -> NDArray[np.uint8] | str:
    try:
        return picture.read(content)
    except PortraitError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    st.floats(0.2, 1),
)
def test_whatever_is_wrong_with_the_bytes_it_is_a_picture_or_a_sentence(
    content: bytes, changes: list[tuple[float, int]], kept: float
) -> None:
    damaged = bytearray(content)
    for at, value in changes:
        damaged[int(at * len(damaged))] = value
    got = outcome(bytes(damaged[: int(kept * len(damaged))]))
    if isinstance(got, str):
        assert "\n" not in got
        assert ";" in got, "a sentence says what to do"
    else:
        assert got.dtype == np.uint8
        assert got.ndim == 3
        assert got.shape[2] == 3
