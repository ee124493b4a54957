"""Writing into the store: what can go wrong with a disk, said in one sentence each."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visavis.errors import ModelError

# EFBIG: a limit on the size of files; for the user it is one more way of there being no room.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ELSEWHERE = "or name another folder with VISAVIS_MODELS"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses within the block into a ModelError.

    Raises:
        ModelError: the disk is full, or the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise no_room(folder) from error
        why = error.strerror or error
        raise ModelError(f"{folder} cannot be written to ({why}); make it writable, {_ELSEWHERE}") from error


def no_room(folder: Path) -> ModelError:
    """What there is to say about a full disk."""
    return ModelError(f"no room is left for models in {folder}; free some, {_ELSEWHERE}")


def tells_of_no_room(complaint: str) -> bool:
    """Whether another program, which had to write to the disk, says that it is full."""
    return any(os.strerror(number) in complaint for number in _FULL)


def make_room(folder: Path, needed: int) -> None:
    """See to it that a folder is there and that its disk has so many bytes free.

    Raises:
        ModelError: it has not, or the folder cannot be made.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"{in_bytes(needed)} are needed in {folder} and {in_bytes(free)} are free; "
            f"free some, {_ELSEWHERE}"
        )


def put_in_place(part: Path, target: Path) -> None:
    """Move a finished file to where it belongs, in one step that a power cut cannot halve.

    Raises:
        ModelError: the folder cannot be written to.
    """
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("rb") as content:
            os.fsync(content.fileno())
        part.replace(target)


def length(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def in_bytes(count: int) -> str:
    """A number of bytes as people read it: 229.0 kB, 1.1 MB."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
