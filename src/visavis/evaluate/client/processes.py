"""What the system knows of a process and those that it has started: time of processors, and memory. Linux."""

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Used:
    """seconds: of processors, so far. memory: bytes, at present."""

    seconds: float
    memory: int


def used(pid: int) -> Used | None:
    """What a process and its descendants use; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    pids = family(pid)
    return Used(sum(map(seconds, pids)), sum(map(resident, pids)))


def family(pid: int) -> list[int]:
    """A process and all that it and its children have started, as far as they are there."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def seconds(pid: int) -> float:
    """Of a process, and of those of its children that have ended; 0 where it has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # proc(5): fields 14 to 17, in ticks.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Bytes of a process, of what it shares with others its part; 0 where it has ended."""
    return _rolled_up(pid, "Pss:")


def owned(pid: int) -> int:
    """The same without what lies in files as well: that comes and goes as the system likes, and a process's
    part of it changes with who else runs.
    """
    return _rolled_up(pid, "Pss_Anon:", "Pss_Shmem:")


def _rolled_up(pid: int, *names: str) -> int:
    """The sum of some figures of proc(5), smaps_rollup, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
