"""A place that is a folder of this machine.

A file is written under `.parts` and moved to its name when it is whole and on the disk. A writer holds a
lock on its part, which goes when the writer does: a part that can be locked is a leftover. All folders are
0700, all files 0600.
"""

import contextlib
import fcntl
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from visavis.avatars.vault.place import Entry, Piece, missing
from visavis.errors import StorageError

_ENDING: Final = ".sealed"  # so that `id` is a file beside the folder `id`
_PARTS: Final = ".parts"


class Folder:
    """Sealed files under a folder, which is made when something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str) -> "_Part":
        """A file to fill and to commit."""
        return _Part(self, self.path(name))

    def read(self, name: str, start: int, stop: int | None) -> Piece:
        """A part of a file."""
        with self.sentences("read", name), self.path(name).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # so that no head is seen that is half written
            file.seek(start)
            return Piece(file.read(-1 if stop is None else stop - start), os.fstat(file.fileno()).st_size)

    def patch(self, name: str, length: int, change: Callable[[bytes], bytes | None]) -> bool:
        """Overwrite a file's first bytes in place.

        Up to 512 bytes at a file's begin lie in one sector, which a disk writes whole or not at all, and
        a write of so few is not interrupted: PostgreSQL trusts its control file to the same. The file
        stays open, so whatever happens to its name meanwhile, this and no other is changed.
        """
        if length > 512:
            raise ValueError(f"{length} bytes are not written at once")
        with self.sentences("write", name), self.path(name).open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            changed = change(os.pread(file.fileno(), length, 0))
            if changed is not None:
                os.pwrite(file.fileno(), changed, 0)
                os.fsync(file.fileno())
        return changed is not None

    def delete(self, name: str) -> None:
        """Delete a file, and the folders that are empty then."""
        path = self.path(name)
        with self.sentences("write"), contextlib.suppress(FileNotFoundError):
            path.unlink()
            _sync(path.parent)
        with contextlib.suppress(OSError), _alone(self.root):  # not empty, or gone already
            for folder in path.parents:
                if folder == self.root:
                    break
                folder.rmdir()

    def pages(self, owner: str | None) -> Iterator[list[Entry]]:
        """A folder a page."""
        with self.sentences("read"):
            for folder, _, files in os.walk(self.root / (owner or ""), onerror=_unless_missing):
                yield list(self._entries(Path(folder), files))

    def sweep(self) -> int:
        """Remove the parts that nobody holds any more."""
        with self.sentences("write"):
            parts = list((self.root / _PARTS).glob("*"))
            return sum(_removed(part) for part in parts)

    def close(self) -> None:
        """Nothing is held."""

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.root / f"{name}{_ENDING}"

    def part(self) -> tuple[Path, BinaryIO]:
        """A new part, locked."""
        with self.sentences("write"):
            _make(self.root, self.root / _PARTS)
            while True:
                path = self.root / _PARTS / secrets.token_hex(8)
                file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file.fileno()).st_nlink:
                    return path, file
                file.close()  # swept before it was locked

    def place(self, part: Path, path: Path, *, first: bool) -> None:
        """Give a part its name; meanwhile nobody removes the folders on the way because they are empty.

        first: as a second name, and only if no other file has it.
        """
        with _alone(self.root):
            _make(self.root, path.parent)
            if first:
                with contextlib.suppress(FileExistsError):
                    path.hardlink_to(part)
            else:
                part.replace(path)

    @contextlib.contextmanager
    def sentences(self, verb: str, name: str = "") -> Iterator[None]:
        """Turn what the system says into a sentence, or into NoSuchFile where a file is meant."""
        try:
            yield
        except FileNotFoundError as error:
            if name:
                raise missing(name) from error
            raise StorageError(f"cannot {verb} the vault in {self.root}: a folder in it has gone") from error
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise StorageError(
                f"cannot {verb} the vault in {self.root}: {said}; make room, or see who may use that folder"
            ) from error

    def _entries(self, folder: Path, files: list[str]) -> Iterator[Entry]:
        for file in files:
            if file.endswith(_ENDING):
                with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                    status = (folder / file).stat()
                    name = (folder / file.removesuffix(_ENDING)).relative_to(self.root).as_posix()
                    yield Entry(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


class _Part:
    """A file that is being written."""

    def __init__(self, folder: Folder, path: Path) -> None:
        self._folder = folder
        self._path = path
        self._part: tuple[Path, BinaryIO] | None = None

    def write(self, content: bytes) -> None:
        self._part = self._part or self._folder.part()
        with self._folder.sentences("write"):
            self._part[1].write(content)

    def commit(self, *, first: bool = False) -> None:
        assert self._part is not None, "a file without as much as a head"
        part, file = self._part
        with self._folder.sentences("write"):
            file.flush()
            os.fsync(file.fileno())
            self._folder.place(part, self._path, first=first)
        self.abort()  # the file lies under its name now, which may be its second
        try:
            _sync(self._path.parent)
        except OSError as error:  # it is there, and stays there unless the power fails
            logging.warning("a file of the vault may be lost if the power fails: %s", error.strerror)

    def abort(self) -> None:
        if self._part is not None:
            part, file = self._part
            self._part = None
            with contextlib.suppress(OSError):
                file.close()
            with self._folder.sentences("write"):
                part.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep every other thread and process out that wants to be alone with a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make(root: Path, folder: Path) -> None:
    """Make a folder and those above it that are missing, and see to it that they stay."""
    root.parent.mkdir(parents=True, exist_ok=True)
    ways = [way for way in (folder, *folder.parents) if way == root or root in way.parents]
    for way in reversed(ways):
        with contextlib.suppress(FileExistsError):
            way.mkdir(mode=0o700)
            _sync(way.parent)


def _sync(folder: Path) -> None:
    """See to it that what has changed in a folder stays changed when the power fails."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _removed(part: Path) -> bool:
    """Remove a part, unless its writer lives."""
    try:
        with part.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    return True


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
