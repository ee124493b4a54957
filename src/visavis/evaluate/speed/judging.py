"""Whether figures have become so much worse that `visavis bench --fail-over` is not to let it pass.

What seems worse is measured again, in new processes, and is worse only where it seems so again. What cannot
be judged does not pass, and is not called worse either. Owns that decision and its sentences. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from visavis.errors import EngineError, InputError
from visavis.evaluate.report.words import count
from visavis.evaluate.speed.comparing import Row, beyond, compare, confirmed, standing
from visavis.evaluate.speed.history import Entry
from visavis.evaluate.speed.summary import unrest
from visavis.evaluate.speed.work import Work


@dataclass(frozen=True, slots=True)
class Held:
    """An entry held against those of then: rows of what both have, and those that have it."""

    entry: Entry
    rows: tuple[Row, ...]
    then: tuple[Entry, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what was measured now and not then."""
        names = {row.name for row in self.rows}
        return tuple(f.name for f in self.entry.figures if f.samples and f.name not in names)


def held(entry: Entry, against: Iterable[Entry]) -> Held:
    """An entry against the newest figures among others."""
    old = standing(against, entry)
    keys = {figure.key for figure in entry.figures}
    used = {id(then): then for key, (then, _) in old.items() if key in keys}
    return Held(entry, compare(entry, old), tuple(used.values()))


def suspects(works: Iterable[Work], first: Held, most: float) -> tuple[Work, ...]:
    """What has to be measured again before it is judged: works, with the cases that seem worse only.

    None where a second measurement would not help: something failed, or the machine was not quiet.
    """
    if _failed(first) or list(_unrest(first)):
        return ()
    names = {row.name for row in beyond(first.rows, most)}
    fewer = (
        replace(work, cases=tuple(case for case in work.cases if f"{work.name} {case.name}" in names))
        for work in works
    )
    return tuple(work for work in fewer if work.cases)


def judge(first: Held, again: Held | None, most: float) -> None:
    """Let it pass, or raise. again: of the `suspects`; None where there were none.

    Raises:
        EngineError: something is worse by more than `most` per cent in both, or failed.
        InputError: it cannot be judged, and why.
    """
    if failed := [*_failed(first), *(_failed(again) if again else ())]:
        raise EngineError(f"{count(len(failed), 'figure')} could not be measured; the first: {failed[0]}")
    told = [row for row in first.rows if row.trend != "too few"]
    if not told:
        raise InputError(
            "--fail-over cannot judge: nothing can be compared; measure the same works with the same engines "
            "then and now, with four runs or more"
        )
    worse = beyond(first.rows, most)
    if worse and (doubts := [*_unrest(first), *(unrest(again.entry) if again else ())]):
        raise InputError(
            f"--fail-over cannot judge: {_many(worse, told)} seem worse by more than {most:g} %, but "
            f"{doubts[0]}; leave the machine alone for a minute, and measure that again"
        )
    if not worse:
        return
    assert again is not None, "what seems worse is measured again before it is judged"
    if sure := confirmed(worse, again.rows, most):
        raise EngineError(
            f"{_many(sure, told)} are worse by more than {most:g} %, measured twice; the worst: "
            f"{_worst(sure)}"
        )


def _failed(held: Held) -> list[str]:
    return [f"{figure.name}: {figure.failed}" for figure in held.entry.figures if figure.failed]


def _unrest(held: Held) -> Iterator[str]:
    """What was not quiet, now or then."""
    yield from unrest(held.entry)
    for then in held.then:
        yield from (f"at {then.name}, {sentence}" for sentence in unrest(then))


def _many(some: Sequence[Row], of: Sequence[Row]) -> str:
    return f"{len(some)} of {len(of)} figures"


def _worst(rows: Sequence[Row]) -> str:
    worst = max(rows, key=lambda row: row.change)
    return f"{worst.name}, {worst.what} {worst.change:+.0f} %"
