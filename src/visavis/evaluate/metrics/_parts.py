"""A take's text and sound, cut where the language changes, so that each part may be judged by its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from visavis.contracts import Clause
from visavis.errors import TextError
from visavis.evaluate.takes import Take
from visavis.language import clauses
from visavis.media import Language, Samples


@dataclass(frozen=True, eq=False)
class Part:
    """What is said in one language, or in several where it is not known when each of them is said.

    language: of it, or of most of it. clauses: of its text, one at least. start: in seconds of the take.
    samples: float32 [n], mono, at rate Hz.
    """

    language: Language
    clauses: tuple[Clause, ...]
    start: float
    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def mixed(self) -> bool:
        """Whether there is more than one language in it."""
        return any(clause.language != self.language for clause in self.clauses)


@lru_cache(4)
def parts(take: Take) -> tuple[Part, ...]:
    """The parts in order; () where no words are known."""
    try:
        said = tuple(clauses(take.text))
    except TextError:
        return ()
    runs = [tuple(run) for _, run in groupby(said, key=lambda clause: clause.language)]
    if [run[0].language for run in runs] != [language for language, _, _ in take.spoken]:
        return (Part(_most(said), said, 0.0, take.samples, take.rate),)
    return tuple(_cut(take, run, start, end) for run, (_, start, end) in zip(runs, take.spoken, strict=True))


def _cut(take: Take, run: tuple[Clause, ...], start: float, end: float) -> Part:
    samples = take.samples[round(start * take.rate) : round(end * take.rate)]
    return Part(run[0].language, run, start, samples, take.rate)


def _most(said: Sequence[Clause]) -> Language:
    """The language of most of some clauses."""
    letters = dict[Language, int]()
    for clause in said:
        letters[clause.language] = letters.get(clause.language, 0) + len(clause.text)
    return max(letters, key=lambda language: letters[language])
