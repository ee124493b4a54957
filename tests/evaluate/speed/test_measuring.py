from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.evaluate.speed.material import OTHER, WORK, Scripted, sample
from visavis.evaluate.speed.measuring import Measured, Step, measured, rounds_of
from visavis.evaluate.speed.performing import Performing
from visavis.evaluate.speed.sample import Sample
from visavis.evaluate.speed.work import Case, Work

GOOD = [sample(float(n)) for n in range(1, 9)]


def scripted(log: list[str], **scripts: Sequence[Sample | str]) -> Callable[[Work, Case], Performing]:
    return lambda work, case: Scripted(work, case, scripts.get(work.name, GOOD), log)


def test_works_take_turns_and_the_first_runs_do_not_count() -> None:
    log: list[str] = []
    *_, found = measured([WORK, OTHER], 2, scripted(log))
    one_round = ["knitting small", "knitting large"]
    assert log[:7] == [*one_round, *one_round, "baking one", *one_round]
    assert sorted(log[7:]) == ["baking one is closed", "knitting large is closed", "knitting small is closed"]
    assert [len(known.samples) for known in found] == [2, 2, 1]
    assert [run.seconds for run in found[0].samples] == [2.0, 3.0]
    assert found[2].samples[0].seconds == 1.0


def test_a_work_that_fails_is_told_once_and_the_others_go_on() -> None:
    log: list[str] = []
    *_, found = measured([WORK, OTHER], 3, scripted(log, knitting=[GOOD[0], GOOD[1], "no wool"]))
    assert [known.failed for known in found] == ["no wool", "no wool", ""]
    assert [len(known.samples) for known in found] == [1, 1, 1]
    assert log.count("knitting small") == 3


def test_what_has_failed_is_ended_at_once_and_not_asked_again() -> None:
    """Asked again, its process would only say that it has ended, and nobody would know why."""
    log: list[str] = []
    eager = replace(OTHER, warm=2, at_most=None)
    *_, found = measured([eager, WORK], 1, scripted(log, baking=["no flour", "its process ended"]))
    assert found[0].failed == "no flour"
    assert log[:3] == ["baking one", "baking one is closed", "knitting small"]
    assert log.count("baking one") == log.count("baking one is closed") == 1


def test_what_is_known_is_told_after_each_run_and_stopping_closes() -> None:
    log: list[str] = []
    steps: list[Step] = []
    running = measured([WORK], 5, scripted(log), steps.append)
    seen: list[tuple[Measured, ...]] = [next(running) for _ in range(4)]
    running.close()
    assert [len(known[0].samples) for known in seen] == [0, 0, 1, 1]
    assert log[-2:] == ["knitting large is closed", "knitting small is closed"]
    assert [(step.done, step.total) for step in steps] == [(n, 12) for n in range(4)]


def test_an_interruption_closes_as_well() -> None:
    log: list[str] = []

    class Interrupted(Scripted):
        def once(self) -> Sample:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(measured([OTHER], 1, lambda work, case: Interrupted(work, case, GOOD, log)))
    assert log == ["baking one is closed"]


def test_what_takes_long_is_done_less_often() -> None:
    assert (rounds_of(WORK, 7), rounds_of(OTHER, 7)) == (7, 1)
