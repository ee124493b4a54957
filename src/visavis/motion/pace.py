"""When a frame is due: the one rule by which streamed speech becomes frames.

A frame is due once the speech is known for some time after it, or has ended. Whatever reaches no further
than that into the future comes out the same however the speech was cut into chunks.
"""

from typing import Final

from visavis.media import AudioChunk, frame_count

SLOWEST: Final = 10
"""Frames a second below which a closure of the lips could fall between two frames unseen."""


class Pace:
    """Counts an utterance's chunks in and its frames out.

    ahead_ms: milliseconds of speech after a frame's beginning that shape the frame.
    Raises ValueError for fewer than SLOWEST frames a second.
    """

    def __init__(self, fps: int, ahead_ms: int) -> None:
        if fps < SLOWEST:
            raise ValueError(f"motion needs at least {SLOWEST} frames a second, not {fps}")
        self.fps = fps
        self.ahead_ms = ahead_ms
        self.rate = 0
        self.samples = 0
        self._given = 0

    def due(self, chunk: AudioChunk) -> range:
        """The frames that this chunk completes.

        Raises ValueError when the chunk does not follow the one before it, at the same rate.
        """
        if chunk.at != self.samples or self.rate not in (0, chunk.rate):
            raise ValueError(
                f"a chunk at sample {chunk.at}, {chunk.rate} Hz, cannot follow {self.samples} samples "
                f"at {self.rate} Hz; an utterance's chunks come in order and without gaps"
            )
        self.rate = chunk.rate
        self.samples = chunk.end
        known = self.samples - -(-self.ahead_ms * self.rate // 1000)
        return self._until(known * self.fps // self.rate + 1 if known >= 0 else 0)

    def rest(self) -> range:
        """The frames that are left when the speech has ended."""
        return self._until(self.total)

    @property
    def total(self) -> int:
        """How many frames the speech so far takes."""
        return frame_count(self.samples, self.rate, self.fps) if self.rate else 0

    def _until(self, end: int) -> range:
        begin, self._given = self._given, max(end, self._given)
        return range(begin, self._given)
