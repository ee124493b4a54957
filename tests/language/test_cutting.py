"""Pieces of a text, where marks and signs are all there is."""

import pytest

from visavis.errors import TextError
from visavis.language import clauses
from visavis.language.cutting import LONGEST_TOKEN, Cutter
from visavis.language.markup import plain
from visavis.media import LANGUAGES

MANY = 200_000


@pytest.mark.parametrize(
    ("row", "times"),
    [
        (".", MANY),
        ("-", MANY),
        ("—", MANY),
        ("。", 20_000),
        (". ", 20_000),
        ("-😀", 20_000),
        ('"', 20_000),
        ("\u0301", 20_000),
    ],
)
def test_a_row_of_marks_is_cut_into_few_short_pieces(row: str, times: int) -> None:
    pieces = list(Cutter(LANGUAGES).pieces(plain(["Hello", row * times, " there"])))
    assert max(len(piece.text) for piece in pieces) <= LONGEST_TOKEN
    assert len(pieces) <= times * 2 / LONGEST_TOKEN + 3
    assert sum(piece.text.count(row[0]) for piece in pieces) == times, "no mark is lost"


def test_a_row_of_emoji_is_held_as_one_space() -> None:
    (piece,) = Cutter(LANGUAGES).pieces(plain(["Hello", "😀" * MANY, "there"]))
    assert piece.text == "Hello there"


@pytest.mark.parametrize("row", [".", "-", "—", "😀", '"'])
def test_words_on_both_sides_of_a_long_row_of_marks_are_said(row: str) -> None:
    said = [clause.text for clause in clauses("Hello " + row * 4000 + " there", "en")]
    assert "".join(filter(str.isalpha, "".join(said))) == "Hellothere"


@pytest.mark.parametrize(("row", "reason"), [(".", "only punctuation"), ("😀", "only emoji")])
def test_a_very_long_text_of_no_words_is_refused_like_a_short_one(row: str, reason: str) -> None:
    with pytest.raises(TextError, match=reason):
        next(clauses(row * MANY))
