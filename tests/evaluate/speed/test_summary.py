from dataclasses import replace

import pytest

from tests.evaluate.speed.material import OTHER, WORK, entry, figure, sample
from visavis.evaluate.speed.summary import (
    conditions,
    content,
    growths,
    lines,
    points,
    seconds,
    short,
    summary,
    table,
)

LARGER = [replace(WORK.cases[1], name=f"{n} sleeves", size=float(n)) for n in (2, 4, 8)]


def test_a_figure_is_told_in_the_unit_of_its_work() -> None:
    rate = summary(figure(2.0, 4.0))
    assert rate
    assert (rate.unit, rate.value.median) == ("rows/s", 3.75)
    assert rate.ratio.median == pytest.approx(0.6)
    time = summary(figure(2.0, work=OTHER, case=OTHER.cases[0]))
    assert time
    assert (time.unit, time.value.median) == ("ms", 200.0)
    video = summary(replace(figure(2.0), unit="seconds of video"))
    assert video
    assert video.unit == "x real time"
    memory = summary(replace(figure(2.0), told="memory"))
    assert memory
    assert (memory.unit, memory.value.median) == ("MB", 100.0)
    assert summary(figure()) is None


def test_growth_is_found_by_work() -> None:
    grown = entry(*(figure(3.0 * (case.size or 0), 3.1 * (case.size or 0), case=case) for case in LARGER))
    assert set(growths(grown)) == {"knitting"}
    assert growths(grown)["knitting"].shape == "in proportion"
    assert growths(entry(figure(2.0))) == {}


def test_the_length_of_speech_is_the_one_that_came_out() -> None:
    spoken = replace(figure(2.0), grows="seconds of speech")
    assert points(entry(spoken), "knitting") == [(10.0, 2.0)]
    assert points(entry(figure(2.0)), "knitting") == [(1.0, 2.0)]


def test_a_busy_machine_is_told() -> None:
    quiet = entry(figure(2.0, 2.01, 2.02))
    assert list(conditions(quiet)) == []
    told = list(conditions(replace(quiet, load=1.5)))
    assert "the machine was busy: 1.5 processes" in told[0]
    noisy = entry(figure(2.0, 3.0, 4.0))
    assert list(conditions(noisy)) == ["spread too wide to tell a small change: knitting small"]
    shaken = replace(figure(2.0), samples=tuple(sample(reference=r) for r in (0.4, 0.5, 0.6)))
    assert "the reference itself spread by 20%" in next(iter(conditions(entry(shaken))))
    assert list(conditions(replace(quiet, machine={}, load=9.0))) == []


def test_a_table_has_a_line_for_each_figure_and_tells_what_failed() -> None:
    failed = replace(figure(work=OTHER, case=OTHER.cases[0]), failed="no flour")
    also = replace(sample(), also={"wool_g_per_row": 3.0, "wool_mb": 4.0}, gpu=512.0)
    told = list(lines(entry(replace(figure(2.0), samples=(also,)), failed)))
    assert "x reference" in told[0]
    assert "knitting small" in told[1]
    assert "5 rows/s" in told[1].replace("  ", " ")
    assert "wool 3 g/row, wool 4 MB, 512 MB of the GPU" in told[1]
    assert told[2] == "x reference: so many times as long as a fixed piece of work, here 500 ms"
    assert told[3] == "baking one: not measured: no flour"
    grown = entry(*(figure(3.0 * (case.size or 0), case=case) for case in LARGER))
    *_, time, work = lines(grown)
    assert time.startswith("knitting grows with sleeves: exponent 1.00")
    assert time.endswith("in proportion; 0 s once and 3 s for each")
    assert work.startswith("  its work of processors: exponent 0.00")


def test_columns_are_as_wide_as_they_have_to_be() -> None:
    assert list(table([("", "a", "b"), ("long", "1", "two"), ("x", "100", "")])) == [
        "        a  b",
        "long    1  two",
        "x     100",
    ]


def test_numbers_have_three_digits_and_times_the_unit_that_suits() -> None:
    assert [short(v) for v in (0.01234, 1.0, 12.34, 123.4, 12345.6)] == [
        "0.0123",
        "1",
        "12.3",
        "123",
        "12346",
    ]
    told = [seconds(v) for v in (2.0, 0.0123, 45e-6, 7e-9, 0.0, -0.5)]
    assert told == ["2 s", "12.3 ms", "45 µs", "7 ns", "0 s", "-0.5 s"]


def test_all_of_it_goes_into_json() -> None:
    told = content(entry(figure(2.0, 3.0)))
    assert told["summaries"][0]["name"] == "knitting small"
    assert "figure" not in told["summaries"][0]
    assert told["reference_ms"]["median"] == 500.0
    assert content(entry())["reference_ms"] is None
