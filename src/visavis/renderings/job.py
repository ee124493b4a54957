"""One order while it waits and is made, as this process knows it: who follows it, and how it stops."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from visavis.renderings.order import Progress
from visavis.streams import Latest

SECONDS_BETWEEN: Final = 0.25
"""Progress is told no oftener."""


class Stopped(Exception):
    """Somebody wanted a job to stop, and it did."""


class Job:
    """One video.

    uses: the ids of what its owner registered and it shows or speaks with. finish: lets it end well, and
        soon, where that can be had; the server's end is no reason to break it off then.
    """

    def __init__(
        self, id_: str, owner: str, uses: frozenset[str], finish: Callable[[], None] | None = None
    ) -> None:
        self.id = id_
        self.owner = owner
        self.uses = uses
        self._finish = finish
        self.progress = Latest(Progress("queued"))
        self.stopped = False
        self.stopped_by: str | None = None
        self._told_at = float("-inf")
        self._stoppable: asyncio.Task[object] | None = None

    def waits_at(self, place: int) -> None:
        """Its place in the line; 1 is the next."""
        self.progress.set(Progress("queued", place=place))

    def begins(self) -> None:
        """It waits no longer."""
        self.progress.set(Progress("running"))

    def is_at(self, done: float, expected: float | None) -> None:
        """So many seconds of so many are done; a call too soon after the last one tells nobody."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= SECONDS_BETWEEN:
            self._told_at = now
            self.progress.set(Progress("running", done, expected))

    def stop(self, actor: str | None) -> None:
        """End its stoppable part, at once or when it comes to it. actor: who wants that; None: the server."""
        if actor is None and self._finish is not None:
            self._finish()
            return
        if self._stoppable is not None and not self.stopped:  # once: twice would end its cleaning up as well
            self._stoppable.cancel()
        self.stopped = True
        self.stopped_by = self.stopped_by or actor

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """What `stop` may end; Stopped is raised then, whatever else the block raises on its way out."""
        task = asyncio.current_task()
        assert task is not None
        if self.stopped:
            raise Stopped
        self._stoppable = task
        try:
            yield
        except BaseException:
            if not self.stopped:
                raise
            task.uncancel()
            raise Stopped from None
        finally:
            self._stoppable = None
