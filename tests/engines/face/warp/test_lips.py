import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.engines.face.warp.geometry import axes_of
from visavis.engines.face.warp.lips import (
    GAP,
    Contours,
    Lips,
    contours_of,
    fold_ease,
    lips_of,
    skin_weights,
)
from visavis.engines.face.warp.seam import POINTS
from visavis.media import Portrait
from visavis.motion.frames import Mouth

unit = st.floats(0, 1, allow_nan=False, width=32)
mouths = st.builds(
    Mouth,
    jaw=unit,
    open=unit,
    wide=st.floats(-1, 1, width=32),
    round=unit,
    press=unit,
    tuck=unit,
    tongue=unit,
)
MIDDLE = POINTS // 2


@pytest.fixture(scope="module")
def lips(portrait: Portrait) -> Lips:
    return lips_of(portrait, axes_of(portrait))


@pytest.fixture(scope="module")
def parted(smiling: Portrait) -> Lips:
    return lips_of(smiling, axes_of(smiling))


def shaped_by(lips: Lips, mouth: Mouth) -> Contours:
    shaped = contours_of(lips, [mouth])
    return Contours(*(getattr(shaped, name)[0] for name in Contours.__slots__))


def pulls(lips: Lips, mouth: Mouth) -> list[float]:
    weights: list[float] = skin_weights(lips, [mouth], contours_of(lips, [mouth]))[0].tolist()
    return weights


def gap(lips: Lips, shaped: Contours) -> float:
    return float(shaped.inner_lower[MIDDLE, 1] - shaped.inner_upper[MIDDLE, 1]) / lips.unit


def width(lips: Lips, shaped: Contours) -> float:
    return float(shaped.inner_upper[-1, 0] - shaped.inner_upper[0, 0]) / lips.unit


def test_shut_lips_are_read_as_shut_and_a_smile_as_open(lips: Lips, parted: Lips) -> None:
    assert lips.open_by == 0
    assert parted.open_by > 0.1
    assert parted.smile > lips.smile


def test_at_rest_shut_lips_stay_as_they_are(lips: Lips) -> None:
    shaped = shaped_by(lips, Mouth())
    for name in Contours.__slots__:
        np.testing.assert_allclose(getattr(shaped, name), getattr(lips.seen, name), atol=1e-3)


def test_at_rest_parted_lips_close(parted: Lips) -> None:
    assert gap(parted, shaped_by(parted, Mouth())) == pytest.approx(0, abs=1e-4)


def test_the_gap_grows_with_open_to_its_full_size(lips: Lips) -> None:
    gaps = [gap(lips, shaped_by(lips, Mouth(jaw=o, open=o))) for o in np.linspace(0, 1, 6)]
    assert np.all(np.diff(gaps) > 0.02)
    assert gaps[-1] == pytest.approx(GAP, rel=0.02)


def test_pressed_lips_have_no_gap_whatever_else_they_do(lips: Lips) -> None:
    for press in (0.5, 0.75, 1.0):
        shaped = shaped_by(lips, Mouth(jaw=0.8, open=1.0, round=0.5, press=press))
        assert (shaped.inner_lower - shaped.inner_upper)[:, 1].max() < 1e-3


def test_rounding_narrows_and_thickens_and_pushes_forward(lips: Lips) -> None:
    rest, ring = shaped_by(lips, Mouth()), shaped_by(lips, Mouth(round=1))
    assert width(lips, ring) < 0.75 * width(lips, rest)
    upper = [c.inner_upper[MIDDLE, 1] - c.outer_upper[MIDDLE, 1] for c in (rest, ring)]
    assert upper[1] > 1.2 * upper[0]
    assert ring.inner_upper[MIDDLE, 2] < rest.inner_upper[MIDDLE, 2]


def test_spreading_widens(lips: Lips) -> None:
    assert width(lips, shaped_by(lips, Mouth(wide=1))) > 1.08 * width(lips, shaped_by(lips, Mouth()))


def test_a_tucked_lip_shows_the_teeth_but_thins(lips: Lips) -> None:
    rest, tucked = shaped_by(lips, Mouth()), shaped_by(lips, Mouth(tuck=1))
    assert 0.01 < gap(lips, tucked) < 0.08
    thick = [c.outer_lower[MIDDLE, 1] - c.inner_lower[MIDDLE, 1] for c in (rest, tucked)]
    assert thick[1] < 0.7 * thick[0]


@settings(max_examples=60, deadline=None)
@given(mouth=mouths)
def test_lips_never_cross(lips: Lips, mouth: Mouth) -> None:
    shaped = shaped_by(lips, mouth)
    assert (shaped.inner_lower - shaped.inner_upper)[:, 1].min() > -1e-3
    inner = slice(2, -2)
    assert (shaped.inner_upper - shaped.outer_upper)[inner, 1].min() > 0
    assert (shaped.outer_lower - shaped.inner_lower)[inner, 1].min() > 0
    assert np.all(np.diff(shaped.inner_upper[:, 0]) > 0)


def test_the_jaw_pulls_the_skin_down_and_a_seen_smile_up(lips: Lips, parted: Lips) -> None:
    assert pulls(lips, Mouth())[1] == 0
    assert pulls(lips, Mouth(jaw=1, open=1))[1] > 0.2 * lips.unit
    assert pulls(parted, Mouth())[1] < 0


def test_only_a_smile_has_folds_to_ease(lips: Lips, parted: Lips) -> None:
    assert fold_ease(parted, Mouth()) == 0
    assert fold_ease(parted, Mouth(round=1)) > 0.3
    assert fold_ease(lips, Mouth(round=1)) <= fold_ease(parted, Mouth(round=1))
