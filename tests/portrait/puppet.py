"""A puppet: a face with 468 points, pictures of it, and networks that see nothing else.

Its picture's left eye is a blue disc, the right one green, and a red line is its mouth. The networks find
the discs by colour and answer in the tensors of the real ones, so what is held against the truth is all
that lies between: crops, anchors, merging, and every way back to the picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait import detection, mesh, pose
from visavis.portrait.crops import Points, moved
from visavis.portrait.faces import Found, Networks
from visavis.portrait.pose import Pose, rotation

SKIN, BLUE, GREEN, RED = (190, 160, 140), (0, 0, 255), (0, 255, 0), (200, 0, 0)
SIDES = ((234, 454), (127, 356), (70, 300), (129, 358), (50, 280), (93, 323), (116, 345))
UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324)
EYES = np.array([(-0.32, 0.0), (0.32, 0.0)])
EYE_RADIUS = 0.1


def template() -> Points:
    """The puppet's mesh [468, 3]: the outer corners of its eyes are 1 apart, their middle is the origin."""
    turn = np.linspace(0, 2 * np.pi, 468, endpoint=False)
    oval = np.column_stack([0.75 * np.sin(turn), 0.35 - 0.95 * np.cos(turn), np.full(468, 0.3)])
    points = oval.copy()
    for sign, lids in ((-1, mesh.LIDS_LEFT), (1, mesh.LIDS_RIGHT)):
        outer_to_inner = np.linspace(-0.18, 0.18, 9) * -sign
        lower = np.column_stack([outer_to_inner + 0.32 * sign, 0.06 - 0.6 * outer_to_inner**2 * 3])
        points[list(lids[:9]), :2] = lower
        points[list(lids[9:]), :2] = lower[1:-1] * (1, -1)
        points[list(lids), 2] = 0.0
    for row, (left, right) in enumerate(SIDES):
        points[left] = (-0.7 + 0.05 * row, 0.1 * row - 0.2, 0.3)
        points[right] = points[left] * (-1, 1, 1)
    for index, y in ((10, -0.6), (151, -0.4), (2, 0.5), (164, 0.56), (152, 1.3)):
        points[index] = (0, y, 0)
    for lip, y in ((UPPER_LIP, 0.798), (LOWER_LIP, 0.802)):
        points[list(lip)] = np.column_stack([np.linspace(-0.25, 0.25, 9), np.full(9, y), np.zeros(9)])
    return points


def placed(x: float, y: float, size: float, at: Pose | None = None) -> Points:
    """The mesh with its eyes' middle at (x, y) and the outer corners `size` pixels apart, in a pose."""
    return template() @ rotation(at or Pose(0, 0, 0)).T * size + (x, y, 0)


def found(landmarks: Points, at: Pose | None = None) -> Found:
    """A face as a Finder would give it."""
    yaw, pitch, roll = at or pose.head_pose(landmarks)
    eyes = np.stack([landmarks[list(lids), :2].mean(0) for lids in (mesh.LIDS_LEFT, mesh.LIDS_RIGHT)])
    return Found(
        box=mesh.box_of(landmarks).astype(np.float32).ravel(),
        score=1.0,
        landmarks=landmarks.astype(np.float32),
        irises=np.repeat(eyes[:, None], 5, axis=1).astype(np.float32),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        spread=np.full(468, 0.01, np.float32),
    )


def drawn(width: int, height: int, *faces: tuple[float, float, float, float]) -> Pixels:
    """A picture of puppets, each (x, y, size, roll): the eyes' middle, the size as in `placed`."""
    picture = np.full((height, width, 3), 120, np.uint8)
    for x, y, size, roll in faces:
        angle = float(np.degrees(roll))
        turn = np.array([(np.cos(roll), -np.sin(roll)), (np.sin(roll), np.cos(roll))]) * size
        _ellipse(picture, (x, y) + turn @ [0, 0.35], (0.75 * size, 0.95 * size), angle, SKIN)
        for eye, colour in zip(EYES, (BLUE, GREEN), strict=True):
            _ellipse(picture, (x, y) + turn @ eye, (EYE_RADIUS * size,) * 2, angle, colour)
        _ellipse(picture, (x, y) + turn @ [0, 0.8], (0.25 * size, 0.03 * size), angle, RED)
    return picture


def networks(*, smallest: float = 5.0, presence: float = 8.0, shaking: float = 0.0) -> Networks:
    """Networks that see puppets.

    smallest: pixels of a detector's input between the discs, below which it sees nothing.
    presence: the logit of the mesh network for a puppet that stands upright.
    shaking: how far the mesh slides from the puppet, as a share of its distance from the crop's middle.
    """
    return Networks(
        _detector(128, detection.SHORT_RANGE, smallest),
        _detector(192, detection.FULL_RANGE, smallest),
        _mesher(presence, shaking),
        _iris,
    )


def _ellipse(
    picture: Pixels, centre: Points, axes: tuple[float, float], angle: float, colour: tuple[int, int, int]
) -> None:
    """One filled ellipse, to a sixteenth of a pixel."""
    x, y = (round(float(c) * 16) for c in centre)
    a, b = (round(axis * 16) for axis in axes)
    cv2.ellipse(picture, ((x / 16, y / 16), (a / 8, b / 8), angle), colour, -1, cv2.LINE_AA)


def _discs(picture: NDArray[np.float32]) -> list[tuple[Points, Points]]:
    """The pairs of discs in a picture, 0..1: for each blue one the nearest green one."""
    blues, greens = (_centres(picture, channel) for channel in (2, 1))
    if not len(blues) or not len(greens):
        return []
    return [(blue, greens[int(np.argmin([np.hypot(*(green - blue)) for green in greens]))]) for blue in blues]


def _centres(picture: NDArray[np.float32], channel: int) -> list[Points]:
    others = np.delete(picture, channel, axis=2).max(2)
    weight = np.clip(picture[..., channel] - others - 0.2, 0, None)
    count, labels = cv2.connectedComponents((weight > 0).astype(np.uint8))
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    centres = []
    for label in range(1, count):
        share = np.where(labels == label, weight, 0)
        centres.append(np.array([(columns * share).sum(), (rows * share).sum()]) / share.sum())
    return centres


def _similarity(left: Points, right: Points) -> Points:
    """The map [2, 3] that brings the template's eyes to where the discs are."""
    cos, sin = (right - left) / (EYES[1, 0] - EYES[0, 0])
    turn = np.array([(cos, -sin), (sin, cos)])
    return np.column_stack([turn, (left + right) / 2])


def _upright(left: Points, right: Points) -> bool:
    dx, dy = right - left
    return bool(dx > 0 and abs(dy) < dx)


def _detector(side: int, layers: tuple[detection.Layer, ...], smallest: float) -> mesh.Network:
    centres = detection.anchors(layers)

    def see(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        regressors = np.zeros((len(centres), 16), np.float32)
        logits = np.full((len(centres), 1), -20, np.float32)
        for left, right in _discs(np.multiply(picture + 1, 0.5, dtype=np.float32)):
            if not _upright(left, right) or np.hypot(*(right - left)) < smallest:
                continue
            matrix = _similarity(left, right)
            box = moved(np.array([(-0.6, -0.5), (0.6, 1.2), (0.6, -0.5), (-0.6, 1.2)]), matrix)
            keys = moved(np.array([*EYES, (0, 0.4), (0, 0.8), (-0.7, 0.2), (0.7, 0.2)]), matrix)
            at = (centres * side) - 0.5
            middle = (box.min(0) + box.max(0)) / 2
            for index in np.argsort(np.hypot(*(at - middle).T))[:3]:
                values = np.concatenate([[middle - at[index]], [np.ptp(box, axis=0)], keys - at[index]])
                regressors[index], logits[index] = values.ravel(), 3
        return regressors, logits

    return see


def _mesher(presence: float, shaking: float) -> mesh.Network:
    def see(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        side = picture.shape[0]
        pairs = _discs(picture)
        if not pairs:
            return np.zeros((1, 1, 1404), np.float32), np.full((1, 1, 1), -9, np.float32)
        left, right = min(pairs, key=lambda pair: np.hypot(*((pair[0] + pair[1]) / 2 - side / 2)))
        matrix = _similarity(left, right)
        points = moved(template(), matrix)
        points[:, :2] += shaking * ((left + right) / 2 - side / 2)
        logit = presence if _upright(left, right) else -9.0
        return points.astype(np.float32).reshape(1, 1, -1), np.full((1, 1, 1), logit, np.float32)

    return see


def _iris(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """Sees either disc; takes the picture to show the eye whose inner corner is on the right."""
    discs = _centres(picture, 2) + _centres(picture, 1)
    middle = discs[0] if discs else np.full(2, (picture.shape[0] - 1) / 2)
    radius = 6.0
    rim = middle + radius * np.array([(0, 0), (1, 0), (0, -1), (-1, 0), (0, 1)])
    x = np.linspace(-14, 14, 9)
    lids = np.concatenate([np.column_stack([x, 8 - x**2 / 25]), np.column_stack([x, x**2 / 25 - 8])[1:-1]])
    contour = np.concatenate([middle + lids, np.tile(middle, (71 - 16, 1))])
    return _flat(contour), _flat(rim)


def _flat(points: Points) -> NDArray[np.float32]:
    return np.column_stack([points, np.zeros(len(points))]).astype(np.float32).ravel()
