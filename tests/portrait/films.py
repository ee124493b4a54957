"""Films of the demo portraits, drawn frame by frame: what somebody does in front of a camera."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import cos, pi, sin

import cv2
import numpy as np

from visavis.engines.face.warp import Warp
from visavis.media import Pixels, Portrait
from visavis.motion.frames import Head, Mouth
from visavis.motion.life import life

FPS = 12
SWAY = 36

Act = Callable[[int], tuple[Mouth, Head]]
Film = Iterator[Pixels]


@contextmanager
def camera(portrait: Portrait) -> Iterator[Callable[[Act, int], Film]]:
    """Films somebody who acts: a function of an act and a number of frames."""
    warp = Warp(fps=FPS, threads=1)
    prepared = warp.prepare(portrait)

    def film(act: Act, frames: int) -> Film:
        for frame in range(frames):
            yield warp.picture(prepared, *act(frame))

    yield film
    warp.close()


def speaking(frame: int) -> tuple[Mouth, Head]:
    """A syllable every third of a second."""
    open_ = 0.5 + 0.45 * sin(frame * 2 * pi / 4.3)
    return Mouth(jaw=open_, open=open_), life(frame, FPS, 0)


def resting(frame: int) -> tuple[Mouth, Head]:
    """Silent, alive."""
    return Mouth(), life(frame, FPS, 0)


def still(frame: int) -> tuple[Mouth, Head]:
    """Silent, with a blink each two seconds and nothing else."""
    return Mouth(), Head(blink=1.0 if frame % 24 in (12, 13) else 0.0)


def swaying(frame: int) -> tuple[Mouth, Head]:
    """Silent, moving in a circle of three seconds."""
    turn = frame * 2 * pi / SWAY
    return Mouth(), Head(yaw=0.06 * sin(turn), x=0.05 * cos(turn), y=0.03 * sin(turn))


def drifting(frame: int) -> tuple[Mouth, Head]:
    """Silent, moving slowly to one side and never back."""
    return Mouth(), Head(yaw=0.004 * frame - 0.1, x=0.006 * frame - 0.15)


def turning(frame: int) -> tuple[Mouth, Head]:
    """Silent, looking aside and back within two seconds."""
    return Mouth(), Head(yaw=0.22 * sin(frame * pi / 24), x=0.1 * sin(frame * pi / 12))


def nobody(frames: int, width: int = 512, height: int = 512) -> Film:
    """An empty grey room."""
    for _ in range(frames):
        yield np.full((height, width, 3), 120, np.uint8)


def side_by_side(left: Pixels, right: Pixels, share: float = 0.0) -> Pixels:
    """Two people before a wall, who have gone a share of the way to where the other one was."""
    wall = np.full((300, 760, 3), (60, 80, 90), np.uint8)
    for pixels, here, there in ((right, 440, 20), (left, 20, 440)):
        x = round(here + (there - here) * share)
        wall[:, x : x + 300] = cv2.resize(pixels, (300, 300), interpolation=cv2.INTER_AREA)
    return wall
