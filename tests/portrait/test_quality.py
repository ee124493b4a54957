"""Each score on a real photo, and on the same photo spoiled on purpose."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.engines.face.warp import Warp
from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.motion.frames import Head, Mouth
from visavis.portrait import framed, picture, take
from visavis.portrait.faces import Finder, Found
from visavis.portrait.fitness import MAX_PITCH, MAX_YAW
from visavis.portrait.landmarks import JAW
from visavis.portrait.pose import Pose
from visavis.portrait.quality import FINE, Quality, glance, judged

from .puppet import drawn, found, placed
from .test_take import png, shrunk

NAMES = {
    "face size",
    "sharpness",
    "exposure",
    "pose",
    "mouth",
    "eyes",
    "occlusion",
    "faces",
    "resolution",
}


@pytest.fixture(scope="module")
def clean(photo: Path) -> Pixels:
    return picture.read(photo)


@pytest.fixture(scope="module")
def face(finder: Finder, clean: Pixels) -> Found:
    return finder.faces(clean)[0]


@pytest.fixture(scope="module")
def posed(portrait: Portrait) -> Iterator[Callable[[Mouth, Head], Pixels]]:
    """Pictures of the demo portrait that does something."""
    warp = Warp(threads=1)
    prepared = warp.prepare(portrait)
    yield lambda mouth, head: warp.picture(prepared, mouth, head)
    warp.close()


def value(quality: Quality, name: str) -> float:
    return next(score.value for score in quality.scores if score.name == name)


def sentence(quality: Quality, name: str) -> str:
    return next(score.sentence for score in quality.scores if score.name == name)


def codes(picture: np.ndarray) -> Pixels:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def shaken(pixels: Pixels, way: float) -> Pixels:
    return np.asarray(cv2.blur(pixels, (round(way), 1)), np.uint8)


def noisy(pixels: Pixels, sigma: float) -> Pixels:
    return codes(pixels + np.random.default_rng(1).normal(0, sigma, pixels.shape))


def shaded(pixels: Pixels, stops: float) -> Pixels:
    """The picture's left half in the shade."""
    ramp = 1 / (1 + np.exp(-np.linspace(-12, 12, pixels.shape[1])))
    return codes(pixels * 2.0 ** (-stops * (1 - ramp))[None, :, None])


def receded(pixels: Pixels, by: float) -> Pixels:
    """The face smaller in a picture as large as before."""
    small = shrunk(pixels, 1 / by)
    rest = np.array(pixels.shape[:2]) - small.shape[:2]
    return np.pad(small, ((0, rest[0]), (rest[1] // 2, rest[1] - rest[1] // 2), (0, 0)), mode="edge")


def approached(pixels: Pixels, margin: float) -> Pixels:
    """The face and so many pixels around it, enlarged; only for the demo photo."""
    m = int(margin)
    near = pixels[126 - m : 333 + m, 167 - m : 359 + m]
    return np.asarray(cv2.resize(near, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8)


def masked(pixels: Pixels, height: float) -> Pixels:
    """A patch over a part of the face, from the chin upwards; only for the demo photo."""
    covered = pixels.copy()
    covered[round(430 - height) : 440, 170:330] = (150, 190, 220)
    return covered


def test_a_good_photo_is_good(clean: Pixels, face: Found) -> None:
    quality = judged(clean, [face])
    assert {score.name for score in quality.scores} == NAMES
    assert quality.verdict == "good"
    assert quality.advice == ""
    assert quality.overall > 0.9
    assert not any(score.sentence for score in quality.scores)


def test_a_smile_far_away_is_usable_and_says_what_would_be_better(
    finder: Finder, smiling_photo: Path
) -> None:
    pixels = picture.read(smiling_photo)
    quality = judged(pixels, finder.faces(pixels))
    assert quality.verdict == "usable"
    assert sentence(quality, "mouth") == "the mouth is open"
    assert "pixels high" in sentence(quality, "face size")
    assert quality.advice.startswith("come closer")


SPOILED: dict[str, tuple[str, Callable[[Pixels, float], Pixels], tuple[float, ...], str]] = {
    "blur": ("sharpness", blurred, (2, 3.5, 5), "hold the camera still"),
    "movement": ("sharpness", shaken, (13, 25, 35), "hold the camera still"),
    "noise": ("sharpness", noisy, (30, 50, 80), "brighter light"),
    "darkness": ("exposure", lambda p, by: codes(p / by), (2, 3.5, 6), "for more light"),
    "glare": ("exposure", lambda p, by: codes(p * by), (1.3, 1.6, 2.0), "glaring light"),
    "haze": ("exposure", lambda p, by: codes(p / by + 150 * (1 - 1 / by)), (2.5, 4, 6), "wipe the camera"),
    "side light": ("exposure", shaded, (2.5, 3.5, 5), "lit alike"),
    "distance": ("face size", receded, (1.3, 1.7, 2.2), "come closer"),
    "few pixels": ("resolution", lambda p, by: shrunk(p, 1 / by), (1.3, 1.7, 2.2), ""),
    "closeness": ("face size", approached, (40, 20, 5), "step back"),
    "leaning": (
        "pose",
        lambda p, by: np.asarray(
            cv2.warpAffine(p, cv2.getRotationMatrix2D((250, 300), by, 0.8), p.shape[1::-1]), np.uint8
        ),
        (20, 30, 40),
        "head upright",
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiling_a_photo_lowers_its_score_the_more_the_worse(
    finder: Finder, clean: Pixels, face: Found, how: str
) -> None:
    name, spoil, amounts, advice = SPOILED[how]
    qualities = [judged(clean, [face])]
    for amount in amounts:
        spoiled = np.ascontiguousarray(spoil(clean, amount))
        qualities.append(judged(spoiled, finder.faces(spoiled)))
    values = [value(quality, name) for quality in qualities]
    assert values == sorted(values, reverse=True), values
    assert values[0] >= FINE > values[-1] + 0.1, values
    assert [one.overall for one in qualities] == sorted((one.overall for one in qualities), reverse=True)
    assert sentence(qualities[-1], name)
    assert advice in qualities[-1].advice


def test_noise_is_no_sharpness(finder: Finder, clean: Pixels) -> None:
    soft = blurred(clean, 4)
    grainy = noisy(soft, 12)
    alone, together = (value(judged(p, finder.faces(p)), "sharpness") for p in (soft, grainy))
    assert alone < FINE
    assert together == pytest.approx(alone, abs=0.15)


def test_smooth_skin_is_no_blur(finder: Finder, clean: Pixels) -> None:
    smooth = np.asarray(cv2.bilateralFilter(clean, 9, 30, 5), np.uint8)
    assert value(judged(smooth, finder.faces(smooth)), "sharpness") > 0.9


@pytest.mark.parametrize("share", [0.02, 0.03])
def test_a_blur_counts_by_the_size_of_the_face(
    finder: Finder, clean: Pixels, face: Found, share: float
) -> None:
    """Twice the picture with twice the blur is the same picture."""
    apart = float(np.hypot(*(face.landmarks[263] - face.landmarks[33])[:2]))
    large = np.asarray(cv2.resize(clean, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    values = []
    for pixels, scale in ((clean, 1), (large, 2)):
        soft = blurred(pixels, share * apart * scale)
        values.append(value(judged(soft, finder.faces(soft)), "sharpness"))
    assert values[0] == pytest.approx(values[1], abs=0.12)


def test_an_open_mouth(finder: Finder, posed: Callable[[Mouth, Head], Pixels]) -> None:
    mouths = [posed(Mouth(jaw=open_, open=open_), Head()) for open_ in (0.0, 0.5, 1.0)]
    values = [value(judged(pixels, finder.faces(pixels)), "mouth") for pixels in mouths]
    assert values[0] > values[1] > values[2]
    assert values[0] > 0.95


def test_shut_eyes(finder: Finder, smiling: Portrait) -> None:
    warp = Warp(threads=1)
    prepared = warp.prepare(smiling)
    lids = [warp.picture(prepared, Mouth(), Head(blink=blink)) for blink in (0.0, 0.6, 1.0)]
    warp.close()
    judgements = [judged(pixels, finder.faces(pixels)) for pixels in lids]
    values = [value(quality, "eyes") for quality in judgements]
    assert values[0] == 1
    assert values[0] > values[1] >= values[2]
    assert values[2] < 0.2
    assert sentence(judgements[2], "eyes") == "the eyes are shut, or nearly"
    assert judgements[2].advice.startswith("open the eyes")


def test_a_head_that_turns(finder: Finder, posed: Callable[[Mouth, Head], Pixels]) -> None:
    heads = [posed(Mouth(), Head(yaw=yaw)) for yaw in (0.0, 0.22)]
    values = [value(judged(pixels, finder.faces(pixels)), "pose") for pixels in heads]
    assert values[0] > values[1]


@settings(max_examples=25, deadline=None)
@given(st.floats(0, float(MAX_YAW) - 0.02), st.floats(0.01, 0.5), st.sampled_from((-1, 1)))
def test_the_further_a_head_is_turned_the_worse(angle: float, more: float, sign: int) -> None:
    poses = [Pose(sign * turned, 0, 0) for turned in (angle, angle + more)]
    pixels = drawn(640, 480, (300, 200, 110, 0))
    near, far = (value(judged(pixels, [found(placed(300, 200, 110, pose), pose)]), "pose") for pose in poses)
    assert near > 0
    assert near >= far
    assert (far == 0) == (angle + more > MAX_YAW)


@pytest.mark.parametrize(
    ("pose", "said"),
    [
        (Pose(np.radians(25), 0, 0), "turned 25 degrees to the picture's right"),
        (Pose(0, np.radians(-24), 0), "tilted 24 degrees up"),
        (Pose(MAX_YAW + 0.1, 0, 0), "and at most 35 work"),
        (Pose(0, MAX_PITCH + 0.1, 0), "and at most 30 work"),
    ],
)
def test_a_pose_is_named(pose: Pose, said: str) -> None:
    quality = judged(drawn(640, 480, (300, 200, 110, 0)), [found(placed(300, 200, 110, pose), pose)])
    assert said in sentence(quality, "pose")


def test_covering_a_face_bit_by_bit(finder: Finder, portrait: Portrait) -> None:
    """A patch that grows from the chin over the mouth."""
    jaw = portrait.landmarks[list(JAW), :2]
    low, high = jaw[:, 1].max(), portrait.landmarks[1, 1]
    values = []
    for share in (0.0, 0.5, 1.0):
        covered = portrait.pixels.copy()
        edge = round(float(low + (high - low) * share))
        mask = np.zeros(covered.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.rint(jaw).astype(np.int32)], 1)
        mask[:edge] = 0
        covered[mask > 0] = (150, 190, 220)
        quality = judged(covered, finder.faces(covered))
        values.append(value(quality, "occlusion"))
    assert values[0] > 0.9
    assert values[0] >= values[1] >= values[2] == 0
    assert quality.verdict == "unusable"
    assert quality.advice.startswith("show the whole face")


def test_others_in_the_picture_count_by_their_size(clean: Pixels, face: Found) -> None:
    def beside(share: float) -> Quality:
        return judged(clean, [face, replace(face, box=face.box * np.float32(share))])

    alone, small, large = judged(clean, [face]), beside(0.35), beside(0.95)
    values = [value(quality, "faces") for quality in (alone, small, large)]
    assert values[0] == 1 > values[1] > FINE > values[2]
    assert sentence(large, "faces") == "2 faces found; the largest was taken"
    assert large.advice == "take the picture with one person alone in it"


def test_without_a_face_it_says_so() -> None:
    quality = judged(np.full((600, 500, 3), 90, np.uint8), [])
    assert [score.name for score in quality.scores] == ["face size", "resolution"]
    assert quality.verdict == "unusable"
    assert quality.overall == 0
    assert "no face was found" in sentence(quality, "face size")
    assert quality.advice


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_is_as_good(finder: Finder, clean: Pixels, quarters: int) -> None:
    turned = np.ascontiguousarray(np.rot90(clean, quarters))
    faces = finder.faces(turned)
    assert judged(turned, faces).verdict == "good"
    assert glance(turned, faces[0]) > 0.9


USABLE_OR_NOT: dict[str, Callable[[Pixels], Pixels]] = {
    "as it is": lambda p: p,
    "slightly blurred": lambda p: blurred(p, 2),
    "very blurred": lambda p: blurred(p, 9),
    "very dark": lambda p: codes(p * 0.1),
    "black": lambda p: codes(p * 0.02),
    "tiny": lambda p: shrunk(p, 0.3),
    "small": lambda p: shrunk(p, 0.45),
    "masked": lambda p: masked(p, 120),
    "half": lambda p: np.ascontiguousarray(p[:, :250]),
    "empty": lambda p: np.full_like(p, 128),
    "hazy": lambda p: codes(p * 0.1 + 120),
}


@pytest.mark.parametrize("how", USABLE_OR_NOT)
def test_unusable_is_what_take_refuses_or_what_nothing_good_can_come_of(
    finder: Finder, clean: Pixels, how: str
) -> None:
    pixels = USABLE_OR_NOT[how](clean)
    quality = judged(pixels, finder.faces(pixels))
    refusal = refused(finder, pixels)
    hopeless = {score.name for score in quality.scores if score.value == 0}
    assert (quality.verdict == "unusable") == bool(hopeless)
    if refusal:
        assert refusal in [score.sentence for score in quality.scores]
    else:
        assert hopeless <= {"sharpness", "exposure"}


def refused(finder: Finder, pixels: Pixels) -> str | None:
    """What `take` has against a picture, at the smallest size."""
    try:
        take(png(pixels), finder, 256, 256)
    except PortraitError as error:
        return str(error)
    return None


def test_a_face_that_was_found_before_is_framed_as_take_frames_it(
    finder: Finder, photo: Path, clean: Pixels, face: Found
) -> None:
    for width, height in ((512, 512), (256, 384)):
        now, before = framed(clean, face, width, height), take(photo, finder, width, height)
        assert now.digest == before.digest
        assert np.array_equal(now.landmarks, before.landmarks)
    with pytest.raises(PortraitError, match="an even number from 256 to 1024, not 200"):
        framed(clean, face, 200, 256)
