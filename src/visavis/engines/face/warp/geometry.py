"""Where the parts of a face lie: more of the mesh, the head's own axes, and curves through landmarks."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.media import Portrait
from visavis.portrait.landmarks import EYES, INNER_UPPER

Floats: TypeAlias = NDArray[Any]  # float32 throughout; cv2's annotations cannot say so

# Skin that moves with the jaw, the lips and the mouth's corners, and skin that stays.
CHIN_SKIN = (18, 200, 199, 175, 83, 313, 201, 421, 208, 428, 171, 396, 32, 262, 140, 369, 194, 418)
# fmt: off
CHEEKS = (
    205, 425, 50, 280, 207, 427, 187, 411, 216, 436, 206, 426, 212, 432, 214, 434, 192, 416,
    57, 287, 43, 273, 202, 422, 210, 430, 135, 364, 92, 322, 165, 391, 147, 376, 123, 352,
)
# fmt: on
# From the nose's wings down beside the mouth, where a smile folds the cheeks.
FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
NOSE = (2, 98, 327, 129, 358, 49, 279, 4, 164)
UNDER_EYES = (229, 230, 231, 449, 450, 451, 118, 347)


@dataclass(frozen=True, slots=True)
class Axes:
    """The head's own right-handed axes, so that lips can be shaped as if seen from the front.

    origin: [3], the middle of the mouth in picture coordinates.
    basis: [3, 3], rows are the head's right, down and inward directions in picture coordinates.
    unit: the distance between the eyes' middles in pixels, as if seen from the front.
    """

    origin: Floats
    basis: Floats
    unit: float

    def to_head(self, points: Floats) -> Floats:
        """Picture [n, 3] to head, in pixels."""
        return np.asarray((points - self.origin) @ self.basis.T)

    def to_picture(self, points: Floats) -> Floats:
        """Head [..., 3] to picture [..., 2]: an orthographic view."""
        return np.asarray((points @ self.basis + self.origin)[..., :2])

    def shift(self, displacement: Floats) -> Floats:
        """A displacement in the head [..., 3] as it is seen in the picture [..., 2]."""
        return np.asarray((displacement @ self.basis)[..., :2])


def axes_of(portrait: Portrait) -> Axes:
    """The axes of a portrait's head: turned to the side as the eyes' line is, upright in the picture.

    The mesh overstates how far a head is tipped up or down, and lips shaped in a tipped plane come out
    bent; so the down axis stays in the picture.
    """
    points = portrait.landmarks.astype(np.float64)
    left, right = (points[[eye.upper[0], eye.upper[-1]]].mean(0) for eye in EYES)
    across = right - left
    unit = float(np.linalg.norm(across))
    across /= unit
    down = np.array([-across[1], across[0], 0])
    down /= np.linalg.norm(down)
    inward = np.cross(across, down)
    origin = points[[INNER_UPPER[0], INNER_UPPER[-1]]].mean(0)
    basis = np.stack([across, down, inward])
    return Axes(origin.astype(np.float32), basis.astype(np.float32), unit)


def spline_matrix(given: int, wanted: int) -> Floats:
    """[wanted, given]: a Catmull-Rom curve through `given` points, read off at `wanted` even steps."""
    matrix = np.zeros((wanted, given))
    for row, position in enumerate(np.linspace(0, given - 1, wanted)):
        k = min(int(position), given - 2)
        t = position - k
        weights = (
            -0.5 * t + t * t - 0.5 * t**3,
            1 - 2.5 * t * t + 1.5 * t**3,
            0.5 * t + 2 * t * t - 1.5 * t**3,
            -0.5 * t * t + 0.5 * t**3,
        )
        for column, weight in zip(range(k - 1, k + 3), weights, strict=True):
            if column < 0:  # beyond an end the curve goes straight on
                matrix[row, :2] += np.array([2, -1]) * weight
            elif column >= given:
                matrix[row, -2:] += np.array([-1, 2]) * weight
            else:
                matrix[row, column] += weight
    return matrix.astype(np.float32)


def vector(*values: float) -> Floats:
    """float32 [n]."""
    return np.array(values, np.float32)


def smoothstep(x: Floats) -> Floats:
    """0 below 0, 1 above 1, and smooth between."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))
