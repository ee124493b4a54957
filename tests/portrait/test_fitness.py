from dataclasses import replace

import numpy as np
import pytest

from visavis.portrait.fitness import Signs, covered, objection, signs
from visavis.portrait.mesh import LIDS_LEFT
from visavis.portrait.pose import Pose

from .puppet import drawn, found, placed

BARE = Signs(
    spread=0.015,
    lips_spread=0.013,
    eye_spread=0.013,
    seam=0.15,
    lips=0.6,
    around_eyes=0.9,
    eye_contrast=0.25,
    eyes_alike=0.9,
)


def test_a_bare_face_passes() -> None:
    assert covered(BARE) is None


@pytest.mark.parametrize(
    ("sign", "value", "said"),
    [
        ("around_eyes", 0.1, "dark glasses"),
        ("eye_spread", 0.04, "an eye cannot be made out"),
        ("eyes_alike", 0.2, "an eye cannot be made out"),
        ("lips_spread", 0.04, "the mouth cannot be made out"),
        ("seam", 0.01, "the mouth cannot be made out"),
        ("spread", 0.05, "the face cannot be made out"),
        ("spread", 0.03, "the face cannot be made out well"),
    ],
)
def test_one_sign_is_enough(sign: str, value: float, said: str) -> None:
    sentence = covered(BARE._replace(**{sign: value}))
    assert sentence is not None
    assert said in sentence
    assert sentence.endswith("give a photo in which the whole face is seen from the front")


@pytest.mark.parametrize(
    "unusual",
    [
        {"lips": 0.2, "lips_spread": 0.01},
        {"lips": 0.34, "lips_spread": 0.021},
        {"around_eyes": 0.52, "eye_contrast": 0.2},
        {"spread": 0.024, "eye_spread": 0.026},
        {"seam": 0.08},
        {"eyes_alike": 0.55},
    ],
    ids=["dark lips", "moustache", "make-up", "three-quarter view", "faint painting", "one eye in the shade"],
)
def test_what_is_merely_unusual_passes(unusual: dict[str, float]) -> None:
    assert covered(BARE._replace(**unusual)) is None


def test_a_dark_foam_before_shaky_lips_is_a_microphone() -> None:
    assert covered(BARE._replace(lips=0.15, lips_spread=0.018)) is not None


def test_signs_are_shares_of_the_cheeks_lightness() -> None:
    picture = drawn(640, 480, (300, 200, 110, 0))
    face = found(placed(300, 200, 110))
    bright = signs(picture, face)
    dark = signs((picture * 0.5).astype(np.uint8), face)
    assert bright.around_eyes == pytest.approx(1, abs=0.05)
    assert bright.eye_contrast > 0.1
    assert bright.eyes_alike > 0.3
    assert dark.seam == pytest.approx(bright.seam, rel=0.3)
    assert bright.spread == pytest.approx(0.01)


def test_a_mouth_that_is_painted_over_has_no_seam() -> None:
    picture = drawn(640, 480, (300, 200, 110, 0))
    face = found(placed(300, 200, 110))
    masked = picture.copy()
    masked[260:340, 230:370] = picture[250, 300]
    assert signs(picture, face).seam > 0.1
    assert signs(masked, face).seam < 0.01


def test_signs_do_not_depend_on_tilt_and_size() -> None:
    level = signs(drawn(640, 480, (300, 200, 110, 0)), found(placed(300, 200, 110)))
    pose = Pose(0, 0, 0.5)
    tilted = signs(drawn(1280, 960, (600, 400, 220, 0.5)), found(placed(600, 400, 220, pose), pose))
    assert tilted == pytest.approx(level, abs=0.03)


@pytest.mark.parametrize(
    ("pose", "said"),
    [
        (Pose(np.radians(48), 0, 0), "turned 48 degrees right, and at most 35 work"),
        (Pose(np.radians(-40), 0, 0), "turned 40 degrees left"),
        (Pose(0, np.radians(37), 0), "tilted 37 degrees down, and at most 30 work"),
        (Pose(0, np.radians(-31), 0), "tilted 31 degrees up"),
    ],
)
def test_a_head_turned_too_far(pose: Pose, said: str) -> None:
    sentence = objection(drawn(640, 480, (300, 200, 110, 0)), found(placed(300, 200, 110), pose))
    assert sentence is not None
    assert said in sentence


@pytest.mark.parametrize(("x", "y"), [(40, 200), (300, 20), (300, 390), (610, 200)])
def test_a_face_that_is_cut_off(x: int, y: int) -> None:
    sentence = objection(drawn(640, 480, (x, y, 110, 0)), found(placed(x, y, 110)))
    assert sentence is not None
    assert "only a part of the face" in sentence


def test_a_forehead_may_leave_the_picture_a_little() -> None:
    face = found(placed(300, 70, 110))
    assert face.landmarks[:, 1].min() > -2
    assert objection(drawn(640, 480, (300, 70, 110, 0)), face) is None


def test_one_eye_that_scatters_is_seen_though_the_mean_is_low() -> None:
    face = found(placed(300, 200, 110))
    spread = face.spread.copy()
    spread[list(LIDS_LEFT)] = 0.05
    sentence = objection(drawn(640, 480, (300, 200, 110, 0)), replace(face, spread=spread))
    assert sentence is not None
    assert "an eye" in sentence
