"""Gives the memory of conversations back that have ended.

A session, its encoders and its connection know each other, so they lie about until Python's collector finds
them, and what is freed the C library keeps for later: 500 visitors would leave a gigabyte.
"""

import asyncio
import ctypes
import gc
import sys
from typing import Final

SOON: Final = 3.0
"""Seconds after which it is tidied up, once for all that have ended meanwhile."""


class Tidying:
    """Tidies up a moment after something ended."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def settle(self) -> None:
        """All is loaded that stays: the collector need not look at it again, and is quick from now on."""
        gc.collect()
        gc.freeze()

    def soon(self) -> None:
        """Something has ended."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._tidy)

    def _tidy(self) -> None:
        self._timer = None
        gc.collect()
        if sys.platform == "linux":
            _trim()


def _trim() -> None:
    """Let glibc hand back what it keeps; another C library has no such function, or does so by itself."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
