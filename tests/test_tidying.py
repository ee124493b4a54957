import asyncio
import gc
import weakref

from tests.virtual import VirtualLoop
from visavis.tidying import SOON, Tidying


class Knot:
    """Something that knows itself, as sessions and their connections do."""

    def __init__(self) -> None:
        self.itself = self


async def ended_twice() -> tuple[bool, bool]:
    """Whether what ended is there still at once, and a little later."""
    tidying = Tidying()
    knot = Knot()
    seen = weakref.ref(knot)
    del knot
    tidying.soon()
    tidying.soon()
    at_once = seen() is not None
    await asyncio.sleep(SOON + 0.1)
    return at_once, seen() is not None


def test_what_has_ended_is_gone_a_moment_later() -> None:
    gc.disable()
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            assert runner.run(ended_twice()) == (True, False)
    finally:
        gc.enable()


async def told_twice() -> int:
    """How often others are told of two that ended together."""
    told = []
    tidying = Tidying(lambda: told.append(1))
    tidying.soon()
    tidying.soon()
    await asyncio.sleep(SOON + 0.1)
    return len(told)


def test_other_processes_are_told_once() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(told_twice()) == 1
