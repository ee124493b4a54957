"""What a process and those that it started take, as the system tells it to whoever looks from outside.

Owns reading peaks in /proc, and asking nvidia-smi. Where the system does not tell, nothing is known: None,
never 0.
"""

import contextlib
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from visavis.evaluate.client.processes import family, seconds

PATIENCE: Final = 10.0
"""Seconds that nvidia-smi may take."""

QUESTION: Final = ("--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits")


@dataclass(frozen=True, slots=True)
class Look:
    """Megabytes (2^20) and threads of a family of processes.

    peak: the most that each has had resident since `forget`, added up; what they share counts in each.
    resident: what they have now.
    """

    resident: float
    peak: float
    threads: int


def look(pids: Iterable[int]) -> Look | None:
    """What these take now; None where the system does not tell, or all of them have gone."""
    seen = [found for found in map(_status, pids) if found]
    if not seen:
        return None
    total = {name: sum(found.get(name, 0) for found in seen) for name in ("VmRSS", "VmHWM", "Threads")}
    return Look(total["VmRSS"] / 1024, total["VmHWM"] / 1024, total["Threads"])


def forget(pids: Iterable[int]) -> None:
    """Let their peaks begin anew: proc(5), clear_refs."""
    for pid in pids:
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def worked() -> float:
    """Seconds of processors that this process has used, with its children, those that run still too."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = sum(seconds(pid) for pid in family(os.getpid())[1:])
    return time.process_time() + ended.ru_utime + ended.ru_stime + running


def gpu_memory(pids: Collection[int]) -> float | None:
    """Megabytes of a GPU's memory that these hold; None where no driver of NVIDIA's is there to be asked."""
    program = _nvidia()
    if program is None:
        return None
    try:
        asked = subprocess.run(
            [program, *QUESTION], capture_output=True, text=True, check=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return held(asked.stdout, pids)


def held(answer: str, pids: Collection[int]) -> float:
    """Megabytes that these hold, of lines such as "4711, 512"; what is no number is not known."""
    found = 0.0
    for line in answer.splitlines():
        pid, _, memory = (part.strip() for part in line.partition(","))
        if pid.isdecimal() and int(pid) in pids and memory.isdecimal():
            found += int(memory)
    return found


@cache
def _nvidia() -> str | None:
    return shutil.which("nvidia-smi")


def _status(pid: int) -> dict[str, int]:
    """The numbers in /proc/PID/status; {} where it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    words = (line.replace(":", " ").split() for line in lines)
    return {name: int(number) for name, number, *_ in (w for w in words if len(w) > 1) if number.isdecimal()}
