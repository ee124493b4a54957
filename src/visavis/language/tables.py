"""Words of a language written as tables of text, and how they are read."""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Noun(NamedTuple):
    """Something that is counted: its form after 1 and its form after any other number."""

    one: str
    many: str


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def listed(text: str) -> frozenset[str]:
    """What stands between the commas of a list; an entry may be several words."""
    return frozenset(entry.strip() for entry in text.split(","))


def table(text: str) -> Mapping[str, str]:
    """What each sign is read as: `& → and`, `a.m., am → in the morning`; two spaces or a new line between."""
    found = {}
    for entry in re.split(r"\s{2,}|\n", text.strip()):
        signs, arrow, meaning = entry.partition(" →")
        if not arrow:
            raise ValueError(f"an entry of a table reads `sign → words`, not {entry!r}")
        found.update(dict.fromkeys(signs.split(", "), meaning.strip()))
    return found


def nouns(text: str) -> Mapping[str, Noun]:
    """The same for what is counted: `km → kilometer | kilometers`; one form alone does not change."""
    found = {}
    for sign, forms in table(text).items():
        one, _, many = forms.partition(" | ")
        found[sign] = Noun(one, many or one)
    return found
