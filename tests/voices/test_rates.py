import numpy as np
import pytest

from tests.motion.sounds import voice
from visavis.voices.rates import Resampler


@pytest.mark.parametrize(
    ("rate", "other"), [(8_000, 24_000), (44_100, 24_000), (48_000, 16_000), (24_000, 24_000)]
)
def test_pieces_make_the_same_as_the_whole(rate: int, other: int) -> None:
    samples = voice("a", 1.0, rate)
    whole, pieces = Resampler(rate, other), Resampler(rate, other)
    at_once = np.concatenate([whole.feed(samples), whole.finish()])
    made = [pieces.feed(samples[at : at + 777]) for at in range(0, rate, 777)]
    assert np.concatenate([*made, pieces.finish()]) == pytest.approx(at_once, abs=1e-6)
    assert len(at_once) == pytest.approx(other, abs=other // 100)


def test_a_tone_stays_a_tone() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100).astype(np.float32)
    made = Resampler(44_100, 16_000).feed(tone)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(made)) / 16_000)
    assert made[100:-100] == pytest.approx(expected[100:-100], abs=0.01)


def test_nothing_gives_nothing() -> None:
    resampler = Resampler(8_000, 16_000)
    assert resampler.feed(np.zeros(0, np.float32)).size == 0
    assert resampler.finish().size == 0
