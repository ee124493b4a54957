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
