"""Loudness and filters."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from train.hearing.labelled import RATE
from train.hearing.levels import filtered, gain, loudness, rms
from visavis.media import Samples

HERTZ = np.array([0, 500, 1000, 2000, 8000.0])


def tone(hertz: float) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)


def test_twenty_decibels_are_ten_times_as_much() -> None:
    assert [gain(-20), gain(0), gain(20)] == pytest.approx([0.1, 1, 10])


def test_the_level_of_a_sine() -> None:
    assert rms(tone(440)) == pytest.approx(0.5**0.5, rel=1e-3)
    assert rms(np.zeros(100)) > 0


def test_pauses_do_not_make_speech_softer() -> None:
    pause = np.zeros(3 * RATE, np.float32)
    assert loudness(np.concatenate([tone(440), pause])) == loudness(tone(440))
    assert loudness(pause) == 1


@pytest.mark.parametrize("decibels", [-12.0, 0.0, 9.0])
def test_a_tone_gets_the_gain_of_its_frequency(decibels: float) -> None:
    gains = np.array([-20, -20, decibels, -20, -20])
    heard = filtered(tone(1000), HERTZ, gains)
    assert heard.shape == (RATE,)
    assert heard.dtype == np.float32
    middle = slice(RATE // 4, -RATE // 4)
    assert 20 * np.log10(rms(heard[middle]) / rms(tone(1000)[middle])) == pytest.approx(decibels, abs=1.5)
    assert rms(filtered(tone(4000), HERTZ, gains)[middle]) < 0.15


def test_a_filter_does_not_delay() -> None:
    click = np.zeros(RATE, np.float32)
    click[RATE // 2] = 1
    heard = filtered(click, HERTZ, np.array([-10, 5, 0, 3, -20.0]))
    assert abs(int(np.abs(heard).argmax()) - RATE // 2) <= 1
