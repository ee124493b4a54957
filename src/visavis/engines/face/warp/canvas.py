"""Draws one frame of a rig. A canvas has buffers of its own: one for each thread that draws."""

import cv2
import numpy as np

from visavis.engines.face.warp.eyes import look
from visavis.engines.face.warp.field import Grid, invert
from visavis.engines.face.warp.geometry import Floats, spline_matrix, vector
from visavis.engines.face.warp.interior import fill
from visavis.engines.face.warp.lips import POINTS, Contours, contours_of, fold_ease, skin_weights
from visavis.engines.face.warp.pose import pose_weights
from visavis.engines.face.warp.rig import Rig
from visavis.engines.face.warp.sampling import look_up
from visavis.media import Pixels
from visavis.motion.frames import Head, Mouth


class Canvas:
    """Buffers for the frames of one rig."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._texture = rig.texture.copy()
        self._map = np.empty((rig.whole.height, rig.whole.width, 2), np.float32)
        self._nodes = rig.whole.nodes()
        width, height = rig.size
        self._seen = np.empty((height, width, 4), np.uint8)
        edge = -rig.whole.left
        self._where = self._map[edge : edge + height, edge : edge + width]

    def draw(self, mouth: Mouth, head: Head) -> Pixels:
        """One picture, uint8 [h, w, 3], RGB."""
        rig = self._rig
        field = (pose_weights(head) @ rig.pose).reshape(rig.whole.rows, rig.whole.columns, 2)
        still = invert(rig.whole, field, self._nodes, 2)
        cv2.resize(rig.in_texture(still), (rig.whole.width, rig.whole.height), dst=self._map)
        shaped = contours_of(rig.lips, mouth)
        parting = _Parting(rig, shaped, field)
        self._bend_mouth(still, mouth, shaped, parting)
        for eye in rig.eyes:
            look(self._texture, eye, (head.gaze_x, head.gaze_y), head.blink)
        look_up(self._texture, self._where, into=self._seen)
        picture = np.asarray(cv2.cvtColor(self._seen, cv2.COLOR_RGBA2RGB), np.uint8)
        self._ease_folds(rig, mouth, picture)
        parting.open(rig, mouth, picture)
        return picture

    def _bend_mouth(self, still: Floats, mouth: Mouth, shaped: Contours, parting: "_Parting") -> None:
        """Write the lower face's part of the map: the skin of either lip on its side of the parting."""
        rig, grid, whole = self._rig, self._rig.mouth, self._rig.whole
        target = _finer(still, whole, grid)
        pulls = skin_weights(rig.lips, mouth, shaped)
        maps = []
        for side, outer, inner in (
            (rig.upper, shaped.outer_upper, shaped.inner_upper),
            (rig.lower, shaped.outer_lower, shaped.inner_lower),
        ):
            shift = rig.axes.shift(np.concatenate([outer, inner]) - side.seen)
            field = (shift.T @ side.lip).T + (pulls @ side.pulled).reshape(-1, 2)
            bent = invert(grid, field.reshape(grid.rows, grid.columns, 2), target, 3)
            maps.append(grid.enlarge(rig.in_texture(bent)))
        share = parting.lower_share(grid.left, grid.top, grid.width, grid.height)
        left, top = grid.left - whole.left, grid.top - whole.top
        window = self._map[top : top + grid.height, left : left + grid.width]
        window[:] = cv2.blendLinear(maps[0], maps[1], 1 - share, share)

    def _ease_folds(self, rig: Rig, mouth: Mouth, picture: Pixels) -> None:
        ease = fold_ease(rig.lips, mouth)
        if ease > 0.02:
            grid = rig.mouth
            window = np.s_[grid.top : grid.top + grid.height, grid.left : grid.left + grid.width]
            lift = cv2.convertScaleAbs(self._seen[window][..., 3], None, 0.85 * ease)
            picture[window] = cv2.add(picture[window], cv2.merge([lift, lift, lift]))


def _finer(values: Floats, coarse: Grid, fine: Grid) -> Floats:
    """Values on a coarse grid's nodes, read off on those of a finer one that lies within it."""
    ratio = coarse.step // fine.step
    row, column = (fine.top - coarse.top) // coarse.step, (fine.left - coarse.left) // coarse.step
    rows, columns = fine.rows // ratio, fine.columns // ratio
    around = values[row - 1 : row + rows + 1, column - 1 : column + columns + 1]
    larger = np.asarray(cv2.resize(around, ((columns + 2) * ratio, (rows + 2) * ratio)))
    return larger[ratio:-ratio, ratio:-ratio]


class _Parting:
    """Where the lips part in the picture that is being drawn: two curves over its columns."""

    _fine = spline_matrix(POINTS, 81)

    def __init__(self, rig: Rig, shaped: Contours, field: Floats) -> None:
        place = rig.axes.to_picture
        upper, lower = place(self._fine @ shaped.inner_upper), place(self._fine @ shaped.inner_lower)
        both = np.concatenate([upper, lower])
        both = both + rig.whole.sample(field, both[:, None])[:, 0]
        self.upper, self.lower = both[: len(upper)], both[len(upper) :]
        self.middle = (self.upper + self.lower) / 2
        self._field = field

    def lower_share(self, left: int, top: int, width: int, height: int) -> Floats:
        """[height, width]: 1 where the skin goes with the lower lip, 0 where with the upper one.

        A step along the mouth; beyond its corners, where both agree, a slope.
        """
        x = left + np.arange(width, dtype=np.float32)
        line = np.interp(x, self.middle[:, 0], self.middle[:, 1]).astype(np.float32)
        beyond = np.maximum(self.middle[0, 0] - x, x - self.middle[-1, 0])
        soft = 1 + np.clip(beyond + 2, 0, 40) * 0.8
        y = top + np.arange(height, dtype=np.float32)
        return np.asarray(np.clip((y[:, None] - line) / soft + 0.5, 0, 1))

    def open(self, rig: Rig, mouth: Mouth, picture: Pixels) -> None:
        """Paint the inside of the mouth where the lips are apart."""
        gap = self.lower[:, 1] - self.upper[:, 1]
        if rig.lips.open_by > 0:
            self._draw_seam(rig, picture)
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
        inside = fill(rig.interior, rig.lips, mouth, self._affine(rig, x0, y0), (x1 - x0, y1 - y0), depth)
        near = np.minimum(y - upper + 0.01 * unit, 2.2 * (lower - y) + 0.02 * unit)
        inside *= (0.55 + 0.45 * np.clip(near / (0.04 * unit), 0, 1))[..., None]
        window = picture[y0:y1, x0:x1]
        window[:] = window + (inside - window) * seen[..., None] + 0.5

    def _draw_seam(self, rig: Rig, picture: Pixels) -> None:
        """The dark line where lips touch, for a portrait that has none because its mouth is open."""
        thick = max(0.012 * rig.lips.unit, 0.7)
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

    def _affine(self, rig: Rig, x0: int, y0: int) -> Floats:
        """[2, 3]: the head's plane at the seam to the window at (x0, y0), with the head's pose."""
        unit = rig.lips.unit
        base = rig.lips.seam[POINTS // 2]
        plane = 0.3 * unit * np.eye(3, dtype=np.float32)[[2, 0, 1]] * vector(1, 1, 0) + base
        plane[:, 2] += 0.06 * unit
        points = rig.axes.to_picture(plane)
        points = points + rig.whole.sample(self._field, points[:, None])[:, 0]
        matrix = np.empty((2, 3), np.float32)
        matrix[:, 0] = (points[1] - points[0]) / (0.3 * unit)
        matrix[:, 1] = (points[2] - points[0]) / (0.3 * unit)
        matrix[:, 2] = points[0] - [x0, y0]
        return matrix
