"""Names out of words, and moments as people write them."""

import pytest

from visavis.evaluate.gold.naming import clock, counted, plain, unique


@pytest.mark.parametrize(
    ("words", "name"),
    [("My talk (2).final", "My-talk-2-final"), ("../../etc", "etc"), ("说话", "说话"), ("...", "recording")],
)
def test_names_are_good_for_files(words: str, name: str) -> None:
    assert plain(words) == name


def test_long_names_are_cut() -> None:
    assert len(plain("a" * 500)) == 60


def test_names_are_given_once_whatever_the_capitals() -> None:
    assert unique(["a", "A", "b", "a", "a-2"]) == ["a", "A-2", "b", "a-3", "a-2-2"]


@pytest.mark.parametrize(("seconds", "told"), [(0, "0:00.0"), (59.96, "1:00.0"), (3723.44, "1:02:03.4")])
def test_moments(seconds: float, told: str) -> None:
    assert clock(seconds) == told


def test_things_are_counted() -> None:
    assert (counted(1, "piece"), counted(0, "piece")) == ("1 piece", "0 pieces")
