from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visavis.transports.incoming import BYTES, MESSAGES, SECONDS_SAVED, Budget, Microphone, Traffic


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_sound_is_the_same_however_it_is_cut(content: bytes, places: list[int]) -> None:
    cuts = [0, *sorted(place for place in places if place <= len(content)), len(content)]
    microphone = Microphone()
    pieces = [microphone.samples(content[begin:end]) for begin, end in pairwise(cuts)]
    whole = content[: len(content) // 2 * 2]
    assert np.array_equal(np.concatenate(pieces) * 32768, np.frombuffer(whole, "<i2"))
    assert all(piece.dtype == np.float32 and np.abs(piece).max(initial=0) <= 1 for piece in pieces)


def test_a_budget_is_full_at_first_and_fills_again() -> None:
    budget = Budget(2, 10)
    assert [budget.spend(4, 100.0) for _ in range(3)] == [True, True, False]
    assert not budget.spend(4, 100.9)
    assert budget.spend(4, 101.0)
    assert [budget.spend(5, 1_000.0) for _ in range(3)] == [True, True, False]


def test_a_clock_that_goes_back_gives_nothing() -> None:
    budget = Budget(1, 1)
    assert budget.spend(1, 10.0)
    assert not budget.spend(1, 5.0)
    assert not budget.spend(1, 10.5)


def test_a_microphone_and_a_recording_of_half_a_minute_come_through() -> None:
    traffic = Traffic()
    assert all(traffic.allows(640, number / 50) for number in range(5_000))
    traffic = Traffic()
    assert all(traffic.allows(32_000, 0.0) for _ in range(30))
    assert not traffic.allows(int(BYTES * SECONDS_SAVED), 0.0)
    traffic = Traffic()
    assert sum(traffic.allows(20, 0.0) for _ in range(9_999)) == MESSAGES * SECONDS_SAVED
