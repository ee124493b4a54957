import numpy as np
import pytest

from visavis.portrait.crops import Square, onto
from visavis.portrait.detection import (
    FULL_RANGE,
    SHORT_RANGE,
    Candidate,
    anchors,
    candidates,
    merged,
    overlap,
)


def test_anchors_are_as_many_and_stand_where_the_networks_have_them() -> None:
    short, full = anchors(SHORT_RANGE), anchors(FULL_RANGE)
    assert short.shape == (896, 2)
    assert full.shape == (2304, 2)
    assert short[0].tolist() == short[1].tolist() == [0.5 / 16, 0.5 / 16]
    assert short[2].tolist() == [1.5 / 16, 0.5 / 16]
    assert short[512].tolist() == short[517].tolist() == [0.5 / 8, 0.5 / 8]
    assert full[48].tolist() == [0.5 / 48, 1.5 / 48]


def test_an_answer_is_decoded_into_the_pictures_pixels() -> None:
    side = 128
    centres = anchors(SHORT_RANGE)
    regressors, logits = np.zeros((896, 16), np.float32), np.full((896, 1), -9, np.float32)
    regressors[600] = [2, 4, 32, 48, *range(12)]
    logits[600] = 2
    matrix = onto(Square(399.5, 299.5, 800), side)
    (one,) = candidates(regressors, logits, centres, side, matrix, 0.5)
    assert one.score == pytest.approx(1 / (1 + np.exp(-2)))
    scale = 800 / side
    # An anchor's centre counts from the input's edge, a pixel's from its own middle.
    x, y = (centres[600] * side + (2, 4)) * scale - 0.5 - (0, 100)
    assert one.box.mean(0) == pytest.approx((x, y))
    assert one.box[1] - one.box[0] == pytest.approx((32 * scale, 48 * scale))
    assert one.keys[1] - one.keys[0] == pytest.approx((2 * scale, 2 * scale))
    assert one.size == pytest.approx(48 * scale)
    assert one.square.angle == pytest.approx(np.pi / 4)


def test_huge_logits_do_not_overflow() -> None:
    logits = np.array([[1e6], [-1e6]], np.float32)
    found = candidates(
        np.zeros((2, 16), np.float32), logits, np.zeros((2, 2)), 128, onto(Square(0, 0, 1), 128), 0.5
    )
    assert [one.score for one in found] == [1.0]


def at(x: float, score: float, size: float = 10) -> Candidate:
    box = np.array([(x, 0), (x + size, size)], float)
    return Candidate(score, box, np.tile(box[0], (6, 1)))


def test_answers_that_overlap_are_blended_by_their_scores() -> None:
    first, second = merged([at(2, 0.3), at(100, 0.5), at(0, 0.9)])
    assert first.score == 0.9
    assert first.box[0, 0] == pytest.approx((0 * 0.9 + 2 * 0.3) / 1.2)
    assert first.keys[0, 0] == first.box[0, 0]
    assert second.box[0, 0] == 100


def test_faces_side_by_side_stay_apart() -> None:
    assert len(merged([at(0, 0.9), at(6, 0.8)])) == 2
    assert len(merged([at(0, 0.9), at(6, 0.8)], same=0.2)) == 1
    assert merged([]) == []


def test_overlap() -> None:
    a, b = at(0, 1).box, at(5, 1).box
    assert overlap(a, a) == 1
    assert overlap(a, b) == pytest.approx(50 / 150)
    assert overlap(a, at(20, 1).box) == 0
    assert overlap(np.zeros((2, 2)), np.zeros((2, 2))) == 0
