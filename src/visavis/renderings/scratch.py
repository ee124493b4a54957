"""The folder in which videos lie while they are made: this process's alone, and empty when it begins.

What a process that was killed left in it is deleted when the next one starts. Videos lie here in the clear
for as long as they are made: a folder in memory (tmpfs) keeps them off the disk.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from visavis.errors import StorageError


@contextlib.contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """An empty folder in this one, which nobody else may look into, as long as the block lasts.

    Raises:
        StorageError: it cannot be made, or another process has it.
    """
    own = folder / "renderings"
    with contextlib.ExitStack() as stack:
        with _sentences(own):
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
            if own.is_symlink() or own.stat().st_uid != os.getuid():
                raise StorageError(f"{own} belongs to somebody else; name another folder for scratch files")
            own.chmod(0o700)
            stack.enter_context(_locked(own))
            _sweep(own)
        stack.callback(_sweep, own)
        yield own


def left_in(folder: Path) -> int:
    """Delete what a process that was killed left, unless another one works there; how many videos it was."""
    own = folder / "renderings"
    try:
        with _locked(own):
            return _sweep(own)
    except (StorageError, OSError):
        return 0


@contextlib.contextmanager
def room_in(scratch: Path, name: str) -> Iterator[Path]:
    """A folder of its own for one video, which goes with all that is in it."""
    room = scratch / name
    with _sentences(room):
        room.mkdir(mode=0o700)
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _locked(folder: Path) -> contextlib.AbstractContextManager[object]:
    try:
        return FileLock(folder / ".lock").acquire(blocking=False)
    except Timeout:
        raise StorageError(
            f"another visavis makes videos in {folder}; end it, or name another folder for scratch files"
        ) from None


def _sweep(folder: Path) -> int:
    rooms = [left for left in folder.iterdir() if left.is_dir() and not left.is_symlink()]
    for room in rooms:
        shutil.rmtree(room, ignore_errors=True)
    return len(rooms)


@contextlib.contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise StorageError(f"no videos can be made in {folder}: {said}; name another folder") from error
