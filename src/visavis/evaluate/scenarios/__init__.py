"""What is performed: a scenario is a TOML file, shipped here or written by a user.

    title = "What people read"
    kind = "utterance"
    language = "en"
    tags = ["short"]
    text = "What is to be said."

Its name is the file's. A kind is a module in this folder that has KIND: it reads the fields of its own, which
is everything but the four above, into a script. Refuses to know how anything is performed.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from visavis.errors import InputError, UnknownName
from visavis.evaluate.fields import Fields, fields_in
from visavis.media import LANGUAGES, Language

FOLDER: Final = Path(__file__).parent

ENDING: Final = ".toml"


class Script(Protocol):
    """What a kind has read. text: all that is said in it, for people to read."""

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of being performed.

    read: makes a script of a file's further fields, and is told the folder that the file is in. Raises
        InputError, by `Fields.wrong`, for what cannot be performed.
    """

    name: str
    read: Callable[[Fields, Path], Script]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing to be performed, and then measured.

    name: unique, and good as a file's name. language: of most of it.
    """

    name: str
    title: str
    kind: str
    language: Language
    tags: tuple[str, ...]
    script: Script


@cache
def kinds() -> dict[str, Kind]:
    """The kinds that there are, by name."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    found = [importlib.import_module(f"{__name__}.{name}").KIND for name in sorted(modules)]
    return {kind.name: kind for kind in found}


def shipped() -> tuple[Scenario, ...]:
    """Those that come with visavis, by name. Blocks."""
    return within(FOLDER)


def within(folder: Path) -> tuple[Scenario, ...]:
    """Those in a folder, by name. Blocks.

    Raises:
        InputError: there are none, or one of them cannot be performed.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ENDING)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read the scenarios in {folder}: {said}; name a folder") from error
    if not paths:
        raise InputError(f"there are no scenarios in {folder}; their names end with {ENDING}")
    return tuple(read(path) for path in paths)


def read(path: Path) -> Scenario:
    """The scenario in a file. Blocks.

    Raises:
        InputError: it cannot be read, or says what cannot be performed.
    """
    fields = fields_in(path)
    title, tags = fields.text("title"), fields.texts("tags", ())
    kind = fields.choice("kind", tuple(kinds()), "utterance")
    language = fields.choice("language", LANGUAGES)
    script = kinds()[kind].read(fields, path.parent)
    fields.done()
    return Scenario(path.stem, title, kind, language, tags, script)


def chosen(known: Iterable[Scenario], names: Sequence[str], tags: Sequence[str]) -> tuple[Scenario, ...]:
    """Those that are meant by names, or files, and by tags; all of them where neither says anything. Blocks.

    Of two with one name, the later one is meant. With tags, those that have one of them.

    Raises:
        UnknownName: there is no such scenario, or none with a tag.
    """
    by_name = {scenario.name: scenario for scenario in known}
    found = tuple({s.name: s for s in (_named(by_name, name) for name in names)}.values())
    found = found or tuple(by_name.values())
    for tag in tags:
        if not any(tag in scenario.tags for scenario in found):
            raise UnknownName("tag", tag, {tag for scenario in found for tag in scenario.tags})
    wanted = set(tags)
    return tuple(scenario for scenario in found if not tags or wanted & set(scenario.tags))


def _named(by_name: dict[str, Scenario], name: str) -> Scenario:
    if name in by_name:
        return by_name[name]
    if name.endswith(ENDING):
        return read(Path(name))
    raise UnknownName("scenario", name, by_name)
