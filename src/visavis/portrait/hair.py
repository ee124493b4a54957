"""How far hair or a hat rises above a forehead.

A guess from colours: above the forehead, what resembles none of the picture's colours at the sides
and at the top is taken for the head's. Dark hair before a dark wall is not seen; whoever asks keeps
a minimum of their own.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.colours import lab
from visavis.portrait.crops import Affine, Points, Square, inverse, moved, onto, sample

_SIDE = 64
_SPAN = 1.7
_FOREHEAD_AT = 0.78
_BRIM = 3
_SEEDS = 96
_ALIKE = 9.0
_COLUMN = 0.22
_FILLED = 0.35


def hair_above(pixels: Pixels, forehead: Points, up: Points) -> float:
    """How far a head goes on above the top of its forehead, in lengths of `up`, 0 to 1.2.

    forehead: [2], the top of the forehead, pixels. up: [2], a face's height upwards from there.
    """
    unit = float(np.hypot(*up))
    x, y = forehead + up * ((_FOREHEAD_AT - 0.5) * _SPAN)
    square = Square(x, y, unit * _SPAN, float(np.arctan2(up[0], -up[1])))
    matrix = onto(square, _SIDE)
    last = int(_SIDE * _FOREHEAD_AT)
    crop = sample(pixels, matrix, _SIDE, _SIDE, border=cv2.BORDER_REPLICATE)
    crop = np.asarray(cv2.GaussianBlur(crop, (3, 3), 0), np.uint8)
    colours = lab(crop[:last])
    inside = _inside(pixels, matrix)[:last]
    head = inside & ~_like_the_brim(colours, inside)
    half = int(_COLUMN * _SIDE / _SPAN)
    filled = head[:, _SIDE // 2 - half : _SIDE // 2 + half].mean(1)[::-1] > _FILLED
    return _run(filled) * _SPAN / _SIDE


def _inside(pixels: Pixels, matrix: Affine) -> NDArray[np.bool_]:
    """Which pixels of the crop lie in the picture."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE]
    at = moved(np.stack([columns, rows], axis=-1).astype(float), inverse(matrix))
    height, width = pixels.shape[:2]
    return np.asarray((at >= 0).all(-1) & (at[..., 0] < width) & (at[..., 1] < height))


def _like_the_brim(colours: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pixels have a colour that is found at the sides or at the top as well."""
    brim = np.zeros_like(inside)
    brim[:, :_BRIM] = brim[:, -_BRIM:] = True
    top = int(np.argmax(inside.any(1)))
    brim[top : top + _BRIM] = True
    seeds = colours[brim & inside]
    if len(seeds) == 0:
        return np.ones_like(inside)
    seeds = seeds[:: len(seeds) // _SEEDS + 1]
    nearest = np.full(inside.shape, np.inf, np.float32)
    for seed in seeds:
        np.minimum(nearest, ((colours - seed) ** 2).sum(-1), out=nearest)
    return nearest < _ALIKE**2


def _run(filled: NDArray[np.bool_]) -> int:
    """The length of the longest start of a row of flags of which four fifths are set."""
    shares = np.cumsum(filled) / np.arange(1, len(filled) + 1)
    enough = np.nonzero(filled & (shares >= 0.8))[0]
    return int(enough[-1]) + 1 if len(enough) else 0
