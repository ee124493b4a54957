"""A film of somebody, frame by frame: where the face is, the best frames, and a loop for when it is idle.

Owns which frames are looked at and what is kept of them. Its memory does not grow with the pictures: of
what was seen, one whole picture is kept for each of two shots, and of every look a thumbnail and a mesh.
Refuses files and decoding.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Final, NamedTuple

import numpy as np

from visavis.errors import PortraitError
from visavis.media import Pixels
from visavis.portrait.expression import mouth_gap
from visavis.portrait.faces import Finder, Found
from visavis.portrait.follower import Follower
from visavis.portrait.loop import Loop, Stretch, idle
from visavis.portrait.quality import Quality, glance, judged
from visavis.portrait.track import Look, Track, track_of

__all__ = ["Clip", "Loop", "Track", "Watcher"]

LOOKS: Final = 15
"""How many frames a second are looked at, at most."""

BEST: Final = 5
APART: Final = 0.5
"""How many best frames are named, at most, and the seconds between any two of them, at least."""

_JUDGED: Final = 0.4
_BETTER, _MUCH_BETTER, _WORSE = 0.01, 0.05, 0.15
_SEEN: Final = 0.5
_PIECE: Final = 1.0
_LOST: Final = 0.2
_CROWDED: Final = 0.1
_NAMED: Final = 3


@dataclass(frozen=True, eq=False)
class Clip:
    """What is known of a film.

    track: of the face that is largest where one first shows, and after a cut the one that shows there.
    best: numbers of its best frames, the best first; at least half a second apart.
    loop: for when nobody speaks. quality: of the best frame.
    sentences: for the user, about what was found.
    """

    track: Track
    best: tuple[int, ...]
    loop: Loop
    quality: Quality
    sentences: tuple[str, ...]


class Watcher:
    """Is shown a film and then says what it saw; used by one thread."""

    def __init__(self, finder: Finder, fps: float) -> None:
        """fps: the film's frames a second, above 0; at most 15 of them are looked at."""
        if not 0 < fps < inf:
            raise ValueError(f"a film has more than 0 frames a second, not {fps}")
        self._fps = fps
        self._every = ceil(fps / LOOKS)
        self._frames = 0
        self._follower = Follower(finder)
        self._looks: list[Look] = []
        self._best = _Best(finder)
        self._events: list[tuple[str, float]] = []
        self._crowded = 0

    @property
    def picture(self) -> Pixels:
        """The pixels [h, w, 3] of the best frame; raises PortraitError where there is none."""
        return self._kept().pixels

    @property
    def face(self) -> Found:
        """The face in the best frame; raises PortraitError where there is none."""
        return self._kept().face

    def see(self, pixels: Pixels) -> None:
        """The next frame [h, w, 3], RGB."""
        number, self._frames = self._frames, self._frames + 1
        if number % self._every:
            return
        time = number / self._fps
        sight = self._follower.look(pixels, time)
        shot = self._looks[-1].shot if self._looks else 0
        if sight.event and any(look.face for look in self._looks):
            self._events.append((sight.event, time))
            shot += 1
            self._best.leave_all_but(_longest(self._looks))
        look = Look(number, shot, sight.face, sight.thumb)
        if sight.face:
            before = self._looks[-1].face if self._looks and not sight.event else None
            look = look._replace(
                quality=glance(pixels, sight.face), unrest=_unrest(sight.face, before or sight.face)
            )
            self._crowded += bool(sight.others)
            self._best.offer(look, time, pixels, sight.face, sight.others)
        self._looks.append(look)

    def finish(self) -> Clip:
        """What was seen.

        Raises:
            PortraitError: no face, a face that is away most of the time, or a film in small pieces.
        """
        kept = self._kept()
        shot = [look for look in self._looks if look.shot == _longest(self._looks)]
        loop, sentence = idle(_stretch(shot), self._fps)
        return Clip(
            track=track_of(self._looks, self._frames, self._fps),
            best=_best_of(kept.number, shot, APART * self._fps),
            loop=loop,
            quality=kept.quality,
            sentences=tuple(filter(None, (*self._sentences(shot), sentence))),
        )

    def _kept(self) -> "_Kept":
        """The best frame of the longest shot."""
        seen = sum(look.face is not None for look in self._looks)
        if not seen:
            raise PortraitError(
                "no face was found in the clip; give one in which a face is large and seen from the front"
            )
        if seen < _SEEN * len(self._looks):
            raise PortraitError(
                f"a face is seen in only {seen / len(self._looks):.0%} of the clip; "
                "give one in which the same face is in the picture all the time"
            )
        shot = _longest(self._looks)
        length = sum(look.shot == shot for look in self._looks) * self._every / self._fps
        if self._events and length < _PIECE:
            raise PortraitError(
                f"the clip changes from one scene or face to another {len(self._events)} times, "
                f"and the longest piece is {length:.1f} seconds; give one in a single piece of one person"
            )
        if shot not in self._best.kept:
            raise PortraitError(
                "the face cannot be made out in any frame of the clip; "
                "give one that is taken from near by, in brighter light"
            )
        return self._best.kept[shot]

    def _sentences(self, shot: Sequence[Look]) -> Iterator[str]:
        first, last = shot[0].number / self._fps, (shot[-1].number + self._every) / self._fps
        piece = f"only the longest piece, from {first:.1f} to {last:.1f} seconds, is used"
        for event, what in (
            ("cut", "there is a cut, or a sudden movement,"),
            ("swap", "two faces change places"),
        ):
            if times := [f"{time:.1f}" for one, time in self._events if one == event]:
                yield f"{what} at {', '.join(times[:_NAMED])} seconds; {piece}"
        lost = sum(look.face is None for look in self._looks) * self._every / self._fps
        if lost > _LOST:
            yield f"the face is out of sight for {lost:.1f} seconds"
        if self._crowded > _CROWDED * len(self._looks):
            yield "there are other faces in the clip; the one that was largest at first was followed"


class _Kept(NamedTuple):
    """The best frame of a shot so far."""

    number: int
    value: float
    pixels: Pixels
    face: Found
    quality: Quality


class _Best:
    """The best frame of each shot that may still turn out to be the longest."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.kept: dict[int, _Kept] = {}
        self._judged = -inf
        self._tried = -inf

    def leave_all_but(self, shot: int) -> None:
        """Begin a new shot, and keep only the best frame of one that came before."""
        self.kept = {number: kept for number, kept in self.kept.items() if number == shot}
        self._judged = self._tried = -inf

    def offer(self, look: Look, time: float, pixels: Pixels, face: Found, others: Sequence[Found]) -> None:
        """Keep a frame if it is better than what is kept; it is judged in full where it may be."""
        kept = self.kept.get(look.shot)
        soon = time < self._judged + _JUDGED and look.value < self._tried + _MUCH_BETTER
        if soon or (kept and look.value < kept.value + _BETTER):
            return
        self._judged, self._tried = time, look.value
        if studied := self._finder.study(pixels, face):
            quality = judged(pixels, [studied, *others])
            value = quality.overall - look.unrest
            if not kept or value > kept.value:
                self.kept[look.shot] = _Kept(look.number, value, pixels.copy(), studied, quality)


def _unrest(face: Found, before: Found) -> float:
    """What makes one of two good frames the worse one: parted lips, moving lips, a head turned aside.

    before: the face at the look before.
    """
    gap, gap_before = mouth_gap(face.landmarks), mouth_gap(before.landmarks)
    return float(gap + abs(gap - gap_before) + (abs(face.yaw) + abs(face.pitch)) / 4)


def _longest(looks: Sequence[Look]) -> int:
    """The shot in which a face is seen longest."""
    counts = Counter(look.shot for look in looks if look.face)
    return counts.most_common(1)[0][0] if counts else 0


def _stretch(shot: Sequence[Look]) -> Stretch:
    seen = [(look, look.face) for look in shot if look.face]
    return Stretch(
        np.array([look.number for look, _ in seen]),
        np.stack([face.landmarks for _, face in seen]),
        np.stack([look.thumb for look, _ in seen]),
    )


def _best_of(first: int, shot: Sequence[Look], apart: float) -> tuple[int, ...]:
    """The best frame, and others nearly as good as the best of them, a number of frames apart."""
    seen = sorted((look for look in shot if look.face), key=lambda look: -look.value)
    best = [first]
    for look in seen:
        near = any(abs(look.number - number) < apart for number in best)
        if not near and len(best) < BEST and look.value > seen[0].value - _WORSE:
            best.append(look.number)
    return tuple(best)
