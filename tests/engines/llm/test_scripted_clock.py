"""The time and the day in words that clauses can read."""

from datetime import date, datetime
from itertools import pairwise

import pytest

from visavis.engines.llm.scripted_clock import date_of, solar_hijri, time_of
from visavis.media import Language


@pytest.mark.parametrize(
    ("language", "time", "day"),
    [
        ("en", "2:05 PM", "Friday, November 20, 2026"),
        ("zh", "14:05", "2026年11月20日，星期五"),
        ("es", "14:05", "viernes, 20 de noviembre de 2026"),
        ("fa", "۱۴:۰۵", "جمعه ۲۹ آبان ۱۴۰۵"),
    ],
)
def test_as_people_say_it(language: Language, time: str, day: str) -> None:
    now = datetime(2026, 11, 20, 14, 5)
    assert time_of(now, language) == time
    assert date_of(now.date(), language) == day


def test_noon_and_midnight() -> None:
    assert time_of(datetime(2026, 1, 1, 0, 1), "en") == "12:01 AM"
    assert time_of(datetime(2026, 1, 1, 12, 0), "en") == "12:00 PM"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(2000, 1, 1), (1378, 10, 11)),
        (date(2021, 3, 20), (1399, 12, 30)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 3, 21), (1404, 1, 1)),
        (date(2029, 3, 20), (1408, 1, 1)),
        (date(2030, 3, 21), (1409, 1, 1)),
    ],
)
def test_the_solar_hijri_calendar(day: date, expected: tuple[int, int, int]) -> None:
    assert solar_hijri(day) == expected


def test_no_day_is_left_out() -> None:
    days = [solar_hijri(date.fromordinal(day)) for day in range(date(2020, 1, 1).toordinal(), 738_900)]
    assert all(later == (*earlier[:2], earlier[2] + 1) or later[2] == 1 for earlier, later in pairwise(days))
    assert all(day[2] >= 29 for day, later in pairwise(days) if later[2] == 1)
