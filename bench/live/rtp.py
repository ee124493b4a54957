"""The clock of one track: when its sender says that something was sent. Pure."""

from math import nan
from typing import Final

NTP: Final = 2.0**-32
"""Seconds of one unit of an NTP timestamp (RFC 5905)."""

_WRAP: Final = 2**32


class Times:
    """Of a track with so many ticks a second. RTP's times of packets begin anywhere, and wrap around."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._first: int | None = None
        self._report: tuple[float, float] | None = None

    def packet(self, timestamp: int) -> None:
        """One has come; times are counted from the first."""
        self._first = timestamp if self._first is None else self._first

    def report(self, ntp: int, timestamp: int) -> None:
        """The sender tells which moment of its clock belongs to a time (RFC 3550, section 6.4.1)."""
        if self._first is not None:
            ticks = (timestamp - self._first) % _WRAP
            self._report = ntp * NTP, (ticks - _WRAP if ticks >= _WRAP // 2 else ticks) / self._rate

    def sent(self, at: float) -> float:
        """When what is so many seconds behind the first packet was sent; NaN as long as nothing was told."""
        if self._report is None:
            return nan
        clock, told = self._report
        return clock + at - told

    @property
    def told(self) -> bool:
        return self._report is not None
