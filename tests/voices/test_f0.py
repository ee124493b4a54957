import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.motion.sounds import joined, noise, voice
from tests.voices.conftest import RATE
from visavis.media import Samples
from visavis.voices.f0 import HOP, contour, pitch


@settings(max_examples=30, deadline=None)
@given(st.floats(65, 450), st.sampled_from((16_000, 22_050, 24_000, 48_000)), st.sampled_from("aiu"))
def test_a_vowel_has_its_pitch(hertz: float, rate: int, vowel: str) -> None:
    found = pitch(voice(vowel, 0.6, rate, pitch=hertz), rate)
    assert found.median == pytest.approx(hertz, rel=0.02)
    assert found.range < 0.5
    assert found.voiced > 0.8


def test_the_range_is_in_semitones() -> None:
    glide = joined(*(voice("a", 0.1, 24_000, pitch=100 * 2 ** (i / 12)) for i in range(13)))
    assert pitch(glide, 24_000).range == pytest.approx(9.6, abs=0.8)


def test_pauses_do_not_count() -> None:
    vowel = voice("a", 0.5, 24_000, pitch=140)
    found = pitch(joined(vowel, np.zeros(24_000, np.float32), vowel), 24_000)
    assert found.median == pytest.approx(140, rel=0.01)
    assert found.voiced == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.05, 1.0])
def test_noise_and_silence_have_none(seconds: float) -> None:
    for samples in (
        noise(seconds, 24_000, 0.3) if seconds else np.zeros(0, np.float32),
        np.zeros(round(seconds * 24_000), np.float32),
    ):
        assert pitch(samples, 24_000).median == 0


def test_a_vowel_and_what_is_no_vowel_are_told_apart_in_time() -> None:
    track = contour(joined(noise(0.5, 24_000, 0.1), voice("a", 0.5, 24_000, pitch=200)), 24_000)
    half = round(0.5 / HOP)
    assert np.mean(track[: half - 5] > 0) < 0.1
    assert np.mean(track[half + 2 :] > 0) > 0.9


def test_voices_are_measured_as_they_were_asked_for(james: Samples, emma: Samples) -> None:
    """train/voices measured 95 and 187 Hz on other texts, by other means."""
    assert pitch(james, RATE).median == pytest.approx(95, rel=0.08)
    assert pitch(emma, RATE).median == pytest.approx(187, rel=0.08)
