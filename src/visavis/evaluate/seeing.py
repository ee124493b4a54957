"""The face in a video's pictures, found once: what all metrics of pictures look at.

Owns which pictures are looked at, and the networks that find faces. Refuses to judge what is seen.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.footage import within
from visavis.media import Pixels
from visavis.models import Store
from visavis.portrait.faces import Finder, Found

if TYPE_CHECKING:
    from visavis.evaluate.takes import Take


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The largest face in each picture that was looked at, in their order.

    numbers: int64 [n], of the pictures within the video. times: float64 [n], seconds, when they are shown.
    landmarks: float32 [n, 468, 3] and irises: float32 [n, 2, 5, 2], as in media.Portrait; NaN where there is
    no face. pose: float32 [n, 3], yaw, pitch and roll in radians, NaN there too.
    """

    numbers: NDArray[np.int64]
    times: NDArray[np.float64]
    landmarks: NDArray[np.float32]
    irises: NDArray[np.float32]
    pose: NDArray[np.float32]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether there is a face, [n]."""
        return np.asarray(np.isfinite(self.pose).all(axis=1))


def look(take: "Take") -> Seen:
    """The face in the pictures of a take's excerpts. Blocks: 10 ms for each picture.

    Raises:
        ModelError: the networks cannot be had. InputError: the video cannot be read.
    """
    spans = [(span, within(take.shown, span)) for span in take.excerpts]
    faces = [face for span, _ in spans for face in _followed(take, span)]
    which = np.concatenate([numbers for _, numbers in spans])
    return Seen(
        which,
        take.shown[which],
        _stacked([face.landmarks if face else None for face in faces], (468, 3)),
        _stacked([face.irises if face else None for face in faces], (2, 5, 2)),
        _stacked([np.array([face.yaw, face.pitch, face.roll]) if face else None for face in faces], (3,)),
    )


def _followed(take: "Take", span: tuple[float, float]) -> list[Found | None]:
    """The face in each picture of a span: found in the first one, and followed as long as it is there."""
    finder, face, faces = _finder(), None, list[Found | None]()
    for pixels in take.pictures(span):
        face = (finder.follow(pixels, face) if face is not None else None) or _largest(finder, pixels)
        faces.append(face)
    return faces


def _largest(finder: Finder, pixels: Pixels) -> Found | None:
    return next(iter(finder.faces(pixels)), None)


@cache
def _finder() -> Finder:
    return Finder(Store().files("face"))


def _stacked(rows: list[NDArray[np.float32] | None], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """One row for each picture, NaN for None."""
    stacked = np.full((len(rows), *shape), np.nan, np.float32)
    for place, row in enumerate(rows):
        if row is not None:
            stacked[place] = row
    return stacked
