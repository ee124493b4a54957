import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.portrait.pose import Pose, head_pose, rotation

from .puppet import placed, template

ANGLES = st.floats(-1.2, 1.2)


def test_a_puppet_that_looks_at_the_viewer() -> None:
    assert head_pose(template()) == pytest.approx((0, 0, 0), abs=1e-9)


@given(ANGLES, ANGLES, st.floats(-3.1, 3.1), st.floats(1, 900))
def test_a_known_pose_is_read_back(yaw: float, pitch: float, roll: float, size: float) -> None:
    pose = Pose(yaw, pitch, roll)
    assert head_pose(placed(300, 200, size, pose)) == pytest.approx(pose, abs=1e-6)


def test_the_signs_are_those_of_a_portrait() -> None:
    nose, top = np.array([0, 0, -1.0]), np.array([0, -1.0, 0])
    assert (rotation(Pose(0.3, 0, 0)) @ nose)[0] > 0
    assert (rotation(Pose(0, 0.3, 0)) @ nose)[1] > 0
    assert (rotation(Pose(0, 0, 0.3)) @ top)[0] > 0


@given(ANGLES, ANGLES, ANGLES)
def test_a_rotation_is_one(yaw: float, pitch: float, roll: float) -> None:
    matrix = rotation(Pose(yaw, pitch, roll))
    assert np.allclose(matrix @ matrix.T, np.eye(3))
    assert np.linalg.det(matrix) == pytest.approx(1)
