import pytest

from visavis.transports.chunking import Supply, enough, patience


def sizes(fps: int, lefts: list[float], *, spoken: bool = True) -> list[int]:
    """How many moments the chunks of a reply have, when so much is left to play."""
    found = []
    for number, left in enumerate(lefts):
        found.append(
            next(
                n for n in range(1, 99) if enough(n, fps, left, spoken=spoken, opening=spoken and number == 0)
            )
        )
    return found


def test_chunks_grow_with_what_is_left_to_play() -> None:
    assert sizes(25, [0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 5.0]) == [3, 2, 2, 4, 6, 8, 8]
    assert sizes(30, [0.0, 0.1, 0.3, 5.0]) == [4, 2, 4, 10]
    assert sizes(10, [0.0, 0.0, 5.0]) == [1, 1, 3]


def test_what_is_between_replies_comes_in_fifths_of_a_second() -> None:
    assert sizes(25, [0.0, 0.2, 1.0], spoken=False) == [5, 5, 5]


def test_a_supply_runs_out_and_begins_anew() -> None:
    supply = Supply(25)
    assert supply.left(10.0) == 0
    supply.sent(5, 10.0)
    assert supply.left(10.05) == pytest.approx(0.15)
    supply.sent(5, 10.1)
    assert supply.left(10.1) == pytest.approx(0.3)
    assert supply.left(11.0) == 0
    supply.sent(5, 11.0)
    assert supply.left(11.0) == pytest.approx(0.2), "a player that stood still goes on with what comes"
    supply.cut()
    assert supply.left(11.0) == 0


def test_patience_is_half_of_what_is_left_but_more_than_a_moment() -> None:
    assert patience(25, 0.8) == pytest.approx(0.4)
    assert patience(25, 0.0) == pytest.approx(0.08)
