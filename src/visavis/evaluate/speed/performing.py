"""A case of a work in a process of its own, looked at from outside while it works.

Owns that process, from its beginning to its end. Memory and threads are looked at here, so that looking takes
no time from the work; time and processors are measured in `child`, which knows when the work begins.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Final, Protocol

from visavis.errors import EngineError
from visavis.evaluate.client.processes import family
from visavis.evaluate.speed.looking import Look, forget, gpu_memory, look
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.work import Case, Work

EVERY: Final = 0.05
"""Seconds between two looks: what begins and ends within that may be overlooked."""

PATIENCE: Final = 1800.0
"""Seconds after which a run is taken to have got stuck."""

ENDING: Final = 20.0
"""Seconds that a process has to end in before it is killed."""

PROGRAM: Final = "visavis.evaluate.speed.child"

LINE: Final = b"once\n"


class Performing(Protocol):
    """Does a case of a work, again and again."""

    def once(self) -> Sample:
        """One run. Blocks. Raises EngineError, with a sentence, where it cannot be done."""
        ...

    def close(self) -> None: ...


class Performer:
    """Performing, in a process of its own that begins at once. folder: that `staging.write` has filled."""

    def __init__(self, work: Work, case: Case, folder: Path) -> None:
        self._elsewhere = work.elsewhere
        self._said = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, str(folder), work.name, json.dumps(asdict(case))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environ(alone=work.alone),
            # So that Ctrl-C is for whoever measures, and all that the work has started can be ended.
            start_new_session=True,
        )

    def once(self) -> Sample:
        """See Performing."""
        forget(self._looked_at())
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).write(LINE)
            _pipe(self._process.stdin).flush()
        answer, looks = _answer(_pipe(self._process.stdout), lambda: look(self._looked_at()))
        if "failed" in answer:
            raise EngineError(answer["failed"])
        if not answer:
            raise EngineError(self._last_words())
        gpu = gpu_memory(self._looked_at())
        return replace(sample_of(answer), gpu=gpu, **_most(looks))

    def close(self) -> None:
        """End it, with all that it has started."""
        with self._said:
            self._end(signal.SIGTERM)
            try:
                self._process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self._end(signal.SIGKILL)
                self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    _pipe(pipe).close()

    def _looked_at(self) -> Sequence[int]:
        """The processes that work."""
        return family(self._process.pid)[int(self._elsewhere) :]

    def _end(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _last_words(self) -> str:
        self._said.seek(0)
        last = self._said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return f"its process ended: {last or 'it does not say why'}"


def environ(*, alone: bool) -> dict[str, str]:
    """What a process of a work finds set. alone: whether it has one processor."""
    # As the command line does; see visavis.cli.
    found = {"OPENBLAS_NUM_THREADS": "1", **os.environ}
    return {**found, "PYTHON_CPU_COUNT": "1"} if alone else found


def sample_of(answer: Mapping[str, Any]) -> Sample:
    """A sample out of its JSON. Raises EngineError where it is none."""
    try:
        return Sample(**answer)
    except TypeError as error:
        raise EngineError(f"its process answered with something else: {error}") from error


def _answer(pipe: IO[bytes], looked: Callable[[], Look | None]) -> tuple[Mapping[str, Any], list[Look]]:
    """The next line, as JSON, {} where there is none; and what was seen until it came."""
    looks, until = [], time.monotonic() + PATIENCE
    while not select.select([pipe], [], [], EVERY)[0]:
        if seen := looked():
            looks.append(seen)
        if time.monotonic() > until:
            raise EngineError(f"it has not come to an end within {PATIENCE:.0f} s")
    line = pipe.readline()
    if seen := looked():
        looks.append(seen)
    return (json.loads(line) if line else {}), looks


def _most(looks: list[Look]) -> dict[str, Any]:
    """What there was at most, at one moment."""
    if not looks:
        return {}
    return {"memory": max(seen.peak for seen in looks), "threads": max(seen.threads for seen in looks)}


def _pipe(file: IO[bytes] | None) -> IO[bytes]:
    assert file is not None, "the process was started with pipes"
    return file
