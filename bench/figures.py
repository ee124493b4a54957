"""A figure, how it is printed, and the machine it was measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from visavis.evaluate.machine import commit, machine
from visavis.evaluate.speed.state import changed
from visavis.evaluate.speed.summary import short

RESULTS = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, several times over. goal: what it is held against, in words."""

    what: str
    unit: str
    values: Sequence[float]
    goal: str

    def row(self, command: str) -> str:
        """A line of the table: median, and the least and the most."""
        middle, least, most = (short(v) for v in (median(self.values), min(self.values), max(self.values)))
        return f"| {self.what} | {middle} {self.unit} | {least} .. {most} | {self.goal} | `{command}` |"


def heading() -> str:
    """When, on what, and of which state of the source."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    table = "| Figure | Median | Spread | Goal | Command |\n|---|---|---|---|---|"
    return f"## {when}, {_commit()}\n\n{_machine()}\n\n{table}"


def _machine() -> str:
    told = machine()
    return f"{told['processor']}, {told['processors']} processors, {told['system']}, Python {told['python']}"


def _commit() -> str:
    return f"{commit()[:7] or 'no commit'}{' with changes' if changed() else ''}"
