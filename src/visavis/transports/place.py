"""The place that a file is to have: whether it may be written there, and that it is whole or not there.

A file is made under another name in the same folder and moved into place at the end. Owns the
sentences for all that can go wrong with a folder or a disk; refuses to know what is in the file.
"""

import contextlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from visavis.errors import OutputError


def checked(path: Path, endings: Collection[str]) -> Path:
    """`path` with links followed, if a file with one of these endings may be written there.

    Raises:
        OutputError: it may not, and why.
    """
    if path.suffix.lower() not in endings:
        named = f"{path.suffix!r} files" if path.suffix else "a file without an ending"
        raise OutputError(f"cannot write {named} ({path}); end its name with {' or '.join(endings)}")
    with sentences(path):
        target = _followed(path)
        if target.is_dir():
            raise OutputError(f"{path} is a folder; name a file in it")
        if target.exists() and not target.is_file():
            raise OutputError(f"{path} is not a plain file; choose another name")
        if not target.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent} to write {path.name} to; make it first")
    return target


@contextlib.contextmanager
def placing(path: Path, endings: Collection[str]) -> Iterator[Path]:
    """An empty file to fill; leaving the block puts it in the place of `path`, an error removes it.

    Raises:
        OutputError: it cannot be written there.
    """
    target = checked(path, endings)
    part = target.with_name(f".{secrets.token_hex(6)}.part")
    with sentences(path):
        # Made at once: so the folder's rights are known before any work, and the file gets the usual ones.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield part
        with sentences(path):
            part.replace(target)
    finally:
        # Whatever the system says to this, an error that is on its way says more.
        with contextlib.suppress(OSError):
            part.unlink()


def _followed(path: Path) -> Path:
    try:
        target = path.resolve()
    except RuntimeError:  # before Python 3.13; from then on such a link is left as it is
        target = path
    if target.is_symlink():
        raise OutputError(f"{path} is a link that leads back to itself; choose another name")
    return target


@contextlib.contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what the system says about `path` into a sentence."""
    try:
        yield
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise OutputError(f"cannot write {path}: {said}; choose another place or make room") from error
