"""Measures of a face, read off its mesh, at sizes that depend neither on the picture nor on a turned head.

Owns which points move with no expression, and the way from a picture's face to the portrait's. Refuses to
judge. What cannot be seen is NaN, as in `seeing.Seen`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Reading
from visavis.evaluate.seeing import Seen
from visavis.portrait.crops import Affine, Points
from visavis.portrait.landmarks import EYES, FOREHEAD, NOSE_TIP, OUTER_UPPER, EyeIndices

Curve = NDArray[np.float64]

STILL: Final = (
    *EYES[0].corners,
    *EYES[1].corners,
    *(168, 6, 197, 195, 5, NOSE_TIP, 129, 358),
    *(127, 356, 234, 454, 116, 345),
    *(FOREHEAD, 151, 109, 338, 103, 332),
)
"""Points that neither speech nor a blink moves: corners of the eyes, nose, temples, cheekbones, forehead."""

LEAST_SEEN: Final = 0.5
"""The share of the pictures that have to show a face."""

NO_FACE: Final = Reading(None, "no face is seen in most of the pictures")


def is_seen(seen: Seen) -> bool:
    """Whether a face is in most of the pictures."""
    return bool(len(seen.found) and seen.found.mean() >= LEAST_SEEN)


def eye_distances(seen: Seen) -> Curve:
    """The distance between the outer corners of the eyes as it would be seen from the front, pixels, [n]."""
    return _apart(seen.landmarks, EYES[0].corners[0], EYES[1].corners[1])


def mouth_widths(seen: Seen) -> Curve:
    """The distance between the corners of the mouth, in distances between the eyes, [n]."""
    return np.asarray(_apart(seen.landmarks, OUTER_UPPER[0], OUTER_UPPER[-1]) / eye_distances(seen))


def eye_openness(seen: Seen) -> Curve:
    """How far the lids are apart, in widths of an eye, the mean of both eyes, [n].

    Soukupová and Čech, "Real-time eye blink detection using facial landmarks" (2016), with five pairs of
    points rather than two.
    """
    return np.asarray(np.mean([_openness(seen, eye) for eye in EYES], 0))


def gaze(seen: Seen) -> Curve:
    """Where the irises are between the corners of the eyes, in widths of an eye: right and down, [n, 2]."""
    return np.asarray(np.mean([_looks(seen, eye, iris) for iris, eye in enumerate(EYES)], 0))


def maps(points: NDArray[np.floating], target: NDArray[np.floating]) -> list[Affine | None]:
    """For each mesh [n, 468, 2 or 3], the map that brings its still points onto a target's; None for NaN.

    An affine map, by least squares: a head that turns by a few degrees is a picture that is sheared.
    """
    wanted = np.asarray(target[list(STILL), :2], float)
    return [
        _map(mesh[list(STILL), :2].astype(float), wanted) if np.isfinite(mesh).all() else None
        for mesh in points
    ]


def _map(points: Points, wanted: Points) -> Affine:
    places = np.column_stack([points, np.ones(len(points))])
    return np.ascontiguousarray(np.linalg.lstsq(places, wanted, rcond=None)[0].T)


def _openness(seen: Seen, eye: EyeIndices) -> Curve:
    upper, lower = (seen.landmarks[:, list(lid[2:-2]), :2].astype(float) for lid in (eye.upper, eye.lower))
    gap = np.linalg.norm(upper - lower, axis=2).mean(1)
    return np.asarray(gap / _apart(seen.landmarks, *eye.corners))


def _looks(seen: Seen, eye: EyeIndices, iris: int) -> Curve:
    """An iris's centre against the middle of its eye's corners, along the line through these and across."""
    inner, outer = (seen.landmarks[:, corner, :2].astype(float) for corner in eye.corners)
    across = outer - inner
    length = np.linalg.norm(across, axis=1, keepdims=True)
    along = across / length
    down = np.stack([-along[:, 1], along[:, 0]], 1)
    aside = (seen.irises[:, iris, 0] - (inner + outer) / 2) / length
    return np.stack([(aside * along).sum(1), (aside * down).sum(1)], 1)


def _apart(landmarks: NDArray[np.float32], one: int, other: int) -> Curve:
    return np.asarray(np.linalg.norm(landmarks[:, one].astype(float) - landmarks[:, other], axis=1))
