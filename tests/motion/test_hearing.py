"""Sound to levels in bands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.motion.cutting import cut, silence
from tests.motion.sounds import noise
from visavis.media import Samples
from visavis.motion.hearing import HOPS, Hearing, Sound


def heard(samples: Samples, rate: int, lengths: list[int] | None = None) -> list[Sound]:
    hearing = Hearing()
    return [sound for chunk in cut(samples, rate, None, lengths or []) for sound in hearing.feed(chunk)]


def tone(frequency: float, rate: int) -> Samples:
    return np.sin(2 * np.pi * frequency * np.arange(rate) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000])
@pytest.mark.parametrize(("frequency", "band"), [(200, 0), (800, 1), (2200, 2), (5500, 3)])
def test_a_full_scale_tone_is_near_zero_db_in_its_band(frequency: float, band: int, rate: int) -> None:
    middle = heard(tone(frequency, rate), rate)[50]
    assert np.argmax(middle) == band
    assert middle[band] == pytest.approx(1.8, abs=1.5)
    assert max(level for i, level in enumerate(middle) if i != band) < -15


def test_silence_is_a_floor_and_not_minus_infinity() -> None:
    assert set(heard(silence(1.0, 16000), 16000)) == {Sound(-100.0, -100.0, -100.0, -100.0)}


def test_a_hop_is_centred_on_its_time() -> None:
    rate = 22050
    click = silence(1.0, rate)
    click[round(0.5 * rate)] = 1.0
    levels = [sound.mouth for sound in heard(click, rate)]
    assert np.argmax(levels) == HOPS // 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=20), st.sampled_from([4000, 8000, 22050]))
def test_chunking_changes_nothing(lengths: list[int], rate: int) -> None:
    sound = noise(1.0, rate, 0.3)
    assert heard(sound, rate, lengths) == heard(sound, rate)


def test_the_end_is_heard_out() -> None:
    hearing = Hearing()
    (chunk,) = cut(noise(0.5, 16000, 0.3), 16000, None)
    hops = len(hearing.feed(chunk)) + len(hearing.finish(16000, 60))
    assert hops >= 60
    assert len(Hearing().finish(16000, 5)) >= 5
