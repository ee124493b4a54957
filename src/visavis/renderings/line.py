"""The line in which orders wait: everybody's turn comes round, however much somebody else has ordered.

Owns whose turn it is and how many may wait; refuses to know what is waited for.
"""

from collections import deque
from collections.abc import Mapping
from operator import itemgetter
from typing import Final, Generic, TypeVar

from visavis.errors import VisavisError

T = TypeVar("T")

MOST_OF_ONE: Final = 20
MOST: Final = 200


class LineFull(VisavisError):
    """No more orders are taken for now. own: because of the owner's own orders, not of everybody's."""

    def __init__(self, waiting: int, *, own: bool) -> None:
        self.own = own
        super().__init__(
            f"{waiting} of your videos wait already; wait until one is done, or cancel one"
            if own
            else f"{waiting} videos wait to be made, and no more are taken; try again in a few minutes"
        )


class Line(Generic[T]):
    """Each owner's items wait in their order; owners take turns."""

    def __init__(self, most_of_one: int = MOST_OF_ONE, most: int = MOST) -> None:
        self._most_of_one, self._most = most_of_one, most
        # Owners with something that waits, in the order of their turns.
        self._waiting: dict[str, deque[T]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def check(self, owner: str) -> None:
        """Raises LineFull where one more of this owner cannot wait."""
        own = len(self._waiting.get(owner, ()))
        if own >= self._most_of_one:
            raise LineFull(own, own=True)
        if len(self) >= self._most:
            raise LineFull(len(self), own=False)

    def add(self, owner: str, item: T) -> None:
        """Behind the owner's others; an owner who had none that waited comes behind the other owners."""
        self._waiting.setdefault(owner, deque()).append(item)

    def order(self, busy: Mapping[str, int]) -> list[T]:
        """All that wait, the next one first. busy: how much is being done for each owner: so many turns."""
        ranked = [
            (busy.get(owner, 0) + number, turn, item)
            for turn, (owner, items) in enumerate(self._waiting.items())
            for number, item in enumerate(items)
        ]
        return [item for *_, item in sorted(ranked, key=itemgetter(0, 1))]

    def remove(self, owner: str, item: T) -> None:
        """Take an item out of the line; if it was the owner's first, that was the owner's turn."""
        items = self._waiting[owner]
        first = items[0] is item
        items.remove(item)
        if first:
            del self._waiting[owner]
            if items:
                self._waiting[owner] = items
