"""What a process that opens an upload can still do: tried, not claimed.

Owns the trials, for `doctor` and for the tests. Everything in it is meant to fail.
"""

import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from visavis.intake.child import Content
from visavis.intake.messages import Answer, Facts


def probe(_: Facts, content: Content) -> Answer:
    """The task: which layers hold, by their names."""
    content()
    return Answer({name: not _succeeds(trial) for name, trial in TRIALS.items()})


def _succeeds(trial: Callable[[], object]) -> bool:
    try:
        return bool(trial())
    except (OSError, MemoryError):
        return False


def _fork() -> bool:
    if os.fork() == 0:
        os._exit(0)
    return True


def _signal_others() -> bool:
    os.kill(os.getppid(), 0)
    return True


TRIALS: Final[dict[str, Callable[[], object]]] = {
    "no network": socket.socket,
    "no files": lambda: Path(sys.executable).read_bytes(),
    "no processes": _fork,
    "no signals": _signal_others,
    "no environment": lambda: {"PATH", "HOME"} & set(os.environ),
    "little memory": lambda: resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY,
    "little time": lambda: resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY,
}
