"""Which way a head looks, from its mesh.

The mesh is as deep as it is wide, so the head's own axes can be read off it: from side to side along
pairs of points that mirror each other, and downwards along the middle of the forehead and the nose,
which no expression moves.
"""

from typing import NamedTuple

import numpy as np

from visavis.portrait.crops import Points
from visavis.portrait.landmarks import FOREHEAD

_LEFT = (33, 133, 234, 127, 70, 129, 50, 93, 116)
_RIGHT = (263, 362, 454, 356, 300, 358, 280, 323, 345)
_FOREHEAD = (FOREHEAD, 151)
_NOSE_BASE = (2, 164)


class Pose(NamedTuple):
    """Radians, with the signs of media.Portrait.

    The head is thought of as first nodding by pitch, then turning by yaw about the upright axis, then
    tilting by roll in the picture's plane: rotation(pose) applied to a head that looks at the viewer.
    """

    yaw: float
    pitch: float
    roll: float


def head_pose(landmarks: Points) -> Pose:
    """The pose of a mesh [468, 3]; (0, 0, 0) is a passport photo's, give or take 5 degrees of pitch."""
    aside = landmarks[list(_RIGHT)] - landmarks[list(_LEFT)]
    across = _unit((aside / np.linalg.norm(aside, axis=1, keepdims=True)).mean(0))
    yaw, roll = np.arcsin(across[2]), np.arctan2(across[1], across[0])
    down = landmarks[list(_NOSE_BASE)].mean(0) - landmarks[list(_FOREHEAD)].mean(0)
    down = rotation(Pose(yaw, 0, roll)).T @ down
    return Pose(float(yaw), float(np.arctan2(down[2], down[1])), float(roll))


def rotation(pose: Pose) -> Points:
    """The matrix [3, 3] that brings a head that looks at the viewer into a pose; x right, y down, z away."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(angle), np.sin(angle)) for angle in pose)
    tilt = np.array([(cr, -sr, 0), (sr, cr, 0), (0, 0, 1)])
    turn = np.array([(cy, 0, -sy), (0, 1, 0), (sy, 0, cy)])
    nod = np.array([(1, 0, 0), (0, cp, -sp), (0, sp, cp)])
    return np.asarray(tilt @ turn @ nod)


def _unit(vector: Points) -> Points:
    return np.asarray(vector / np.linalg.norm(vector))
