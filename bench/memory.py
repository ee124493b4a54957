"""How much memory half an hour of speech takes, and how much more at its end than at its beginning."""

import itertools
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench import material
from bench.figures import Figure

MINUTES = 30
EVERY = 0.5
SETTLED = 0.1  # of the way, until all is loaded


def measure() -> Iterator[Figure]:
    resident = list(_resident())
    tenth = max(1, round(len(resident) * SETTLED))
    early, late = median(resident[tenth : 2 * tenth]), median(resident[-tenth:])
    yield Figure(f"resident, {MINUTES} minutes of speech, most", "MB", [max(resident)], "<= 450")
    yield Figure("its growth, from their second tenth to their last", "MB", [late - early], "flat")


def _resident() -> Iterator[float]:
    """MB of the process and its children, every half second while it speaks."""
    with tempfile.TemporaryDirectory() as folder:
        words = material.say("-", "--out", str(Path(folder) / "long.mp4"))
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
            assert process.stdin
            process.stdin.write(material.MINUTE * MINUTES)
            process.stdin.close()
            pause = threading.Event()
            while process.poll() is None:
                if resident := sum(_of(pid) for pid in (process.pid, *_children(process.pid))):
                    yield resident
                pause.wait(EVERY)
            if process.returncode:
                raise SystemExit(f"say left with {process.returncode}")


def _of(pid: int) -> float:
    """MB resident of one process; 0 when it has gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return list(
            itertools.chain.from_iterable(map(int, (task / "children").read_text().split()) for task in tasks)
        )
    except OSError:
        return []
