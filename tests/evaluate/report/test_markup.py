from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.evaluate.report.markup import Markup, element, joined, number


def test_markup_is_kept_and_text_is_escaped() -> None:
    inner = element("b", {"title": '"&'}, "<i>")
    assert element("p", {}, inner, "a < b", None, ["c", inner]) == (
        '<p><b title="&quot;&amp;">&lt;i&gt;</b>a &lt; bc<b title="&quot;&amp;">&lt;i&gt;</b></p>'
    )


def test_attributes_that_are_not_there() -> None:
    assert element("input", {"checked": True, "hidden": False, "id": None, "x": 1.04}) == (
        '<input checked="" x="1"/>'
    )


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_text_makes_well_formed_xml(text: str, name: str) -> None:
    made = element("p", {"title": name}, text, joined(text))
    ElementTree.fromstring(made.encode())
    assert isinstance(made, Markup)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (-0.04, "0"), (-0.06, "-0.1"), (12.25, "12.2"), (3, "3")]
)
def test_a_tenth_is_fine_enough(value: float, shown: str) -> None:
    assert number(value) == shown
