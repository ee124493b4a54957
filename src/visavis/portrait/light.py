"""How a face is lit: what of it is too dark, burnt out, flat, or left in the shade.

Faces differ in lightness and are not to be judged by it: what is asked is whether the lightest parts
of a face, which on any skin shine, are bright, and whether there is light and shade in it at all.
"""

from typing import NamedTuple

import cv2
import numpy as np

from visavis.portrait.closeup import CloseUp
from visavis.portrait.fitness import level

_LEFT_CHEEK = (117, 50, 36, 205, 101, 118, 119, 100, 187, 147)
_RIGHT_CHEEK = (346, 280, 266, 425, 330, 347, 348, 329, 411, 376)
_SOFT = 0.03


class Light(NamedTuple):
    """The light on a face.

    bright: L* 0..100 of its lightest parts.
    span: L* between its lightest and its darkest parts.
    burnt: 0..1, how much of it is at the upper end of a colour.
    aside: by how many stops the picture's right cheek is lighter than the left one.
    """

    bright: float
    span: float
    burnt: float
    aside: float


def light_on(near: CloseUp) -> Light:
    """The light on a face; all zero where nothing of it is seen."""
    if not near.within.any():
        return Light(0.0, 0.0, 0.0, 0.0)
    dark, bright = np.percentile(near.light[near.within], (5, 95))
    soft = np.asarray(cv2.GaussianBlur(near.light, (0, 0), _SOFT * near.eyes), np.float32)
    left, right = (_luminance(level(soft, near.points, cheek)) for cheek in (_LEFT_CHEEK, _RIGHT_CHEEK))
    burnt = float(near.burnt[near.within].mean())
    return Light(float(bright), float(bright - dark), burnt, float(np.log2(right / left)))


def _luminance(lightness: float) -> float:
    """CIE 15:2004, L* to Y; near black the curve is left where it is, so that nothing is divided by 0."""
    return float(((lightness + 16) / 116) ** 3)
