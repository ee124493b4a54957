"""A face in a picture to a Portrait of an asked size: the crop that a photographer would choose.

Owns the choice of the crop, and the picture's continuation where the crop reaches beyond it. All
measures of the head are in face heights: from the top of the forehead to the chin, in the mesh.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait
from visavis.portrait.crops import Affine, Points, Square, inverse, moved, onto, sample, scale_of
from visavis.portrait.faces import Found
from visavis.portrait.hair import hair_above
from visavis.portrait.landmarks import CHIN, EYES, FOREHEAD

MAX_ENLARGED = 3.25
MAX_TILT = np.radians(12)

_EYE_CORNERS = [corner for eye in EYES for corner in eye.corners]
_EARS = (234, 454)

_TALL, _BROAD = 2.2, 1.7
_TIGHTEST = 1.1
_SIZES = 40
_LOWER = (0.0, 0.025, 0.05)
_HEADROOM = 0.03
_TOUCHING = 0.04
_RIM = 0.03
_USUAL_HAIR, _BIG_HAIR, _HIGHEST_HAIR = 0.33, 0.5, 0.75
_ABOVE_HAIR = 0.07


class _Crop(NamedTuple):
    """A part of the picture: its centre, its size in the picture's pixels, and how far it is turned."""

    x: float
    y: float
    width: float
    height: float
    angle: float

    def onto(self, width: float) -> Affine:
        """The map to a frame of a width."""
        matrix = onto(Square(self.x, self.y, self.width, self.angle), width)
        matrix[1, 2] += (self.height / self.width - 1) * width / 2
        return matrix

    def reach(self) -> Points:
        """Half the width and height of the upright box around it."""
        cos, sin = abs(np.cos(self.angle)), abs(np.sin(self.angle))
        return np.array([self.width * cos + self.height * sin, self.width * sin + self.height * cos]) / 2


@dataclass(frozen=True)
class _Head:
    """What a photographer looks at, in pixels of the picture.

    eyes, middle: points; `middle` between the ears and the face, where the head's weight is.
    top: where the hair ends, or the picture.
    touches: the picture may end where the hair does, or within it.
    up: from the chin to the top of the forehead: one face height.
    """

    eyes: Points
    middle: Points
    top: Points
    touches: bool
    up: Points

    @property
    def height(self) -> float:
        return float(np.hypot(*self.up))


def upright(pixels: Pixels, face: Found) -> tuple[Pixels, Found]:
    """Picture and face turned by a multiple of 90 degrees, so that the head is tilted by 45 at most."""
    quarters = round(face.roll / (np.pi / 2)) % 4
    if quarters == 0:
        return pixels, face
    height, width = pixels.shape[:2]
    matrix = np.array(
        {
            1: [(0, 1, 0), (-1, 0, width - 1)],
            2: [(-1, 0, width - 1), (0, -1, height - 1)],
            3: [(0, -1, height - 1), (1, 0, 0)],
        }[quarters],
        float,
    )
    landmarks, irises = moved(face.landmarks, matrix), moved(face.irises, matrix)
    turned = replace(
        face,
        box=np.concatenate([landmarks[:, :2].min(0), landmarks[:, :2].max(0)]).astype(np.float32),
        landmarks=landmarks.astype(np.float32),
        irises=irises.astype(np.float32),
        roll=_wrapped(face.roll - quarters * np.pi / 2),
    )
    return np.ascontiguousarray(np.rot90(pixels, quarters)), turned


def frame(pixels: Pixels, face: Found, width: int, height: int) -> Portrait:
    """The portrait of a face that `upright` has turned, width x height pixels.

    Head and shoulders, the hair whole, the eyes a little above the middle. The crop is shifted, made
    smaller, or the head left tilted, rather than reach beyond the picture; where it still has to,
    the picture is continued upwards and sideways, never below.

    Raises:
        PortraitError: the face is so small that it would have to be enlarged more than threefold.
    """
    head = _head(pixels, face)
    crop = _best_crop(pixels, head, face.roll, width, height)
    if width > crop.width * MAX_ENLARGED:
        needed = int(np.ceil(head.height * width / (crop.width * MAX_ENLARGED)))
        raise PortraitError(
            f"the face is only {head.height:.0f} pixels high, and {width}x{height} needs {needed}; "
            "give a larger or closer photo, or ask for a smaller size"
        )
    matrix = crop.onto(width)
    return Portrait(
        pixels=_cut(pixels, matrix, width, height),
        landmarks=moved(face.landmarks, matrix).astype(np.float32),
        irises=moved(face.irises, matrix).astype(np.float32),
        yaw=face.yaw,
        pitch=face.pitch,
        roll=face.roll - crop.angle,
    )


def _head(pixels: Pixels, face: Found) -> _Head:
    points = face.landmarks[:, :2].astype(float)
    forehead, chin, ears = points[FOREHEAD], points[CHIN], points[list(_EARS)].mean(0)
    tilt = np.array([np.sin(face.roll), -np.cos(face.roll)])
    up = tilt * max(float((forehead - chin) @ tilt), 1.0)
    above = ears + tilt * float((forehead - ears) @ tilt)
    seen = hair_above(pixels, above, up)
    hair = min(max(seen, _USUAL_HAIR), _HIGHEST_HAIR)
    believed = hair if seen > 0.8 * _USUAL_HAIR else _BIG_HAIR
    limits = np.array(pixels.shape[1::-1]) - 1.0
    top = above + up * hair
    return _Head(
        eyes=points[_EYE_CORNERS].mean(0),
        middle=(ears + points.mean(0)) / 2,
        top=np.clip(top, 0, limits),
        touches=bool((above + up * (believed + _TOUCHING))[1] < 0),
        up=up,
    )


def _best_crop(pixels: Pixels, head: _Head, roll: float, width: int, height: int) -> _Crop:
    limits = np.array(pixels.shape[1::-1], float)
    crops = _crops(limits, head, roll, width / height)
    return min(crops, key=lambda crop: _regret(crop, limits, head, roll))


def _crops(limits: Points, head: _Head, roll: float, aspect: float) -> Iterator[_Crop]:
    """Crops of many sizes, each where it suits the head best without leaving the picture."""
    excess = roll - float(np.clip(roll, -MAX_TILT, MAX_TILT))
    least, most = _TIGHTEST * head.height, _ideal_height(head, aspect) * 1.15 * head.height
    exact = [size for size in (limits[1], limits[0] / aspect) if least < size < most]
    sizes = [*np.geomspace(least, most, _SIZES), *exact]
    for angle, size, lower in product({0.0, excess}, sizes, _LOWER):
        right, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        aim = head.eyes + down * size * (0.5 - _eye_line(aspect) - lower)
        aim += right * float((head.middle - head.eyes) @ right)
        crop = _Crop(0, 0, size * aspect, size, angle)
        x, y = _within(aim, crop.reach(), limits)
        yield crop._replace(x=x, y=y)


def _within(aim: Points, reach: Points, limits: Points) -> Points:
    """The centre nearest to what is aimed at for which a box stays in the picture.

    A box that is too wide holds the whole width; one that is too high ends where the picture ends below,
    so that no body has to be invented.
    """
    low, high = reach - 0.5, limits - reach - 0.5
    x, y = np.clip(aim, np.minimum(low, high), np.maximum(low, high))
    return np.array([x, high[1] if low[1] > high[1] else y])


def _ideal_height(head: _Head, aspect: float) -> float:
    """The height of the best crop: room for the shoulders, and for hair or a hat above the eyes."""
    above = float((head.top - head.eyes) @ head.up) / head.height**2 + _ABOVE_HAIR
    return max(_TALL, _BROAD / aspect, above / _eye_line(aspect))


def _eye_line(aspect: float) -> float:
    """How far down the frame the eyes should be, as a share of its height."""
    return 0.42 - 0.09 * max(1 / aspect - 1, 0)


def _regret(crop: _Crop, limits: Points, head: _Head, roll: float) -> float:
    """What is wrong with a crop; the weights are a matter of taste, tried on photos and paintings."""
    aspect = crop.width / crop.height
    points = moved(np.stack([head.eyes, head.top, head.middle]), crop.onto(1.0))
    eyes, top, middle = (points + 0.5) * (1, aspect)
    size = np.log(crop.height / (_ideal_height(head, aspect) * head.height))
    cut = max(0.0, _HEADROOM - top[1])
    above, aside = _beyond(crop, limits)
    tilt = max(0.0, abs(roll - crop.angle) - MAX_TILT)
    return float(
        3 * size**2
        + 7 * (eyes[1] - _eye_line(aspect)) ** 2
        + 5 * (middle[0] - 0.5) ** 2
        + 2 * cut
        + (8 if head.touches else 2) * above
        + 3 * aside
        + 4 * tilt**2
    )


def _beyond(crop: _Crop, limits: Points) -> tuple[float, float]:
    """How much of a crop's height lies above the picture, and how much of its width beside it."""
    centre, reach = np.array([crop.x, crop.y]) + 0.5, crop.reach()
    low, high = reach - centre, centre + reach - limits
    aside, above = np.clip(low, 0, None) / (2 * reach)
    return float(above), float(aside + max(high[0], 0) / (2 * reach[0]))


def _cut(pixels: Pixels, matrix: Affine, width: int, height: int) -> Pixels:
    """The crop; where it leaves the picture, a narrow mirrored rim that melts into the edge's colours."""
    frame = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)], float)
    if _outside(pixels, moved(frame, inverse(matrix))).max() <= 1:
        return sample(pixels, matrix, width, height, border=cv2.BORDER_REPLICATE, fine=True)
    near = sample(pixels, matrix, width, height, border=cv2.BORDER_REFLECT_101, fine=True)
    soft = _blurred(sample(pixels, matrix, width, height, border=cv2.BORDER_REPLICATE))
    columns, rows = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
    away = _outside(pixels, moved(np.stack([columns, rows], axis=-1), inverse(matrix))) * scale_of(matrix)
    share = np.clip(away / (width * _RIM), 0, 1)[..., None]
    return np.asarray(np.rint(near * (1 - share) + soft * share), np.uint8)


def _blurred(pixels: Pixels) -> Pixels:
    """A picture of which only large patches of colour are left; blurred small, for speed."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (32, 32 * height // width), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 2)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _outside(pixels: Pixels, points: Points) -> NDArray[np.float64]:
    """How far points [..., 2] lie outside the picture, pixels; 0 within it."""
    limits = np.array(pixels.shape[1::-1]) - 1.0
    over = np.maximum(np.maximum(-points, points - limits), 0)
    return np.asarray(np.hypot(over[..., 0], over[..., 1]))


def _wrapped(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
