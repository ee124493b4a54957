"""A figure, how it is printed, and the machine it was measured on."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

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
        middle, least, most = (_short(v) for v in (median(self.values), min(self.values), max(self.values)))
        return f"| {self.what} | {middle} {self.unit} | {least} .. {most} | {self.goal} | `{command}` |"


def heading() -> str:
    """When, on what, and of which state of the source."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    table = "| Figure | Median | Spread | Goal | Command |\n|---|---|---|---|---|"
    return f"## {when}, {_commit()}\n\n{_machine()}\n\n{table}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "src") else ""
    return f"{git('rev-parse', '--short', 'HEAD') or 'no commit'}{changed}"
