import numpy as np
import pytest

from tests.evaluate.metrics.speech import ENGLISH, said
from visavis.evaluate.spoiling import sound
from visavis.media import Samples
from visavis.voices.f0 import pitch

RATE = 16_000


def tone(hertz: float, seconds: float = 1.0, level: float = 0.1) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(level * np.sqrt(2) * np.sin(2 * np.pi * hertz * at), np.float32)


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


@pytest.mark.parametrize("decibels", [20.0, 6.0, -6.0])
def test_noise_is_as_loud_as_it_is_asked_to_be(decibels: float) -> None:
    noise = sound.hissing(tone(440), decibels) - tone(440)
    assert 20 * np.log10(0.1 / level(noise)) == pytest.approx(decibels, abs=0.1)
    assert np.array_equal(sound.hissing(tone(440), decibels), sound.hissing(tone(440), decibels))


def test_a_crowd_is_everybody_at_once() -> None:
    crowd = sound.babbling(np.zeros(RATE, np.float32) + tone(100), [tone(200), tone(300, 0.5, 0.01)], 0)
    lines = np.abs(np.fft.rfft(crowd))
    assert lines[100] == pytest.approx(2**0.5 * lines[200], rel=0.01)
    assert lines[200] == pytest.approx(lines[300], rel=0.05)
    assert np.array_equal(sound.babbling(tone(100), [], 0), tone(100))


def test_what_is_moved_left_out_or_cut_is_where_it_should_be() -> None:
    steps = np.linspace(0.1, 1.0, 10, dtype=np.float32)
    assert np.allclose(sound.late(steps, 10, 0.3), [0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    assert np.allclose(sound.late(steps, 10, -0.8), [0.9, 1.0, 0, 0, 0, 0, 0, 0, 0, 0])
    assert not sound.late(steps, 10, 2.0).any()
    assert sound.without(steps, 10, [(0.1, 0.8)]).nonzero()[0].tolist() == [0, 8, 9]
    assert np.array_equal(sound.backwards(sound.backwards(steps)), steps)
    assert sound.spliced(steps, -steps, 10, 0.4).tolist() == [*steps[:4].tolist(), *(-steps).tolist()]


def test_clipping_holds_as_many_samples_as_it_is_asked_to() -> None:
    cut = sound.clipped(tone(100), 0.3)
    assert np.mean(np.abs(cut) >= np.abs(cut).max() * 0.9999) == pytest.approx(0.3, abs=0.02)


def test_a_telephone_lets_the_middle_through() -> None:
    heard = sound.telephoned(tone(100) + tone(1000) + tone(5000), RATE)
    lines = np.abs(np.fft.rfft(heard))
    assert lines[1000] > 100 * max(lines[100], lines[5000])


@pytest.mark.parametrize("semitones", [-3.0, 4.0])
def test_a_voice_is_transposed_and_as_long_as_before(semitones: float) -> None:
    take = said(ENGLISH, "james")
    before = pitch(take.samples, take.rate)
    changed = sound.transposed(take.samples, take.rate, semitones)
    after = pitch(changed, take.rate)
    assert len(changed) == len(take.samples)
    assert 12 * np.log2(after.median / before.median) == pytest.approx(semitones, abs=0.7)


def test_a_monotonous_voice_stays_on_one_pitch() -> None:
    take = said(ENGLISH, "james")
    before = pitch(take.samples, take.rate)
    after = pitch(sound.monotonous(take.samples, take.rate), take.rate)
    assert after.median == pytest.approx(before.median, rel=0.03)
    assert after.range < 0.3 * before.range


def test_what_has_no_voice_cannot_be_sung() -> None:
    silence = np.zeros(RATE, np.float32)
    assert np.array_equal(sound.monotonous(silence, RATE), silence)
    assert np.array_equal(sound.transposed(silence[:0], RATE, 2), silence[:0])
