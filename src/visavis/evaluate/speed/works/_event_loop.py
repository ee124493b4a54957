"""One event loop for all runs of a work: an engine is used from one only."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Looping(Protocol):
    def __call__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T: ...


@contextlib.contextmanager
def looping() -> Iterator[Looping]:
    """What runs coroutines to their end, one after the other, on the same loop."""
    with asyncio.Runner() as runner:

        def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
            return runner.run(work())

        yield run
