import numpy as np
import pytest

from tests.motion.sounds import noise
from tests.voices.conftest import RATE, noisy, within
from visavis.media import Samples
from visavis.voices.spectrum import BANDS, SILENT, at_rate, bandwidth, colour, looks, loudness, middles


def tone(hertz: float, rate: int, seconds: float = 2.0, level: float = 1.0) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_the_standard_s_own_tone(rate: int) -> None:
    """ITU-R BS.1770-4: 997 Hz at full scale, on one channel, reads -3.01."""
    assert loudness(tone(997, rate), rate) == pytest.approx(-3.01, abs=0.05)
    assert loudness(tone(997, rate, level=0.1), rate) == pytest.approx(-23.01, abs=0.05)


def test_bass_counts_less_and_treble_more() -> None:
    assert loudness(tone(40, 24_000), 24_000) < -8
    assert loudness(tone(4000, 24_000), 24_000) > -1


def test_pauses_are_gated() -> None:
    loud = tone(997, 24_000, 4.0, 0.1)
    assert loudness(np.concatenate([loud, np.zeros(96_000, np.float32)]), 24_000) == pytest.approx(
        -23, abs=0.5
    )


@pytest.mark.parametrize("samples", [0, 10, 24_000])
def test_silence_has_no_loudness(samples: int) -> None:
    assert loudness(np.zeros(samples, np.float32), 24_000) == SILENT


@pytest.mark.parametrize(
    ("rate", "other"), [(48_000, 24_000), (16_000, 24_000), (22_050, 8_000), (8_000, 10_000)]
)
def test_a_tone_is_the_same_at_another_rate(rate: int, other: int) -> None:
    made = at_rate(tone(500, rate), rate, other)
    assert made[other // 4 : -other // 4] == pytest.approx(
        tone(500, other)[other // 4 : -other // 4], abs=0.01
    )


def test_what_does_not_fit_is_faded_out() -> None:
    assert np.abs(at_rate(tone(6000, 48_000), 48_000, 8_000)[500:-500]).max() < 0.01
    assert np.abs(at_rate(tone(20, 24_000), 24_000, 24_000, lowest=60)[2000:-2000]).max() < 0.01
    assert np.abs(at_rate(tone(3000, 24_000), 24_000, 24_000, highest=1000)[500:-500]).max() < 0.01
    assert at_rate(np.zeros(0, np.float32), 48_000, 8_000).size == 0


def test_a_colour_shows_a_filter() -> None:
    """The same noise through a filter: each band shows its gain, at any rate."""
    sound = noise(3, 24_000, 0.3)
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / 24_000)
    filtered = np.fft.irfft(spectrum * (1 + hertz / 1000), len(sound)).astype(np.float32)
    gains = colour(looks(filtered, 24_000)) - colour(looks(sound, 24_000))
    assert gains == pytest.approx(20 * np.log10(1 + middles() / 1000), abs=0.5)


def test_looks_leave_pauses_out() -> None:
    sound = noise(1, 24_000, 0.3)
    alone = colour(looks(sound, 24_000))
    padded = np.concatenate([np.zeros(24_000, np.float32), sound, np.zeros(48_000, np.float32)])
    assert colour(looks(padded, 24_000)) == pytest.approx(alone, abs=0.5)
    assert looks(sound[:100], 24_000).shape == (0, BANDS)
    assert colour(looks(noise(1, 8_000, 0.3), 8_000))[-1] == pytest.approx(SILENT, abs=1)


@pytest.mark.parametrize("top", [3400.0, 4500.0])
def test_where_speech_is_cut_off(top: float, james: Samples) -> None:
    assert bandwidth(within(james, 0, top), RATE) == pytest.approx(top, abs=400)


def test_whole_speech_is_not_cut_off_with_noise_or_without(james: Samples, emma: Samples) -> None:
    for samples in (james, emma):
        assert bandwidth(samples, RATE) > 6000
        assert bandwidth(noisy(samples, 15), RATE) > 6000
    assert bandwidth(james[:1000], RATE) == RATE / 2
