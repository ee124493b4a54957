"""What the browser itself measured, as a table at the end of the tests: shown, and never asserted."""

from collections.abc import Iterator
from statistics import median

import pytest


class Figures:
    """Values by what they are of and which way they went."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[float]] = {}

    def add(self, what: str, way: str, *values: float) -> None:
        """what: with its unit. way: WebRTC or WebSocket."""
        self._values.setdefault((what, way), []).extend(values)

    def table(self) -> Iterator[str]:
        if not self._values:
            return
        yield ""
        yield f"{'in the browser':<44} {'way':<10} {'median':>8} {'worst':>8} {'of':>4}"
        for (what, way), values in sorted(self._values.items()):
            yield f"{what:<44} {way:<10} {median(values):>8.0f} {max(values, key=abs):>8.0f} {len(values):>4}"


FIGURES = pytest.StashKey[Figures]()
