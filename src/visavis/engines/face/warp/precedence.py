"""Who begins goes first: of several faces that are drawn at a time, those that have not been seen yet.

One that speaks already has pictures ahead of what is heard; one that begins keeps somebody waiting for every
picture that is drawn before its first. Belongs to one event loop, and refuses to know what is drawn.
"""

import asyncio


class Precedence:
    """Those who are beginning, and those who let them pass."""

    def __init__(self) -> None:
        self._beginning: set[object] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def begin(self, who: object) -> None:
        """Have the others let this one pass until it has begun."""
        self._beginning.add(who)

    def begun(self, who: object) -> None:
        """It has, or never will; more than once is the same."""
        self._beginning.discard(who)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def let_pass(self, who: object) -> None:
        """Wait until nobody else is beginning."""
        while self._beginning - {who}:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            try:
                await waiting
            finally:
                self._waiting.discard(waiting)
