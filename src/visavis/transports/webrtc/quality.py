"""How one connection does, by what its client tells, and the level that follows from it. Pure."""

from visavis.transports.messages import Alive
from visavis.transports.webrtc.stepping import (
    WINDOW,
    Counts,
    Level,
    Report,
    Standing,
    ladder,
    report_between,
    stepped,
)


class Quality:
    """Of pictures of a size, at so many a second. now: seconds of the loop's clock, here and below."""

    def __init__(self, size: tuple[int, int], fps: int, now: float) -> None:
        self._levels = ladder(size, fps)
        self._standing = Standing(now, now)
        self._counts = Counts(now)
        self._sent = 0
        self._freezes: int | None = None

    @property
    def level(self) -> Level:
        """How pictures are to be sent."""
        return self._levels[self._standing.step]

    def count(self, counts: Counts) -> None:
        """What the receiver of packets says, as often as it likes."""
        if counts.at - self._counts.at >= WINDOW:
            report = report_between(self._counts, counts)
            self._counts, self._sent = counts, report.sent
            self._standing = stepped(self._standing, report, self._levels)

    def hear(self, sign: Alive, now: float) -> None:
        """What the page says, about once a second."""
        freezes = self._more_freezes(sign)
        if sign.rtt is not None or sign.lost is not None or freezes:
            report = Report(now, self._sent, sign.lost or 0.0, sign.rtt, None, freezes)
            self._standing = stepped(self._standing, report, self._levels)

    def _more_freezes(self, sign: Alive) -> int:
        """Since they were told for the last time; those of before the first time do not count."""
        if sign.freezes is None:
            return 0
        before, self._freezes = self._freezes, sign.freezes
        return 0 if before is None else max(0, sign.freezes - before)
