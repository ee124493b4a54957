"""The folder that models lie in, and what can be asked of it.

Whatever has to do with fetching is imported when something is fetched: asking for a model that is
there costs a few file times, and no network library.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from visavis.errors import ModelError
from visavis.models import presence
from visavis.models.catalogue import CATALOGUE, Entry, Licence, ModelFile, find, in_words

if TYPE_CHECKING:
    from visavis.models.download import Patience

Progress = Callable[[int, int], None]
Note = Callable[[str], None]
State = Literal["absent", "present", "damaged"]


@dataclass(frozen=True, slots=True)
class Status:
    """How one model stands, ready to be shown.

    folder: where its files lie, or will.
    size: bytes of its files.
    source: where it comes from, in words.
    state: present, every file is right; absent, there is none; damaged, anything between.
    faults: what is wrong with each file that is, in words.
    """

    name: str
    purpose: str
    folder: Path
    size: int
    licence: Licence
    source: str
    state: State
    faults: tuple[str, ...]


def default_folder() -> Path:
    """VISAVIS_MODELS where that is set, else a folder in the user's cache.

    Raises:
        ModelError: what is set names no folder.
    """
    named = os.environ.get("VISAVIS_MODELS")
    if named:
        try:
            return Path(named).expanduser().absolute()
        except (RuntimeError, OSError) as error:
            raise ModelError(
                f"VISAVIS_MODELS is {named!r}, and the folder that this starts from cannot be found; "
                "name another one"
            ) from error
    from platformdirs import user_cache_path

    return user_cache_path("visavis") / "models"


class Store:
    """Models in one folder; any number of processes may use the same one.

    progress: called with bytes done and bytes in all while something travels, never more than the
        second; from the calling thread.
    note: called with a sentence when there is something to wait for.
    """

    def __init__(
        self,
        folder: Path | None = None,
        catalogue: tuple[Entry, ...] = CATALOGUE,
        patience: "Patience | None" = None,
    ) -> None:
        self.folder = folder or default_folder()
        self.catalogue = catalogue
        self._patience = patience

    def files(self, name: str, progress: Progress | None = None, note: Note | None = None) -> dict[str, Path]:
        """A model's files by name, pulled first where they are not there or not sound. Blocks.

        Raises:
            UnknownName: no such model.
            ModelError: it could not be fetched.
        """
        entry = find(name, self.catalogue)
        home = self.folder / name
        if any(presence.quick_fault(home, file) for file in entry.files):
            self.pull(name, progress, note)
        return {file.name: home / file.name for file in entry.files}

    def pull(self, name: str, progress: Progress | None = None, note: Note | None = None) -> Status:
        """Fetch what is missing of a model, or damaged, and check it. Blocks.

        Raises:
            UnknownName: no such model.
            ModelError: it could not be fetched; what was there before still is.
        """
        entry = find(name, self.catalogue)
        from visavis.models import pulling
        from visavis.models.download import Patience

        pulling.pull(entry, self.folder, progress or _unseen, note or _log, self._patience or Patience())
        return self.status(name)

    def verify(self, name: str) -> Status:
        """Read every file of a model and compare.

        Raises:
            UnknownName: no such model.
        """
        return self._status(find(name, self.catalogue), presence.fault)

    def remove(self, name: str, note: Note | None = None) -> int:
        """Delete a model's files, and what there is of them; the bytes that this frees.

        Raises:
            UnknownName: no such model.
            ModelError: the folder cannot be written to.
        """
        entry = find(name, self.catalogue)
        from visavis.models import pulling
        from visavis.models.download import Patience

        return pulling.remove(entry, self.folder, note or _log, self._patience or Patience())

    def status(self, name: str) -> Status:
        """How a model stands; reads its files only where nobody has since they were put there.

        Raises:
            UnknownName: no such model.
        """
        return self._status(find(name, self.catalogue), presence.quick_fault)

    def statuses(self) -> tuple[Status, ...]:
        """How every model of the catalogue stands, in its order."""
        return tuple(self.status(entry.name) for entry in self.catalogue)

    def _status(self, entry: Entry, check: Callable[[Path, ModelFile], str]) -> Status:
        home = self.folder / entry.name
        faults = tuple(filter(None, (check(home, file) for file in entry.files)))
        some = any(presence.is_there(home, file) for file in entry.files)
        state: State = "present" if not faults else "damaged" if some else "absent"
        source = in_words(entry.source)
        return Status(entry.name, entry.purpose, home, entry.size, entry.licence, source, state, faults)


def _unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def _log(sentence: str) -> None:
    """A note for which there is nobody at hand."""
    from logging import getLogger

    getLogger(__name__).warning(sentence)
