"""Which state of visavis is measured, and on what: what every entry of the history begins with."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import visavis
from visavis.evaluate.machine import commit, machine
from visavis.evaluate.speed.history import Entry
from visavis.evaluate.speed.reference import VERSION

PATIENCE: Final = 10.0
"""Seconds that git may take."""


def begun(command: str, configuration: Mapping[str, str]) -> Entry:
    """An entry of now, in which there is nothing yet."""
    return Entry(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        version=visavis.__version__,
        commit=commit(),
        changed=changed(),
        machine=machine(),
        command=command,
        configuration=configuration,
        reference=VERSION,
        load=load(),
        complete=False,
        figures=(),
    )


def changed() -> bool:
    """Whether src differs from the commit that it stands at; where there is no git, nobody knows: False."""
    git = shutil.which("git")
    if git is None or not commit():
        return False
    words: Sequence[str] = (git, "-C", str(Path(visavis.__file__).parent), "status", "--porcelain", ".")
    try:
        asked = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(asked.stdout.strip())


def load() -> float | None:
    """Processes that ran or waited for a processor in the last minute."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None
