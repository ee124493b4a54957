"""Numbers, dates and Roman numerals as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.language.tokens import Date, Number, date_of, number_of, roman


@pytest.mark.parametrize(
    ("text", "group", "number"),
    [
        ("1250", ",", Number("1250")),
        ("1,250", ",", Number("1250")),
        ("1,250", ".", Number("1", "250")),
        ("1,250.5", ",", Number("1250", "5")),
        ("1.250,5", ",", Number("1250", "5")),
        ("1.250.000", ".", Number("1250000")),
        ("1,250,000", ".", Number("1250000")),
        ("3.14", ".", Number("3", "14")),
        (".5", ",", Number("0", "5")),
    ],
)
def test_separators_are_understood(text: str, group: str, number: Number) -> None:
    assert number_of(text, group) == number


@pytest.mark.parametrize(
    ("numbers", "day_first", "date"),
    [
        ((2026, 11, 20), True, Date(2026, 11, 20)),
        ((3, 4, 2026), True, Date(2026, 4, 3)),
        ((3, 4, 2026), False, Date(2026, 3, 4)),
        ((20, 11, 2026), False, Date(2026, 11, 20)),
        ((11, 20, 2026), True, Date(2026, 11, 20)),
        ((1, 2, 26), True, Date(2026, 2, 1)),
        ((30, 31, 2026), True, None),
        ((2026, 13, 1), True, None),
    ],
)
def test_dates_are_read_in_the_order_of_a_country(
    numbers: tuple[int, int, int], day_first: bool, date: Date | None
) -> None:
    assert date_of(*numbers, day_first) == date


@pytest.mark.parametrize(
    ("text", "value"),
    [("IV", 4), ("XXI", 21), ("MCMXCIX", 1999), ("IIX", None), ("VX", None), ("", None), ("A", None)],
)
def test_only_proper_roman_numerals_have_a_value(text: str, value: int | None) -> None:
    assert roman(text) == value


@given(st.text("IVXLCDM", max_size=6), st.text("IVXLCDM", max_size=6))
def test_no_two_roman_numerals_are_worth_the_same(one: str, other: str) -> None:
    assert roman(one) is None or roman(one) != roman(other) or one == other
