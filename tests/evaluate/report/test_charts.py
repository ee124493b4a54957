from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.evaluate.report import charts
from visavis.evaluate.report.charts import Bar, Window
from visavis.evaluate.report.markup import Markup

WINDOW = Window(5.0, 5.0)

EVIL = '</title><script>"&'


def all_charts() -> Iterator[Markup]:
    yield charts.axis(WINDOW, 0.5)
    yield charts.wave(WINDOW, [(-0.5, 0.5)] * 800, 0.01)
    yield charts.phones(WINDOW, [("m", 4.9, 5.1), (EVIL, 6.0, 6.1), ("", 7.0, 8.0)], frozenset("m"))
    yield charts.curves(WINDOW, {EVIL: [[(4.0, 0.0), (6.0, 1.0)]]}, {EVIL: (0.0, 1.0)}, [(5.0, 5.2)])
    yield charts.lane("Who", WINDOW, [Bar(4.0, 6.0, EVIL, "voice")], [Bar(8.0, 9.9, "600 ms", "wait")])
    yield charts.waterfall({"text": 0.1, EVIL: 0.2}, {EVIL: (0.1, 0.4)}, {"first": 0.15, "done": 0.4})
    yield charts.waterfall({"text": 0.0}, {"text": (0.1, 0.1)}, {})
    yield charts.arrivals([(0.3, 0.0, 0.5), (1.9, 0.5, 0.5)])
    yield charts.histogram("Times", [1.0, 2.0, 2.5, 9.0], "ms", [5.0, 50.0])
    yield charts.histogram("Same", [3.0, 3.0], "")
    yield charts.columns("Pictures", [25.0, None, 0.0], "1/s")
    yield charts.columns("None", [None, None], "")
    yield charts.plot("Fit", "lag", [0.0, 1.0, 2.0], {"r": [0.1, None, 0.5]})
    yield charts.plot("Empty", "lag", [], {})
    yield charts.gauge(float("inf"))
    yield charts.gauge(-0.2)


@pytest.mark.parametrize("chart", list(all_charts()))
def test_every_chart_is_well_formed_and_has_a_name(chart: Markup) -> None:
    root = ElementTree.fromstring(chart)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == root.findtext("title")
    assert "nan" not in chart.lower().replace("nano", "")
    assert not [key for one in root.iter() for key in one.attrib if key == "style" or key.startswith("on")]


def test_a_window_shows_its_own_part_only() -> None:
    boxes = ElementTree.fromstring(
        charts.phones(WINDOW, [("a", 4.0, 5.5), ("b", 11.0, 12.0)], frozenset())
    ).findall("rect")
    assert [(box.attrib["x"], box.attrib["width"]) for box in boxes] == [("0", "100")]


def test_playback_waits_for_what_is_late() -> None:
    played = list(charts.playback([(0.3, 0.0, 0.5), (0.5, 0.5, 0.5), (1.9, 1.0, 0.5)]))
    assert played == [(0.3, 0.0, 0.5), (0.8, 0.5, 0.5), (1.9, 1.0, 0.5)]
    assert charts.stalls(played) == [(1.3, 1.9, 1.0)]


def test_a_histogram_counts_every_value() -> None:
    values = [float(n % 7) for n in range(50)]
    bars = ElementTree.fromstring(charts.histogram("All", values, "")).findall("rect")
    heights = [float(bar.attrib["height"]) for bar in bars]
    assert len(heights) == 7
    assert max(heights) == 90


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_and_even(low: float, extent: float) -> None:
    found = charts.ticks(low, low + extent, 5)
    assert 1 <= len(found) <= 12
    steps = [after - before for before, after in pairwise(found)]
    assert max(steps, default=0) - min(steps, default=0) <= 1e-6 * max(1.0, abs(low), extent)


def test_a_plot_ends_where_its_values_do() -> None:
    root = ElementTree.fromstring(charts.plot("Fit", "lag", [-4.0, -2.0, 0.0], {"r": [0.0, 0.5, 1.0]}))
    numbers = [one.text for one in root.findall("text") if one.attrib["text-anchor"] == "middle"]
    assert (numbers[0], numbers[-1]) == ("\u22124", "0")
    (path,) = root.findall("path")
    assert path.attrib["d"].endswith("L620 8")


def test_a_bar_has_as_much_of_its_text_as_fits() -> None:
    chart = charts.lane("Who", WINDOW, [Bar(5.0, 6.0, "a" * 99, "voice"), Bar(6.0, 6.02, "no", "voice")])
    texts = [text.text for text in ElementTree.fromstring(chart).findall("text")]
    assert len(texts) == 1
    assert texts[0] is not None
    assert texts[0].endswith("…")
    assert len(texts[0]) < 40
