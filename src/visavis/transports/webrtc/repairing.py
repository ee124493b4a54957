"""Which lost packets are sent again, of those that a receiver asks for. Pure.

On a line that is too narrow what is sent again makes it narrower, more is lost, and more is asked for: so it
may take a share of the level's bits and no more, and nothing is sent twice in the time that an answer takes.
"""

from collections.abc import Callable, Sequence
from typing import Final

# Of the bits that pictures are sent with, and bits a second at least: what was lost of a whole picture.
SHARE: Final = 0.25
LEAST: Final = 60_000

# Bits of a packet, and seconds of the share that may be spent at once.
PACKET: Final = 8 * 1300
SAVED: Final = 1.0

# Seconds in which a packet that was sent again may be on its way.
UNDER_WAY: Final = 0.1

# Packets whose last repair is known.
KNOWN: Final = 512


class Repairs:
    """Of one stream of packets. bitrate: that pictures are sent with now."""

    def __init__(self, bitrate: Callable[[], int]) -> None:
        self._bitrate = bitrate
        self._left = SAVED * self._rate
        self._at = 0.0
        self._sent: dict[int, float] = {}

    @property
    def _rate(self) -> float:
        return max(LEAST, SHARE * self._bitrate())

    def due(self, lost: Sequence[int], now: float) -> tuple[list[int], bool]:
        """Those of the lost packets to send again, the latest first, and whether others have to be given up.

        lost: their numbers, in the order in which they were sent. now: seconds on any clock.
        """
        self._left = min(SAVED * self._rate, self._left + self._rate * max(0.0, now - self._at))
        self._at = now
        wanted = [number for number in reversed(lost) if now - self._sent.get(number, -1.0) >= UNDER_WAY]
        granted = wanted[: int(self._left / PACKET)]
        self._left -= PACKET * len(granted)
        for number in granted:
            self._sent.pop(number, None)
            self._sent[number] = now
        for number in list(self._sent)[:-KNOWN]:
            del self._sent[number]
        return granted, len(granted) < len(wanted)
