"""Smooth displacement fields through a few moved points, on a coarse grid of picture cells.

A grid of step s has a node in the middle of each cell of s x s pixels, so that cv2.resize brings it
to full size without a shift. Fields are forward: where a point of the portrait goes. A picture is
drawn backward, so `invert` asks for each place of the picture which point has come there.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from visavis.engines.face.warp.geometry import Floats, vector
from visavis.engines.face.warp.sampling import look_up


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of `step` pixels; the first one's corner lies at (left, top); all in pixels but columns, rows."""

    left: int
    top: int
    columns: int
    rows: int
    step: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.columns * self.step

    @property
    def height(self) -> int:
        """Pixels."""
        return self.rows * self.step

    def nodes(self) -> Floats:
        """[rows, columns, 2]: x and y of the cells' middles."""
        half = (self.step - 1) / 2
        x = self.left + self.step * np.arange(self.columns) + half
        y = self.top + self.step * np.arange(self.rows) + half
        return np.stack(np.meshgrid(x, y), -1).astype(np.float32)

    def enlarge(self, values: Floats) -> Floats:
        """[rows, columns, n] on the nodes to [height, width, n] on the pixels."""
        return cv2.resize(values, (self.width, self.height), interpolation=cv2.INTER_LINEAR)

    def sample(self, values: Floats, points: Floats) -> Floats:
        """Values on the nodes read off at points [..., 2] in pixels; beyond the grid its edge goes on."""
        half = (self.step - 1) / 2
        at = (points - vector(self.left + half, self.top + half)) / self.step
        return look_up(values, at)


def spread_matrix(controls: Floats, places: Floats, stiffness: float = 1e-2) -> Floats:
    """[places, controls]: what each control point's displacement adds at each place.

    Thin-plate splines with a constant and a linear part (Bookstein 1989); distances should be of
    order 1. A larger stiffness follows the controls less closely.
    """

    def kernel(a: Floats, b: Floats) -> Floats:
        squared = ((a[:, None] - b[None]) ** 2).sum(-1)
        return np.asarray(0.5 * squared * np.log(squared + 1e-9))

    controls, places = controls.astype(np.float64), places.astype(np.float64)
    n = len(controls)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = kernel(controls, controls) + stiffness * np.eye(n)
    system[:n, n] = system[n, :n] = 1
    system[:n, n + 1 :] = controls
    system[n + 1 :, :n] = controls.T
    rows = np.concatenate([kernel(places, controls), np.ones((len(places), 1)), places], 1)
    right = np.zeros((n + 3, n))
    right[:n] = np.eye(n)
    return np.asarray(rows @ np.linalg.solve(system, right), np.float32)


def invert(grid: Grid, fields: Floats, targets: Floats, steps: int = 3) -> Floats:
    """The points that forward fields [n, rows, columns, 2] move to `targets` [..., h, w, 2]: [n, h, w, 2].

    Fixed point x = target - field(x); it converges while the field is a contraction, that is, while
    nothing is squeezed to nothing or folded.
    """
    origin = vector(grid.left, grid.top) + (grid.step - 1) / 2
    wanted, moved = (targets - origin) / grid.step, fields / grid.step
    found = np.empty((len(fields), *targets.shape[-3:]), np.float32)
    found[:] = wanted
    moves = np.empty_like(found)
    for _ in range(steps):
        for field, places, move in zip(moved, found, moves, strict=True):
            look_up(field, places, into=move)
        np.subtract(wanted, moves, out=found)
    return np.asarray(found * grid.step + origin)
