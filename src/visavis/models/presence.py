"""Is a file there, and is it the right one? Cheaply where that has been answered before.

A file's hash is worked out once; a stamp remembers it together with the file's time. Nothing here
fetches or repairs.
"""

import os
from pathlib import Path
from stat import S_ISREG

from visavis.models.catalogue import ModelFile


def is_there(home: Path, file: ModelFile) -> bool:
    """Whether something lies where a file belongs, or may: a folder that hides it counts."""
    try:
        (home / file.name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def is_sound(home: Path, file: ModelFile) -> bool:
    """Whether a file is there and known to be right, from its size, its time and its stamp alone."""
    try:
        seen = (home / file.name).stat()
        stamped = _stamp(home, file).read_bytes()
    except OSError:
        return False
    return S_ISREG(seen.st_mode) and seen.st_size == file.size and stamped == _seal(file, seen)


def quick_fault(home: Path, file: ModelFile) -> str:
    """What is wrong with a file, in words, reading it only where its stamp does not answer; "" is nothing."""
    return "" if is_sound(home, file) else fault(home, file)


def fault(home: Path, file: ModelFile) -> str:
    """What is wrong with a file, in words, after reading all of it; "" is nothing.

    A right file is stamped, so that the next one who asks need not read it; a stamp on any other is
    taken off.
    """
    try:
        wrong = _difference(home / file.name, file)
    except (FileNotFoundError, NotADirectoryError):
        wrong = f"{file.name} is missing"
    except OSError as error:
        wrong = f"{file.name} cannot be read: {error.strerror}"
    if wrong:
        _unstamp(home, file)
    elif not is_sound(home, file):
        stamp(home, file)
    return wrong


def stamp(home: Path, file: ModelFile) -> None:
    """Remember that a file has been read and is right; does nothing where the folder is read-only."""
    mark = _stamp(home, file)
    fresh = mark.with_name(f"{mark.name}.{os.getpid()}")
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(_seal(file, (home / file.name).stat()))
        fresh.replace(mark)
    except OSError:
        _forget(fresh)


def sha256_of(path: Path) -> str:
    """The hash of a file's content, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    from hashlib import file_digest

    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _difference(path: Path, file: ModelFile) -> str:
    seen = path.stat()
    if not S_ISREG(seen.st_mode):
        return f"{file.name} is not a file"
    if seen.st_size != file.size:
        return f"{file.name} has {seen.st_size:,} bytes instead of {file.size:,}"
    digest = sha256_of(path)
    if digest != file.sha256:
        return f"{file.name} has the sha256 {digest[:12]}... instead of {file.sha256[:12]}..."
    return ""


def _unstamp(home: Path, file: ModelFile) -> None:
    _forget(_stamp(home, file))


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _stamp(home: Path, file: ModelFile) -> Path:
    return home / ".checked" / file.name


def _seal(file: ModelFile, seen: os.stat_result) -> bytes:
    # Whole seconds: the archives and image layers that a store is copied with keep no finer time.
    return f"{file.sha256} {int(seen.st_mtime)}\n".encode("ascii")
