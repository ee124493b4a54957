"""The front door: one utterance's sound in, what the face does with it out, frame by frame."""

from collections import deque
from typing import NamedTuple

from visavis.media import AudioChunk
from visavis.motion.articulation import Articulation
from visavis.motion.emphasis import Emphasis
from visavis.motion.frames import Head, Mouth
from visavis.motion.hearing import Hearing


class Spoken(NamedTuple):
    """One frame of speech: the mouth, and what the head adds to its idle movement (`life.combine`)."""

    mouth: Mouth
    head: Head


class Speech:
    """What one utterance does to a face.

    Feed it the chunks in order: it gives frame i, at i / fps seconds, as soon as the speech that shapes
    it is known, at most a quarter of a second later, and the rest when the end is declared. There are
    frame_count(samples, rate, fps) in all, bit for bit the same for any chunking; the last one is at
    rest. Follows the phones where the first chunk has them, else the sound, with the help of a reading where
    the first chunk has one.

    seed: whose head it is, as in `life.life`.
    first: the session's frame number at which the utterance begins.
    Raises ValueError for fewer than 10 frames a second.
    """

    def __init__(self, fps: int, seed: int = 0, first: int = 0) -> None:
        self._fps = fps
        self._mouth: Articulation | Hearing | None = None
        self._head = Emphasis(fps, seed, first)
        self._mouths: deque[Mouth] = deque()
        self._heads: deque[Head] = deque()

    def feed(self, chunk: AudioChunk) -> list[Spoken]:
        """The frames that a further chunk completes.

        Raises ValueError when the chunk does not follow the one before it.
        """
        if self._mouth is None:
            known = chunk.phones is not None
            self._mouth = Articulation(self._fps) if known else Hearing(self._fps, chunk.reading is not None)
        self._mouths.extend(self._mouth.feed(chunk))
        self._heads.extend(self._head.feed(chunk))
        return self._both()

    def finish(self) -> list[Spoken]:
        """The frames that are left."""
        if self._mouth is not None:
            self._mouths.extend(self._mouth.finish())
        self._heads.extend(self._head.finish())
        return self._both()

    def _both(self) -> list[Spoken]:
        n = min(len(self._mouths), len(self._heads))
        return [Spoken(self._mouths.popleft(), self._heads.popleft()) for _ in range(n)]
