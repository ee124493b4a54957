import numpy as np
import pytest

from tests.motion.sounds import noise, resampled
from tests.voices.conftest import RATE
from visavis.media import Samples
from visavis.voices.formants import throat


def tube(spacing: float, rate: int = 24_000, pitch: float = 120.0) -> Samples:
    """A buzz through the resonances of an even tube, half a spacing and then one after another."""
    t = np.arange(rate) / rate
    sound = np.zeros_like(t)
    for k in range(1, int(5000 / pitch)):
        gain = sum(1 / (1 + ((k * pitch - (n + 0.5) * spacing) / 60) ** 2) for n in range(5))
        sound += gain / k * np.sin(2 * np.pi * k * pitch * t + k)
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


@pytest.mark.parametrize("spacing", [950.0, 1050.0, 1150.0])
def test_a_tube_has_its_resonances(spacing: float) -> None:
    assert throat(tube(spacing), 24_000) == pytest.approx(spacing, rel=0.04)


def test_a_woman_s_throat_is_shorter(james: Samples, emma: Samples) -> None:
    man, woman = throat(james, RATE), throat(emma, RATE)
    assert man is not None
    assert woman is not None
    assert man < woman - 30


def test_a_throat_is_known_at_any_rate(james: Samples) -> None:
    assert throat(resampled(james, RATE, 48_000), 48_000) == pytest.approx(throat(james, RATE), rel=0.02)


def test_without_voice_or_treble_it_is_not_known(james: Samples) -> None:
    assert throat(noise(2, 24_000, 0.3), 24_000) is None
    assert throat(np.zeros(0, np.float32), 24_000) is None
    assert throat(resampled(james, RATE, 8_000), 8_000) is None
