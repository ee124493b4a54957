import json
from dataclasses import replace
from pathlib import Path

import pytest

from visavis.errors import InputError, OutputError
from visavis.evaluate.metrics import Direction, Reading
from visavis.evaluate.results import Meaning, Measured, Results, compare, rounded, values

LAG = Meaning("Lag", "ms", "near", 0.0, False, "a paper", "none", 5.0)
SHARP = Meaning("Sharpness", "", "higher", None, False, "a paper", "none", 0.0)


def measured(name: str, lag: float | None, sharp: float = 1.0) -> Measured:
    readings = {"lag": Reading(lag, "" if lag is not None else "nobody knows"), "sharp": Reading(sharp)}
    return Measured(name, name.title(), "utterance", "en", ("short",), "Hi.", {"clip": "a.mp4"}, readings)


def results(*scenarios: Measured) -> Results:
    return Results(
        "0.1", "abc", "2025-01-01", 0, {"processors": 2}, {}, {"lag": LAG, "sharp": SHARP}, scenarios, True
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written = results(measured("a", 40.0), measured("b", None))
    written.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == written
    assert written.text() == Results.read(tmp_path / "results.json").text()
    assert list(values(written, "lag")) == [("a", 40.0)]
    assert list(values(written, "lag", "long")) == []


def test_numbers_are_rounded_and_none_is_what_json_does_not_know() -> None:
    assert rounded({"a": [1.23456789, float("nan"), float("inf"), 3, True, "x"]}) == {
        "a": [1.23457, None, None, 3, True, "x"]
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "holds no results"),
        ("[1]", "holds no results that this version reads"),
        ('{"schema": 99}', "holds no results that this version reads"),
        ('{"schema": 1}', "is damaged"),
    ],
)
def test_files_that_hold_none(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(InputError, match=sentence):
        Results.read(tmp_path / "results.json")
    with pytest.raises(InputError, match="no such file"):
        Results.read(tmp_path / "gone.json")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        results().write(tmp_path / "gone" / "results.json")


def test_damage_within_is_told(tmp_path: Path) -> None:
    content = json.loads(results(measured("a", 1.0)).text())
    del content["scenarios"][0]["title"]
    (tmp_path / "results.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="is damaged"):
        Results.read(tmp_path / "results.json")


@pytest.mark.parametrize(
    ("better", "old", "new", "trend"),
    [
        ("near", -80.0, 40.0, "better"),
        ("near", 0.0, -40.0, "worse"),
        ("near", 10.0, 14.0, "same"),
        ("higher", 100.0, 120.0, "better"),
        ("higher", 120.0, 100.0, "worse"),
        ("lower", 100.0, 120.0, "worse"),
        ("lower", 1000.0, 1009.0, "same"),
        ("none", 100.0, 120.0, "other"),
        ("lower", 100.0, None, "other"),
    ],
)
def test_changes_are_told_by_the_metrics_direction(
    better: Direction, old: float, new: float | None, trend: str
) -> None:
    before, after = results(measured("a", old)), results(measured("a", new))
    after = replace(after, metrics={**after.metrics, "lag": replace(LAG, better=better)})
    row, _ = compare(after, before)
    assert (row.metric, row.old, row.new, row.trend) == ("lag", old, new, trend)


@pytest.mark.parametrize(("new", "trend"), [(105.0, "same"), (130.0, "worse"), (80.0, "better")])
def test_times_are_compared_by_their_median(new: float, trend: str) -> None:
    time = {"lag": replace(LAG, better="lower", timing=True), "sharp": SHARP}
    before = replace(results(*(measured(name, 100.0) for name in "abc")), metrics=time)
    after = replace(
        results(measured("a", 900.0), measured("b", new), measured("c", 0.0), measured("d", None)),
        metrics=time,
    )
    row = compare(after, before)[0]
    assert (row.scenario, row.old, row.new, row.trend) == ("", 100.0, new, trend)
    assert [row.scenario for row in compare(after, before)] == ["", "a", "b", "c"]


def test_only_what_both_have_is_compared() -> None:
    old = replace(results(measured("a", 1.0)), metrics={"lag": LAG})
    assert [(row.metric, row.scenario) for row in compare(results(measured("b", 1.0)), old)] == []
    assert len(compare(results(measured("b", 1.0), measured("a", 1.0)), old)) == 2
