"""Follows one face through a film, and says where it is another face or another scene.

A face is found once and then followed from look to look, which costs a fraction; it is looked for again
where it is lost. Now and then the whole picture is looked over for other faces.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels
from visavis.portrait.detection import overlap
from visavis.portrait.faces import Finder, Found
from visavis.portrait.track import change, is_cut, jumped, thumb_of

CENSUS: Final = 1.0
"""Seconds from one count of the faces to the next."""

_SEARCH: Final = 2.0
_SEARCHES: Final = 4
_SAME: Final = 0.2
_RIVAL: Final = 0.5

Event: TypeAlias = str
"""What begins a shot: "cut" to another scene, "swap" of places with another face; "" for neither."""


class Sight(NamedTuple):
    """What is seen in a frame.

    face: the one that is followed; None where it is lost. others: at the last count.
    thumb: as in `track.thumb_of`.
    """

    face: Found | None
    others: tuple[Found, ...]
    thumb: NDArray[np.float32]
    event: Event


class Follower:
    """Is shown frames that are at most a fraction of a second apart."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._face: Found | None = None
        self._known: Found | None = None
        self._thumb: NDArray[np.float32] | None = None
        self._changing = 0.0
        self._others: tuple[Found, ...] = ()
        self._places: tuple[Found, Found] | None = None
        self._counted = self._searched = -np.inf
        self._searches = 0

    def look(self, pixels: Pixels, time: float) -> Sight:
        """What is seen in a frame [h, w, 3], shown so many seconds after the film's beginning."""
        thumb = thumb_of(pixels)
        changed = change(self._thumb, thumb) if self._thumb is not None else 0.0
        event = "cut" if is_cut(changed, self._changing) else ""
        self._changing = changed
        if event:
            self._forget()
        followed = self._finder.follow(pixels, self._face) if self._face else None
        face = followed or self._sought(pixels, time)
        if face and self._known and not _follows(self._known, face, followed is not None):
            event = "cut"
            self._forget()
        if face and time >= self._counted + CENSUS:
            self._counted = time
            self._others = tuple(self._finder.glimpse(pixels, face))
            if self._swapped(face):
                event, self._places = "swap", None
        self._face, self._known, self._thumb = face, face or self._known, thumb
        return Sight(face, self._others, thumb, event)

    def _forget(self) -> None:
        self._face = self._known = self._places = None
        self._others, self._counted = (), -np.inf

    def _sought(self, pixels: Pixels, time: float) -> Found | None:
        """The face that was lost, or else the largest one; a thorough search is made a few times only."""
        faces = self._finder.glimpse(pixels)
        if not faces and not self._known and self._searches < _SEARCHES and time >= self._searched + _SEARCH:
            self._searched, self._searches = time, self._searches + 1
            faces = self._finder.faces(pixels)
        known = self._known
        if known:
            faces = sorted(faces, key=lambda face: -_shared(known, face))
        return faces[0] if faces else None

    def _swapped(self, face: Found) -> bool:
        """Whether the face and the next largest one are each where the other one was."""
        rivals = [other for other in self._others if other.size > _RIVAL * face.size]
        if not rivals:
            return False
        if self._places is None:
            self._places = face, rivals[0]
        here, there = self._places
        return _nearer(face, there, here) and _nearer(rivals[0], here, there)


def _follows(before: Found, after: Found, followed: bool) -> bool:
    """Whether a face can be the one before: it has not moved far, or has come back to where it was lost."""
    return not jumped(before, after) if followed else _shared(before, after) > _SAME


def _nearer(face: Found, one: Found, other: Found) -> bool:
    to_one, to_other = (np.hypot(*(_middle(face) - _middle(place))) for place in (one, other))
    return bool(to_one < to_other)


def _middle(face: Found) -> NDArray[np.float64]:
    return np.asarray(face.box.reshape(2, 2).mean(0), float)


def _shared(one: Found, other: Found) -> float:
    a, b = (face.box.reshape(2, 2).astype(float) for face in (one, other))
    return overlap(a, b)
