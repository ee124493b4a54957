"""How far a mouth and eyes are open, at sizes that do not depend on the picture's."""

import numpy as np
from numpy.typing import NDArray

from visavis.portrait.closeup import CloseUp
from visavis.portrait.crops import Points
from visavis.portrait.fitness import AROUND_EYES, level
from visavis.portrait.landmarks import EYES, INNER_LOWER, INNER_UPPER, EyeIndices

_UPPER, _LOWER = list(INNER_UPPER[3:-3]), list(INNER_LOWER[3:-3])
_LEFT, _RIGHT = EYES[0].corners[0], EYES[1].corners[1]
_IRIS = 0.22


def mouth_gap(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """How far lips [..., 468, 3] are apart in the middle, in distances between the eyes.

    The mesh sees 0.01 to 0.035 on shut lips, 0.04 to 0.06 on parted ones, and 0.12 on a smile with teeth.
    """
    upper, lower, left, right = (
        landmarks[..., which, :].astype(float) for which in (_UPPER, _LOWER, _LEFT, _RIGHT)
    )
    gap, eyes = np.linalg.norm(upper - lower, axis=-1).mean(-1), np.linalg.norm(right - left, axis=-1)
    return np.asarray(gap / np.maximum(eyes, 1e-6))


def eyes_open(near: CloseUp) -> float:
    """How surely both eyes are open: about 0 where they are shut, above 1 where they are open.

    Lids alone do not tell, for the networks see a gap on shut eyes, nor does what is dark between them,
    for irises can be light: so it is both.
    """
    eyes = zip(EYES, near.irises, AROUND_EYES, strict=True)
    return float(np.mean([_lids(near, eye) + _iris(near, eye, iris, ring) for eye, iris, ring in eyes]))


def _lids(near: CloseUp, eye: EyeIndices) -> float:
    """How far lids are apart: shut ones measure 0.15 to 0.23 of an eye's width, open ones 0.25 to 0.40."""
    gap = near.points[list(eye.upper[3:-3])] - near.points[list(eye.lower[3:-3])]
    inner, outer = near.points[list(eye.corners)]
    ratio = float(np.linalg.norm(gap, axis=1).mean() / max(np.hypot(*(outer - inner)), 1e-6))
    return (ratio - 0.24) / 0.06


def _iris(near: CloseUp, eye: EyeIndices, iris: Points, around: tuple[int, ...]) -> float:
    """How dark it is where the iris should be: lids measure 0.55 and more of the skin around, irises less."""
    inner, outer = near.points[list(eye.corners)]
    along = (outer - inner) / max(float(np.hypot(*(outer - inner))), 1e-6)
    middle = near.points[list(eye.upper[3:-3] + eye.lower[3:-3])].mean(0)
    centre = middle + along * float((iris[0] - middle) @ along)
    rows, columns = np.ogrid[: near.light.shape[0], : near.light.shape[1]]
    reach = max(_IRIS * float(np.hypot(*(outer - inner))), 1.0)
    disc = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 <= reach**2
    skin = max(level(near.light, near.points, around), 1.0)
    return (0.65 - float(np.median(near.light[disc])) / skin) / 0.2 if disc.any() else 0.0
