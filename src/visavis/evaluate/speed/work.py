"""What can be measured: a work is something that is done over and over, always the same.

A module in `works` has it as WORK; another package names one in an entry point of the group "visavis.works".
Nothing else has to be edited. Owns finding them and choosing among them. Refuses to measure.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Literal, TypeAlias

from visavis.errors import EngineError, InputError, UnknownName
from visavis.evaluate.speed import works as ours
from visavis.evaluate.speed.staging import Staging

Told = Literal["rate", "time", "memory"]

GROUP: Final = "visavis.works"


@dataclass(frozen=True, slots=True)
class Case:
    """One size or kind of a work.

    name: a word or two, "512 px". size: what its cost is expected to grow with, counted as `Work.grows`
    says; None: it stands beside the others. side: of its pictures, in pixels. quick: whether a quick run has
    it.
    """

    name: str
    size: float | None = None
    side: int = 512
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in one run.

    amount: how much of it, counted in the work's unit.
    seconds: that it took, where the work knows better than whoever waits for it.
    also: what else was seen, by name, with the unit in it. series: for plots; some hundred numbers.
    """

    amount: float
    seconds: float | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


Run: TypeAlias = Callable[[], Done]
"""Does the work once; blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something that is done over and over, always the same.

    name: a word; unique, and that of its module. title: for people. unit: what its amounts count, many.
    told: by what it is known: amounts a second, seconds for each, or its memory.
    cases: the smallest first. grows: what their sizes count; "" where they do not grow.
    stands_for: what is in it, what is not, and what it cannot tell.
    opened: makes it ready for a case, in a process of its own; it is closed when the block is left.
    long: makes a case of so many seconds of speech, where the work has such.
    warm: runs before those that count. at_most: runs that count, where it takes long.
    alone: whether it has one processor only.
    elsewhere: whether commands do it, so that memory and threads of who waits for them do not count.
    version: another one whenever it does something else; figures of two versions are not compared.
    """

    name: str
    title: str
    unit: str
    told: Told
    cases: tuple[Case, ...]
    stands_for: str
    opened: Callable[[Staging, Case], AbstractContextManager[Run]]
    grows: str = ""
    long: Callable[[float], Case] | None = None
    warm: int = 1
    at_most: int | None = None
    alone: bool = False
    elsewhere: bool = False
    version: int = 1


def works() -> tuple[Work, ...]:
    """All there are: ours by module, then those of other packages by name.

    Raises:
        EngineError: another package's cannot be loaded. InputError: two have the same name.
    """
    found = (*_ours(), *(_loaded(point) for point in _strangers()))
    seen: set[str] = set()
    for work in found:
        if work.name in seen:
            raise InputError(f"two works are called {work.name!r}; remove one of the packages")
        seen.add(work.name)
    return found


def named(name: str) -> Work:
    """The work of this name, without loading others where it is one of ours.

    Raises:
        UnknownName: there is no such work. EngineError, InputError: as `works`.
    """
    modules = {module.name for module in pkgutil.iter_modules(ours.__path__)}
    return _work(name) if name in modules else chosen(works(), [name])[0]


def chosen(known: Iterable[Work], names: Sequence[str]) -> tuple[Work, ...]:
    """Those of these names, in the order of all; all of them where none is given.

    Raises:
        UnknownName: there is no such work.
    """
    known = tuple(known)
    for name in names:
        if name not in {work.name for work in known}:
            raise UnknownName("work", name, (work.name for work in known))
    return tuple(work for work in known if not names or work.name in names)


def fitted(work: Work, *, quick: bool, long: float | None) -> Work | None:
    """The work with the cases that are wanted; None where there are none.

    long: seconds of speech of a further case, where the work has such.
    """
    cases = tuple(case for case in work.cases if case.quick or not quick)
    if long is not None and work.long is not None:
        further = work.long(long)
        cases = (*(case for case in cases if case.name != further.name), further)
    return replace(work, cases=cases) if cases else None


def _ours() -> Iterator[Work]:
    for module in sorted(pkgutil.iter_modules(ours.__path__), key=lambda module: module.name):
        if not module.name.startswith("_"):
            yield _work(module.name)


def _work(module: str) -> Work:
    work: Work = importlib.import_module(f"{ours.__name__}.{module}").WORK
    return work


def _strangers() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def _loaded(point: EntryPoint) -> Work:
    package = point.dist.name if point.dist else "the package that brought it"
    try:
        work = point.load()
    except (ImportError, AttributeError, OSError) as error:
        raise EngineError(
            f"the work {point.name!r} of {package} cannot be loaded: {error}; install it again"
        ) from error
    if not isinstance(work, Work):
        raise EngineError(f"the work {point.name!r} of {package} is {work!r}, which is none")
    return work
