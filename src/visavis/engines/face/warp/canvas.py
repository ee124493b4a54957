"""Draws frames of a rig. A canvas has buffers of its own: one for each thread that draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from visavis.engines.face.warp.eyes import look
from visavis.engines.face.warp.field import Grid, invert
from visavis.engines.face.warp.geometry import Floats
from visavis.engines.face.warp.lips import Contours, contours_of, fold_ease, skin_weights
from visavis.engines.face.warp.parting import Parting, partings
from visavis.engines.face.warp.pose import pose_weights
from visavis.engines.face.warp.rig import Rig
from visavis.engines.face.warp.sampling import look_up
from visavis.media import Pixels
from visavis.motion.frames import Head, Mouth

EYE_STEPS = 32  # a glance moves in steps of this fraction: less than a fifth of a pixel at 512 x 512


class Canvas:
    """Buffers for the frames of one rig."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._texture = rig.texture()
        self._eyes = (0.0, 0.0, 0.0)
        self._map = np.empty((rig.whole.height, rig.whole.width, 2), np.float32)
        self._nodes = rig.whole.nodes()
        width, height = rig.size
        self._seen = np.empty((height, width, 4), np.uint8)
        edge = -rig.whole.left
        self._where = self._map[edge : edge + height, edge : edge + width]

    @property
    def nbytes(self) -> int:
        """Bytes held in buffers."""
        return self._texture.nbytes + self._map.nbytes + self._seen.nbytes

    def draw(self, mouths: Sequence[Mouth], heads: Sequence[Head]) -> list[Pixels]:
        """One picture, uint8 [h, w, 3] RGB, for each mouth and head; a few together cost less than each."""
        rig = self._rig
        fields = (pose_weights(heads) @ rig.pose).reshape(len(heads), rig.whole.rows, rig.whole.columns, 2)
        stills = invert(rig.whole, fields, self._nodes, 2)
        shaped = contours_of(rig.lips, mouths)
        openings = list(partings(rig, shaped, fields))
        lower_faces = self._bent(stills, mouths, shaped, openings)
        pictures = []
        for still, mouth, head, opening, bent in zip(
            stills, mouths, heads, openings, lower_faces, strict=True
        ):
            cv2.resize(rig.in_texture(still), (rig.whole.width, rig.whole.height), dst=self._map)
            self._bend(bent, opening)
            self._turn_eyes(head)
            look_up(self._texture, self._where, into=self._seen)
            picture = np.asarray(cv2.cvtColor(self._seen, cv2.COLOR_RGBA2RGB), np.uint8)
            self._ease_folds(mouth, picture)
            opening.open(mouth, picture)
            pictures.append(picture)
        return pictures

    def _turn_eyes(self, head: Head) -> None:
        """Draw the eyes into the texture, unless they are there already."""
        gaze_x, gaze_y, blink = (
            round(v * EYE_STEPS) / EYE_STEPS for v in (head.gaze_x, head.gaze_y, head.blink)
        )
        if self._eyes != (gaze_x, gaze_y, blink):
            self._eyes = gaze_x, gaze_y, blink
            for eye in self._rig.eyes:
                look(self._texture, eye, (gaze_x, gaze_y), blink)

    def _bent(
        self, stills: Floats, mouths: Sequence[Mouth], shaped: Contours, openings: Sequence[Parting]
    ) -> Iterator["_LowerFace"]:
        """Where in the texture the skin of the lower face comes from, for each frame."""
        rig, grid = self._rig, self._rig.mouth
        targets = np.stack([_finer(still, rig.whole, grid) for still in stills])
        pulls = skin_weights(rig.lips, mouths, shaped)
        rows = [opening.rows(grid) for opening in openings]
        above, below = min(row[0] for row in rows), max(row[1] for row in rows)
        sides = []
        for side, outer, inner, part in (
            (rig.upper, shaped.outer_upper, shaped.inner_upper, targets[:, :below]),
            (rig.lower, shaped.outer_lower, shaped.inner_lower, targets[:, above:]),
        ):
            shift = rig.axes.shift(np.concatenate([outer, inner], 1) - side.seen)
            field = (shift.transpose(0, 2, 1) @ side.lip).transpose(0, 2, 1).reshape(len(pulls), -1)
            field = (field + pulls @ side.pulled).reshape(-1, grid.rows, grid.columns, 2)
            sides.append(rig.in_texture(invert(grid, field, part, 3)))
        for upper, lower in zip(*sides, strict=True):
            yield _LowerFace(upper, lower, above, below)

    def _bend(self, face: "_LowerFace", opening: Parting) -> None:
        """Write the lower face's part of the map: the skin of either lip on its side of the parting."""
        grid, whole = self._rig.mouth, self._rig.whole
        upper, lower = (replace(grid, rows=len(part)).enlarge(part) for part in (face.upper, face.lower))
        left, top = grid.left - whole.left, grid.top - whole.top
        window = self._map[top : top + grid.height, left : left + grid.width]
        # Between these rows both count; a node's width of overlap is left out on either side.
        first, last = (face.above + 1) * grid.step, (face.below - 1) * grid.step
        skipped = face.above * grid.step
        share = opening.lower_share(grid.left, grid.top + first, grid.width, last - first)
        window[:first] = upper[:first]
        window[last:] = lower[last - skipped :]
        both = upper[first:last], lower[first - skipped : last - skipped]
        window[first:last] = cv2.blendLinear(*both, 1 - share, share)

    def _ease_folds(self, mouth: Mouth, picture: Pixels) -> None:
        ease = fold_ease(self._rig.lips, mouth)
        depth = self._seen[self._rig.folded][..., 3]
        if ease > 0.05 and depth.size:  # a smooth face has no folds
            window = self._rig.folded
            lift = cv2.convertScaleAbs(depth, None, 0.85 * ease)
            picture[window] = cv2.add(picture[window], cv2.merge([lift, lift, lift]))


@dataclass(frozen=True, slots=True)
class _LowerFace:
    """Where skin comes from, at the mouth grid's nodes [.., columns, 2]: the upper lip's side down to row
    `below`, the lower lip's from row `above` on.
    """

    upper: Floats
    lower: Floats
    above: int
    below: int


def _finer(values: Floats, coarse: Grid, fine: Grid) -> Floats:
    """Values on a coarse grid's nodes, read off on those of a finer one that lies within it."""
    ratio = coarse.step // fine.step
    row, column = (fine.top - coarse.top) // coarse.step, (fine.left - coarse.left) // coarse.step
    rows, columns = fine.rows // ratio, fine.columns // ratio
    around = values[row - 1 : row + rows + 1, column - 1 : column + columns + 1]
    larger = np.asarray(cv2.resize(around, ((columns + 2) * ratio, (rows + 2) * ratio)))
    return larger[ratio:-ratio, ratio:-ratio]
