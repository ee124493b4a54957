"""What a Mouth looks like: the contours of the lips and the places of chin, jaw and cheeks.

All in the head's own axes (see geometry.Axes), so that a face turned to the side speaks as well as
one from the front. Nothing here knows a picture's pixels: only landmarks go in and come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.engines.face.warp.geometry import (
    CHEEKS,
    CHIN_SKIN,
    NOSE,
    UNDER_EYES,
    Axes,
    Floats,
    spline_matrix,
)
from visavis.engines.face.warp.seam import POINTS, dark_line, teeth_show
from visavis.media import Portrait
from visavis.motion.frames import Mouth
from visavis.portrait.landmarks import INNER_LOWER, INNER_UPPER, JAW, OUTER_LOWER, OUTER_UPPER

ALONG = np.linspace(-1, 1, POINTS, dtype=np.float32)
ASIDE = ALONG**2
BULGE = 1 - 0.45 * ASIDE  # lips swell most in their middle
WITHIN = 1 - ASIDE**2  # and not at all at the corners

# Distances in units of the one between the eyes (63 mm in an adult).
GAP = 0.27  # between the lips in the most open vowel: 17 mm
DROP = 0.22  # of the chin in the most open vowel
WIDTH, RING = 0.82, 0.64  # of a mouth at rest: 52 mm; in [u], relative to that
POUT = 0.12  # of the lips, forward, in [u]
SURE_GAP, MESH_GAP = 0.05, 0.08  # what the mesh may put between lips that are in fact shut


@dataclass(frozen=True, slots=True)
class Contours:
    """Four curves [..., POINTS, 3] from the picture's left corner to its right, in the head's axes."""

    outer_upper: Floats
    inner_upper: Floats
    inner_lower: Floats
    outer_lower: Floats


@dataclass(frozen=True, slots=True)
class Lips:
    """A portrait's lips, and the points of its lower face that follow them.

    unit: the distance between the eyes in pixels, as in Axes.
    seen: the contours as they are in the portrait.
    seam: [POINTS, 3], where the lips meet when the mouth is shut.
    thick_upper, thick_lower: [POINTS], how high the lips are.
    open_by: the gap seen in the portrait, in units of the eyes' distance.
    ring: the mouth's width in [u], relative to that in the portrait.
    smile: 0..1, how far the portrait's mouth is drawn apart already.
    skin: [n, 3], chin, jaw, cheeks, nose and lids, then the still border.
    jaw_share, corner_share: [n], 0..1, how far each of them goes with the jaw and with the mouth's
        corners; corner_side: [n], -1 on the picture's left, 1 on its right.
    """

    unit: float
    seen: Contours
    seam: Floats
    thick_upper: Floats
    thick_lower: Floats
    open_by: float
    ring: float
    smile: float
    skin: Floats
    jaw_share: Floats
    corner_share: Floats
    corner_side: Floats


def lips_of(portrait: Portrait, axes: Axes) -> Lips:
    """Read a portrait's lips off its landmarks, and the line where they meet off its pixels."""
    head = axes.to_head(portrait.landmarks)
    outer_upper, outer_lower = _curve(head, OUTER_UPPER), _curve(head, OUTER_LOWER)
    # The opening of the lips ends at the mouth's corners, not at the mesh's inner ring.
    corners = OUTER_UPPER[0], OUTER_UPPER[-1]
    inner_upper = _curve(head, (corners[0], *INNER_UPPER, corners[1]))
    inner_lower = _curve(head, (corners[0], *INNER_LOWER, corners[1]))
    inner_lower[:, 1] = np.maximum(inner_lower[:, 1], inner_upper[:, 1])
    gap = float(inner_lower[POINTS // 2, 1] - inner_upper[POINTS // 2, 1]) / axes.unit
    if gap < SURE_GAP or (gap < MESH_GAP and not teeth_show(portrait.pixels, axes, inner_upper, inner_lower)):
        middle = (inner_upper + inner_lower) / 2
        middle[:, 1] += dark_line(portrait.pixels, axes, middle)
        inner_upper = inner_lower = middle
        gap = 0.0
    seen = Contours(outer_upper, inner_upper, inner_lower, outer_lower)
    seam = inner_upper + 0.52 * (inner_lower - inner_upper)
    width = float(seam[-1, 0] - seam[0, 0]) / axes.unit
    smile = float(np.clip((width - WIDTH) / 0.25, 0, 1))
    skin, jaw, corner, side = _followers(head, axes.unit, seam, smile)
    ring = RING * min(1.0, WIDTH / width) ** 0.5
    thick_upper, thick_lower = (inner_upper - outer_upper)[:, 1], (outer_lower - inner_lower)[:, 1]
    return Lips(axes.unit, seen, seam, thick_upper, thick_lower, gap, ring, smile, skin, jaw, corner, side)


def _curve(head: Floats, indices: tuple[int, ...]) -> Floats:
    """A smooth curve [POINTS, 3] through landmarks, its points evenly spread from side to side."""
    fine = spline_matrix(len(indices), 8 * POINTS) @ head[list(indices)]
    x = np.maximum.accumulate(fine[:, 0])
    even = np.linspace(x[0], x[-1], POINTS)
    return np.stack([np.interp(even, x, fine[:, axis]) for axis in range(3)], 1).astype(np.float32)


def _followers(
    head: Floats, unit: float, seam: Floats, smile: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Points of the skin and how much each one follows the jaw and the mouth's corners.

    A smile's corners travel far when it rounds, so more of the cheek has to come along.
    """
    moving = head[[*JAW, *CHIN_SKIN, *CHEEKS]]
    still = head[[*NOSE, *UNDER_EYES]]
    chin, ear = head[list(JAW)][:, 1].max(), head[list(JAW)][:, 1].min()
    corner_y = seam[[0, -1], 1].mean()
    top = min(ear, corner_y) - 0.05 * unit
    jaw = np.clip((moving[:, 1] - top) / (chin - top), 0, 1) ** 1.15
    half = (seam[-1, 0] - seam[0, 0]) / 2
    # The jaw's far sides hang on the joint below the ear; the chin swings free.
    side_of_jaw = np.clip(np.abs(moving[:, 0]) / (1.0 * unit), 0, 1)
    jaw *= 1 - 0.55 * side_of_jaw**2
    away = np.hypot(np.abs(moving[:, 0]) - half, (moving[:, 1] - corner_y) * 0.9) / (
        (0.42 + 0.2 * smile) * unit
    )
    corner = 0.8 * np.exp(-(away**2))
    side = np.sign(moving[:, 0])
    border = _border(head, unit)
    points = np.concatenate([moving, still, border])
    rest = np.zeros(len(still) + len(border))
    as_float = np.float32
    return (
        points.astype(as_float),
        np.concatenate([jaw, rest]).astype(as_float),
        np.concatenate([corner, rest]).astype(as_float),
        np.concatenate([side, rest]).astype(as_float),
    )


def _border(head: Floats, unit: float) -> Floats:
    """Still points around the lower face: below the chin, beside the cheeks, across the eyes."""
    jaw = head[list(JAW)]
    chin = jaw[:, 1].max()
    left, right = jaw[:, 0].min() - 0.3 * unit, jaw[:, 0].max() + 0.3 * unit
    top = head[list(NOSE)][:, 1].min() - 0.1 * unit
    bottom = chin + 0.75 * unit
    across = np.linspace(left, right, 9)
    down = np.linspace(top, bottom, 7)[1:-1]
    rows = [(x, y) for y in (top, bottom) for x in across] + [(x, y) for x in (left, right) for y in down]
    depth = jaw[:, 2].mean()
    return np.array([(x, y, depth) for x, y in rows], np.float32)


def contours_of(lips: Lips, mouths: Sequence[Mouth]) -> Contours:
    """Where the lips are when the mouth does what each of `mouths` says: curves [n, POINTS, 3]."""
    unit, seen = lips.unit, lips.seen
    jaw, open_, wide, ring, press, tuck, _ = np.array(mouths, np.float32).T[..., None]
    pressed = np.clip(press / 0.5, 0, 1)
    open_ = open_ * (1 - pressed)
    ring = ring * (1 - 0.45 * pressed)  # pressed lips cannot pout as far
    spread = np.maximum(wide, 0)
    gap = GAP * unit * open_
    lift = np.minimum((0.24 + 0.16 * ring + 0.10 * spread) * gap, 0.06 * unit)
    squeeze = 1 + 0.11 * spread + 0.13 * np.minimum(wide, 0) - (0.07 + 0.1 * lips.smile) * jaw + 0.02 * press
    squeeze += (lips.ring - squeeze) * ring
    x = lips.seam[:, 0] * squeeze
    # A smile's curve flattens as the mouth narrows, rounds or drops open.
    smile = np.clip(0.15 + 0.85 * squeeze, 0, 1.05) * (1 - 0.95 * ring) * (1 - 0.8 * jaw)
    middle = lips.seam[POINTS // 2, 1]
    seam = middle + (lips.seam[:, 1] - middle) * smile
    seam += DROP * unit * jaw * (0.05 + 0.34 * ASIDE) * (1 - 0.2 * ring)
    seam -= 0.02 * unit * spread * ASIDE + 0.03 * unit * tuck * (1 - ASIDE)
    z = lips.seam[:, 2] - POUT * unit * ring * BULGE + 0.03 * unit * press
    # Lips seen parted are stretched thin; they swell a little when they meet.
    relax = 1 + min(1.2 * lips.open_by, 0.3)
    stretch = np.clip(squeeze, 0.4, 1.2) ** (-0.35 - 0.15 * lips.smile) * relax
    stretch *= (1 - 0.14 * open_) * (1 - 0.28 * pressed * press)
    upper_thick = lips.thick_upper * (1 + WITHIN * (stretch * (1 + 0.16 * ring * BULGE) - 1))
    thinned = stretch * (1 + 0.14 * ring * BULGE) * (1 - 0.45 * tuck)
    lower_thick = lips.thick_lower * (1 + WITHIN * (thinned - 1))
    upper_share, lower_share = _profiles(jaw, open_, ring)
    tucked = 0.045 * unit * tuck * (1 - ASIDE) * (1 - pressed)
    upper_y = seam - lift * upper_share - 0.6 * tucked
    lower_y = seam + (gap - lift) * lower_share + 0.2 * tucked
    past = (curve - lips.seam for curve in (seen.outer_upper, seen.outer_lower))
    beyond_upper, beyond_lower = ((x + curve[:, 0], z + curve[:, 2]) for curve in past)
    return Contours(
        outer_upper=_stacked(beyond_upper[0], upper_y - upper_thick, beyond_upper[1]),
        inner_upper=_stacked(x, upper_y, z),
        inner_lower=_stacked(x, lower_y, z + 0.05 * unit * tuck),
        outer_lower=_stacked(beyond_lower[0], lower_y + lower_thick, beyond_lower[1]),
    )


def _stacked(x: Floats, y: Floats, z: Floats) -> Floats:
    return np.stack([x, y, z], -1, dtype=np.float32)


def _profiles(jaw: Floats, open_: Floats, ring: Floats) -> tuple[Floats, Floats]:
    """How far the upper and the lower lip leave the seam along the mouth, relative to its middle.

    A lens when spread; an ellipse when rounded, and narrower than the mouth, for rounded lips touch
    beside the opening.
    """
    ring = ring * (1 - 0.4 * open_)
    s = np.minimum(np.abs(ALONG) / (1 - 0.50 * ring), 1)
    upper = (1 - s ** (1.8 - 0.1 * ring)) ** (1 - 0.42 * ring)
    lower = (1 - s ** (2.3 - 0.3 * ring)) ** (1 - 0.42 * np.maximum(ring, 0.45 * jaw))
    return upper, lower


def fold_ease(lips: Lips, mouth: Mouth) -> float:
    """0..1, how far the folds of the portrait's smile are gone."""
    return lips.smile * min(1.2 * mouth.round + 0.5 * max(-mouth.wide, 0) + 0.4 * mouth.jaw, 1.0)


def skin_pulls(lips: Lips, axes: Axes) -> Floats:
    """[4, n, 2]: how the points `lips.skin` move in the picture for one of each of `skin_weights`."""
    still = np.zeros_like(lips.jaw_share)
    pulls = (
        (lips.corner_side * lips.corner_share / 2, still, still),
        (still, lips.jaw_share, still),
        (still, 0.6 * lips.corner_share, still),
        (still, still, -0.5 * lips.corner_share),
    )
    return np.stack([axes.shift(np.stack(pull, 1)) for pull in pulls])


def skin_weights(lips: Lips, mouths: Sequence[Mouth], shaped: Contours) -> Floats:
    """[n, 4], pixels: the mouth wider, the jaw lower, the corners lower, the lips further out."""
    unit = lips.unit
    left, right = shaped.inner_upper[:, 0], shaped.inner_upper[:, -1]
    wider = right[:, 0] - left[:, 0] - (lips.seam[-1, 0] - lips.seam[0, 0])
    lower = (left[:, 1] + right[:, 1] - lips.seam[0, 1] - lips.seam[-1, 1]) / 2
    # The jaw of a mouth seen open comes up as its lips meet.
    drop = [DROP * unit * mouth.jaw - 0.35 * lips.open_by * unit for mouth in mouths]
    out = [POUT * unit * mouth.round for mouth in mouths]
    return np.stack([wider, drop, lower, out], 1, dtype=np.float32)
