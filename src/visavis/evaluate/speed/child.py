"""`python -m visavis.evaluate.speed.child FOLDER WORK CASE`: one case of a work, as often as told.

The other side of `performing`. For each line on standard input it does the work once and answers with a line
of JSON: a sample, or why there is none. It ends with its input. What libraries print goes to standard error.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from visavis.errors import VisavisError
from visavis.evaluate.speed import staging
from visavis.evaluate.speed.looking import worked
from visavis.evaluate.speed.reference import reference
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.work import Case, Run, Work, named


def main(folder: str, name: str, case: str) -> None:
    """See above. case: its fields, as JSON."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr  # which keeps nothing back: what was said last stands last
    signal.signal(signal.SIGTERM, _end)
    for answer in answered(named(name), Case(**json.loads(case)), Path(folder), sys.stdin):
        print(json.dumps(answer), file=answers, flush=True)


def answered(work: Work, case: Case, folder: Path, orders: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    """A sample for each order; where the work fails, why, and nothing after that."""
    if work.alone and sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        with work.opened(staging.read(folder), case) as run:
            for _ in orders:
                yield asdict(sampled(run))
    except VisavisError as error:
        yield {"failed": str(error)}
    except (OSError, ValueError, RuntimeError) as error:
        yield {"failed": f"{type(error).__name__}: {error}"}


def sampled(
    run: Run,
    clock: Callable[[], float] = time.perf_counter,
    spent: Callable[[], float] = worked,
    beside: Callable[[], float] = reference,
) -> Sample:
    """One run, with the reference before and after it: a machine that slows down slows down both."""
    before = beside()
    spending, began = spent(), clock()
    done = run()
    seconds, spending = clock() - began, spent() - spending
    after = beside()
    return Sample(
        seconds=seconds if done.seconds is None else done.seconds,
        amount=done.amount,
        reference=(before + after) / 2,
        cpu=spending,
        also=dict(done.also),
        series={name: list(numbers) for name, numbers in done.series.items()},
    )


def _end(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
