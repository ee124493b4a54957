"""When each moment of a session is due, and how far the client has come.

Counts in moments, so that no error grows over hours; time is an argument. Refuses to know what is in them.
"""

from typing import Final

MOST_BEHIND: Final = 0.5
"""Seconds that moments may be late and still be caught up with; what is lost beyond is given up."""

HASTE: Final = 0.75
"""A reply that may be taken ahead is, from its beginning on, taken in at most this share of the time that it
is heard for, until half of what it may be ahead is reached; whatever is late by then is left out."""

STANDSTILL: Final = 10.0
"""Seconds behind the clock at which a client that says it has not heard everything is waited for no more: its
player has stopped."""


class Timeline:
    """Moments in a row, `at` being the number of the next one; times are the loop's, in seconds."""

    def __init__(self, fps: int) -> None:
        self.at = 0
        self._fps = fps
        self._zero: float | None = None
        self._report: tuple[float, float] | None = None
        self._lag = self._void = 0.0

    @property
    def end(self) -> float:
        """Seconds of the timeline that have been taken."""
        return self.at / self._fps

    def due(self, now: float) -> float:
        """When the next moment is heard, if the client is where the clock is; the first one at once."""
        if self._zero is None:
            self._zero = now
        return self._zero + self.at / self._fps

    def taken(self, now: float) -> None:
        """The next moment was taken."""
        if now - self.due(now) > MOST_BEHIND:
            self.resume(now)
        self.at += 1

    def resume(self, now: float) -> None:
        """After a pause, or time that was lost: the next moment is due now, unless it is due later."""
        self._zero = max(self.due(now), now) - self.at / self._fps

    def is_ahead(self, now: float) -> bool:
        """Whether moments were taken before they were due."""
        return self.due(now) - now > 1.5 / self._fps

    def cut(self, now: float) -> None:
        """What was taken and not heard is void: the next moment is due now.

        A client that was behind the clock is taken to be so still, until it says where it is.
        """
        if self._report is not None:
            seconds, when = self._report
            self._lag = max(0.0, when - (self.due(now) - self.end) - seconds)
        if self.is_ahead(now):
            self._zero = now - self.at / self._fps
        self._report, self._void = None, self.end

    def played(self, seconds: float, now: float) -> None:
        """The client says where it is; what it says of a place from before a cut comes too late."""
        if seconds >= self._void:
            self._report = seconds, now

    def heard(self, now: float) -> float:
        """Seconds of the timeline that the client has heard at most."""
        by_clock = self._by_clock(now)
        if self._report is None:
            return min(self.end, max(0.0, by_clock - self._lag))
        seconds, when = self._report
        return min(self.end, by_clock, seconds + now - when)

    def left(self, until: float, now: float) -> float:
        """Seconds to wait for the client to have heard all up to here."""
        return min(until - self.heard(now), until + STANDSTILL - self._by_clock(now))

    def _by_clock(self, now: float) -> float:
        return 0.0 if self._zero is None else now - self._zero


def latest(due: float, began: float, lead: float) -> float:
    """When a moment is given at the latest, though its sound or picture is not there.

    due: when it is heard; began: when the reply's first one was. lead: seconds it may be taken before.
    """
    return min(due, max(due - lead / 2, began + HASTE * (due - began)))
