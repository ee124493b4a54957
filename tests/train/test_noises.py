"""Sounds that are no speech."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

pytest.importorskip("scipy")

from train.hearing import noises
from train.hearing.labelled import RATE
from train.hearing.levels import rms
from visavis.media import Samples

Sound = Callable[[int, Generator], Samples]
SOUNDS: list[Sound] = [noises.noise, noises.music, noises.clicks, noises.breaths]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sound", SOUNDS)
def test_a_sound_has_the_length_that_is_asked_for(sound: Sound, seed: int) -> None:
    made = sound(3 * RATE, default_rng(seed))
    assert made.shape == (3 * RATE,)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert made.any()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sound", [noises.noise, noises.music, noises.breaths])
def test_steady_sounds_are_equally_loud(sound: Sound, seed: int) -> None:
    assert rms(sound(3 * RATE, default_rng(seed))) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_sound_is_told_by_its_chance(sound: Sound) -> None:
    first = sound(RATE, default_rng(1))
    assert np.array_equal(first, sound(RATE, default_rng(1)))
    assert not np.array_equal(first, sound(RATE, default_rng(2)))


@pytest.mark.parametrize("seed", range(8))
def test_a_single_click_is_at_the_beginning_and_brief(seed: int) -> None:
    click = noises.clicks(RATE, default_rng(seed), 1)
    assert np.abs(click).max() == pytest.approx(1)
    assert not click[round(0.08 * RATE) :].any()


def test_music_has_a_beat_and_tones_and_is_no_noise() -> None:
    """In most of the music the power of a moment lies at few frequencies."""
    narrow = 0
    for seed in range(10):
        tune = noises.music(2 * RATE, default_rng(seed))
        power = np.sort(np.abs(np.fft.rfft(tune[RATE : RATE + 4096] * np.hanning(4096))) ** 2)
        narrow += bool(power[-100:].sum() > 0.9 * power.sum())
    assert narrow > 5
