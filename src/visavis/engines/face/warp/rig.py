"""A portrait made ready to move: everything about it that can be worked out once."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.engines.face.warp.eyes import Eye, eyes_of, wears_spectacles
from visavis.engines.face.warp.field import Grid, spread_matrix
from visavis.engines.face.warp.geometry import FOLDS, Axes, Floats, axes_of, smoothstep
from visavis.engines.face.warp.interior import Interior, paint
from visavis.engines.face.warp.light import light_of
from visavis.engines.face.warp.lips import Lips, lips_of, skin_pulls
from visavis.engines.face.warp.pose import STEP, frame_grid, pose_fields
from visavis.engines.face.warp.sampling import blurred, grey
from visavis.engines.face.warp.seam import POINTS
from visavis.media import Pixels, Portrait

MOUTH_STEP = 4  # pixels; lips are thin


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """How the skin of one lip moves.

    seen: [2 * POINTS, 3], its contours in the portrait, outer then inner, in the head's axes.
    lip: [2 * POINTS, nodes], what a shift of each of them adds at each node of the mouth's grid.
    pulled: [4, nodes * 2], fields for `lips.skin_weights`.
    """

    seen: Floats
    lip: Floats
    pulled: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """What the canvas draws from.

    scale: how many times as large as the frame the texture is that frames are drawn from, so that a
        picture shifted by half a pixel is as sharp as one that is not.
    picture: uint8 [h, w, 3], the portrait, without what shows between parted lips.
    folds: uint8 [.., ..], how deep the folds beside the mouth are, in the part `creased` of the texture.
    folded: the frame's rows and columns in which folds may come to lie.
    whole, pose: the grid over the frame, and the fields of `pose.pose_fields`.
    mouth: the grid over the lower face; upper, lower: how the skin goes that belongs to either lip.
    """

    size: tuple[int, int]
    scale: int
    picture: Pixels
    folds: Pixels
    creased: tuple[slice, slice]
    axes: Axes
    lips: Lips
    interior: Interior
    whole: Grid
    pose: Floats
    mouth: Grid
    upper: Side
    lower: Side
    eyes: tuple[Eye, Eye]
    folded: tuple[slice, slice]

    def texture(self) -> Pixels:
        """The portrait and the depth of its folds, uint8 [h * scale, w * scale, 4], in a new array.

        Made from the picture in 5 ms wherever it is wanted, for it is more than all the rest of a rig.
        """
        texture = np.asarray(cv2.cvtColor(_enlarged(self.picture, self.scale), cv2.COLOR_RGB2RGBA), np.uint8)
        texture[..., 3] = 0
        texture[(*self.creased, 3)] = self.folds
        return texture

    def in_texture(self, places: Floats) -> Floats:
        """Places in the portrait's pixels as places in the texture's."""
        return places if self.scale == 1 else places * self.scale + np.float32((self.scale - 1) / 2)

    @property
    def nbytes(self) -> int:
        """Bytes held in the arrays that matter."""
        sides = (array for side in (self.upper, self.lower) for array in (side.lip, side.pulled))
        layers = (self.interior.upper, self.interior.lower, self.interior.tongue)
        eyes = (
            array
            for eye in self.eyes
            for array in (eye.photo, eye.below, eye.opening, eye.band, eye.veil, eye.places, eye.free)
        )
        return sum(array.nbytes for array in (self.picture, self.folds, self.pose, *sides, *layers, *eyes))


def rig_of(portrait: Portrait) -> Rig:
    """Prepare a portrait; about 0.1 s."""
    axes = axes_of(portrait)
    width, height = portrait.size
    lips = lips_of(portrait, axes)
    light = light_of(portrait)
    spectacles = wears_spectacles(portrait)
    whole = frame_grid(width, height)
    mouth = _mouth_grid(lips, axes, whole)
    scale = 2 if max(width, height) <= 640 else 1
    picture = _without_mouth(portrait.pixels, axes, lips)
    large = _enlarged(picture, scale)
    folds = _folds(large, portrait, axes, scale)
    creased = _around(folds > 0, 0)
    return Rig(
        size=(width, height),
        scale=scale,
        picture=picture,
        folds=folds[creased].copy(),  # a view would keep the whole plane
        creased=creased,
        axes=axes,
        lips=lips,
        interior=paint(portrait, axes, lips, light),
        whole=whole,
        pose=pose_fields(portrait, axes, whole, spectacles),
        mouth=mouth,
        upper=_side(lips, axes, mouth, lips.seen.outer_upper, lips.seen.inner_upper),
        lower=_side(lips, axes, mouth, lips.seen.outer_lower, lips.seen.inner_lower),
        eyes=eyes_of(portrait, np.dstack([large, folds]), scale, spectacles),
        folded=_around(folds[::scale, ::scale] > 4, round(0.2 * axes.unit)),
    )


def _side(lips: Lips, axes: Axes, grid: Grid, outer: Floats, inner: Floats) -> Side:
    """The skin that belongs to one lip: its two contours and all the points that follow them."""
    points = [axes.to_picture(curve) for curve in (outer, inner, lips.skin)]
    nodes = grid.nodes().reshape(-1, 2)
    spread = spread_matrix(np.concatenate(points) / axes.unit, nodes / axes.unit)
    spread *= _fade(grid).reshape(-1, 1)
    lip, skin = spread[:, : 2 * POINTS], spread[:, 2 * POINTS :]
    pulled = np.stack([(skin @ pull).reshape(-1) for pull in skin_pulls(lips, axes)])
    return Side(np.concatenate([outer, inner]), np.ascontiguousarray(lip.T), pulled)


def _enlarged(picture: Pixels, scale: int) -> Pixels:
    return np.asarray(
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LANCZOS4), np.uint8
    )


def _folds(texture: Pixels, portrait: Portrait, axes: Axes, scale: int) -> Pixels:
    """[h, w]: how much darker the folds beside the mouth are than the cheeks around them, in steps.

    It rides in the texture's fourth channel, so that a smile's folds can be eased where they have gone.
    """
    unit = axes.unit * scale
    bright = grey(texture).astype(np.float32)
    fine, coarse = (blurred(bright, s * unit) for s in (0.012, 0.10))
    near = np.zeros(bright.shape, np.uint8)
    for fold in FOLDS:
        line = np.round((portrait.landmarks[list(fold), :2] + 0.5) * scale).astype(np.int32)
        cv2.polylines(near, [line], False, 255, max(1, round(0.13 * unit)))
    mask = blurred(near, 0.05 * unit).astype(np.float32) / 255
    return np.asarray(np.clip((coarse - fine) * mask, 0, 255), np.uint8)


def _around(mask: NDArray[np.bool_], margin: int) -> tuple[slice, slice]:
    """The rows and columns of a mask that hold something, and a margin."""
    ranges = []
    for axis in (1, 0):
        held = np.flatnonzero(mask.any(axis))
        begin, end = (int(held[0]), int(held[-1]) + 1) if len(held) else (margin, -margin)
        ranges.append(slice(max(begin - margin, 0), max(end + margin, 0)))
    return ranges[0], ranges[1]


def _without_mouth(pixels: Pixels, axes: Axes, lips: Lips) -> Pixels:
    """The portrait with what shows between parted lips painted over, so that they can close without it."""
    if lips.open_by == 0:
        return pixels
    ring = np.concatenate([lips.seen.inner_upper, lips.seen.inner_lower[::-1]])
    outline = axes.to_picture(ring)
    inside = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(outline).astype(np.int32)], 255)
    # The mesh may miss the edge by a few hundredths: what is dark nearby belongs to the opening too.
    near = _grown(inside, 0.075 * lips.unit) > 0
    bright = grey(pixels)
    dark = bright < 0.62 * np.median(bright[near & (inside == 0)])
    inside[near & dark] = 255
    mask = _grown(inside, 0.03 * lips.unit)
    margin = int(0.2 * lips.unit)
    left, top = np.maximum(outline.min(0).astype(int) - margin, 0)
    right, bottom = outline.max(0).astype(int) + margin
    healed = pixels.copy()
    window = slice(top, bottom), slice(left, right)
    healed[window] = cv2.inpaint(np.ascontiguousarray(pixels[window]), mask[window], 3, cv2.INPAINT_TELEA)
    return healed


def _grown(mask: Pixels, by: float) -> Pixels:
    """A mask with `by` pixels more on each side."""
    size = 2 * max(1, round(by)) + 1
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.uint8)


def _mouth_grid(lips: Lips, axes: Axes, whole: Grid) -> Grid:
    """Cells that cover the moving points, aligned with the frame's own cells and within them."""
    points = axes.to_picture(lips.skin)
    low = np.floor(points.min(0) / STEP).astype(int) * STEP
    high = np.ceil(points.max(0) / STEP).astype(int) * STEP
    # One cell of the frame's grid stays outside on each side, to interpolate from.
    left, top = max(int(low[0]), whole.left + STEP), max(int(low[1]), whole.top + STEP)
    right = min(int(high[0]), whole.left + whole.width - STEP)
    bottom = min(int(high[1]), whole.top + whole.height - STEP)
    return Grid(left, top, (right - left) // MOUTH_STEP, (bottom - top) // MOUTH_STEP, MOUTH_STEP)


def _fade(grid: Grid) -> Floats:
    """1 within, 0 on the outermost nodes."""
    column, row = np.arange(grid.columns), np.arange(grid.rows)[:, None]
    inwards = np.minimum(np.minimum(column, column[::-1]), np.minimum(row, row[::-1]))
    return smoothstep(inwards / np.float32(4))[..., None]
