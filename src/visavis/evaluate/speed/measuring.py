"""Rounds of runs: each case of each work once, then all of them again, so that a busy moment hits all alike.

Owns the order, and what becomes of a work that fails: it is told once and ended, and the others go on.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from visavis.errors import EngineError
from visavis.evaluate.speed.performing import Performing
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.work import Case, Work

Begin: TypeAlias = Callable[[Work, Case], Performing]


@dataclass(frozen=True, slots=True)
class Measured:
    """A case of a work, and its runs so far. failed: why there are no more, as a sentence."""

    work: Work
    case: Case
    samples: tuple[Sample, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done next, `done` of `total` runs being over."""

    work: str
    case: str
    done: int
    total: int


def measured(
    works: Sequence[Work], repeat: int, begin: Begin, progress: Callable[[Step], None] = lambda step: None
) -> Generator[tuple[Measured, ...], None, None]:
    """All cases with what is known of them, after each run; the first of their works' runs do not count.

    Closing it ends what was begun.
    """
    found = {(w.name, c.name): Measured(w, c) for w in works for c in w.cases}
    turns = list(_turns(works, repeat))
    begun: dict[tuple[str, str], Performing] = {}
    try:
        for done, (key, counts) in enumerate(turns):
            known = found[key]
            if known.failed:
                continue
            progress(Step(*key, done, len(turns)))
            if key not in begun:
                begun[key] = begin(known.work, known.case)
            found[key] = _after(known, begun[key], counts=counts)
            if found[key].failed:
                begun.pop(key).close()
            yield tuple(found.values())
    finally:
        with contextlib.ExitStack() as stack:
            for performer in begun.values():
                stack.callback(performer.close)


def _turns(works: Sequence[Work], repeat: int) -> Iterator[tuple[tuple[str, str], bool]]:
    """Whose turn it is, and whether that run counts."""
    for number in range(repeat + 1):
        for work in works:
            runs = work.warm if number == 0 else int(number <= rounds_of(work, repeat))
            for case in work.cases:
                yield from [((work.name, case.name), number > 0)] * runs


def rounds_of(work: Work, repeat: int) -> int:
    """How many of its runs count."""
    return repeat if work.at_most is None else min(repeat, work.at_most)


def _after(known: Measured, performer: Performing, *, counts: bool) -> Measured:
    try:
        sample = performer.once()
    except EngineError as error:
        return replace(known, failed=str(error))
    return replace(known, samples=(*known.samples, sample)) if counts else known
