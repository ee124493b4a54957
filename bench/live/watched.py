"""`visavis`, which can be asked from outside what its event loop is at: SIGUSR1 has it write its tasks down.

Used in place of the command where tasks are counted; nothing else about it is different.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

TASKS: Final = "BENCH_TASKS"
"""The environment variable with the path of the file that they are written to."""


def _write(number: int, frame: FrameType | None) -> None:
    """Called on the main thread, which is the loop's, between two steps of it."""
    names = Counter(
        getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks() if not task.done()
    )
    target = Path(os.environ[TASKS])
    part = target.with_suffix(".part")
    part.write_text(json.dumps(names))
    part.replace(target)


def main() -> None:
    from visavis.cli import main as visavis

    signal.signal(signal.SIGUSR1, _write)
    visavis()


if __name__ == "__main__":
    main()
