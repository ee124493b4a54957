"""sRGB to CIE L*a*b*, where equal distances look equally large.

OpenCV does the same, after having filled tables for a quarter of a second at its first call.
"""

import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels

# sRGB, IEC 61966-2-1, to XYZ relative to its white, D65.
_TO_XYZ = np.array(
    [
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    ],
    np.float32,
)
_TO_WHITE = (_TO_XYZ / _TO_XYZ.sum(axis=1, keepdims=True)).T
_CODES = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_CODES > 0.04045, ((_CODES + 0.055) / 1.055) ** 2.4, _CODES / 12.92).astype(np.float32)


def lab(pixels: Pixels) -> NDArray[np.float32]:
    """L* 0..100, a* and b* [..., 3] of sRGB pixels [..., 3]."""
    x, y, z = np.moveaxis(_compressed(_LINEAR[pixels] @ _TO_WHITE), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lightness(pixels: Pixels) -> NDArray[np.float32]:
    """L* [...], 0..100, of sRGB pixels [..., 3]."""
    return 116 * _compressed(_LINEAR[pixels] @ _TO_WHITE[:, 1]) - 16


def _compressed(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """CIE 15:2004: a cube root that is a straight line near black."""
    return np.where(light > (6 / 29) ** 3, np.cbrt(light), light * ((29 / 6) ** 2 / 3) + 4 / 29)
