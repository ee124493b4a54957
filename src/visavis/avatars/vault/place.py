"""A place where sealed bytes lie under names: what every such place can do.

All of it blocks. A place knows no key, so it cannot leak what it holds; it may be watched, damaged or lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from visavis.errors import NoSuchFile


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file, and the size of the whole."""

    content: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it is listed; modified: UTC."""

    name: str
    size: int
    modified: datetime


class Sink(Protocol):
    """One file on its way to its place, from one thread at a time. Nothing is seen of it until `commit`."""

    def write(self, content: bytes) -> None:
        """Append. Raises StorageError where the place is full or cannot be reached."""
        ...

    def commit(self, *, first: bool = False) -> None:
        """Let the file be seen, whole, instead of an earlier one of this name.

        first: only if there is none; if there is one, that stays, and this comes to nothing.
        """
        ...

    def abort(self) -> None:
        """Leave no trace; does nothing after `commit`, nor a second time."""
        ...


class Place(Protocol):
    """Names are those of `names.joined`. Raises StorageError where the place cannot be reached or used."""

    def create(self, name: str) -> Sink:
        """A sink for a file; does nothing until it is written to."""
        ...

    def read(self, name: str, start: int, stop: int | None) -> Piece:
        """Bytes `start` to before `stop`, fewer where the file ends. Raises NoSuchFile."""
        ...

    def patch(self, name: str, length: int, change: Callable[[bytes], bytes | None]) -> bool:
        """Put others in the place of a file's first bytes, all at once; True if `change` gave any.

        Never brings back a file that is deleted meanwhile, nor touches one that takes its place.
        Raises NoSuchFile.
        """
        ...

    def delete(self, name: str) -> None:
        """Delete a file, and whatever held nothing else. Deleting one that is not there does nothing."""
        ...

    def pages(self, owner: str | None) -> Iterator[list[Entry]]:
        """Everything, or everything of an owner, some at a time, in no order."""
        ...

    def sweep(self) -> int:
        """Remove what writers left that were killed; how many such leftovers."""
        ...

    def close(self) -> None: ...


def missing(name: str) -> NoSuchFile:
    """The sentence for a file that is not there; its owner is not told of."""
    return NoSuchFile(f"there is no file {name.partition('/')[2]} in the vault")
