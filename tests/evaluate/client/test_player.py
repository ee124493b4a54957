import pytest

from visavis.evaluate.client.player import Player


def test_it_plays_from_the_first_chunks_arrival_on() -> None:
    player = Player()
    assert player.position(5.0) == 0.0
    assert player.arrived(2.0, 0.2, 10.0, cut=False) is None
    assert player.when(2.1) == pytest.approx(10.1)
    assert player.position(10.15) == pytest.approx(2.15)


def test_what_comes_in_time_is_played_behind_what_was_there() -> None:
    player = Player()
    player.arrived(0.0, 0.5, 10.0, cut=False)
    assert player.arrived(0.5, 0.5, 10.2, cut=False) == pytest.approx(0.3)
    assert player.when(0.5) == pytest.approx(10.5)


def test_it_stands_still_where_it_has_nothing_and_goes_on_when_it_has() -> None:
    player = Player()
    player.arrived(0.0, 0.2, 10.0, cut=False)
    assert player.position(11.0) == pytest.approx(0.2)
    assert player.arrived(0.2, 0.2, 10.5, cut=False) == pytest.approx(-0.3)
    assert player.when(0.3) == pytest.approx(10.6)


def test_behind_a_cut_it_goes_on_at_once() -> None:
    player = Player()
    player.arrived(0.0, 5.0, 10.0, cut=False)
    assert player.arrived(5.0, 0.2, 11.0, cut=True) is None
    assert player.position(11.1) == pytest.approx(5.1)
