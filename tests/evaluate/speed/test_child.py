from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evaluate.speed.material import STAGING, WORK, nobody
from visavis.errors import InputError
from visavis.evaluate.speed import staging
from visavis.evaluate.speed.child import answered, sampled
from visavis.evaluate.speed.performing import sample_of
from visavis.evaluate.speed.staging import Staging
from visavis.evaluate.speed.work import Case, Done, Run


class Clock:
    """Goes on by what it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_run_is_timed_between_two_references() -> None:
    clock, spent, beside = Clock(), Clock(), iter([0.4, 0.6])

    def run() -> Done:
        clock.now += 3
        spent.now += 5
        return Done(12, also={"stitches": 7.0}, series={"rows": (1.0, 2.0)})

    found = sampled(run, clock, spent, lambda: next(beside))
    assert (found.seconds, found.cpu, found.amount, found.reference) == (3, 5, 12, 0.5)
    assert (found.also, found.series) == ({"stitches": 7.0}, {"rows": [1.0, 2.0]})


def test_a_work_may_know_better_how_long_it_took() -> None:
    found = sampled(lambda: Done(1, seconds=0.25), Clock(), Clock(), lambda: 1.0)
    assert found.seconds == 0.25


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    staging.write(replace(STAGING, folder=str(tmp_path)), nobody, [])
    return tmp_path


def test_each_order_is_answered_with_a_sample(folder: Path) -> None:
    answers = list(answered(WORK, WORK.cases[0], folder, ["once\n", "once\n"]))
    assert [sample_of(answer).amount for answer in answers] == [10, 10]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(InputError("no wool"), "no wool"), (OSError("no disk"), "OSError: no disk")],
)
def test_what_fails_is_answered_with_why(folder: Path, error: Exception, sentence: str) -> None:
    @contextmanager
    def opened(staging: Staging, case: Case) -> Iterator[Run]:
        raise error
        yield

    failing = replace(WORK, opened=opened)
    assert list(answered(failing, WORK.cases[0], folder, ["once"] * 3)) == [{"failed": sentence}]
