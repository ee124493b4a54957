import numpy as np
import pytest

from tests.voices.conftest import RATE, noisy
from visavis.media import Samples
from visavis.voices.noise import reduced
from visavis.voices.spectrum import colour, looks


@pytest.mark.parametrize("snr", [20, 12, 6])
def test_speech_comes_nearer_to_what_it_was(snr: float, james: Samples) -> None:
    spoiled = noisy(james, snr)
    mended = reduced(spoiled, RATE)
    assert mended.dtype == np.float32
    assert distance(mended, james) < 0.8 * distance(spoiled, james)
    assert np.sum((mended - james) ** 2) < np.sum((spoiled - james) ** 2)


def distance(one: Samples, other: Samples) -> float:
    return float(np.sqrt(np.mean((colour(looks(one, RATE)) - colour(looks(other, RATE))) ** 2)))


def test_clean_speech_stays_as_it_is(emma: Samples) -> None:
    mended = reduced(emma, RATE)
    assert np.sum((mended - emma) ** 2) < 0.001 * np.sum(emma**2)


@pytest.mark.parametrize("length", [1, 500, 5000])
def test_the_length_stays(length: int, james: Samples) -> None:
    assert len(reduced(james[20_000 : 20_000 + length], RATE)) == length
    assert not reduced(np.zeros(length, np.float32), RATE).any()
