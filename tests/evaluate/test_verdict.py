from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.evaluate.test_results import measured, results
from visavis.errors import InputError, UnknownName
from visavis.evaluate.metrics import Reading, metrics
from visavis.evaluate.verdict import (
    SHIPPED,
    Threshold,
    check,
    judged,
    judgement,
    ranked,
    same_subject,
    summary,
    thresholds,
)


def test_what_is_shipped_is_about_metrics_that_there_are() -> None:
    check(thresholds(), (metric.name for metric in metrics()), SHIPPED)


def test_the_worst_counts_and_is_named() -> None:
    found = results(measured("a", 40.0), measured("b", -90.0), measured("c", None))
    (verdict,) = judged(found, [Threshold("lag", within=80.0)])
    assert (verdict.state, verdict.value, verdict.scenario) == ("fail", -90.0, "b")
    assert verdict.badness == pytest.approx(10 / 80)
    assert verdict.sentence() == "Lag: -90 ms in b, and within 80 ms of 0 is wanted"


def test_the_median_counts_where_it_is_asked_for() -> None:
    found = results(*(measured(str(n), lag) for n, lag in enumerate((10.0, 20.0, 500.0))))
    (verdict,) = judged(found, [Threshold("lag", most=80.0, over="median")])
    assert (verdict.state, verdict.value) == ("pass", 20.0)
    assert verdict.sentence() == "Lag: 20 ms in the median, and at most 80 ms is enough"


@pytest.mark.parametrize(
    ("bound", "metric", "value", "badness"),
    [
        (Threshold("share", least=98.0), {"unit": "%", "better": "higher"}, 100.0, -1.0),
        (Threshold("share", least=98.0), {"unit": "%", "better": "higher"}, 98.5, -0.25),
        (Threshold("share", most=2.0), {"unit": "%", "better": "lower"}, 0.0, -1.0),
        (Threshold("share", least=2.0), {"unit": "", "better": "higher"}, 3.0, -0.5),
        (Threshold("share", least=8.0, most=12.0), {"unit": "", "better": "none"}, 10.0, -1.0),
        (Threshold("share", within=10.0), {"unit": "", "better": "near", "target": 26.0}, 21.0, -0.5),
    ],
)
def test_what_is_as_good_as_can_be_is_far_from_its_bound(
    bound: Threshold, metric: dict[str, Any], value: float, badness: float
) -> None:
    found = results(measured("a", 0.0))
    meaning = replace(found.metrics["lag"], **{"target": None, **metric})
    held = replace(measured("a", 0.0), readings={"share": Reading(value)})
    (verdict,) = judged(replace(found, metrics={"share": meaning}, scenarios=(held,)), [bound])
    assert verdict.badness == pytest.approx(badness)


@pytest.mark.parametrize(("least", "state"), [(0.9, "pass"), (1.0, "pass"), (1.1, "fail")])
def test_at_least(least: float, state: str) -> None:
    (verdict,) = judged(results(measured("a", 1.0)), [Threshold("sharp", least=least)])
    assert verdict.state == state


def test_tags_choose_the_scenarios() -> None:
    long = replace(measured("b", 500.0), tags=("long",))
    found = results(measured("a", 10.0), long)
    bound = Threshold("lag", most=80.0, tags=("short", "other"))
    assert [verdict.state for verdict in judged(found, [bound, replace(bound, tags=("long",))])] == [
        "pass",
        "fail",
    ]


def test_what_was_not_measured_neither_passes_nor_fails() -> None:
    verdicts = judged(results(measured("a", None)), [Threshold("lag", most=1.0)])
    assert verdicts[0].state == "not measured"
    assert verdicts[0].sentence() == "Lag was not measured: nobody knows"
    assert ranked(verdicts) == []
    assert summary(verdicts) == "nothing was measured that there is a threshold for"


def test_what_no_scenario_is_about_is_not_told() -> None:
    assert judged(results(), [Threshold("lag", most=1.0)]) == ()
    assert judged(results(measured("a", 1.0)), [Threshold("lag", most=2.0, tags=("long",))]) == ()


def test_a_metric_that_makes_a_mistake_does_not_pass() -> None:
    broken = replace(measured("a", 1.0), readings={"lag": Reading(None, "a mistake", broken=True)})
    (verdict,) = judged(results(broken, measured("b", 1.0)), [Threshold("lag", most=80.0)])
    assert verdict.state == "fail"
    assert verdict.sentence() == "Lag was not measured: a mistake"


def test_a_scenario_that_was_not_performed_fails() -> None:
    lame = replace(measured("a", None), readings={}, failed="no voice speaks it")
    verdicts = judged(results(lame, measured("b", 1.0)), [Threshold("lag", most=80.0)])
    assert [verdict.state for verdict in verdicts] == ["fail", "pass"]
    assert summary(verdicts) == (
        "1 of 2 thresholds is not met; the worst: a was not performed: no voice speaks it"
    )


def test_a_scenario_that_need_not_be_performed_does_not_fail() -> None:
    foreign = replace(measured("a", None), readings={}, failed="nobody hears Persian here", unable=True)
    verdicts = judged(results(foreign, measured("b", 1.0)), [Threshold("lag", most=80.0)])
    assert [verdict.state for verdict in verdicts] == ["not measured", "pass"]
    assert verdicts[0].sentence() == "a was not performed: nobody hears Persian here"
    assert summary(verdicts).startswith("the only threshold is met; nearest to its bound: Lag")


def test_the_summary_names_the_worst_or_what_comes_nearest() -> None:
    found = results(measured("a", 60.0, sharp=0.2))
    bounds = [Threshold("lag", within=80.0), Threshold("sharp", least=0.1)]
    verdicts = judged(found, bounds)
    assert summary(verdicts).startswith("all 2 thresholds are met; nearest to their bounds: Lag: 60 ms")
    perfect = results(measured("a", 0.0, sharp=0.11))
    assert [one.metric for one in ranked(judged(perfect, [Threshold("lag", most=0.0), *bounds]))] == [
        "sharp",
        "lag",
        "lag",
    ]
    verdicts = judged(found, [*bounds, Threshold("sharp", least=0.4), Threshold("lag", most=50.0)])
    assert summary(verdicts).startswith("2 of 4 thresholds are not met; the worst: Sharpness: 0.2 in a")


def test_one_threshold_is_told_as_one() -> None:
    (verdict,) = judged(results(measured("a", 60.0)), [Threshold("lag", most=50.0)])
    assert summary([verdict]).startswith("the only threshold is not met; the worst: Lag: 60 ms in a")


def test_what_is_not_complete_says_so_first() -> None:
    found = replace(results(measured("a", 60.0)), complete=False)
    told = judgement(found, judged(found, [Threshold("lag", most=80.0)]), None, None)
    assert told["summary"].startswith("the evaluation is not complete")
    assert "the only threshold is met" in told["summary"]
    whole = replace(found, complete=True)
    assert judgement(whole, (), None, None)["summary"].startswith("nothing was measured")


@pytest.mark.parametrize(
    ("configuration", "same"),
    [
        ({"engines": {"tts": "a"}}, True),
        ({"engines": {"tts": "a"}, "loopback": {"url": "http://127.0.0.1:2", "tts": "a"}}, True),
        ({"loopback": {"url": "http://127.0.0.1:2", "tts": "a"}}, True),
        ({"engines": {"tts": "b"}}, False),
        ({"engines": {"tts": "a", "voice": "emma"}}, False),
        ({"engines": {"tts": "a"}, "loopback": {"url": "http://127.0.0.1:1", "tts": "b"}}, False),
        ({"url": "http://there", "server": {"url": "http://there", "tts": "a"}}, False),
        ({}, False),
    ],
)
def test_the_same_subject_has_the_same_engines_wherever_it_listens(
    configuration: dict[str, Any], same: bool
) -> None:
    made = {"engines": {"tts": "a"}, "loopback": {"url": "http://127.0.0.1:1", "tts": "a"}}
    found = replace(results(measured("a", 60.0)), configuration=made)
    other = replace(found, configuration=configuration)
    assert same_subject(found, other) is same
    told = judgement(found, (), other, None)["previous"]
    assert told["same_subject"] is same


def test_the_ends_of_what_is_good_enough() -> None:
    assert Threshold("lag", most=80.0).ends(5.0) == [80.0]
    assert Threshold("lag", least=-1.0, within=45.0).ends(5.0) == [-1.0, -40.0, 50.0]


def test_a_judgement_holds_all_that_is_told() -> None:
    found = results(measured("a", 60.0))
    verdicts = judged(found, [Threshold("lag", within=80.0)])
    told = judgement(found, verdicts, results(measured("a", 90.0)), None)
    assert told["verdicts"][0]["sentence"]
    assert told["previous"]["rows"][0]["trend"] == "better"
    assert told["previous"]["same_machine"]
    assert told["baseline"] is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r"there is no \[\[threshold\]\] in it"),
        ("[[threshold]]\nmetric = 'lag'", "there is no bound in it"),
        ("[[threshold]]\nmetric = 'lag'\nleast = 2\nmost = 1", "nothing is at least 2 and at most 1"),
        ("[[threshold]]\nmetric = 'lag'\nwithin = -1", "within is -1"),
        ("[[threshold]]\nmetric = 'lag'\nmots = 1", "threshold 1: nothing is called 'mots' here"),
        (
            "[[threshold]]\nmetric = 'lag'\nmost = 1\nover = 'all'",
            "over is 'all'; write one of worst, median",
        ),
        ("[threshold]\nmetric = 'lag'", "threshold has to be a list of tables"),
        ("[[thresholds]]\nmetric = 'lag'\nmost = 1", "nothing is called 'thresholds' here; did you mean"),
    ],
)
def test_thresholds_that_say_nothing_are_told(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=sentence):
        thresholds(path)


def test_a_metric_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"unknown metric in .*mine.toml 'lga'; did you mean lag"):
        check([Threshold("lga", most=1.0)], ["lag", "sharp"], tmp_path / "mine.toml")
