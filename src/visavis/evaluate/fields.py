"""A table of a TOML file that somebody wrote, read field by field: what is wrong in it becomes one sentence.

Owns reading, types and bounds. Refuses fields that nobody asked for, with the nearest that is known.
"""

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import Any, Final, TypeVar

from visavis.errors import InputError

T = TypeVar("T")
C = TypeVar("C", bound=str)

LARGEST: Final = 2_000_000
"""Bytes of a file that may be read as TOML."""


BEYOND: Final = 10**15
"""What no whole number here may reach."""


class Fields:
    """One table. where: the file, and the place in it, for sentences."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self.where = where
        self._table = table
        self._asked: set[str] = set()

    def text(self, key: str, usual: str | None = None) -> str:
        """A text; without `usual` it has to be there and to hold more than space."""
        found: str = self._value(key, str, "a text", usual)
        if usual is None and not found.strip():
            raise self.wrong(f"{key} is empty; write something in it")
        return found

    def choice(self, key: str, among: Sequence[C], usual: C | None = None) -> C:
        """One of several words."""
        found = self._value(key, str, f"one of {', '.join(among)}", usual)
        for known in among:
            if known == found:
                return known
        raise self.wrong(f"{key} is {found!r}; write one of {', '.join(among)}")

    def flag(self, key: str, usual: bool) -> bool:
        """True or false."""
        found: bool = self._value(key, bool, "true or false", usual)
        return found

    def number(self, key: str, usual: float | None = None, least: float = -inf, most: float = inf) -> float:
        """A number within bounds."""
        found = self._value(key, (int, float), "a number", usual)
        if isinstance(found, bool) or not least <= found <= most:
            raise self.wrong(f"{key} is {found}; write a number from {least:g} to {most:g}")
        return float(found)

    def count(self, key: str, usual: int | None = None, least: int = 0, most: int = 10**9) -> int:
        """A whole number within bounds."""
        found: int = self._value(key, int, "a whole number", usual)
        if isinstance(found, bool) or not least <= found <= most:
            raise self.wrong(f"{key} is {found}; write a whole number from {least} to {most}")
        return found

    def texts(self, key: str, usual: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        found = self._value(key, (list, tuple), "a list of texts", usual)
        if not all(isinstance(item, str) and item.strip() for item in found):
            raise self.wrong(f"{key} has to be a list of texts that are not empty")
        return tuple(found)

    def table(self, key: str) -> "Fields":
        """A table within this one; an empty one where there is none."""
        return Fields(self._value(key, dict, "a table", {}), f"{self.where}, {key}")

    def tables(self, key: str) -> tuple["Fields", ...]:
        """A list of tables, which may be left out."""
        found = self._value(key, list, "a list of tables", [])
        if not all(isinstance(item, dict) for item in found):
            raise self.wrong(f"{key} has to be a list of tables, such as [[{key}]]")
        return tuple(Fields(item, f"{self.where}, {key} {n}") for n, item in enumerate(found, 1))

    def names(self) -> tuple[str, ...]:
        """The fields that there are, in the order of the file."""
        return tuple(self._table)

    def has(self, key: str) -> bool:
        """Whether a field is there."""
        return key in self._table

    def done(self) -> None:
        """Raises InputError for a field that was never asked for."""
        for key in self._table:
            if key not in self._asked:
                near = get_close_matches(key, self._asked, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there is: {', '.join(sorted(self._asked))}"
                raise self.wrong(f"nothing is called {key!r} here; {hint}")

    def wrong(self, what: str) -> InputError:
        """The error that says what is wrong here."""
        return InputError(f"{self.where}: {what}")

    def _value(self, key: str, kind: "type[T] | tuple[type, ...]", named: str, usual: Any) -> Any:
        self._asked.add(key)
        found = self._table.get(key, usual)
        if found is None:
            raise self.wrong(f"{key} is missing; it has to be {named}")
        if isinstance(found, int) and abs(found) >= BEYOND:
            raise self.wrong(f"{key} is a whole number of more than 15 digits; write a smaller one")
        if not isinstance(found, kind):
            raise self.wrong(f"{key} has to be {named}, not {found!r}")
        return found


def fields_in(path: Path) -> Fields:
    """The whole of a TOML file. Blocks.

    Raises:
        InputError: it cannot be read, or is no TOML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {path}: {said}; check its name") from error
    if len(content) > LARGEST:
        raise InputError(f"{path} has {len(content)} bytes; such a file may have {LARGEST}")
    try:
        return Fields(tomllib.loads(content.decode("utf-8-sig")), str(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no TOML file: {error}; mend it") from error
