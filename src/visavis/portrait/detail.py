"""How much of a face can be made out: how blurred its edges are, and how grainy it is.

Every face has edges, at lids, irises, lips and brows, and nothing but these is looked at: smooth skin
is no blur, and noise, which is everywhere, no sharpness. The width of an edge shows in how much of its
slope a further blur takes away (Elder and Zucker, "Local scale control for edge detection and blur
estimation", 1998; Zhuo and Sim, "Defocus map estimation from a single image", 2011).
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.portrait.closeup import EYES_APART, CloseUp

_Light: TypeAlias = NDArray[np.float32]

_FINE, _COARSE = 1.0, 2.0
_EDGES, _FACING = 0.95, 1.5
_OPTICS = 1.2
_WORST = 12.0
_OF_NORMAL = 0.6745


def blur(near: CloseUp) -> float:
    """The standard deviation of the blur of a face's edges, in 1/128 of the distance between its eyes.

    0 is as sharp as pixels are, and 12 the most that is told apart; give or take a fifth. Of the edges
    across and of those along, mostly the more blurred ones count, so that a movement shows as well.
    """
    noise = grain(near) / 2.55
    fine, coarse = (
        np.abs(
            [slopes(np.asarray(cv2.GaussianBlur(near.light, (0, 0), sigma))) for slopes in (_across, _down)]
        )
        for sigma in (_FINE, _COARSE)
    )
    widths = []
    for way, other in ((0, 1), (1, 0)):
        facing = near.within & (coarse[way] > _FACING * coarse[other])
        widths.append(_width(fine[way][facing], coarse[way][facing], noise))
    mean = float(np.mean(np.power(widths, 4))) ** (1 / 4)  # near the worse one
    beyond_pixels = np.sqrt(max(mean**2 - _OPTICS**2, 0.0))
    return min(float(beyond_pixels) * EYES_APART / near.eyes, _WORST)


def grain(near: CloseUp) -> float:
    """The standard deviation of a face's noise, in steps of 1/255 from black to white.

    From the diagonal details, in which there is little of a face (Donoho and Johnstone, "Ideal spatial
    adaptation by wavelet shrinkage", 1994).
    """
    light = near.light
    diagonal = np.abs(light[:-1, :-1] - light[1:, :-1] - light[:-1, 1:] + light[1:, 1:]) / 2
    inside = diagonal[near.within[:-1, :-1]]
    return float(np.median(inside)) / _OF_NORMAL * 2.55 if inside.size else 0.0


def _width(fine: _Light, coarse: _Light, noise: float) -> float:
    """The standard deviation of an edge's blur, pixels, from its slopes after two further blurs.

    The top of an edge's slope falls with the root of the sum of the squares of all blurs; the share of
    white noise in the squares is known and taken away.
    """
    if not coarse.size:
        return _WORST
    steep = coarse >= np.quantile(coarse, _EDGES)
    above, below = (
        float(np.square(slopes[steep]).mean()) - noise**2 / (8 * np.pi * sigma**4)
        for slopes, sigma in ((fine, _FINE), (coarse, _COARSE))
    )
    if below <= 0 or above <= below:
        return _WORST
    ratio = above / below
    squared = (_COARSE**2 - ratio * _FINE**2) / (ratio - 1)
    return min(float(np.sqrt(max(squared, 0.0))), _WORST)


def _across(light: _Light) -> _Light:
    slopes = np.zeros_like(light)
    slopes[:, 1:-1] = (light[:, 2:] - light[:, :-2]) / 2
    return slopes


def _down(light: _Light) -> _Light:
    return _across(light.T).T
