"""Names for files out of words that people wrote."""

import re
from collections.abc import Iterable
from itertools import chain, count
from typing import Final

KEPT: Final = 60
"""Characters of a name."""


def plain(words: str) -> str:
    """Letters, digits, hyphens and underscores of some words; "recording" where there are none."""
    return re.sub(r"\W+", "-", words).strip("-")[:KEPT] or "recording"


def unique(wanted: Iterable[str]) -> list[str]:
    """The same names; what was taken before, whatever the capitals, gets a number."""
    taken: set[str] = set()
    names = []
    for name in wanted:
        tries = chain((name,), (f"{name}-{number}" for number in count(2)))
        names.append(next(one for one in tries if one.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names


def clock(seconds: float) -> str:
    """A moment of a film: 1:02:03.4, or 2:03.4."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    ahead = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{ahead}:{rest // 10:02}.{rest % 10}"


def counted(count: int, thing: str) -> str:
    """1 piece, 2 pieces."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
