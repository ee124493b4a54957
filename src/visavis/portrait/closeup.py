"""A face cut out of its picture at the size at which it is judged.

Owns that size: about that of a face in a video of 512 pixels. A larger face is brought down to it, by
averaging, so that what no video would show counts for nothing; a smaller one keeps its own pixels.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.colours import lightness
from visavis.portrait.crops import Points
from visavis.portrait.landmarks import OVAL
from visavis.portrait.mesh import eye_distance

EYES_APART = 128
"""Pixels between the outer corners of the eyes, at most."""

_MARGIN = 0.9
_WHITE = 250


class CloseUp(NamedTuple):
    """A face from near by, turned as it is in the picture.

    light: float32 [h, w], L* 0..100.
    burnt: bool [h, w], where red and green, the most of which skin has, are at their upper end.
    within: bool [h, w], what is surely face: neither hair nor what is behind it.
    points: float64 [468, 2], the mesh in pixels of this.
    irises: float64 [2, 5, 2], likewise.
    eyes: the distance between their outer corners in pixels of this, as if seen from the front.
    """

    light: NDArray[np.float32]
    burnt: NDArray[np.bool_]
    within: NDArray[np.bool_]
    points: Points
    irises: Points
    eyes: float


def close_up(pixels: Pixels, landmarks: NDArray[np.float32], irises: NDArray[np.float32]) -> CloseUp:
    """A face of a picture [h, w, 3]; what of it lies outside the picture is left out."""
    points = landmarks[:, :2].astype(float)
    limits = np.array(pixels.shape[1::-1])
    first = np.clip(np.floor(points.min(0)), 0, limits - 2).astype(int)
    last = np.clip(np.ceil(points.max(0)) + 1, first + 2, limits).astype(int)
    part = pixels[first[1] : last[1], first[0] : last[0]]
    apart = max(eye_distance(landmarks.astype(float)), 1.0)
    scale = min(EYES_APART / apart, 1.0)
    size = np.maximum(np.rint((last - first) * scale), 2).astype(int)
    if scale < 1:
        part = np.asarray(cv2.resize(part, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA))
    factor = size / (last - first)
    points, rims = ((where - first + 0.5) * factor - 0.5 for where in (points, irises.astype(float)))
    burnt = np.asarray(part[..., :2].min(2) >= _WHITE)
    return CloseUp(lightness(part), burnt, _within(points, burnt.shape), points, rims, apart * scale)


def _within(points: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    oval = points[list(OVAL)]
    middle = oval.mean(0)
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(middle + (oval - middle) * _MARGIN).astype(np.int32)], 1)
    return np.asarray(mask > 0)
