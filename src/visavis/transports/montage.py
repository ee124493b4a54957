"""What becomes of a conversation in a film: what was seen and heard, in order, with the user's voice in it.

Pure. A session's timeline has places that nobody heard, where a reply was cut, and stands still where a
client wants nothing between replies; the film has neither. It is a little behind, for what was given out may
still be voided, and what the microphone hears comes late.
"""

from collections import deque
from typing import Final, NamedTuple

import numpy as np

from visavis.conversation.stage import Moment
from visavis.media import Pixels, Samples, sample_at

AHEAD: Final = 0.8
"""Seconds that a client is sent ahead, unless it is told otherwise."""

HEARD_LATE: Final = 0.8
"""Seconds that the film is behind that: what is sent is heard a little later."""

_APART: Final = 0.25
"""Seconds of silence in the user's voice from which on it is believed; less is a network's unrest."""

_LATE: Final = 0.3
_QUIET: Final = 0.01
"""Sound that is later than this lets what is quieter than that be left out, and so catches up."""

_AHEAD: Final = 0.2
"""Seconds that the user's voice goes on beyond the timeline before that is taken to stand still."""

_STILL: Final = -1
"""The number of what is no moment."""

_KNEE: Final = 0.8
"""The level from which on louder sound is bent, so that two voices together stay below 1."""


class Piece(NamedTuple):
    """One picture and what is heard with it; pixels None: the picture before it stays."""

    pixels: Pixels | None
    samples: Samples


class Montage:
    """A film on its way; it begins with the first picture.

    fps, rate: of the moments; the user's voice is given at the same rate. ahead: seconds that moments are
    given out before they are heard, at most.
    """

    def __init__(self, fps: int, rate: int, ahead: float = AHEAD) -> None:
        self._fps, self._rate = fps, rate
        self._hold = round((ahead + HEARD_LATE) * rate)
        self._held: deque[tuple[int, Piece]] = deque()
        self._begin = self._end = 0  # of what is held, in samples of the film
        self._voice = np.zeros(0, np.float32)  # from `_begin` on
        self._voice_end: int | None = None
        self._next = 0  # moment
        self._anchor: tuple[float, int] | None = None  # seconds of the timeline, samples of the film

    def performed(self, moment: Moment) -> list[Piece]:
        """A further moment was given out; the pieces that it completes."""
        if self._anchor is None and moment.pixels is None:
            return []
        if self._held and self._held[-1][0] < 0:
            self._stand_still(self._voice_end)
        if self._anchor is None or moment.at != self._next:
            self._anchor = moment.at / self._fps, self._end
        self._append(moment.at, Piece(moment.pixels, moment.samples))
        self._next = moment.at + 1
        return self._released(self._end - self._hold)

    def voided(self, heard: float) -> None:
        """What was given out behind these seconds of the timeline was not heard."""
        while self._held and self._held[-1][0] >= heard * self._fps - 1e-6:
            self._end -= len(self._held.pop()[1].samples)
        if self._anchor is not None:
            self._anchor = self._next / self._fps, self._end

    def overheard(self, samples: Samples, at: float) -> list[Piece]:
        """The user's voice, from these seconds of the timeline on; the pieces that it completes."""
        if self._anchor is None:
            return []
        seconds, place = self._anchor
        place += round((at - seconds) * self._rate)
        begin = place if self._voice_end is None else self._voice_end
        if place - begin > _APART * self._rate:
            begin = place
        elif begin - place > _LATE * self._rate and np.abs(samples).max(initial=0) < _QUIET:
            return []
        begin = max(begin, self._begin)
        self._voice_end = begin + len(samples)
        self._lay(begin, samples)
        if self._voice_end > self._end + _AHEAD * self._rate:
            self._stand_still(self._voice_end - round(_AHEAD * self._rate))
        return self._released(self._end - self._hold)

    def finish(self) -> list[Piece]:
        """The pieces that are left."""
        if self._held:
            self._stand_still(self._voice_end)
        return self._released(self._end)

    def _append(self, number: int, piece: Piece) -> None:
        self._held.append((number, piece))
        self._end += len(piece.samples)

    def _lay(self, begin: int, samples: Samples) -> None:
        first, last = begin - self._begin, begin - self._begin + len(samples)
        missing = last - len(self._voice)
        if missing > 0:
            self._voice = np.concatenate([self._voice, np.zeros(missing, np.float32)])
        self._voice[first:last] += samples

    def _stand_still(self, until: int | None) -> None:
        """Let the picture stand for as long as the user goes on while the timeline does not."""
        while until is not None and self._end < until:
            self._append(_STILL, Piece(None, np.zeros(sample_at(1, self._rate, self._fps), np.float32)))
            self._anchor = self._next / self._fps, self._end

    def _released(self, until: int) -> list[Piece]:
        """What can be changed no more, with both voices in it."""
        pieces = []
        while self._held and self._begin + len(self._held[0][1].samples) <= until:
            _, (pixels, samples) = self._held.popleft()
            voice = self._voice[: len(samples)]
            self._voice = self._voice[len(samples) :]
            self._begin += len(samples)
            pieces.append(Piece(pixels, mixed(samples, voice)))
        return pieces


def mixed(one: Samples, other: Samples) -> Samples:
    """Two voices as one, within -1..1; the other may be shorter."""
    both = one.astype(np.float32)
    both[: len(other)] += other
    level = np.abs(both)
    if level.max(initial=0) <= _KNEE:
        return both
    bent = _KNEE + (1 - _KNEE) * np.tanh((level - _KNEE) / (1 - _KNEE))
    return np.where(level > _KNEE, np.sign(both) * bent, both).astype(np.float32)
