"""Sound to levels in bands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.motion.cutting import cut, silence
from tests.motion.sounds import joined, noise
from visavis.media import AudioChunk, Samples
from visavis.motion.spectrum import BANDS, FAINTEST, HOPS, PAIRS, REACH, WINDOW, Levels, Spectrum, power

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]


def seen(samples: Samples, rate: int, lengths: list[int] | None = None) -> Levels:
    """The looks [pairs, 2, BANDS]."""
    spectrum = Spectrum()
    chunks = cut(samples, rate, None, lengths or [])
    return np.array([pair for chunk in chunks for pair in spectrum.feed(chunk)])


def tone(frequency: float, rate: int) -> Samples:
    return np.sin(2 * np.pi * frequency * np.arange(rate) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency", [200, 440, 1000, 2345, 3500])
def test_a_full_scale_tone_is_near_zero_db_in_its_band(frequency: float, rate: int) -> None:
    pair = seen(tone(frequency, rate), rate)[PAIRS // 2]
    assert power(pair, 0, rate) == pytest.approx([0, 0], abs=0.3)
    assert power(pair, 0.7 * frequency, 1.5 * frequency) == pytest.approx([0, 0], abs=0.5)
    assert (pair.max(axis=1) > -5).all()
    loudest = int(pair[0].argmax())
    far = np.abs(np.arange(BANDS) - loudest) > 5
    assert pair[:, far].max() < -30


def density(rate: int) -> Levels:
    """The mean levels [BANDS] of noise that has the same power in each Hz at any rate."""
    hiss = np.random.default_rng(0).normal(scale=0.1 * (rate / 16000) ** 0.5, size=4 * rate)
    mean = (10 ** (seen(hiss.astype(np.float32), rate) / 10)).mean(axis=(0, 1))
    return np.asarray(10 * np.log10(mean))


@pytest.mark.parametrize("rate", RATES)
def test_noise_of_one_density_has_one_level_at_every_rate(rate: int) -> None:
    reached = 26 if rate == 8000 else 31 if rate == 11025 else BANDS
    assert density(rate)[:reached] == pytest.approx(density(16000)[:reached], abs=1.0)


def test_bands_above_half_the_rate_are_there_and_silent() -> None:
    levels = seen(noise(0.5, 8000, 0.5), 8000)
    assert levels.shape[1:] == (2, BANDS)
    assert (levels[:, :, -8:] == FAINTEST).all()
    assert (levels[1:-1, :, :24] > -60).all()


@pytest.mark.parametrize("rate", RATES)
def test_silence_is_a_floor_and_not_minus_infinity(rate: int) -> None:
    levels = seen(silence(0.5, rate), rate)
    assert levels.dtype == np.float32
    assert (levels == FAINTEST).all()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("look", [50, 51])
def test_a_look_is_centred_on_its_time(look: int, rate: int) -> None:
    click = silence(1.0, rate)
    click[round(look / HOPS * rate)] = 1.0
    looks = seen(click, rate).reshape(-1, BANDS)[1:]  # look 0 is the first pair's second one
    loud = looks.max(axis=1)
    assert loud.argmax() == look
    assert loud[look - 1] == pytest.approx(loud[look + 1], abs=1.5)
    assert loud[look - 1] < loud[look] - 3
    assert (loud[[look - 2, look + 2]] == FAINTEST).all()


@pytest.mark.parametrize("rate", RATES)
def test_a_pair_comes_as_soon_as_its_window_is_known(rate: int) -> None:
    spectrum = Spectrum()
    pairs = 0
    for chunk in cut(noise(0.5, rate, 0.3), rate, None, [rate // 300] * 200):
        pairs += len(spectrum.feed(chunk))
        known = chunk.end / rate - REACH
        assert int((known - 1 / rate) * PAIRS + 1) <= pairs <= int((known + 1 / rate) * PAIRS + 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=20), st.sampled_from([4000, *RATES]))
def test_chunking_changes_nothing(lengths: list[int], rate: int) -> None:
    sound = noise(0.4, rate, 0.3)
    assert np.array_equal(seen(sound, rate, lengths), seen(sound, rate))


def test_a_pair_does_not_depend_on_what_was_long_before_it() -> None:
    sound = noise(0.4, 16000, 0.3)
    late = seen(joined(noise(0.2, 16000, 0.9), sound), 16000)
    assert np.array_equal(late[12:], seen(sound, 16000)[2:])


@pytest.mark.parametrize("rate", RATES)
def test_the_end_is_seen_out_in_silence(rate: int) -> None:
    spectrum = Spectrum()
    sound = noise(0.5, rate, 0.3)
    pairs = [*spectrum.feed(AudioChunk(sound, rate)), *spectrum.finish(40)]
    assert len(pairs) >= 40
    assert np.array_equal(np.array(pairs), seen(joined(sound, silence(0.5, rate)), rate)[: len(pairs)])
    assert (pairs[30] == FAINTEST).all()


def test_an_end_that_has_been_seen_adds_nothing() -> None:
    spectrum = Spectrum()
    pairs = spectrum.feed(AudioChunk(noise(0.5, 16000, 0.3), 16000))
    assert spectrum.finish(len(pairs) - 5) == []


def test_without_sound_there_is_no_end() -> None:
    assert Spectrum().finish(10) == []
    nothing = Spectrum()
    assert nothing.feed(AudioChunk(silence(0, 16000), 16000)) == []
    assert len(nothing.finish(10)) >= 10


def test_no_more_than_a_window_is_held() -> None:
    spectrum = Spectrum()
    for chunk in cut(noise(20.0, 16000, 0.1), 16000, None, [1600] * 400):
        spectrum.feed(chunk)
        assert len(spectrum._samples) <= 16000 * (WINDOW + 2 / HOPS)


def test_power_adds_up_the_bands_between_two_frequencies() -> None:
    pair = seen(np.float32(0.5) * (tone(500, 16000) + tone(3000, 16000)), 16000)[20]
    assert power(pair, 300, 800) == pytest.approx([-6, -6], abs=0.5)
    assert power(pair, 2000, 5000) == pytest.approx([-6, -6], abs=0.5)
    assert power(pair, 60, 8000) == pytest.approx([-3, -3], abs=0.5)
