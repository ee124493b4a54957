import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.portrait import mesh
from visavis.portrait.crops import Square
from visavis.portrait.pose import Pose

from .puppet import drawn, networks, placed

EYE_RINGS = (mesh._EYE_LEFT, mesh._EYE_RIGHT)
REST = sorted(set(range(mesh.POINTS)) - set(EYE_RINGS[0]) - set(EYE_RINGS[1]))


@pytest.mark.parametrize("roll", [0.0, 0.5, -0.7])
def test_a_mesh_comes_back_to_the_picture(roll: float) -> None:
    picture = drawn(500, 400, (230, 160, 90, roll))
    seen = mesh.settled_mesh(picture, Square(240, 190, 140, roll + 0.1), networks().mesh)
    assert seen.presence > 0.99
    truth = placed(230, 160, 90, Pose(0, 0, roll))
    assert np.abs(seen.landmarks[:, :2] - truth[:, :2]).max() < 0.5
    assert np.abs(seen.landmarks[:, 2] - truth[:, 2]).max() < 0.5


def test_it_looks_until_the_mesh_holds_still_and_no_longer() -> None:
    looks = []
    eye = networks().mesh

    def counted(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        looks.append(picture.shape)
        return eye(picture)

    mesh.settled_mesh(drawn(500, 400, (230, 160, 90, 0)), Square(235, 190, 130), counted)
    assert looks == [(192, 192, 3)] * 2


def test_the_mean_of_several_looks_and_their_spread() -> None:
    picture = drawn(500, 400, (230, 160, 90, 0))
    truth = placed(230, 160, 90)
    calm, spread = mesh.looked_at_again(picture, mesh.Mesh(truth, 1.0), networks().mesh)
    assert np.abs(calm.landmarks - truth).max() < 0.5
    assert spread.shape == (468,)
    assert spread.max() < 0.005
    _, shaken = mesh.looked_at_again(picture, mesh.Mesh(truth, 1.0), networks(shaking=0.6).mesh)
    assert shaken.min() > 0.03


def test_the_square_around_a_mesh_turns_with_it() -> None:
    level = mesh.square_around(placed(100, 100, 50))
    tilted = mesh.square_around(placed(100, 100, 50, Pose(0, 0, 0.6)))
    assert tilted.angle == pytest.approx(0.6)
    assert tilted.size == pytest.approx(level.size)
    assert np.hypot(tilted.x - 100, tilted.y - 100) == pytest.approx(level.y - 100)


def test_eyes_are_seen_again_and_the_rest_stays() -> None:
    picture = drawn(500, 400, (230, 160, 90, 0))
    truth = placed(230, 160, 90)
    better, irises = mesh.eyes_refined(picture, truth, networks().iris)
    assert np.array_equal(better[REST], truth[REST])
    assert np.array_equal(better[:, 2], truth[:, 2])
    assert irises.shape == (2, 5, 2)
    assert irises[:, 0] == pytest.approx(np.array([(230 - 0.32 * 90, 160), (230 + 0.32 * 90, 160)]), abs=0.5)
    for lids, (x, _) in zip((mesh.LIDS_LEFT, mesh.LIDS_RIGHT), irises[:, 0], strict=True):
        outer, inner = better[lids[0]], better[lids[8]]
        assert abs((outer[0] + inner[0]) / 2 - x) < 0.5
        assert better[lids[4], 1] > better[lids[12], 1], "the lower lid is below the upper one"
    assert better[33, 0] < better[133, 0] < better[362, 0] < better[263, 0]


@pytest.mark.parametrize("eye", [0, 1])
def test_the_rim_goes_right_top_left_bottom_in_both_eyes(eye: int) -> None:
    picture = drawn(500, 400, (230, 160, 90, 0))
    _, irises = mesh.eyes_refined(picture, placed(230, 160, 90), networks().iris)
    centre, right, top, left, bottom = irises[eye]
    assert right[0] > centre[0] > left[0]
    assert top[1] < centre[1] < bottom[1]


def test_the_rings_of_an_eye_are_apart() -> None:
    left, right = (set(ring) for ring in EYE_RINGS)
    assert len(left) == len(right) == 48
    assert not left & right
