"""The face mesh: 468 points of a face, the rims of its irises, and which way the head looks.

Owns the squares in which the networks see a face and the way back to the picture. Indices are those
of MediaPipe's canonical face mesh; "left" and "right" are the picture's.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.crops import Points, Square, inverse, moved, onto, sample
from visavis.portrait.landmarks import EYES

Network = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], ...]]
"""A picture [h, w, 3], 0..1, to the network's output tensors, each without its batch axis."""

MESH_SIDE = 192
IRIS_SIDE = 64
POINTS = 468

# The iris network's eye region, ring by ring from the lids outwards: first the lower half from the outer to
# the inner corner, then the upper half likewise without the corners. Further out it knows brows and cheeks.
LIDS_LEFT = EYES[0].lower + EYES[0].upper[1:-1]
LIDS_RIGHT = EYES[1].lower[::-1] + EYES[1].upper[-2:0:-1]
_SECOND_LEFT = (130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190)
_SECOND_RIGHT = (359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414)
_THIRD_LEFT = (226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189)
_THIRD_RIGHT = (446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413)
_EYE_LEFT = LIDS_LEFT + _SECOND_LEFT + _THIRD_LEFT
_EYE_RIGHT = LIDS_RIGHT + _SECOND_RIGHT + _THIRD_RIGHT
_TRUST = np.repeat([1.0, 1.0, 0.5], 16)[:, None]

_CORNERS_LEFT, _CORNERS_RIGHT = (eye.corners for eye in EYES)
_OUTER_CORNERS = (_CORNERS_LEFT[0], _CORNERS_RIGHT[1])

_MESH_SPAN = 1.5
_IRIS_SPAN = 2.3
_STEADY = 0.004
_PASSES = 3


class Mesh(NamedTuple):
    """A face's points.

    landmarks: float64 [468, 3], pixels; z is smaller nearer to the viewer, 0 in the middle of the face.
    presence: 0..1, how sure the network is that there is a face in the square.
    """

    landmarks: Points
    presence: float


class Eye(NamedTuple):
    """What the iris network sees of one eye, in pixels.

    contour: [71, 2], the lids and the skin around them, ring by ring.
    iris: [5, 2], the centre, then right, top, left and bottom of the rim as seen in the picture.
    """

    contour: Points
    iris: Points


def mesh_in(pixels: Pixels, square: Square, network: Network) -> Mesh:
    """The mesh of the face in a square that is a good deal wider than the face."""
    matrix = onto(square, MESH_SIDE)
    points, logit = network(_seen(sample(pixels, matrix, MESH_SIDE, MESH_SIDE)))
    landmarks = moved(points.reshape(-1, 3).astype(float), inverse(matrix))
    return Mesh(landmarks, float(1 / (1 + np.exp(-np.clip(logit.ravel()[0], -80, 80)))))


def settled_mesh(pixels: Pixels, square: Square, network: Network) -> Mesh:
    """The mesh seen again in the square around what was seen before, until it holds still.

    square: around the detector's box; a first look, corrected by the second, as a tracker would do.
    """
    mesh = mesh_in(pixels, square._replace(size=square.size * _MESH_SPAN), network)
    for _ in range(_PASSES - 1):
        before, mesh = mesh, mesh_in(pixels, square_around(mesh.landmarks), network)
        step = np.abs(mesh.landmarks[:, :2] - before.landmarks[:, :2]).mean()
        if step < _STEADY * np.ptp(mesh.landmarks[:, 0]):
            break
    return mesh


def looked_at_again(pixels: Pixels, mesh: Mesh, network: Network) -> tuple[Mesh, Points]:
    """The mean of eight looks, each a little aside, and how far they differ.

    A face holds still to within 1 to 2 percent of the distance between its eyes; where the network
    guesses, at what is hidden or at what is no human face, the looks scatter.

    Returns:
        The mesh, and its spread [468]: the standard deviation over the looks, in distances between
        the outer corners of the eyes.
    """
    square = square_around(mesh.landmarks)
    looks = [mesh_in(pixels, aside, network) for aside in _asides(square)]
    points = np.stack([look.landmarks for look in looks])
    mean = points.mean(0)
    spread = np.sqrt(points[:, :, :2].var(0).sum(1)) / eye_distance(mean)
    return Mesh(mean, float(np.mean([look.presence for look in looks]))), spread


def _asides(square: Square) -> Iterator[Square]:
    """A square moved, turned and scaled in a balanced design, so that the changes cancel in the mean."""
    for right, down, larger in product((-1, 1), repeat=3):
        yield Square(
            square.x + 0.025 * right * square.size,
            square.y + 0.025 * down * square.size,
            square.size * (1 + 0.08 * larger),
            square.angle + 0.05 * right * down * larger,
        )


def square_around(landmarks: Points) -> Square:
    """The square in which the mesh network expects a face, turned with the line of the eyes."""
    angle = roll_of(landmarks)
    turn = onto(Square(0, 0, 1, angle), 1)
    flat = moved(landmarks[:, :2], turn)
    middle = moved((flat.min(0) + flat.max(0)) / 2, inverse(turn))
    return Square(float(middle[0]), float(middle[1]), float(np.ptp(flat, axis=0).max()) * _MESH_SPAN, angle)


def box_of(landmarks: Points) -> Points:
    """The box [2, 2] around a mesh, top left and bottom right corner."""
    return np.stack([landmarks[:, :2].min(0), landmarks[:, :2].max(0)])


def eye_distance(landmarks: Points) -> float:
    """The distance between the outer corners of the eyes as it would be seen from the front, pixels."""
    return float(np.linalg.norm(np.diff(landmarks[list(_OUTER_CORNERS)], axis=0)))


def roll_of(landmarks: Points) -> float:
    """The angle of the line through the outer corners of the eyes, radians, clockwise."""
    dx, dy = np.diff(landmarks[list(_OUTER_CORNERS), :2], axis=0)[0]
    return float(np.arctan2(dy, dx))


def eyes_refined(pixels: Pixels, landmarks: Points, network: Network) -> tuple[Points, Points]:
    """The mesh with the lids that the iris network sees, and the irises [2, 5, 2], left one first.

    The mesh network sees an eye on some 30 pixels, the iris network on 64: its lids and inner corners
    sit visibly better. Depths stay the mesh's.
    """
    left = eye_in(pixels, landmarks[list(_CORNERS_LEFT), :2], network)
    right = eye_in(pixels, landmarks[list(_CORNERS_RIGHT), :2], network, mirrored=True)
    better = landmarks.copy()
    for eye, indices in ((left, list(_EYE_LEFT)), (right, list(_EYE_RIGHT))):
        better[indices, :2] += _TRUST * (eye.contour[: len(indices)] - landmarks[indices, :2])
    return better, np.stack([left.iris, right.iris])


def eye_in(pixels: Pixels, corners: Points, network: Network, *, mirrored: bool = False) -> Eye:
    """One eye, from its two corners [2, 2], left one first.

    mirrored: show it to the network as in a mirror; it knows the picture's left eye only.
    """
    (dx, dy), (x, y) = corners[1] - corners[0], corners.mean(0)
    matrix = onto(Square(x, y, np.hypot(dx, dy) * _IRIS_SPAN, np.arctan2(dy, dx)), IRIS_SIDE)
    crop = _seen(sample(pixels, matrix, IRIS_SIDE, IRIS_SIDE))
    contour, rim = (
        tensor.reshape(-1, 3)[:, :2].astype(float) for tensor in network(crop[:, ::-1] if mirrored else crop)
    )
    if mirrored:
        contour, rim = (points * (-1, 1) + (IRIS_SIDE - 1, 0) for points in (contour, rim))
        rim = rim[[0, 3, 2, 1, 4]]
    back = inverse(matrix)
    return Eye(moved(contour, back), moved(rim, back))


def _seen(crop: Pixels) -> NDArray[np.float32]:
    return np.multiply(crop, 1 / 255, dtype=np.float32)
