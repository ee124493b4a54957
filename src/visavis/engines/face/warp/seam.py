"""Where the lips meet in a picture, which the mesh knows only to a few hundredths of the eyes' distance."""

import numpy as np
from numpy.typing import NDArray

from visavis.engines.face.warp.geometry import Axes, Floats, vector
from visavis.engines.face.warp.sampling import blurred, grey, look_up
from visavis.media import Pixels

POINTS = 21  # along each lip contour, corner to corner
CORE = slice(POINTS // 4, POINTS - POINTS // 4)  # away from the corners


def teeth_show(pixels: Pixels, axes: Axes, upper: Floats, lower: Floats) -> bool:
    """Whether there is something bright and pale between two curves [POINTS, 3] of the lips: teeth."""
    share = np.linspace(0.25, 0.75, 7, dtype=np.float32)[:, None, None]
    between = upper[CORE] + share * (lower - upper)[CORE]
    above = upper[CORE] - vector(0, 0.03 * axes.unit, 0)
    seen = _colours(pixels, axes.to_picture(between.reshape(-1, 3)))
    lip = np.median(_colours(pixels, axes.to_picture(above)), 0)
    pale = seen[:, 1:].mean(1) / (seen[:, 0] + 1) > lip[1:].mean() / (lip[0] + 1) + 0.08
    return bool((pale & (seen.mean(1) > 0.9 * lip.mean())).mean() > 0.12)


def _colours(pixels: Pixels, places: Floats) -> Floats:
    """RGB at places [n, 2], float32 [n, 3]."""
    return look_up(pixels, places[:, None])[:, 0].astype(np.float32)


def dark_line(pixels: Pixels, axes: Axes, curve: Floats) -> Floats:
    """How far below a curve [POINTS, 3] between shut lips their dark line lies, in pixels, [POINTS].

    The cheapest path across a strip of the picture around the curve (dynamic programming): dark is
    cheap, far from the mesh's guess and steep are dear.
    """
    reach = 0.055 * axes.unit
    offsets = np.linspace(-reach, reach, 41, dtype=np.float32)
    seen = _strip(pixels, axes, curve, offsets)
    bright = (seen - seen.min(1, keepdims=True)) / max(float(np.ptp(seen, 1).mean()), 1.0)
    found = offsets[_cheapest(bright + 0.6 * (offsets / reach) ** 2)]
    smooth = vector(1, 2, 3, 2, 1) / 9
    return np.convolve(np.pad(found, 2, mode="edge"), smooth, "valid").astype(np.float32)


def _strip(pixels: Pixels, axes: Axes, curve: Floats, offsets: Floats) -> Floats:
    """Brightness [POINTS, offsets] above and below a curve."""
    places = curve[:, None] + vector(0, 1, 0) * offsets[:, None]
    flat = axes.to_picture(places.reshape(-1, 3)).reshape(POINTS, len(offsets), 2)
    return look_up(blurred(grey(pixels), max(0.008 * axes.unit, 0.5)), flat).astype(np.float32)


def _cheapest(cost: Floats) -> NDArray[np.intp]:
    """The column for each row of the path through cost [rows, columns] that costs least."""
    columns = np.arange(cost.shape[1])
    steep = (columns[:, None] - columns) ** 2 / 16
    total, back = cost[0], []
    for row in cost[1:]:
        through = total[None] + steep
        back.append(through.argmin(1))
        total = through.min(1) + row
    path = [total.argmin()]
    for step in reversed(back):
        path.append(step[path[-1]])
    return np.array(path[::-1])
