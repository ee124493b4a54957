"""Speech whose phones are known in time."""

import numpy as np
import pytest

from train.hearing.labelled import RATE, Labelled, cut, joined, silence
from visavis.media import Phone


def hum(seconds: float, symbol: str = "m") -> Labelled:
    n = round(seconds * RATE)
    return Labelled(np.full(n, 0.5, np.float32), (Phone(symbol, 0.0, n / RATE, 2),))


def test_silence_is_silent_and_labelled_so() -> None:
    nothing = silence(0.25)
    assert nothing.seconds == 0.25
    assert not nothing.samples.any()
    assert nothing.phones == (Phone("", 0.0, 0.25),)


def test_joined_pieces_follow_each_other_in_sound_and_phones() -> None:
    both = joined([hum(0.3), silence(0.1), hum(0.2, "n")])
    assert both.seconds == pytest.approx(0.6)
    assert [phone.symbol for phone in both.phones] == ["m", "", "n"]
    assert [phone.start for phone in both.phones] == pytest.approx([0, 0.3, 0.4])
    assert [phone.stress for phone in both.phones] == [2, 0, 2]
    for phone in both.phones:
        within = both.samples[round(phone.start * RATE) : round(phone.end * RATE)]
        assert (within == (0.5 if phone.symbol else 0)).all()


def test_a_cut_ends_phones_with_the_sound() -> None:
    speech = cut(joined([hum(0.3), hum(0.3, "n"), hum(0.3, "l")]), 0.45)
    assert len(speech.samples) == round(0.45 * RATE)
    assert [phone.symbol for phone in speech.phones] == ["m", "n"]
    assert speech.phones[-1].end == speech.seconds


def test_a_cut_beyond_the_end_changes_nothing() -> None:
    speech = cut(hum(0.3), 1.0)
    assert (speech.seconds, speech.phones) == (hum(0.3).seconds, hum(0.3).phones)
