from collections.abc import Mapping, Sequence

from tests.evaluate.report.material import METRICS, everything, results
from visavis.evaluate.metrics import Reading
from visavis.evaluate.report import tracks


def reading(series: Mapping[str, Sequence[float]]) -> dict[str, Reading]:
    return {"lips": Reading(1.0, series=series)}


def test_series_are_told_apart_by_their_form() -> None:
    over_time = reading({"time": [0.0, 1.0], "gap": [0.1, 0.2]})
    assert [curves.over for curves in tracks.timelines(over_time, METRICS)] == ["time"]
    over_lag = reading({"lag": [float(n) for n in range(9)], "fit": [0.5] * 9})
    assert [curves.over for curves in tracks.grids(over_lag, METRICS)] == ["lag"]
    values = reading({"first": [3.0, 1.0, 2.0], "second": [1.0]})
    assert [(heap.name, heap.values) for heap in tracks.heaps(values, METRICS)] == [
        ("first", (3.0, 1.0, 2.0)),
        ("second", (1.0,)),
    ]
    for other in (over_lag, values):
        assert tracks.timelines(other, METRICS) == ()
    for other in (over_time, values):
        assert tracks.grids(other, METRICS) == ()
    assert tracks.heaps({"unknown": Reading(1.0, series={"a": [1.0]})}, METRICS) == ()


def test_what_is_held_against_what_was_expected_comes_first_and_copies_are_left_out() -> None:
    head = {"time": [0.0, 1.0], "yaw": [1.0, 2.0]}
    lips = {"time": [0.0, 1.0], "gap": [1.0, 2.0], "expected": [1.0, 2.0]}
    found = tracks.timelines(
        {
            "pitch": Reading(1.0, series=head),
            "lips": Reading(1.0, series=lips),
            "lag": Reading(1.0, series=lips),
        },
        METRICS,
    )
    assert [curves.metric for curves in found] == ["lips", "pitch"]


def test_lines_are_broken_where_nothing_is_known() -> None:
    series = {"time": [0.0, 1.0, 2.0, 9.0, 10.0], "gap": [1.0, 2.0, None, 4.0, 5.0], "short": [1.0]}
    curves = tracks.timelines(reading(series), METRICS)[0]  # type: ignore[arg-type]
    assert list(tracks.pieces(curves, "gap")) == [[(0.0, 1.0), (1.0, 2.0)], [(9.0, 4.0), (10.0, 5.0)]]
    assert list(tracks.pieces(curves, "short")) == [[(0.0, 1.0)]]


def test_lines_of_a_size_have_one_scale() -> None:
    series = {"time": [0.0, 1.0], "take": [90.0, 200.0], "twin": [100.0, 180.0], "small": [0.1, 0.9]}
    curves = tracks.timelines(reading(series), METRICS)[0]
    known = {("lips", name): (min(line), max(line)) for name, line in series.items() if name != "time"}
    assert tracks.shared(curves, known) == {"take": (0, 200), "twin": (0, 200), "small": (0, 0.9)}


def test_scales_are_those_of_all_scenarios() -> None:
    assert tracks.scales(results())["pitch", "hertz"] == (110.0, 130.0)


def test_only_what_has_many_values_is_spread_out_and_times_come_first() -> None:
    found = [(heap.metric, heap.name, len(heap.values)) for heap in tracks.spreads(results(), 5)]
    assert found[0] == ("pace", "", 7)
    assert ("latency", "latency", 7) in found
    assert "asr" not in {metric for metric, *_ in found}
    assert len(everything()) == 10
