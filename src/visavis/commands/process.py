"""When the process began, and what ends it."""

import os
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def process_age() -> float:
    """Seconds since this process began; where the system does not tell, seconds of work it has done."""
    try:
        # proc(5): field 22 is the time it started, in ticks since the machine did.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.process_time()


def until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until a signal says so; then everything cleans up behind itself first.

    Raises:
        KeyboardInterrupt: after Ctrl-C.
        SystemExit: after SIGTERM or SIGHUP, with the status that belongs to it.
    """
    import asyncio

    told: list[int] = []

    async def heeding() -> T:
        task = asyncio.current_task()
        assert task is not None

        def tell(number: int) -> None:
            told.append(number)
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
                asyncio.get_running_loop().add_signal_handler(number, tell, number)
        return await work

    try:
        return asyncio.run(heeding())
    except asyncio.CancelledError:
        raise SystemExit(128 + told[0]) from None
