"""What becomes of a timeline in a film."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.conversation.stage import Moment
from visavis.media import Pixels, Samples, sample_at
from visavis.transports.montage import AHEAD, HEARD_LATE, Montage, Piece, mixed

FPS, RATE = 25, 16_000
STEP = RATE // FPS
HELD = round((AHEAD + HEARD_LATE) * FPS)


def picture(number: int) -> Pixels:
    return np.full((2, 2, 3), number, np.uint8)


def moment(at: int, level: float = 0.0, *, shown: bool = True, cut: bool = False, rate: int = RATE) -> Moment:
    length = sample_at(at + 1, rate, FPS) - sample_at(at, rate, FPS)
    return Moment(at, np.full(length, level, np.float32), picture(at) if shown else None, False, cut)


def voice(seconds: float, level: float = 0.5) -> Samples:
    return np.full(round(seconds * RATE), level, np.float32)


def performed(montage: Montage, numbers: Iterable[int], level: float = 0.0) -> list[Piece]:
    return [piece for at in numbers for piece in montage.performed(moment(at, level))]


def shown(pieces: list[Piece]) -> list[int | None]:
    return [None if piece.pixels is None else int(piece.pixels[0, 0, 0]) for piece in pieces]


def heard(pieces: list[Piece]) -> Samples:
    return np.concatenate([piece.samples for piece in pieces])


def test_all_that_was_performed_is_in_it_in_order() -> None:
    montage = Montage(FPS, RATE)
    early = performed(montage, range(7, 107), 0.25)
    assert len(early) == 100 - HELD
    pieces = early + montage.finish()
    assert shown(pieces) == list(range(7, 107))
    assert np.array_equal(heard(pieces), np.full(100 * STEP, 0.25, np.float32))


def test_it_begins_with_the_first_picture() -> None:
    montage = Montage(FPS, RATE)
    assert montage.overheard(voice(0.1), 0.0) == []
    for at in (3, 4):
        assert montage.performed(moment(at, shown=False)) == []
    performed(montage, [5, 6])
    montage.performed(moment(7, shown=False))
    assert shown(montage.finish()) == [5, 6, None]


def test_nothing_makes_an_empty_film() -> None:
    montage = Montage(FPS, RATE)
    montage.voided(0.0)
    montage.overheard(voice(1.0), 0.0)
    assert montage.finish() == []


@pytest.mark.parametrize("at", [2.0, 2.013, 2.9])
def test_the_user_is_heard_where_they_spoke(at: float) -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(10, 90))
    pieces += montage.overheard(voice(0.1), at)
    pieces += performed(montage, range(90, 130)) + montage.finish()
    begins = int(np.argmax(heard(pieces) > 0))
    assert begins == pytest.approx((at - 10 / FPS) * RATE, abs=1)
    assert (heard(pieces) > 0).sum() == 1600


def test_pieces_that_come_with_unrest_are_one_voice() -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(30))
    for number, unrest in enumerate((0, 0.05, -0.04, 0.1, -0.1, 0.02)):
        pieces += performed(montage, range(30 + 5 * number, 35 + 5 * number))
        pieces += montage.overheard(voice(0.2), 1.0 + 0.2 * number + unrest)
    spoken = heard(pieces + montage.finish()) > 0
    assert spoken.sum() == 6 * 3200
    assert spoken[RATE : RATE + 6 * 3200].all()


def test_a_pause_of_the_user_is_a_pause() -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(50))
    pieces += montage.overheard(voice(0.1), 1.0)
    pieces += montage.overheard(voice(0.1), 1.5)
    spoken = heard(pieces + montage.finish()) > 0
    assert np.flatnonzero(np.diff(spoken.astype(int))).tolist() == [15999, 17599, 23999, 25599]


def test_what_was_cut_and_not_heard_is_not_in_it() -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(60), 0.25)
    montage.voided(1.6)
    pieces += montage.performed(moment(60, 0.125, cut=True))
    pieces += performed(montage, range(61, 100), 0.125)
    pieces += montage.finish()
    assert shown(pieces) == [*range(40), *range(60, 100)]
    assert np.array_equal(heard(pieces) == 0.25, np.arange(80 * STEP) < 40 * STEP)


@pytest.mark.parametrize("at", [2.37, 2.5])
def test_who_cuts_in_is_heard_where_the_cut_is(at: float) -> None:
    """The clock goes on behind what is void; the film has no hole there."""
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(60), 0.0)
    pieces += montage.overheard(voice(0.1), 1.47)
    montage.voided(1.6)
    pieces += montage.overheard(voice(0.1), at - 0.1 if at < 2.4 else 2.3)
    pieces += performed(montage, range(60, 80))
    pieces += montage.overheard(voice(0.1), at)
    spoken = np.flatnonzero(heard(pieces + montage.finish()))
    assert len(spoken) == 4800
    assert spoken[0] == pytest.approx(1.47 * RATE, abs=1)
    assert spoken[-1] < 1.85 * RATE


def test_what_is_written_stays() -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(100))
    written = len(pieces)
    montage.voided(0.0)
    assert shown(pieces + performed(montage, [100])) == [*range(written)]
    late = montage.overheard(voice(0.1), 0.1) + montage.finish()
    assert shown(late)[0] == 100
    assert late[0].samples.all()


def test_while_the_timeline_stands_still_the_picture_does() -> None:
    """A client that wants nothing between replies is not shown anything while its user speaks."""
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(50))
    for _ in range(30):
        pieces += montage.overheard(voice(0.1), 1.9)
    pieces += performed(montage, range(50, 60), 0.25) + montage.finish()
    assert shown(pieces)[:50] == list(range(50))
    assert shown(pieces)[-10:] == list(range(50, 60))
    assert set(shown(pieces)[50:-10]) == {None}
    sound = heard(pieces)
    assert (sound == 0.5).sum() >= 3 * RATE - 0.3 * RATE
    assert 2.6 * FPS <= len(pieces) - 60 <= 3 * FPS


def test_late_sound_catches_up_in_silences() -> None:
    montage = Montage(FPS, RATE)
    pieces = performed(montage, range(50))
    for at in (1.0, 1.0, 1.0, 1.0, 1.0):
        pieces += montage.overheard(voice(0.2), at)
    for number in range(50):
        pieces += performed(montage, [50 + number])
        pieces += montage.overheard(voice(0.04, 0.0), 1.2 + 0.04 * number)
    pieces += montage.overheard(voice(0.1, 0.25), 3.2)
    pieces += montage.finish()
    begins = int(np.argmax(heard(pieces) == 0.25))
    assert begins / RATE == pytest.approx(3.2, abs=0.35)
    assert (heard(pieces) == 0.5).sum() == RATE


@given(
    st.lists(st.floats(-1, 1, width=32), max_size=40),
    st.lists(st.floats(-1, 1, width=32), max_size=40),
)
def test_two_voices_never_clip(one: list[float], other: list[float]) -> None:
    other = other[: len(one)]
    both = mixed(np.array(one, np.float32), np.array(other, np.float32))
    assert both.shape == (len(one),)
    assert (np.abs(both) <= 1).all()
    sums = np.array(one, np.float32)
    sums[: len(other)] += np.array(other, np.float32)
    soft = np.abs(sums) <= 0.8
    assert np.array_equal(both[soft], sums[soft])


def test_louder_stays_louder() -> None:
    levels = np.linspace(0, 1, 200, dtype=np.float32)
    both = mixed(levels, levels)
    assert all(one < other for one, other in pairwise(both.tolist()))


@given(
    st.lists(
        st.one_of(
            st.integers(1, 30),
            st.tuples(st.floats(0, 4), st.floats(0.01, 0.5)),
            st.floats(0, 1),
        ),
        max_size=25,
    )
)
def test_sound_and_pictures_stay_together_whatever_comes(
    steps: list[int | float | tuple[float, float]],
) -> None:
    montage, at = Montage(FPS, RATE), 0
    pieces: list[Piece] = []
    for step in steps:
        if isinstance(step, int):
            pieces += performed(montage, range(at, at + step), 0.25)
            at += step
        elif isinstance(step, float):
            montage.voided(max(0.0, at / FPS - step))
        else:
            pieces += montage.overheard(voice(step[1]), step[0])
    pieces += montage.finish()
    assert all(len(piece.samples) == STEP for piece in pieces)
    numbers = [number for number in shown(pieces) if number is not None]
    assert numbers == sorted(set(numbers))


def test_a_film_stays_behind_all_that_a_client_may_be_sent_ahead() -> None:
    """Or what was cut in it would be in the film already."""
    montage = Montage(FPS, RATE, ahead=3.0)
    given = 0
    while not montage.performed(moment(given)):
        given += 1
    assert given == round((3.0 + HEARD_LATE) * FPS)
