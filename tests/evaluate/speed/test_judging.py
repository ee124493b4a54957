from dataclasses import replace

import pytest

from tests.evaluate.speed.material import OTHER, WORK, entry, figure, sample
from visavis.errors import EngineError, InputError
from visavis.evaluate.speed.history import Entry, Figure
from visavis.evaluate.speed.judging import Held, held, judge, suspects

THEN = entry(figure(1.0, 1.02, 1.01, 1.03))
SAME = entry(figure(1.01, 1.0, 1.02, 1.03))
SLOW = entry(figure(1.3, 1.31, 1.28, 1.33))
SLOWER = entry(figure(1.5, 1.51, 1.48, 1.53))


def against(now: Entry, then: Entry = THEN) -> Held:
    return held(now, [then])


def shaken(measured: Entry) -> Entry:
    """The same times, beside a reference that is anything but even."""
    uneven = (0.4, 0.4, 0.6, 0.6)
    samples = [
        replace(run, reference=each) for run, each in zip(measured.figures[0].samples, uneven, strict=True)
    ]
    return replace(measured, figures=(replace(measured.figures[0], samples=tuple(samples)),))


def failed(work: str) -> Figure:
    return replace(figure(), work=work, failed="no wool")


def test_what_seems_worse_is_measured_again_and_nothing_else() -> None:
    (again,) = suspects([WORK, OTHER], against(SLOW), 20)
    assert (again.name, [case.name for case in again.cases]) == ("knitting", ["small"])
    assert suspects([WORK, OTHER], against(SLOW), 40) == ()
    assert suspects([WORK, OTHER], against(SAME), 20) == ()


def test_what_is_worse_twice_does_not_pass() -> None:
    with pytest.raises(
        EngineError, match=r"1 of 3 figures .* measured twice; the worst: knitting small, time \+"
    ):
        judge(against(SLOWER), against(SLOW), 20)


def test_what_is_worse_once_passes() -> None:
    judge(against(SLOW), against(SAME), 20)
    judge(against(SAME), None, 20)
    judge(against(SLOWER), against(SLOW), 40)


@pytest.mark.parametrize(
    ("now", "then", "sentence"),
    [
        (replace(SLOW, load=9.0), THEN, "but the machine was busy"),
        (SLOW, replace(THEN, load=9.0), "but at aaaaaaa, the machine was busy"),
        (shaken(SLOWER), THEN, "but the reference itself spread by"),
    ],
)
def test_where_the_machine_was_not_quiet_what_seems_worse_is_not_judged(
    now: Entry, then: Entry, sentence: str
) -> None:
    first = against(now, then)
    assert suspects([WORK], first, 5) == ()
    with pytest.raises(InputError, match=f"cannot judge: .*{sentence}.*measure that again"):
        judge(first, None, 5)
    judge(against(replace(SAME, load=9.0)), None, 5)


def test_a_second_measurement_on_a_busy_machine_does_not_judge_either() -> None:
    with pytest.raises(InputError, match="cannot judge"):
        judge(against(SLOW), against(shaken(SLOW)), 20)


def test_what_failed_does_not_pass() -> None:
    broken = replace(SAME, figures=(*SAME.figures, failed("sewing")))
    with pytest.raises(EngineError, match="1 figure could not be measured; the first: sewing small: no wool"):
        judge(against(broken), None, 20)
    with pytest.raises(EngineError, match="could not be measured"):
        judge(against(SLOW), against(replace(SLOW, figures=(failed("knitting"),))), 20)


@pytest.mark.parametrize(
    "then", [replace(THEN, configuration={}), entry(figure(1.0, case=WORK.cases[1])), entry(figure(1.0))]
)
def test_where_nothing_can_be_compared_nothing_passes(then: Entry) -> None:
    with pytest.raises(InputError, match="nothing can be compared"):
        judge(against(entry(figure(1.0)), then), None, 20)


def test_what_was_not_measured_then_is_named() -> None:
    more = replace(SAME, figures=(*SAME.figures, replace(figure(), work="sewing", samples=(sample(),))))
    assert against(more).missing == ("sewing small",)
    assert against(more).then == (THEN,)
    assert against(SAME, replace(THEN, configuration={})).then == ()
