import subprocess
import sys

import pytest

from visavis.portrait.landmarks import (
    CHIN,
    EYES,
    FOREHEAD,
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    NOSE_TIP,
    OUTER_LOWER,
    OUTER_UPPER,
    OVAL,
)
from visavis.portrait.mesh import LIDS_LEFT, LIDS_RIGHT, POINTS

LIPS = (OUTER_UPPER, OUTER_LOWER, INNER_UPPER, INNER_LOWER)


@pytest.mark.parametrize("row", [*LIPS, JAW, OVAL, *(row for eye in EYES for row in eye)])
def test_a_row_holds_points_of_the_mesh_each_once(row: tuple[int, ...]) -> None:
    assert len(set(row)) == len(row)
    assert all(0 <= index < POINTS for index in row)


def test_edges_that_meet_have_their_ends_in_common_and_nothing_else() -> None:
    edges = [
        (OUTER_UPPER, OUTER_LOWER),
        (INNER_UPPER, INNER_LOWER),
        *((eye.upper, eye.lower) for eye in EYES),
    ]
    for upper, lower in edges:
        assert (upper[0], upper[-1]) == (lower[0], lower[-1])
        assert set(upper) & set(lower) == {upper[0], upper[-1]}
        assert len(upper) == len(lower)
    assert {len(row) for row in LIPS} == {11}
    assert {len(eye.upper) for eye in EYES} == {9}


def test_the_outline_goes_over_forehead_jaw_and_chin() -> None:
    assert OVAL[0] == FOREHEAD
    assert OVAL[len(OVAL) // 2] == CHIN == JAW[len(JAW) // 2]
    assert set(JAW) < set(OVAL)
    assert NOSE_TIP not in OVAL


def test_the_iris_networks_lids_are_those_of_the_eyes_from_the_outer_corner_on() -> None:
    for lids, eye, outer in ((LIDS_LEFT, EYES[0], 33), (LIDS_RIGHT, EYES[1], 263)):
        assert set(lids) == {*eye.upper, *eye.lower}
        assert len(lids) == 16
        assert (lids[0], lids[8]) == (outer, (set(eye.corners) - {outer}).pop())
    assert (LIDS_LEFT[1], LIDS_RIGHT[1]) == (7, 249)
    assert (LIDS_LEFT[9], LIDS_RIGHT[9]) == (246, 466)


def test_to_know_where_parts_lie_takes_no_library() -> None:
    code = (
        "import sys, visavis.portrait.landmarks\n"
        "print(sorted({'cv2', 'PIL', 'ai_edge_litert'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
