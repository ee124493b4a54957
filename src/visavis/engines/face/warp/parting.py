"""The opening between the lips in a picture that is being drawn: where it is, and what shows in it."""

from collections.abc import Iterator

import numpy as np

from visavis.engines.face.warp.field import Grid
from visavis.engines.face.warp.geometry import Floats, spline_matrix, vector
from visavis.engines.face.warp.interior import fill
from visavis.engines.face.warp.lips import Contours
from visavis.engines.face.warp.rig import Rig
from visavis.engines.face.warp.seam import POINTS
from visavis.media import Pixels
from visavis.motion.frames import Mouth

SLOPE = 24  # pixels beside the mouth over which the upper lip's skin turns into the lower lip's

_FINE = spline_matrix(POINTS, 81)


def partings(rig: Rig, shaped: Contours, fields: Floats) -> Iterator["Parting"]:
    """The partings of lips shaped [n, POINTS, 3] on heads turned by `fields` [n, rows, columns, 2]."""
    unit, base = rig.lips.unit, rig.lips.seam[POINTS // 2]
    # Three corners of the plane in which the teeth stand, a little behind the lips.
    plane = rig.axes.to_picture(
        base + unit * np.array([[0, 0, 0.06], [0.3, 0, 0.06], [0, 0.3, 0.06]], np.float32)
    )
    place = rig.axes.to_picture
    upper, lower = place(_FINE @ shaped.inner_upper), place(_FINE @ shaped.inner_lower)
    for field, *curves in zip(fields, upper, lower, strict=True):
        points = np.concatenate([*curves, plane])
        points = points + rig.whole.sample(field, points[:, None])[:, 0]
        yield Parting(rig, points[:81], points[81:162], points[162:])


class Parting:
    """Where the lips part in one picture: two curves [81, 2] over its columns, and the teeth's plane."""

    def __init__(self, rig: Rig, upper: Floats, lower: Floats, plane: Floats) -> None:
        self._rig, self._plane = rig, plane
        self.upper, self.lower = upper, lower
        self.middle = (upper + lower) / 2

    def rows(self, grid: Grid) -> tuple[int, int]:
        """The grid's rows between which the skin may go with either lip, with one to spare on each side."""
        line = self.middle[:, 1]
        above = int((line.min() - SLOPE - grid.top) / grid.step) - 1
        below = int((line.max() + SLOPE - grid.top) / grid.step) + 3
        return max(above, 0), min(max(below, 3), grid.rows)

    def lower_share(self, left: int, top: int, width: int, height: int) -> Floats:
        """[height, width]: 1 where the skin goes with the lower lip, 0 where with the upper one.

        A step along the mouth; beyond its corners, where both agree, a slope.
        """
        x = left + np.arange(width, dtype=np.float32)
        line = np.interp(x, self.middle[:, 0], self.middle[:, 1]).astype(np.float32)
        beyond = np.maximum(self.middle[0, 0] - x, x - self.middle[-1, 0])
        soft = 1 + np.clip(beyond + 2, 0, SLOPE) * 0.8
        y = top + np.arange(height, dtype=np.float32)
        return np.asarray(np.clip((y[:, None] - line) / soft + 0.5, 0, 1))

    def open(self, mouth: Mouth, picture: Pixels) -> None:
        """Paint the inside of the mouth where the lips are apart."""
        rig = self._rig
        gap = self.lower[:, 1] - self.upper[:, 1]
        if rig.lips.open_by > 0:
            self._draw_seam(picture)
        if gap.max() < 0.5:
            return
        x0, x1 = int(self.upper[0, 0]) - 1, int(self.upper[-1, 0]) + 2
        y0, y1 = int(self.upper[:, 1].min()) - 2, int(self.lower[:, 1].max()) + 3
        x0, y0 = max(x0, 0), max(y0, 0)
        x1, y1 = min(x1, picture.shape[1]), min(y1, picture.shape[0])
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        x = np.arange(x0, x1, dtype=np.float32)
        upper = np.interp(x, self.upper[:, 0], self.upper[:, 1]).astype(np.float32)
        lower = np.interp(x, self.lower[:, 0], self.lower[:, 1]).astype(np.float32)
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        seen = np.clip(y - upper + 0.5, 0, 1) * np.clip(lower - y + 0.5, 0, 1)
        unit = rig.lips.unit
        seen *= np.clip((lower - upper) / max(0.025 * unit, 1.5), 0, 1)
        depth = np.clip((y - upper) / np.maximum(lower - upper, 1), 0, 1)
        inside = fill(rig.interior, rig.lips, mouth, self._affine(x0, y0), (x1 - x0, y1 - y0), depth)
        near = np.minimum(y - upper + 0.01 * unit, 2.2 * (lower - y) + 0.02 * unit)
        inside *= (0.55 + 0.45 * np.clip(near / (0.04 * unit), 0, 1))[..., None]
        window = picture[y0:y1, x0:x1]
        window[:] = window + (inside - window) * seen[..., None] + 0.5

    def _draw_seam(self, picture: Pixels) -> None:
        """The dark line where lips touch, for a portrait that has none because its mouth is open."""
        thick = max(0.012 * self._rig.lips.unit, 0.7)
        x0, x1 = max(int(self.middle[0, 0]), 0), min(int(self.middle[-1, 0]) + 1, picture.shape[1])
        y0 = max(int(self.middle[:, 1].min() - 6 * thick), 0)
        y1 = min(int(self.middle[:, 1].max() + 6 * thick) + 1, picture.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        x, y = np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32)[:, None]
        line, gap = (
            np.interp(x, self.middle[:, 0], curve).astype(np.float32)
            for curve in (self.middle[:, 1], self.lower[:, 1] - self.upper[:, 1])
        )
        touch = np.clip(1 - gap / (2 * thick), 0, 1)
        touch *= np.clip((x - x0) * (x1 - 1 - x) / (0.14 * (x1 - x0) ** 2), 0, 1)
        away = (y - line) / thick
        dark = touch * (0.38 * np.exp(-(away**2)) + 0.16 * np.exp(-((away / 3) ** 2)))
        window = picture[y0:y1, x0:x1]
        window[:] = window * (1 - dark[..., None] * vector(0.8, 1.0, 1.0))

    def _affine(self, x0: int, y0: int) -> Floats:
        """[2, 3]: the head's plane at the seam to the window at (x0, y0), with the head's pose."""
        origin, right, down = self._plane
        reach = 0.3 * self._rig.lips.unit
        return np.column_stack([(right - origin) / reach, (down - origin) / reach, origin - vector(x0, y0)])
