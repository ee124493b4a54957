"""What a client may send, and how much of it: a microphone's sound out of bytes, and a budget. Pure."""

from typing import Final

import numpy as np

from visavis.media import Samples

MESSAGES: Final = 200.0
"""A second; a microphone sends fifty, or a hundred."""

BYTES: Final = 128 * 1024.0
"""A second, all messages together: four times what a microphone sends."""

SECONDS_SAVED: Final = 8.0
"""Of the budget that may be spent at once: a recording of half a minute comes through."""


class Microphone:
    """Bytes as they come, which are 16-bit little-endian samples; a message may end within one."""

    def __init__(self) -> None:
        self._rest = b""

    def samples(self, message: bytes) -> Samples:
        """The samples that are whole by now: float32 [n], -1..1."""
        content = self._rest + message
        whole = len(content) & ~1
        self._rest = content[whole:]
        return np.frombuffer(content[:whole], "<i2").astype(np.float32) / np.float32(32768)


class Budget:
    """A bucket that fills by `rate` a second, holds `most`, and is full at first."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._left, self._at = most, 0.0

    def spend(self, amount: float, now: float) -> bool:
        """Whether there is so much left, which is gone then. now: seconds on any clock."""
        self._left = min(self._most, self._left + self._rate * max(0.0, now - self._at))
        self._at = max(now, self._at)
        if amount > self._left:
            return False
        self._left -= amount
        return True


class Traffic:
    """The budget of one client: messages, and their bytes."""

    def __init__(self) -> None:
        self._messages = Budget(MESSAGES, MESSAGES * SECONDS_SAVED)
        self._bytes = Budget(BYTES, BYTES * SECONDS_SAVED)

    def allows(self, size: int, now: float) -> bool:
        """Whether one more message of `size` bytes may come now."""
        return self._messages.spend(1, now) and self._bytes.spend(size, now)
