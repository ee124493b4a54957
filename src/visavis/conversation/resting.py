"""Pictures of a face that does not speak, drawn just before they are shown."""

from collections.abc import Awaitable, Callable
from typing import Final

from visavis.media import Pixels
from visavis.streams import Crew

AHEAD: Final = 2
"""Pictures that are drawn, or under way, at a time."""

RECOVERY: Final = 1.0
"""Seconds before a face that failed is asked again."""


class Resting:
    """Draws a picture when one is asked for, and the next one ahead, never waiting for either.

    draw: makes the picture with a number. drawn: called when one is there. failed: called when one cannot be
    made, and not again before one could be made; the last one stays on show meanwhile.
    """

    def __init__(
        self,
        crew: Crew,
        draw: Callable[[int], Awaitable[Pixels]],
        drawn: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._crew, self._draw, self._drawn, self._failed = crew, draw, drawn, failed
        self._pictures: dict[int, Pixels | None] = {}
        self._again = 0.0
        self.failing = False
        """Whether the last picture could not be made."""

    def picture(self, number: int, now: float) -> Pixels | None:
        """The picture with this number, or None, which is for asking again; numbers before it are over."""
        for gone in [known for known in self._pictures if not number <= known < number + AHEAD]:
            del self._pictures[gone]
        if now >= self._again:
            for coming in range(number, number + AHEAD):
                if coming not in self._pictures:
                    self._pictures[coming] = None
                    self._crew.begin(self._make(coming, now))
        return self._pictures.get(number)

    async def _make(self, number: int, now: float) -> None:
        try:
            pixels = await self._draw(number)
        except Exception as error:
            self._again = now + RECOVERY
            self._pictures.pop(number, None)
            if not self.failing:
                self.failing = True
                self._failed(error)
        else:
            self.failing = False
            if number in self._pictures:
                self._pictures[number] = pixels
        self._drawn()
