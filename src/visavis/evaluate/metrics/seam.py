"""Whether a patch shows that was pasted into the face: steps of shade that the portrait has not.

A patch is a rectangle around the mouth or around the lower face, the shape of the lips made larger, or the
face down to its jaw; how large, nobody knows. So each of these outlines is tried in all sizes, on pictures
in which the mouth is nearly as in the portrait, for there nothing but a patch makes a difference.
"""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, is_seen, maps
from visavis.evaluate.metrics._pictures import EYES_APART, MOUTH, Light, Place, regions
from visavis.evaluate.metrics.identity import NO_PORTRAIT
from visavis.evaluate.seeing import Seen
from visavis.evaluate.takes import Take
from visavis.media import Pixels, Portrait
from visavis.portrait.crops import Points, moved
from visavis.portrait.landmarks import CHIN, JAW

Curve = NDArray[np.float64]

SOFT: Final = 0.8
"""The deviation in pixels of a blur before shades are compared."""

REACH: Final = 0.4
"""Half the length of a rectangle's side, in distances between the eyes."""

ALIKE: Final = 0.25
FEWEST: Final = 10
"""The share of the pictures that is taken, those with a mouth as in the portrait, and how many at least."""

SIDE: Final = 3
"""Pixels on either side of an outline whose shades are compared."""

ASIDE: Final = 6
"""Pixels from a step at which the shade is looked at again: what goes on rising is a shadow."""

SMOOTH: Final = 6.0
"""The slope of the portrait, in 1/255 a pixel, up to which skin is smooth: along folds and edges nothing is
told from what was not brought to its place to a hair."""

ENOUGH: Final = 10.0
POINTS: Final = 96
"""Points along an outline, and of how many on smooth skin it takes as many again to be believed by half."""

_WAYS: Final = (*MOUTH, CHIN)


def seam(take: Take) -> Reading:
    """The largest step of shade along an outline that a patch may have, in 1/255."""
    if take.portrait is None:
        return NO_PORTRAIT
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    assert found.portrait is not None
    mean = found.faces[alike(take.seen, take.portrait)].mean(0, dtype=np.float32)
    return Reading(largest_step(mean, found.portrait, found.place))


def alike(seen: Seen, portrait: Portrait) -> NDArray[np.int64]:
    """Which of the pictures have a mouth that is the most like the portrait's."""
    wanted = portrait.landmarks[list(_WAYS), :2]
    far = np.array(
        [
            np.inf if way is None else np.abs(moved(mesh[list(_WAYS), :2], way) - wanted).sum()
            for mesh, way in zip(seen.landmarks, maps(seen.landmarks, portrait.landmarks), strict=True)
        ]
    )
    wanting = min(int(np.isfinite(far).sum()), max(FEWEST, round(ALIKE * len(far))))
    return np.sort(np.argsort(far, kind="stable")[:wanting])


def largest_step(face: Light, portrait: Pixels, place: Place) -> float:
    """The largest step along any outline, in all colours together. face, portrait: [h, w, 3], in their
    place.
    """
    difference = np.asarray(cv2.GaussianBlur(face - portrait.astype(np.float32), (0, 0), SOFT), np.float32)
    trusted = np.where(place.skin, trust(portrait), 0).astype(np.float32)
    found = (steps(_at(difference, *lines), _at(trusted, *lines)) for lines in outlines(place.points))
    return max(float(step.max(initial=0.0)) for step in found)


def trust(portrait: Pixels) -> Light:
    """How smooth the skin is, 0..1, [h, w]."""
    soft = cv2.GaussianBlur(portrait.astype(np.float32), (0, 0), SOFT)
    slopes = [cv2.Sobel(soft, cv2.CV_32F, dx, dy, ksize=3, scale=1 / 8) for dx, dy in ((1, 0), (0, 1))]
    steep = cv2.dilate(np.sqrt(np.square(slopes).mean(3).sum(0)), np.ones((3, 3)))
    return np.asarray(1 / (1 + (steep / SMOOTH) ** 4), np.float32)


def steps(strip: Light, trusted: Light) -> Curve:
    """How much shade changes across each line of a strip, the mean along the line, all colours together.

    strip: [lines, points, 3]. trusted: [lines, points], how much each point counts.
    """
    across = _run(strip).mean(-1)
    across = across[SIDE:] - across[:-SIDE]
    weight = _run(trusted).min(-1)
    weight = np.minimum(weight[SIDE:], weight[:-SIDE])
    profile = np.einsum("lp,lpc->lc", weight, across) / (weight.sum(1) + ENOUGH)[:, None]
    padded = np.pad(profile, ((ASIDE, ASIDE), (0, 0)), "edge")
    alone = profile - (padded[: -2 * ASIDE] + padded[2 * ASIDE :]) / 2
    return np.asarray(np.sqrt(np.square(alone).mean(1)))


def outlines(points: Points) -> Iterator[tuple[Curve, Curve]]:
    """Families of outlines, a pixel from line to line: x and y, [lines, POINTS] each.

    Upper sides of rectangles, above the lips; left and right ones, beside them; lips made larger; and jaws.
    Below the lips a chin moves, and its edges are no patch's.
    """
    lips, jaw = points[list(MOUTH)], points[list(JAW)]
    (left, top), (right, _), middle = lips.min(0), lips.max(0), lips.mean(0)
    along = np.linspace(-REACH, REACH, POINTS) * EYES_APART
    yield _grid(middle[0] + along[None], np.arange(points[:, 1].min(), top)[:, None])
    yield _grid(np.arange(points[:, 0].min(), left)[:, None], middle[1] + along[None])
    yield _grid(np.arange(right, points[:, 0].max())[:, None], middle[1] + along[None])
    hull = cv2.convexHull(lips.astype(np.float32))[:, 0].astype(float)
    yield _larger(np.concatenate([hull, hull[:1]]), 1.1, 3.0)
    yield _larger(jaw, 0.7, 1.1)


def _grid(x: Curve, y: Curve) -> tuple[Curve, Curve]:
    across, down = np.broadcast_arrays(x, y)
    return across, down


def _larger(outline: Points, least: float, most: float) -> tuple[Curve, Curve]:
    """An outline made larger about its middle, from one size to another."""
    middle = outline.mean(0)
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))])
    at = np.linspace(0, way[-1], POINTS)
    right, down = (np.interp(at, way, outline[:, axis]) - middle[axis] for axis in (0, 1))
    sizes = np.arange(least, most, 1 / np.hypot(right, down).mean())[:, None]
    return middle[0] + sizes * right, middle[1] + sizes * down


def _run(strip: Light) -> Light:
    """Each line of a strip with the next ones, SIDE together, as a last axis."""
    return np.lib.stride_tricks.sliding_window_view(strip, SIDE, axis=0)


def _at(picture: Light, x: Curve, y: Curve) -> Light:
    """A picture at some places, 0 outside of it."""
    places = np.asarray(x, np.float32), np.asarray(y, np.float32)
    return np.asarray(cv2.remap(picture, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))


METRICS: Final = (
    Metric(
        name="seam",
        title="Edge of a patch",
        unit="/255",
        better="lower",
        source="the step of shade across an outline, three pixels against three, less what the shade does "
        "six pixels further, the mean along it of smooth skin, root mean square of the colours; the "
        "largest of sides of rectangles, lips and jaws in all sizes, against the portrait",
        limits="A patch that is soft over more than six pixels of 72 between the eyes, or of another "
        "shape, is not told, nor one that shows with an open mouth only. Wrinkled skin hides what is told "
        "by as much as half. Without a patch it is 1.5 to 3.4, with one of 24/255 5.",
        of=Take,
        measure=seam,
        same_within=0.2,
    ),
)
