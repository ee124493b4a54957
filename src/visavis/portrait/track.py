"""A film, looked at now and then: where its face is in every frame, and where it is another film.

Owns what is kept of a frame that was looked at, what tells a cut, and the frames between two looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.faces import Found
from visavis.portrait.mesh import POINTS, eye_distance

THUMB = (64, 36)
"""Width and height of a thumbnail, pixels."""

_CUT, _SUDDEN = 22.0, 3.0
_JUMP = 0.5


@dataclass(frozen=True, eq=False)
class Track:
    """Where one face is in each of a film's n frames.

    boxes: float32 [n, 4]; landmarks: float32 [n, 468, 3]; both as in `faces.Found`, and 0 where the
        face was not found. found: bool [n]. fps: frames a second.
    """

    boxes: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    found: NDArray[np.bool_]
    fps: float


class Look(NamedTuple):
    """What is kept of a frame that was looked at.

    number: of the frame. shot: how many cuts and changes of face came before.
    face: None where there is none. thumb: as of `thumb_of`.
    quality: 0..1, how good a portrait it would be, at a glance.
    unrest: 0 and up, how far from still and straight the face is.
    """

    number: int
    shot: int
    face: Found | None
    thumb: NDArray[np.float32]
    quality: float = 0.0
    unrest: float = 0.0

    @property
    def value(self) -> float:
        """What the best frame is chosen by."""
        return self.quality - self.unrest


def thumb_of(pixels: Pixels) -> NDArray[np.float32]:
    """The whole picture as a thumbnail [36, 64], 0..255, less its mean, so that a flash is no cut."""
    stride = max(1, min(pixels.shape[1] // (4 * THUMB[0]), pixels.shape[0] // (4 * THUMB[1])))
    small = cv2.resize(pixels[::stride, ::stride], THUMB, interpolation=cv2.INTER_AREA)
    grey = small.astype(np.float32).mean(axis=2)
    return np.asarray(grey - grey.mean(), np.float32)


def change(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """How much two thumbnails differ, on a scale of 255."""
    return float(np.abs(after - before).mean())


def is_cut(changed: float, usual: float) -> bool:
    """Whether a picture has changed as by a cut: a lot, and at once, where moving things come gradually."""
    return changed > max(_CUT, _SUDDEN * usual)


def jumped(before: Found, after: Found) -> bool:
    """Whether a face is further from where it was than a head moves from look to look."""
    way = np.hypot(*(after.landmarks - before.landmarks)[:, :2].mean(0))
    return float(way) > _JUMP * eye_distance(before.landmarks.astype(float))


def track_of(looks: Sequence[Look], frames: int, fps: float) -> Track:
    """The track of a film of so many frames: between two looks at one face, on a straight line.

    After the last look, and only there, a face stays where it was.
    """
    boxes = np.zeros((frames, 4), np.float32)
    landmarks = np.zeros((frames, POINTS, 3), np.float32)
    found = np.zeros(frames, np.bool_)
    for one, two in pairwise([*looks, looks[-1]._replace(number=frames)] if looks else []):
        if one.face is None:
            continue
        together = two.face is not None and two.shot == one.shot
        end = two.number if together else one.number + 1
        other = two.face if two.face is not None and together else one.face
        share = (np.arange(end - one.number, dtype=np.float32) / (two.number - one.number))[:, None]
        boxes[one.number : end] = one.face.box + share * (other.box - one.face.box)
        path = other.landmarks - one.face.landmarks
        landmarks[one.number : end] = one.face.landmarks + share[..., None] * path
        found[one.number : end] = True
    return Track(boxes, landmarks, found, fps)
