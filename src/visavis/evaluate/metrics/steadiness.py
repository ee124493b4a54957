"""Whether what should stand still does: light that flickers, and a face that trembles."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, STILL, eye_distances, is_seen
from visavis.evaluate.metrics._pictures import CELL, Light, Mask, beside, regions
from visavis.evaluate.takes import Take

Curve = NDArray[np.float64]

WORST: Final = 90
"""The percentile of the cells that is told: one corner of a face that flickers is seen."""

ALONE: Final = 1.5
"""The variance of an independent value less the mean of its neighbours', against its own."""

SWAY: Final = 4
"""Pictures before and after within which a head's way is taken for a parabola: nods are slower, at 25 a
second."""

TOO_SHORT: Final = Reading(None, "there are too few pictures for it")


def flicker(take: Take) -> Reading:
    """How much the light of the still parts of the face changes from picture to picture, in 1/255."""
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    light = np.asarray(found.faces.mean(3, dtype=np.float32))
    where, is_there = found.place.still, take.seen.found
    cells = np.where(is_there[:, None], cells_of(light, where), np.nan)
    return _told(cells, found.span, take.seen.times, cells_of(displaced(light[is_there].mean(0)), where))


def background(take: Take) -> Reading:
    """How much the light beside the person changes from picture to picture, in 1/255."""
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    where = beside(np.nanmedian(take.seen.landmarks, 0), take.size)
    if not where.any():
        return Reading(None, "the person fills the picture")
    return _told(found.cells[:, where], found.span, take.seen.times)


def jitter(take: Take) -> Reading:
    """How much the points of the face tremble, percent of the distance between the eyes."""
    if not is_seen(take.seen):
        return NO_FACE
    span = regions(take).span
    points = take.seen.landmarks[:, list(STILL), :2].astype(float) / np.nanmedian(eye_distances(take.seen))
    left = np.concatenate([trembling(points[span == one]) for one in np.unique(span)])
    left = left[np.isfinite(left).all((1, 2))]
    if not len(left):
        return TOO_SHORT
    return Reading(100 * float(np.median(np.sqrt(np.square(left).sum(2).mean(0)))))


def cells_of(pictures: Light, where: Mask) -> Curve:
    """The means of the cells that lie whole within a region of pictures [n, h, w], [n, cells]."""
    n, height, width = pictures.shape
    rows, columns = height // CELL, width // CELL
    cut = (slice(rows * CELL), slice(columns * CELL))
    means = pictures[:, *cut].reshape(n, rows, CELL, columns, CELL).mean((2, 4), dtype=np.float64)
    return np.asarray(means[:, where[cut].reshape(rows, CELL, columns, CELL).all((1, 3))])


def displaced(face: Light) -> Light:
    """How a picture [h, w] changes when it is moved, stretched, turned or sheared by a little: [6, h, w]."""
    height, width = face.shape
    right, down = (cv2.Sobel(face, cv2.CV_32F, dx, dy, ksize=3, scale=1 / 8) for dx, dy in ((1, 0), (0, 1)))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    return np.stack([right, down, right * x, right * y, down * x, down * y])


def unexplained(changes: Curve, causes: Curve) -> Curve:
    """What is left of changes [n, cells] that are not a sum of causes [m, cells], by least squares."""
    if changes.shape[1] <= len(causes):
        return changes
    shares = np.linalg.lstsq(causes.T, changes.T, rcond=None)[0]
    return np.asarray(changes - (causes.T @ shares).T)


def flickering(cells: Curve) -> Curve:
    """By how much each value [n, ...] differs from the mean of the one before and the one after, [n - 2,
    ...]; for independent ones that is their deviation. What rises or falls evenly does not flicker.
    """
    return np.asarray((cells[1:-1] - (cells[:-2] + cells[2:]) / 2) / np.sqrt(ALONE))


def trembling(points: Curve) -> Curve:
    """What is left of ways [n, ...] when a parabola through SWAY pictures on both sides is taken away.

    Savitzky and Golay, "Smoothing and differentiation of data by simplified least squares procedures" (1964).
    """
    if len(points) <= 2 * SWAY:
        return points[:0]
    window = np.arange(-SWAY, SWAY + 1)
    weights = np.linalg.pinv(np.stack([window**0, window, window**2], 1))[0]
    near = np.lib.stride_tricks.sliding_window_view(points, 2 * SWAY + 1, axis=0)
    return np.asarray(points[SWAY:-SWAY] - near @ weights)


def _told(cells: Curve, span: NDArray[np.int64], times: Curve, causes: Curve | None = None) -> Reading:
    """cells: [n, cells], NaN where nothing is seen. causes: of changes that are none of the light."""
    spans = np.unique(span)
    changes = np.concatenate([flickering(cells[span == one]) for one in spans])
    when = np.concatenate([times[span == one][1:-1] for one in spans])
    kept = np.isfinite(changes).all(1)
    if not kept.any() or not changes.shape[1]:
        return TOO_SHORT
    squares = np.square(changes[kept] if causes is None else unexplained(changes[kept], causes))
    series = {"time": when[kept].tolist(), "change": np.sqrt(squares.mean(1)).tolist()}
    return Reading(float(np.percentile(np.sqrt(squares.mean(0)), WORST)), series=series)


_CELLS: Final = (
    "the deviation of a cell's mean light from that of the pictures before and after it, the root of the "
    "mean square over time, at the 90th percentile of the cells; temporal flicker as in Pandel (2008), "
    "without what moves. "
)

METRICS: Final = (
    Metric(
        name="flicker_face",
        title="Flicker of the face",
        unit="/255",
        better="lower",
        source=_CELLS
        + "Cells of a ninth of the distance between the eyes, of forehead, nose and cheeks brought "
        "back to the portrait's pose; changes as a face makes them that lies a little aside are taken away.",
        limits="On steady pictures it is 0.4 to 0.8, for what is left of motion.",
        of=Take,
        measure=flicker,
        same_within=0.03,
    ),
    Metric(
        name="flicker_background",
        title="Flicker of the background",
        unit="/255",
        better="lower",
        source=_CELLS + "Cells of 1/32 of the picture, beside and above head and shoulders.",
        limits="A background that moves counts as well as one that flickers.",
        of=Take,
        measure=background,
        same_within=0.03,
    ),
    Metric(
        name="jitter",
        title="Trembling of the face",
        unit="%",
        better="lower",
        source="what a parabola through nine pictures leaves of the ways of 22 points that no expression "
        "moves, root mean square, of the distance between the outer corners of the eyes; the median of the "
        "points",
        limits="The mesh itself trembles by 0.2 to 0.4 on steady pictures, so less cannot be told; a nod "
        "of more than 2 Hz counts.",
        of=Take,
        measure=jitter,
        same_within=0.03,
    ),
)
