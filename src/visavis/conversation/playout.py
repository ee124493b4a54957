"""Sound and pictures of one reply on their way: what belongs to the next moment, and what was heard of it.

Sound is the clock. It never waits for a picture: a late one is dropped, and the one before it stays. Where
the voice is too slow there is silence, and the pictures wait with it. Nothing is kept without bounds: who
brings sound and pictures asks for room first. Refuses to wait and to read a clock.
"""

from collections import deque
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from visavis.contracts import Clause
from visavis.conversation import captions
from visavis.conversation.captions import Cue
from visavis.media import Pixels, Samples, frame_at, sample_at

SOUND_AHEAD: Final = 4.0
"""Seconds of sound that may wait; far more than any face looks ahead."""

PICTURES_AHEAD: Final = 8

PATIENCE: Final = 0.3
"""Seconds that a reply's first sound waits for its first picture."""

SKIPPED: Final = 0.4
"""Seconds from what is being heard to the pictures that a face which was too late goes on with, and so many
more as it was late twice over."""

LATE: Final = 1
"""Pictures by which lips may be behind the sound; 40 ms at 25 a second, which nobody sees."""

REGAINED: Final = 0.12
"""Seconds of sound that are waited for after a silence that was not meant, rather than to stutter."""


class Part(NamedTuple):
    """What a reply has for one moment.

    samples: of the whole moment. pixels: of picture number `picture` within the reply; None: it is not there.
    starved: whether it is a silence that was not meant. last: whether the reply ends with it.
    """

    samples: Samples
    pixels: Pixels | None
    picture: int
    starved: bool = False
    last: bool = False


class Playout:
    """One reply at `rate` Hz and `fps` pictures a second, from its making to its being heard.

    made, taken: samples so far. closed: no more sound is made; whole: because all was said. ended: the last
    part was taken. faceless: no more pictures come than are there.
    """

    def __init__(self, rate: int, fps: int) -> None:
        self.made = self.taken = 0
        self.closed = self.whole = self.ended = self.faceless = False
        self._rate, self._fps = rate, fps
        self._sound: deque[Samples] = deque()
        self._sounded: float | None = None
        self._dry = False
        self._pictures: deque[tuple[int, Pixels]] = deque()
        self._pictured = 0
        self._cues: list[Cue] = []
        self._told = 0
        self._runs: list[tuple[int, int]] = []

    # What is made.

    def cue(self, clause: Clause) -> None:
        """The engine asks for this clause: what it said before ends here at the earliest."""
        pause = round(clause.pause * self._rate)
        if clause.written or not self._cues:
            self._cues.append(Cue(clause.written, self.made, pause))
        else:
            self._cues[-1] = self._cues[-1]._replace(pause=pause)

    def sound(self, samples: Samples, now: float) -> None:
        """The next sound; now: seconds on any clock, the same as for `begins`."""
        if len(samples):
            self._sound.append(samples)
            self.made += len(samples)
            self._sounded = now if self._sounded is None else self._sounded

    def picture(self, number: int, pixels: Pixels) -> None:
        """The next picture; the first one's number is 0."""
        self._pictures.append((number, pixels))
        self._pictured = number + 1

    def skip(self) -> int:
        """The pictures are too late: the number of the next that comes, which can be there in time."""
        ahead = self.taken + round((SKIPPED + 2 * max(0.0, self.behind)) * self._rate)
        self._pictured = max(self._pictured, frame_at(ahead, self._rate, self._fps))
        return self._pictured

    def close(self, *, whole: bool) -> None:
        """No more sound comes, for all was said or something failed."""
        if not self.closed:
            self.closed, self.whole = True, whole

    @property
    def has_room(self) -> bool:
        """Whether more sound is wanted now."""
        return self.made - self.taken < SOUND_AHEAD * self._rate

    @property
    def has_room_for_pictures(self) -> bool:
        return len(self._pictures) < PICTURES_AHEAD

    @property
    def behind(self) -> float:
        """Seconds by which the pictures are behind what has been taken; negative: they are ahead."""
        return (self.taken - sample_at(self._pictured, self._rate, self._fps)) / self._rate

    # What is given.

    def begins(self, now: float) -> bool:
        """Whether it may begin: sound is there, and its picture, or that was waited for long enough."""
        return self._sounded is not None and (self._pictured > 0 or now >= self.begins_by)

    @property
    def begins_by(self) -> float:
        """When it begins at the latest; infinite as long as there is no sound."""
        if self._sounded is None:
            return float("inf")
        return self._sounded if self.faceless else self._sounded + PATIENCE

    def complete(self, at: int) -> bool:
        """Whether all that belongs to the moment with this number is there."""
        sure = self.closed or self.made - self.taken > self._length(at)
        return sure and self._sounds(at) and (self.faceless or self._pictured > self._number)

    def take(self, at: int) -> Part:
        """What is heard and seen in the moment with this number, whatever is there."""
        length, number = self._length(at), self._number
        if not self._sounds(at):
            self._dry = True
            return Part(np.zeros(length, np.float32), None, number, starved=True)
        self._dry = False
        if not self._runs or self._place(at) != self.taken:
            self._runs.append((at, self.taken))
        pixels = self._picture(number)
        samples = self._drawn(length)
        self.ended = self.closed and self.taken == self.made
        return Part(samples, pixels, number, last=self.ended)

    # What was heard.

    def begun(self) -> list[tuple[str, float]]:
        """The further pieces of text that have begun, and from which seconds of the timeline on."""
        fresh = []
        while self._told < len(self._cues) and self._cues[self._told].start < self.taken:
            cue = self._cues[self._told]
            at, position = next(run for run in reversed(self._runs) if run[1] <= cue.start)
            fresh.append((cue.written, (self._start(at) + cue.start - position) / self._rate))
            self._told += 1
        return fresh

    def heard(self, seconds: float) -> str:
        """The text that was heard when the client was here on the timeline."""
        return captions.heard(self._cues, self.position(seconds), self.made, self._rate, self.whole)

    def position(self, seconds: float) -> int:
        """How many samples were heard when the client was here on the timeline."""
        place, heard = int(seconds * self._rate), 0
        for (at, position), (_, after) in pairwise([*self._runs, (0, self.taken)]):
            heard = max(heard, min(after, position + place - self._start(at)))
        return heard

    def _start(self, at: int) -> int:
        return sample_at(at, self._rate, self._fps)

    def _length(self, at: int) -> int:
        return self._start(at + 1) - self._start(at)

    def _place(self, at: int) -> int:
        """The sample that a moment begins with if nothing starved since the last silence."""
        began, position = self._runs[-1]
        return position + self._start(at) - self._start(began)

    @property
    def _number(self) -> int:
        """Of the picture that belongs to the next sample, give or take half a picture."""
        return frame_at(self.taken + self._rate // (2 * self._fps), self._rate, self._fps)

    def _sounds(self, at: int) -> bool:
        left = self.made - self.taken
        return self.closed or left >= max(self._length(at), self._dry * round(REGAINED * self._rate))

    def _picture(self, number: int) -> Pixels | None:
        newest, pixels = -1 - LATE, None
        while self._pictures and self._pictures[0][0] <= number:
            newest, pixels = self._pictures.popleft()
        return pixels if newest >= number - LATE else None

    def _drawn(self, length: int) -> Samples:
        """The next samples; behind the last one there is silence."""
        pieces = []
        wanted = min(length, self.made - self.taken)
        self.taken += wanted
        silence = np.zeros(length - wanted, np.float32)
        while wanted:
            piece = self._sound.popleft()
            if len(piece) > wanted:
                self._sound.appendleft(piece[wanted:])
            pieces.append(piece[:wanted])
            wanted -= len(pieces[-1])
        return np.concatenate([*pieces, silence]) if len(pieces) != 1 or len(silence) else pieces[0]
