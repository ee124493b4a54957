"""Names out of words."""

import pytest

from visavis.evaluate.gold.naming import plain, unique


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
