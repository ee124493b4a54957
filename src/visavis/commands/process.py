"""When the process began, what it begins with, and what ends it."""

import contextlib
import os
import signal
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn, TypeVar

T = TypeVar("T")

ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


def process_age() -> float:
    """Seconds since this process began; where the system does not tell, seconds of work it has done."""
    try:
        # proc(5): field 22 is the time it started, in ticks since the machine did.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.process_time()


def open_standard_files() -> None:
    """Let nothing answer for standard input, output and error where they are closed.

    Or else the next file that is opened gets their number, and with it all that libraries write there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave the block by an error, so that everything cleans up behind itself.

    Raises:
        SystemExit: after one of them, with the status that belongs to it.
    """

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in _heeded()}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    """Those of ENDING that whoever started the process does not want ignored, as nohup does."""
    return [number for number in ENDING if signal.getsignal(number) != signal.SIG_IGN]


def until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until a signal says so; then everything cleans up behind itself first.

    Raises:
        KeyboardInterrupt: after Ctrl-C.
        SystemExit: after SIGTERM or SIGHUP, with the status that belongs to it.
        CancelledError: the work was cancelled by itself.
    """
    import asyncio

    told: list[int] = []

    async def heeding() -> T:
        task = asyncio.current_task()
        assert task is not None

        def tell(number: int) -> None:
            told.append(number)
            task.cancel()

        for number in _heeded():
            asyncio.get_running_loop().add_signal_handler(number, tell, number)
        return await work

    try:
        return asyncio.run(heeding())
    except asyncio.CancelledError:
        if not told:
            raise
        raise SystemExit(128 + told[0]) from None
