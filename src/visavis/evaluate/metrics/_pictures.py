"""What is measured on pixels, gathered in one pass over the pictures of a take.

Owns the regions of a face, and bringing each picture's face to where the portrait's is, so that the two can
be compared although a head moves. Refuses to judge: what is gathered are rows, one for each picture.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics._faces import maps
from visavis.evaluate.seeing import Seen
from visavis.evaluate.takes import Take
from visavis.media import Pixels
from visavis.portrait.crops import Affine, Points, moved
from visavis.portrait.landmarks import EYES, FOREHEAD, JAW, OUTER_LOWER, OUTER_UPPER, OVAL

Curve = NDArray[np.float64]
Light = NDArray[np.float32]
Mask = NDArray[np.bool_]

EYES_APART: Final = 72.0
"""Pixels between the outer corners of the eyes of a face that was brought into its place."""

ROOM: Final = 0.2
"""The room around such a face, in distances between the eyes."""

CELL: Final = 8
"""Pixels of a side of the cells in which the light of a face in its place is followed."""

GRID: Final = 32
"""Cells of a side of a whole picture."""

SETTLED: Final = 3.0
"""Pixels by which a face in its place may be moved further, so that it lies on the portrait's: the mesh
holds a face to within about one."""

MOUTH: Final = tuple(dict.fromkeys((*OUTER_UPPER, *OUTER_LOWER)))
LIDS: Final = tuple((*eye.upper, *eye.lower) for eye in EYES)
LOWER_JAW: Final = JAW[4:-4]

PARTS: Final[Mapping[str, tuple[int, ...]]] = {
    "mouth": MOUTH,
    "eyes": (*LIDS[0], *LIDS[1]),
    "face": (*LIDS[0], *LIDS[1], *MOUTH),
}
"""The points that a part's sharpness is measured around."""

MARGIN: Final = 0.1
"""How far around them, in distances between the eyes."""

FINE: Final = 1.2
"""The deviation in pixels of the blur that takes the finest details away."""

BODY: Final = 0.55
"""Distances between the eyes around a face that hair and neck may take."""


class Place(NamedTuple):
    """Where faces are brought to.

    width, height: pixels. points: [468, 2], where the portrait's mesh lies there.
    still: what neither speech nor blinks move. skin: where an edge of a patch would show.
    """

    width: int
    height: int
    points: Points
    still: Mask
    skin: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """One row for each picture that was looked at, as in seeing.Seen; NaN where there is no face in it.

    span: which of the take's excerpts it is in.
    light: the mean of all of it, 0..255. change: its mean difference from the picture before, NaN for the
        first one of a span. cells: the light of GRID x GRID cells of it, [n, GRID, GRID].
    faces: uint8 [n, h, w, 3], the faces in their place, RGB; black where there is none.
    detail: the strength of the finest details of each part of PARTS, [n] each; own: the portrait's, if any.
    portrait: uint8 [h, w, 3], its face in the same place.
    """

    span: NDArray[np.int64]
    light: Curve
    change: Curve
    cells: Curve
    faces: Pixels
    detail: Mapping[str, Curve]
    own: Mapping[str, float]
    portrait: Pixels | None
    place: Place


class _Row(NamedTuple):
    span: int
    light: float
    change: float
    cells: Curve
    detail: Mapping[str, float]
    face: Pixels


@lru_cache(maxsize=1)
def regions(take: Take) -> Regions:
    """What is measured on the pixels of a take's excerpts. Blocks: some milliseconds for each picture.

    Raises:
        InputError: the video cannot be read. ModelError: faces cannot be looked for.
    """
    portrait, seen = take.portrait, take.seen
    target = portrait.landmarks if portrait is not None else usual(seen)
    into, place = placed(target)
    ways = [None if way is None else _then(way, into) for way in maps(seen.landmarks, target)]
    own = None if portrait is None else brought(portrait.pixels, into, place)
    rows = list(_rows(take, ways, place, own))
    return Regions(
        np.array([row.span for row in rows]),
        np.array([row.light for row in rows]),
        np.array([row.change for row in rows]),
        np.stack([row.cells for row in rows]),
        np.stack([row.face for row in rows]),
        {part: np.array([row.detail[part] for row in rows]) for part in PARTS},
        {} if portrait is None else details(grey_of(portrait.pixels), portrait.landmarks),
        own,
        place,
    )


def usual(seen: Seen) -> NDArray[np.float32]:
    """The median of the meshes; zeros where there is none."""
    meshes = seen.landmarks[seen.found]
    return np.median(meshes, 0) if len(meshes) else np.zeros((468, 3), np.float32)


def placed(landmarks: NDArray[np.floating]) -> tuple[Affine, Place]:
    """The place for the face of a mesh, and the map that brings a picture of it there."""
    points = np.asarray(landmarks[:, :2], float)
    eyes = float(np.hypot(*(points[EYES[1].corners[1]] - points[EYES[0].corners[0]]))) or 1.0
    scale = EYES_APART / eyes
    first = points.min(0) - ROOM * eyes
    width, height = np.ceil((np.ptp(points, axis=0) + 2 * ROOM * eyes) * scale).astype(int).clip(16).tolist()
    into = np.column_stack([np.eye(2) * scale, -first * scale])
    there = moved(points, into)
    return into, Place(width, height, there, *_masks(there, width, height))


def brought(pixels: Pixels, way: Affine, place: Place) -> Pixels:
    """A picture's face in its place, uint8 [h, w, 3]."""
    size = place.width, place.height
    return np.asarray(
        cv2.warpAffine(pixels, way, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def settled(face: Pixels, portrait: Pixels, place: Place) -> Pixels:
    """A face in its place, moved by a part of a pixel to where its lines are those of the portrait's.

    By phase correlation of what is still (Kuglin and Hines, "The phase correlation image alignment method",
    1975). A face that is not like the portrait stays where it is.
    """
    weight = cv2.GaussianBlur(place.still.astype(np.float32), (0, 0), 4)
    weight = weight * cv2.createHanningWindow((place.width, place.height), cv2.CV_32F)
    lines = [_lines(grey_of(pixels)) * weight for pixels in (portrait, face)]
    (right, down), _ = cv2.phaseCorrelate(lines[0], lines[1])
    if np.hypot(right, down) > SETTLED:
        return face
    return brought(face, np.array([[1, 0, -right], [0, 1, -down]], float), place)


def details(grey: Pixels, landmarks: NDArray[np.floating]) -> dict[str, float]:
    """The root mean square of what a slight blur takes away from each part, in steps of 1/255."""
    points = np.asarray(landmarks[:, :2], float)
    room = MARGIN * float(np.hypot(*(points[EYES[1].corners[1]] - points[EYES[0].corners[0]])))
    return {part: _detail(grey, points[list(which)], room) for part, which in PARTS.items()}


def beside(landmarks: NDArray[np.floating], size: tuple[int, int]) -> Mask:
    """Which of the cells of a picture are neither head nor body, [GRID, GRID]: what is above the chin and
    not near the face.
    """
    points = np.asarray(landmarks[:, :2], float)
    eyes = float(np.hypot(*(points[EYES[1].corners[1]] - points[EYES[0].corners[0]])))
    middle = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(middle * size[0], middle * size[1])
    (left, top), (right, bottom) = points.min(0) - BODY * eyes, points.max(0) + BODY * eyes
    near = (x > left) & (x < right) & (y > top - BODY * eyes)
    return np.asarray(~near & (y < bottom - 2 * BODY * eyes))


def _rows(take: Take, ways: list[Affine | None], place: Place, portrait: Pixels | None) -> Iterator[_Row]:
    nowhere = np.zeros((place.height, place.width, 3), np.uint8)
    unseen = dict.fromkeys(PARTS, float("nan"))
    at = 0
    for index, span in enumerate(take.excerpts):
        before: Pixels | None = None
        for pixels in take.pictures(span):
            grey, way = grey_of(pixels), ways[at]
            cells = cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA)
            change = float("nan") if before is None else float(cv2.absdiff(grey, before).mean())
            detail = unseen if way is None else details(grey, take.seen.landmarks[at])
            face = nowhere if way is None else brought(pixels, way, place)
            if way is not None and portrait is not None:
                face = settled(face, portrait, place)
            yield _Row(index, float(grey.mean()), change, cells.astype(float), detail, face)
            before, at = grey, at + 1


def _then(first: Affine, second: Affine) -> Affine:
    """One map after another."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


def grey_of(pixels: Pixels) -> Pixels:
    """Its luma, uint8 [h, w]."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _lines(grey: Pixels) -> Light:
    light = grey.astype(np.float32)
    return np.asarray(light - cv2.GaussianBlur(light, (0, 0), 6))


def _detail(grey: Pixels, points: Points, room: float) -> float:
    height, width = grey.shape
    left, top = np.clip(np.floor(points.min(0) - room).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(points.max(0) + room).astype(int), (left + 1, top + 1), (width, height))
    part = grey[top:bottom, left:right].astype(np.float32)
    return float(np.sqrt(np.square(part - cv2.GaussianBlur(part, (0, 0), FINE)).mean()))


def _masks(points: Points, width: int, height: int) -> tuple[Mask, Mask]:
    """What is still, and what is skin, of a face in its place."""
    oval = _filled([points[list(OVAL)]], width, height)
    mouth = _hull(points, MOUTH, width, height)
    eyes = _hull(points, LIDS[0], width, height) | _hull(points, LIDS[1], width, height)
    speaks = _hull(points, (*MOUTH, *LOWER_JAW), width, height)
    still = _grown(oval, -0.06) & ~_grown(speaks, 0.12) & ~_grown(eyes, 0.1)
    below = np.arange(height)[:, None] > points[FOREHEAD][1] * 0.5 + points[[33, 263], 1].mean() * 0.5
    skin = _grown(oval, -0.04) & ~_grown(mouth, 0.05) & ~_grown(eyes, 0.1) & below
    return still, skin


def _hull(points: Points, which: tuple[int, ...], width: int, height: int) -> Mask:
    hull = cv2.convexHull(points[list(which)].astype(np.float32))[:, 0]
    return _filled([np.asarray(hull, np.float32)], width, height)


def _filled(outlines: list[NDArray[np.floating]], width: int, height: int) -> Mask:
    drawn = np.zeros((height, width), np.uint8)
    cv2.fillPoly(drawn, [np.rint(outline).astype(np.int32) for outline in outlines], 1)
    return drawn > 0


def _grown(mask: Mask, by: float) -> Mask:
    """A region larger by so many distances between the eyes, or smaller."""
    reach = max(1, round(abs(by) * EYES_APART))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    change = cv2.dilate if by > 0 else cv2.erode
    return np.asarray(change(mask.astype(np.uint8), disc)) > 0
