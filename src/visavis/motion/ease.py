"""The curves that every movement here is made of: smooth, of finite reach, and the same on any machine.

Polynomials only: exp and sin may differ in the last bit with an array's length or alignment, and a
frame must not depend on how the speech was cut into chunks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

_BEGIN: Final = 0.12
_BEGUN: Final = 0.04


def ease(x: Curve) -> Curve:
    """0 below 0, 1 above 1, between them a smooth step (3x^2 - 2x^3) at rest at both ends."""
    x = np.minimum(np.maximum(x, 0.0), 1.0)  # np.clip takes five times as long on a few numbers
    return np.asarray(x * x * (3.0 - 2.0 * x))


def ease_at(x: float) -> float:
    """`ease` of one number."""
    x = min(max(x, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


def begun(t: Curve) -> Curve:
    """How much of a mouth's shape there is `t` seconds after an utterance's first frame.

    Where it begins within a sound, a quarter of the shape is there on the first frame, all of it on the third
    or fourth: a mouth that waits is late, and one that does not wait jumps open.
    """
    return ease((t + _BEGUN) / _BEGIN)


def swell(t: Curve, begin: float, top: float, end: float) -> Curve:
    """0 up to `begin`, up to 1 at `top`, back to 0 at `end`."""
    return ease((t - begin) / (top - begin)) * ease((end - t) / (end - top))
