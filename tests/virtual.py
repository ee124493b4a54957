"""An event loop whose time is virtual: it stands still while anything is ready, then jumps to the next timer.

What is run in an executor is run at once, on the loop's own thread, and takes no time.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

MOST_ROUNDS = 10_000
"""Of the loop at one point in time; who needs more waits for something by turning in circles."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualLoop(asyncio.SelectorEventLoop):
    """As the usual one, but hours pass in no time, and in the same order every time."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Leaping(self._leap))

    def time(self) -> float:
        return self._now

    def block(self, seconds: float) -> None:
        """Let time pass while nothing else can run, as when a callback takes long."""
        self._now += seconds

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _leap(self, seconds: float) -> None:
        """Go on to the next timer, and not a rounding error less far."""
        timers = [timer.when() for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        self._now = max(self._now, min(timers, default=self._now + seconds))


class _Leaping(selectors.DefaultSelector):
    """Does not wait for a timer, but lets `leap` go to it. What comes in through a socket is waited for."""

    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap
        self._rounds = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            self._rounds += 1
            if self._rounds > MOST_ROUNDS:
                raise RuntimeError("the loop turns round and round, and no time passes")
            return super().select(timeout)
        self._rounds = 0
        self._leap(timeout)
        return super().select(0)
