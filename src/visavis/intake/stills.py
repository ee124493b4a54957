"""The picture that is kept of an upload: made here from pixels, so that nothing else can be in it.

Owns its size and its encoder. Refuses bytes: nothing that was sent is copied, no metadata, nothing behind
the picture's end. The same pixels make the same file.
"""

from typing import Final

import cv2
import numpy as np

from visavis.media import Pixels

LONGEST: Final = 2000


def bounded(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of a picture scaled down, where it has to be, until no side is longer than that."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def scaled(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture at another width and height, for the better part a smaller one."""
    if pixels.shape[1::-1] == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def jpeg(pixels: Pixels) -> bytes:
    """RGB [h, w, 3] as a JPEG of quality 95 with whole chroma."""
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        95,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)[1].tobytes()
