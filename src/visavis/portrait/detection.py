"""Where faces may be: BlazeFace's tensors to boxes with six key points.

Owns the arithmetic of the detector (arXiv 1907.05047): anchors, decoding, the blending of overlapping
answers. It runs no network and decides nothing about what a face is good for.
"""

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.portrait.crops import Affine, Points, Square, inverse, moved

Layer = tuple[int, int]
"""Cells along a side of a layer of the detector, and anchors in each of its cells."""

SHORT_RANGE: tuple[Layer, ...] = ((16, 2), (8, 6))
FULL_RANGE: tuple[Layer, ...] = ((48, 1),)

_EYES = (0, 1)


class Candidate(NamedTuple):
    """What the detector takes for a face.

    score: 0..1.
    box: float64 [2, 2], the top left and the bottom right corner.
    keys: float64 [6, 2]; the eyes (the picture's left one first), nose, mouth, and the ears.
    """

    score: float
    box: Points
    keys: Points

    @property
    def size(self) -> float:
        """The longer side of the box."""
        return float((self.box[1] - self.box[0]).max())

    @property
    def square(self) -> Square:
        """The square around the box, turned with the line of the eyes."""
        x, y = self.box.mean(0)
        return Square(float(x), float(y), self.size, _slope(*self.keys[list(_EYES)]))


def anchors(layers: Sequence[Layer]) -> Points:
    """The centres of the detector's anchors [n, 2] in 0..1, in the order of its output."""
    return np.concatenate([np.repeat(_cells(side), count, axis=0) for side, count in layers])


def candidates(
    regressors: NDArray[np.float32],
    logits: NDArray[np.float32],
    centres: Points,
    side: int,
    matrix: Affine,
    threshold: float,
) -> list[Candidate]:
    """The detector's answers at or above a score, in the picture's coordinates, none of them merged.

    regressors: [n, 16], in pixels of its input: centre (from the anchor's), size, six key points
        (from the anchor's).
    logits: [n, 1].
    matrix: the map from the picture to the detector's input of side x side pixels.
    """
    scores = 1 / (1 + np.exp(-np.clip(logits[:, 0].astype(float), -80, 80)))
    sure = scores >= threshold
    values = regressors[sure].reshape(-1, 8, 2).astype(float)
    at = centres[sure, None] * side - 0.5
    middle, half = values[:, :1] + at, values[:, 1:2] / 2
    keys = moved(values[:, 2:] + at, inverse(matrix))
    boxes = moved(np.concatenate([middle - half, middle + half], axis=1), inverse(matrix))
    return [Candidate(float(s), b, k) for s, b, k in zip(scores[sure], boxes, keys, strict=True)]


def merged(found: Sequence[Candidate], same: float = 0.3) -> list[Candidate]:
    """One candidate a face, the surest first: those that overlap are blended, weighted by their scores.

    same: the overlap from which on two are one face.
    """
    rest = sorted(found, key=lambda one: -one.score)
    faces = []
    while rest:
        near = [one is rest[0] or overlap(one.box, rest[0].box) > same for one in rest]
        faces.append(_blend(list(compress(rest, near))))
        rest = [one for one, taken in zip(rest, near, strict=True) if not taken]
    return faces


def overlap(a: Points, b: Points) -> float:
    """Intersection over union of two boxes [2, 2]."""
    shared = np.prod(np.clip(np.minimum(a[1], b[1]) - np.maximum(a[0], b[0]), 0, None))
    union = np.prod(a[1] - a[0]) + np.prod(b[1] - b[0]) - shared
    return float(shared / union) if union > 0 else 0.0


def _cells(side: int) -> Points:
    steps = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(steps, steps)
    return np.column_stack([x.ravel(), y.ravel()])


def _blend(same: Sequence[Candidate]) -> Candidate:
    weights = np.array([one.score for one in same])
    box = np.average([one.box for one in same], axis=0, weights=weights)
    keys = np.average([one.keys for one in same], axis=0, weights=weights)
    return Candidate(same[0].score, box, keys)


def _slope(left: Points, right: Points) -> float:
    """The angle of the line from one point to another, radians, clockwise."""
    return float(np.arctan2(right[1] - left[1], right[0] - left[0]))
