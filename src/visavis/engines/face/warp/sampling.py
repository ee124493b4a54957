"""Reading pictures off: OpenCV's calls with numpy's types, replicated beyond the edges."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.engines.face.warp.geometry import Floats

_NO_MAP: Any = None  # OpenCV's annotations do not know that the second map may be absent


def look_up(
    picture: NDArray[Any], places: Floats, *, cubic: bool = False, into: NDArray[Any] | None = None
) -> NDArray[Any]:
    """`picture` [h, w, ...] read off at `places` [..., 2], x and y in pixels; linear between pixels."""
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(picture, places, _NO_MAP, how, into, cv2.BORDER_REPLICATE))


def blurred(picture: NDArray[Any], sigma: float) -> NDArray[Any]:
    """A Gaussian blur of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The brightness of RGB or RGBA, uint8 [h, w]."""
    code = cv2.COLOR_RGBA2GRAY if picture.shape[-1] == 4 else cv2.COLOR_RGB2GRAY
    return np.asarray(cv2.cvtColor(picture, code), np.uint8)
