"""`visavis say` in a process of its own, as a user runs it."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from visavis.errors import EngineError
from visavis.evaluate.speed.staging import Staging

COMMAND: Final = (sys.executable, "-m", "visavis.cli")


@contextlib.contextmanager
def saying(staging: Staging, text: str, out: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """It says a text; leaving the block ends it. What it prints is for `told`."""
    line = [*COMMAND, "say", "-", "--out", str(out), "--json", "--seed", str(staging.seed), *staging.words]
    with subprocess.Popen(
        [*line, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            _pipe(process.stdin).write(text.encode())
            _pipe(process.stdin).close()
            yield process
        finally:
            process.terminate()


def told(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """What it tells of the video that it made. Blocks until it is there.

    Raises EngineError, with its own words, where it failed.
    """
    printed, complaint = _pipe(process.stdout).read(), _pipe(process.stderr).read()
    if process.wait():
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise EngineError(f"visavis say left with {process.returncode}: {last}")
    found: dict[str, Any] = json.loads(printed)
    return found


def _pipe(file: IO[bytes] | None) -> IO[bytes]:
    assert file is not None, "the process was started with pipes"
    return file
