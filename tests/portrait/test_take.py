import subprocess
import sys
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.portrait import picture, take
from visavis.portrait.faces import Finder

JAW = (197, 36, 116, 234, 172, 150, 152, 379, 397, 454, 345, 266)


def png(pixels: Pixels) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def shrunk(pixels: Pixels, factor: float) -> Pixels:
    height, width = (round(length * factor) for length in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture(scope="module")
def pixels(photo: Path) -> Pixels:
    return picture.read(photo)


def eyes_apart(portrait: Portrait) -> float:
    return float(np.hypot(*(portrait.landmarks[263] - portrait.landmarks[33])[:2]))


def off(a: Portrait, b: Portrait) -> float:
    """How far the landmarks of two portraits differ, in distances between the eyes."""
    return float(np.hypot(*(a.landmarks - b.landmarks)[:, :2].T).mean()) / eyes_apart(a)


def test_a_photo_becomes_a_portrait(portrait: Portrait) -> None:
    assert portrait.size == (512, 512)
    assert portrait.notes == ()
    assert 0.38 < portrait.landmarks[[33, 263], 1].mean() / 512 < 0.46
    assert abs(portrait.landmarks[:, 0].mean() / 512 - 0.5) < 0.05
    assert max(abs(portrait.yaw), abs(portrait.pitch), abs(portrait.roll)) < np.radians(8)


def test_the_irises_lie_between_the_lids(portrait: Portrait, smiling: Portrait) -> None:
    for one in (portrait, smiling):
        for iris, (left, right, top, bottom) in zip(
            one.irises, ((33, 133, 159, 145), (362, 263, 386, 374)), strict=True
        ):
            x, y = iris[0]
            assert one.landmarks[left, 0] < x < one.landmarks[right, 0]
            assert one.landmarks[top, 1] < y < one.landmarks[bottom, 1]
            width = iris[1, 0] - iris[3, 0]
            assert 0.08 < width / eyes_apart(one) < 0.18, "an iris is 11.7 mm wide, the eyes 90 mm"


def test_lips_are_shut_or_smile(portrait: Portrait, smiling: Portrait) -> None:
    shut, open_ = (
        (one.landmarks[14] - one.landmarks[13])[1] / eyes_apart(one) for one in (portrait, smiling)
    )
    assert shut < 0.03
    assert open_ > 0.06


@pytest.mark.parametrize(("width", "height"), [(256, 256), (576, 1024), (1024, 1024)])
def test_other_sizes(finder: Finder, photo: Path, width: int, height: int) -> None:
    assert take(photo, finder, width, height).pixels.shape == (height, width, 3)


@pytest.mark.parametrize(("width", "height"), [(255, 256), (512, 254), (1026, 512), (512, 0)])
def test_sizes_that_are_none(finder: Finder, photo: Path, width: int, height: int) -> None:
    with pytest.raises(PortraitError, match="an even number from 256 to 1024, not"):
        take(photo, finder, width, height)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side(finder: Finder, pixels: Pixels, portrait: Portrait, quarters: int) -> None:
    turned = take(png(np.rot90(pixels, quarters)), finder, 512, 512)
    assert off(turned, portrait) < 0.03
    assert turned.roll == pytest.approx(portrait.roll, abs=0.02)


def test_a_mirrored_photo_is_a_mirrored_portrait(finder: Finder, pixels: Pixels, portrait: Portrait) -> None:
    mirrored = take(png(np.ascontiguousarray(pixels[:, ::-1])), finder, 512, 512)
    assert (mirrored.yaw, mirrored.roll) == pytest.approx((-portrait.yaw, -portrait.roll), abs=0.04)
    assert mirrored.pitch == pytest.approx(portrait.pitch, abs=0.04)
    for left, right in ((33, 263), (61, 291), (234, 454), (133, 362), (152, 152), (13, 13)):
        twin = mirrored.landmarks[right, :2] * (-1, 1) + (511, 0)
        assert np.hypot(*(twin - portrait.landmarks[left, :2])) < 0.08 * eyes_apart(portrait)


@pytest.mark.parametrize("how", ["dark", "bright", "grey", "noisy", "small", "coarse"])
def test_poor_photos_pass(finder: Finder, pixels: Pixels, portrait: Portrait, how: str) -> None:
    if how == "small":
        poor = shrunk(pixels, 0.45)
    elif how == "grey":
        poor = np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))
    else:
        noise = np.random.default_rng(0).normal(0, 20, pixels.shape) if how == "noisy" else 0
        gain, lift = {"dark": (0.3, 0), "bright": (1.4, 30)}.get(how, (1, 0))
        poor = np.clip(pixels * float(gain) + lift + noise, 0, 255).astype(np.uint8)
    content = png(poor)
    if how == "coarse":
        out = BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=15)
        content = out.getvalue()
    assert off(take(content, finder, 512, 512), portrait) < 0.06


def test_of_several_faces_the_largest_is_taken_and_it_says_so(
    finder: Finder, pixels: Pixels, portrait: Portrait
) -> None:
    small = shrunk(pixels, 0.5)
    both = np.full((pixels.shape[0], pixels.shape[1] + small.shape[1], 3), 128, np.uint8)
    both[: small.shape[0], : small.shape[1]] = small
    both[:, small.shape[1] :] = pixels
    taken = take(png(both), finder, 512, 512)
    assert taken.notes == ("2 faces found; the largest was taken",)
    assert (
        np.abs(
            taken.pixels[200:300, 200:300].astype(int)
            - take(png(pixels), finder, 512, 512).pixels[200:300, 200:300]
        ).mean()
        < 25
    )


def test_a_small_face_in_a_large_photo(finder: Finder, pixels: Pixels) -> None:
    small = shrunk(pixels, 0.4)
    large = np.pad(small, ((1100, 700), (2000, 600), (0, 0)), mode="edge")
    assert take(png(large), finder, 256, 256).size == (256, 256)
    with pytest.raises(PortraitError, match=r"only \d+ pixels high, and 1024x1024 needs \d+"):
        take(png(large), finder, 1024, 1024)


def test_no_face(finder: Finder) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    for nothing in (noise, np.full((300, 400, 3), 200, np.uint8), np.zeros((1, 1, 3), np.uint8)):
        with pytest.raises(PortraitError, match="no face was found in the picture; give a photo"):
            take(png(nothing), finder, 512, 512)


@pytest.mark.parametrize("colour", [(235, 235, 235), (150, 190, 220), (25, 25, 28)])
def test_a_mask_is_refused(finder: Finder, portrait: Portrait, colour: tuple[int, int, int]) -> None:
    masked = portrait.pixels.copy()
    cv2.fillPoly(masked, [np.rint(portrait.landmarks[list(JAW), :2]).astype(np.int32)], colour, cv2.LINE_AA)
    with pytest.raises(PortraitError, match=r"the (mouth|face) cannot be made out"):
        take(png(masked), finder, 512, 512)


def test_dark_glasses_are_refused_and_spectacles_are_not(finder: Finder, portrait: Portrait) -> None:
    shaded = portrait.pixels.copy()
    lens = tuple(round(eyes_apart(portrait) * share) for share in (0.28, 0.22))
    for eye in portrait.irises[:, 0]:
        cv2.ellipse(shaded, np.rint(eye).astype(int).tolist(), lens, 0, 0, 360, (18, 18, 20), -1, cv2.LINE_AA)
    with pytest.raises(PortraitError, match="dark glasses"):
        take(png(shaded), finder, 512, 512)


def test_a_covered_eye_is_refused(finder: Finder, smiling: Portrait) -> None:
    covered = smiling.pixels.copy()
    x, y = np.rint(smiling.irises[0, 0]).astype(int)
    reach = round(eyes_apart(smiling) * 0.35)
    covered[y - reach : y + 2 * reach, x - reach : x + reach] = covered[y + reach, x]
    with pytest.raises(PortraitError, match=r"(an eye|the face) cannot be made out"):
        take(png(covered), finder, 512, 512)


@pytest.mark.parametrize("part", [np.s_[:, :256], np.s_[:300], np.s_[250:]])
def test_half_a_face_is_refused(finder: Finder, portrait: Portrait, part: tuple[slice, ...]) -> None:
    with pytest.raises(PortraitError, match=r"only a part of the face|no face was found|cannot be made out"):
        take(png(np.ascontiguousarray(portrait.pixels[part])), finder, 256, 256)


def test_importing_it_loads_nothing_heavy() -> None:
    script = "import sys, visavis.portrait; print({'cv2', 'PIL', 'ai_edge_litert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
