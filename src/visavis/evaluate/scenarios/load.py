"""Many visitors at once, each of whom has texts read to him, one behind the other.

sessions = 3                  visitors
seconds = 15.0                that they stay
texts = ["One.", "Another."]  which each of them begins at another one
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from visavis.evaluate.fields import Fields
from visavis.evaluate.scenarios import Kind

MOST: Final = 500
"""Visitors; this machine plays them all."""


@dataclass(frozen=True, slots=True)
class Load:
    """See the head of this module."""

    sessions: int
    seconds: float
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that is read, a line each."""
        return "\n".join(self.texts)


def _read(fields: Fields, folder: Path) -> Load:
    texts = fields.texts("texts")
    if not texts:
        raise fields.wrong("texts is empty; write some")
    return Load(
        fields.count("sessions", least=1, most=MOST), fields.number("seconds", least=2.0, most=3600.0), texts
    )


KIND: Final = Kind("load", _read)
