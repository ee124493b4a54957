"""A turning head from one photograph: depth parallax, fading into neck, shoulders and background.

The face's depth comes from its mesh, the skull and hair from an ellipsoid around it. All of it is
linear in a few numbers, so that a frame's field is one small product.
"""

import math
from collections.abc import Sequence

import numpy as np

from visavis.engines.face.warp.field import Grid, spread_matrix
from visavis.engines.face.warp.geometry import Axes, Floats, smoothstep, vector
from visavis.media import Portrait
from visavis.motion.frames import Head
from visavis.portrait.landmarks import CHIN, EYES, FOREHEAD, JAW, OVAL

STEP = 8  # pixels; motion of the head is smooth
BREATH = 0.014  # rise of the shoulders with a full breath, in distances between the eyes
BROWS = 0.055  # rise of the brows in speech
BODY = 0.30  # how much of the head's shift the shoulders take


def frame_grid(width: int, height: int) -> Grid:
    """Covers the frame and one cell more on each side, so that enlarging never clamps inside it."""
    return Grid(-STEP, -STEP, -(-width // STEP) + 2, -(-height // STEP) + 2, STEP)


def pose_fields(portrait: Portrait, axes: Axes, grid: Grid, spectacles: bool) -> Floats:
    """[9, rows * columns * 2]: forward fields for the numbers that `pose_weights` gives."""
    nodes = grid.nodes()
    points = portrait.landmarks
    centre = points[list(OVAL), :2].mean(0)
    right = axes.basis[0, :2] / np.linalg.norm(axes.basis[0, :2])
    down = vector(-right[1], right[0])
    rel = nodes - centre
    x, y = rel @ right, rel @ down
    head = axes.to_head(points)
    face_width = float(np.ptp(head[list(OVAL), 0]))
    face_height = float(head[CHIN, 1] - head[FOREHEAD, 1])
    follow = _head_weight(x, y, face_width, face_height)
    depth = _depth(portrait, nodes, x, y, face_width, face_height) * follow
    neck_y = 0.5 * face_height + 0.25 * face_width  # the head turns on the neck
    body = _body_weight(y, face_height)
    carry = np.maximum(follow, BODY * body)
    zero = np.zeros_like(x)
    bottom = (nodes[..., 1] - centre[1]) / max(portrait.pixels.shape[0] - centre[1], 1)
    breath = -BREATH * axes.unit * body * (1 - smoothstep((bottom - 0.75) / 0.3) * 0.85)
    # Spectacles would bend with the brows, so behind them the brows lie still.
    brows = zero if spectacles else _brow_weight(portrait, nodes, axes)
    fields = (
        (-depth, zero),  # sin yaw
        (zero, -depth),  # sin pitch
        (-(y - neck_y) * follow, x * follow),  # sin roll
        (x * follow, zero),  # cos yaw - 1
        (zero, (y - neck_y) * follow),  # cos pitch - 1
        (carry * axes.unit, zero),  # shift right
        (zero, carry * axes.unit),  # shift down
        (zero, breath + 0.25 * breath.min() * follow),  # breath
        (zero, -brows * BROWS * axes.unit),  # brows
    )
    turned = np.stack([fx[..., None] * right + fy[..., None] * down for fx, fy in fields])
    turned *= _edge_hold(nodes, portrait.size)
    return turned.reshape(len(fields), -1).astype(np.float32)


def pose_weights(heads: Sequence[Head]) -> Floats:
    """[n, 9]: the numbers that weigh `pose_fields`."""
    return np.array([_weights(head) for head in heads], np.float32)


def _weights(head: Head) -> tuple[float, ...]:
    return (
        math.sin(head.yaw),
        math.sin(head.pitch),
        math.sin(head.roll),
        math.cos(head.yaw) - 1,
        math.cos(head.pitch) - 1,
        head.x,
        head.y,
        head.breath,
        head.brows,
    )


def _edge_hold(nodes: Floats, size: tuple[int, int]) -> Floats:
    """[rows, columns, 2]: nothing is drawn in from beyond the frame, where there is no picture."""
    reach = 0.07 * min(size)
    gaps = [np.minimum(nodes[..., k], size[k] - 1 - nodes[..., k]) / reach for k in (0, 1)]
    return smoothstep(np.stack(gaps, -1))


def _brow_weight(portrait: Portrait, nodes: Floats, axes: Axes) -> Floats:
    """[rows, columns]: 1 along the brows, falling off into the forehead and, faster, towards the eyes."""
    points = portrait.landmarks[:, :2]
    weight = np.zeros(nodes.shape[:2], np.float32)
    for eye in EYES:
        for index in (*eye.brow, *eye.brow_top):
            away = (nodes - points[index]) / axes.unit
            reach = np.where(away[..., 1] > 0, 0.13, 0.30)
            near = np.exp(-((away[..., 0] / 0.22) ** 2) - (away[..., 1] / reach) ** 2)
            weight = np.maximum(weight, near)
    return weight


def _head_weight(x: Floats, y: Floats, width: float, height: float) -> Floats:
    """1 on face and hair, falling to 0 in the background around and on the chest below."""
    up, below = 1.05 * height, 0.98 * height
    radius = np.hypot(x / (0.92 * width), np.where(y < 0, y / up, y / below))
    return smoothstep((1.22 - radius) / 0.52)


def _body_weight(y: Floats, face_height: float) -> Floats:
    """0 at the mouth, 1 from below the chin on."""
    return smoothstep((y - 0.35 * face_height) / (0.45 * face_height))


def _depth(portrait: Portrait, nodes: Floats, x: Floats, y: Floats, width: float, height: float) -> Floats:
    """Depth behind the axis of rotation, negative in front of it, in pixels, [rows, columns]."""
    points = portrait.landmarks
    chosen = sorted({*range(0, 468, 4), *OVAL, *JAW})
    unit = width
    spread = spread_matrix(points[chosen, :2] / unit, nodes.reshape(-1, 2) / unit, 1e-1)
    mesh = (spread @ points[chosen, 2]).reshape(x.shape)
    ears = points[[234, 454], 2].mean()
    axis = ears + 0.35 * width
    radius = np.hypot(x / (0.80 * width), np.where(y < 0, y / (1.0 * height), y / (0.68 * height)))
    skull = axis - 0.58 * width * np.sqrt(np.clip(1 - np.minimum(radius, 1) ** 2, 0, 1))
    inner = np.hypot(x / (0.52 * width), y / (0.54 * height))
    blend = 1 - smoothstep((inner - 0.80) / 0.45)
    return np.asarray(blend * mesh + (1 - blend) * skull - axis, np.float32)
