"""What all sessions of a process have done, added up: counts, and how long the last replies took to begin."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from visavis.conversation.onlookers import SessionFigures
    from visavis.conversation.stage import Timed

LAST: Final = 100
"""So many replies are remembered one by one."""

BOUNDS: Final = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 2.0, 5.0)
"""Seconds to the first moment of a reply, by which they are counted."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that a stage took in the last replies: half of them, and 95 of 100, took no longer."""

    p50: float
    p95: float
    count: int


@dataclass(frozen=True, slots=True)
class Performed:
    """What was given to clients, as conversation.session counts it."""

    moments: int = 0
    spoken: int = 0
    late: int = 0
    starved: int = 0
    replies: int = 0
    interruptions: int = 0
    failures: int = 0

    def plus(self, figures: "SessionFigures | Performed") -> "Performed":
        """With another session's added."""
        return Performed(
            *(getattr(self, known.name) + getattr(figures, known.name) for known in fields(Performed))
        )


@dataclass(slots=True)
class Tally:
    """Of everything since the beginning.

    performed: by sessions that have ended. counts: replies by BOUNDS, those that took longer last.
    seconds: of all of them together.
    """

    performed: Performed = Performed()
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    last: deque[Mapping[str, float]] = field(default_factory=lambda: deque(maxlen=LAST))

    def timed(self, replies: "Iterable[Timed]") -> None:
        """Further replies that have begun."""
        for reply in replies:
            self.last.append(reply.stages)
            if (first := reply.stages.get("first")) is not None:
                self.counts[bisect_left(BOUNDS, first)] += 1
                self.seconds += first

    def ended(self, figures: "SessionFigures") -> None:
        """A session that has ended."""
        self.performed = self.performed.plus(figures)

    @property
    def stages(self) -> dict[str, Spread]:
        """The spread of each stage that there was in the last replies."""
        names = dict.fromkeys(name for stages in self.last for name in stages)
        return {name: spread([stages[name] for stages in self.last if name in stages]) for name in names}


def spread(seconds: Sequence[float]) -> Spread:
    """Of one number or more, by the nearest rank."""
    ordered = sorted(seconds)
    return Spread(_ranked(ordered, 50), _ranked(ordered, 95), len(ordered))


def _ranked(ordered: Sequence[float], percent: int) -> float:
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
