import numpy as np
import pytest

from visavis.evaluate.client.loudness import AUDIBLE, STEP, first_heard, last_heard, levels, ranked, voiced

RATE = 16_000


def tone(seconds: float, loud: float = 0.3) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (loud * np.sin(2 * np.pi * 400 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def silence(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.zeros(round(seconds * RATE), np.float32)


def test_there_is_a_level_for_every_step_and_one_for_what_is_left() -> None:
    found = levels(tone(0.0125), RATE)
    assert found.dtype == np.float32
    assert found == pytest.approx([0.3 / np.sqrt(2)] * 3, rel=0.2)


def test_nothing_has_no_levels() -> None:
    assert len(levels(silence(0), RATE)) == 0
    assert first_heard(levels(silence(0), RATE)) is None


def test_sound_is_found_between_silences() -> None:
    sound = levels(np.concatenate([silence(0.1), tone(0.05), silence(0.1)]), RATE)
    assert first_heard(sound) == pytest.approx(0.1)
    assert last_heard(sound) == pytest.approx(0.15)


def test_what_is_too_soft_is_not_heard() -> None:
    assert first_heard(levels(tone(0.1, AUDIBLE / 2), RATE)) is None
    assert last_heard(levels(tone(0.1, AUDIBLE / 2), RATE)) is None


def test_a_recordings_noise_is_no_speech() -> None:
    begin, end = voiced(np.concatenate([tone(0.2, 0.005), tone(0.5), tone(0.3, 0.005)]), RATE)
    assert (begin, end) == (round(0.2 * RATE), round(0.7 * RATE))


def test_the_rank_is_the_nearest() -> None:
    values = [float(value) for value in range(40, 0, -1)]
    assert ranked(values, 95) == 38
    assert ranked(values, 1) == 1
    assert ranked([7.0], 95) == 7
    assert STEP == 0.005
