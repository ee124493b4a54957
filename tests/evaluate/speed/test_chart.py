from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.evaluate.speed.material import OTHER, WORK, entry, figure, sample
from visavis.evaluate.speed.chart import COMMITS, Scale, chart
from visavis.evaluate.speed.history import Entry

SVG = "{http://www.w3.org/2000/svg}"


def texts(entries: list[Entry]) -> list[str]:
    """What is written in a chart, which has to be XML."""
    return [found.text or "" for found in ElementTree.fromstring(chart(entries)).iter(f"{SVG}text")]


def dots(entries: list[Entry], kind: str) -> int:
    circles = ElementTree.fromstring(chart(entries)).iter(f"{SVG}circle")
    return sum(circle.get("class") == kind and circle.get("r") == "3.5" for circle in circles)


def test_each_figure_has_a_panel_with_a_dot_for_each_entry() -> None:
    baked = figure(1.0, work=OTHER, case=OTHER.cases[0])
    told = [entry(figure(2.0, 2.2)), entry(figure(1.9), baked, commit="b" * 12), entry(figure(2.5))]
    shown = texts(told)
    assert {"knitting small", "baking one", "aaaaaaa", "bbbbbbb"} <= set(shown)
    assert "4 rows/s" in shown
    assert dots(told, "f1") == 4


def test_a_changed_state_is_hollow_and_another_machine_has_another_colour() -> None:
    elsewhere = replace(entry(figure(3.0)), machine={"processor": "Slide rule & co", "processors": 1})
    told = [entry(figure(2.0)), replace(entry(figure(2.1)), changed=True), elsewhere]
    assert (dots(told, "f1"), dots(told, "f2"), dots(told, "changed s1")) == (1, 1, 1)
    assert {"Abacus, 2 processors", "Slide rule & co, 1 processors"} <= set(texts(told))


def test_what_cannot_be_compared_is_left_out_and_what_is_too_old() -> None:
    other = replace(entry(figure(9.0)), configuration={"face": "other"})
    assert dots([other, entry(figure(2.0))], "f1") == 1
    assert dots([entry(figure(2.0))] * (COMMITS + 5), "f1") == COMMITS


def test_growth_and_memory_of_the_newest_that_has_them_are_drawn() -> None:
    cases = [replace(WORK.cases[1], name=f"{n}", size=float(n)) for n in (1, 2, 4, 8)]
    grown = [figure(3.0 * (case.size or 0), case=case) for case in cases]
    long = replace(
        figure(5.0, work=OTHER, case=OTHER.cases[0]),
        samples=(
            replace(
                sample(),
                series={"seconds": [0.0, 1.0, 2.0], "mb": [50.0, 90.0, 91.0]},
                also={"growth_mb_per_minute": 0.25},
            ),
        ),
    )
    shown = texts([entry(*grown, long), entry(figure(1.0), commit="b" * 12)])
    assert "As the work grows, at aaaaaaa; dashed: in proportion" in shown
    assert "knitting: seconds over sleeves" in shown
    assert "exponent 1.00 ± 0.00: in proportion" in shown
    assert "+0.25 MB a minute of speech" in shown


@pytest.mark.parametrize("seconds", [(0.0,), (1e-9,), (1e6, 1e6), (2.0, 2.0)])
def test_any_numbers_can_be_drawn(seconds: tuple[float, ...]) -> None:
    assert dots([entry(figure(*seconds))], "f1") == 1


def test_an_entry_without_figures_is_a_chart_without_panels() -> None:
    assert "visavis bench" in texts([entry()])


def test_a_scale_goes_from_start_to_end() -> None:
    even = Scale(1, 100, 0, 200)
    assert (even.at(1), even.at(100)) == (0, 200)
    assert Scale(1, 100, 0, 200, logarithmic=True).at(10) == pytest.approx(100)
    assert Scale(5, 5, 10, 20).at(5) == 10
