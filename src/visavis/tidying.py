"""Gives the memory of conversations back that have ended.

A session, its encoders and its connection know each other, so they lie about until Python's collector finds
them, and what is freed the C library keeps for later: 500 visitors would leave a gigabyte.
"""

import asyncio
import ctypes
import gc
import sys
from collections.abc import Callable
from typing import Final

SOON: Final = 3.0
"""Seconds after which it is tidied up, once for all that have ended meanwhile."""


def settle() -> None:
    """All is loaded that stays: the collector need not look at it again, and is quick from now on."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Give back what is not needed; a few milliseconds, once it is settled what stays."""
    gc.collect()
    if sys.platform == "linux":
        _trim()


class Tidying:
    """Tidies up a moment after something ended. others: have other processes do so, each time."""

    def __init__(self, *others: Callable[[], None]) -> None:
        self._others = others
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Something has ended."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._tidy)

    def _tidy(self) -> None:
        self._timer = None
        tidy()
        for other in self._others:
            other()


def _trim() -> None:
    """Let glibc hand back what it keeps; another C library has no such function, or does so by itself."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
