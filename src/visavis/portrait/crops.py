"""Squares cut out of a picture, turned upright and brought to a model's size; and the way back.

Coordinates are those of OpenCV: the centre of the top left pixel is (0, 0), y grows downwards.
"""

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels

_LANCZOS_REACH = 4
_RIPPLES = 0.67

Points: TypeAlias = NDArray[np.float64]
Affine: TypeAlias = NDArray[np.float64]


class Square(NamedTuple):
    """A square of a picture.

    x, y: its centre, pixels.
    size: length of a side, pixels.
    angle: radians; how far what it holds is turned clockwise.
    """

    x: float
    y: float
    size: float
    angle: float = 0.0


def onto(square: Square, side: float) -> Affine:
    """The map [2, 3] from the picture to a crop of side x side pixels that holds the square upright."""
    scale = side / square.size
    cos, sin = np.cos(square.angle) * scale, np.sin(square.angle) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    middle = np.full(2, (side - 1) / 2)
    return np.column_stack([turn, middle - turn @ [square.x, square.y]])


def moved(points: NDArray[np.floating], matrix: Affine) -> Points:
    """Points [..., 2] or [..., 3] through a map; a third coordinate is scaled as the others are."""
    flat = points[..., :2] @ matrix[:, :2].T + matrix[:, 2]
    return np.concatenate([flat, points[..., 2:] * scale_of(matrix)], axis=-1)


def scale_of(matrix: Affine) -> float:
    """How much a map enlarges."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def inverse(matrix: Affine) -> Affine:
    """The way back."""
    back = np.linalg.inv(matrix[:, :2])
    return np.column_stack([back, -back @ matrix[:, 2]])


def sample(
    pixels: Pixels,
    matrix: Affine,
    width: int,
    height: int,
    *,
    border: int = cv2.BORDER_CONSTANT,
    fine: bool = False,
) -> Pixels:
    """The crop of width x height that a map makes of a picture.

    A picture that has to shrink is averaged over areas first, so that nothing fine turns into ripples.
    `fine` is for eyes: exact scaling (Lanczos where it enlarges) and cubic placing, at five times the
    cost. What lies outside the picture is black unless `border`, one of OpenCV's modes, says otherwise.
    """
    if fine or scale_of(matrix) < _RIPPLES:
        pixels, matrix = _scaled(pixels, matrix, width, height)
    placing = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
    crop = cv2.warpAffine(pixels, matrix, (width, height), flags=placing, borderMode=border)
    return np.asarray(crop, np.uint8)


def _scaled(pixels: Pixels, matrix: Affine, width: int, height: int) -> tuple[Pixels, Affine]:
    """The part of a picture that a map needs, already at the crop's scale, and the map from there."""
    scale = scale_of(matrix)
    corners = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)], float)
    needed = moved(corners, inverse(matrix))
    margin = 1 + _LANCZOS_REACH / min(scale, 1)
    limit = np.array(pixels.shape[1::-1])
    first = np.clip(np.floor(needed.min(0) - margin), 0, limit - 1).astype(int)
    last = np.clip(np.ceil(needed.max(0) + margin) + 1, first + 1, limit).astype(int)
    size = np.maximum(np.rint((last - first) * scale), 1).astype(int)
    part = pixels[first[1] : last[1], first[0] : last[0]]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
    resized = cv2.resize(part, (int(size[0]), int(size[1])), interpolation=method)
    factor = (last - first) / size
    offset = matrix[:, 2] + matrix[:, :2] @ (first - 0.5 + factor / 2)
    return np.asarray(resized, np.uint8), np.column_stack([matrix[:, :2] * factor, offset])
