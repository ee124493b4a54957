"""How long each stage of a video took, when it began and ended, and how long its next one waited for it."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from visavis.contracts import Stream

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. The stages overlap: each is how long the next one waited for it, without what it waited for.

    encode: nothing waits for it; the time that its own thread was at work.
    first_frame, total: since the process, or the stopwatch, began.
    """

    text: float
    speech: float
    portrait: float
    prepare: float
    first_frame: float
    render: float
    encode: float
    total: float


class Stopwatch:
    """How long is waited for what; `since`: seconds that had passed before it was made.

    spent: seconds by stage. spans: when each stage began first and ended last, in seconds.
    """

    def __init__(self, since: float = 0.0) -> None:
        self._began = time.perf_counter() - since
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.spans: dict[str, tuple[float, float]] = {}

    @property
    def now(self) -> float:
        """Seconds since it all began."""
        return time.perf_counter() - self._began

    @contextlib.contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        began = self.now
        try:
            yield
        finally:
            ended = self.now
            self.spent[stage] += ended - began
            self.spans[stage] = (self.spans.get(stage, (began,))[0], ended)

    async def waiting(self, stage: str, source: Stream[T]) -> Stream[T]:
        """The same stream; what its items are waited for is added to a stage."""
        async with contextlib.aclosing(source):
            while True:
                with self.timing(stage):
                    try:
                        item = await anext(source)
                    except StopAsyncIteration:
                        return
                yield item

    def timings(self, first_frame: float) -> Timings:
        """What was measured, each stage less the one inside it."""
        spent = self.spent
        return Timings(
            text=spent["text"],
            speech=max(0.0, spent["speech"] - spent["text"]),
            portrait=spent["portrait"],
            prepare=spent["prepare"],
            first_frame=first_frame,
            render=max(0.0, spent["render"] - spent["heard"]),
            encode=spent["encode"],
            total=self.now,
        )
