import numpy as np
import pytest

from bench.live.skew import Series, skews
from visavis.evaluate.client.loudness import STEP

FPS = 25


def loudness(seconds: float) -> Series:
    """Syllables of any length and loudness, with pauses."""
    rng = np.random.default_rng(1)
    course = np.abs(np.convolve(rng.normal(size=round(seconds / STEP)), np.hanning(40) / 20, "same"))
    pauses = np.sin(2 * np.pi * 0.8 * np.arange(len(course)) * STEP) < -0.4
    result: Series = np.where(pauses, 0.0, course)
    return result


def pictures(sound: Series, late: float) -> tuple[Series, Series]:
    """A mouth that opens as far as the sound of its picture is loud, shown so late."""
    span = round(1 / FPS / STEP)
    times = np.arange(0, len(sound) - span, span)
    opened = np.array([min(0.4, sound[at : at + span].max()) for at in times])
    return times * STEP + late, opened


@pytest.mark.parametrize("late", [-0.2, -0.06, -0.013, 0.0, 0.02, 0.05, 0.31])
def test_what_is_late_is_found_to_some_milliseconds(late: float) -> None:
    sound = loudness(30)
    found = [lag for _, lag in skews(pictures(sound, late), (np.arange(len(sound)) * STEP, sound), FPS)]
    assert len(found) >= 5
    assert found == pytest.approx([late] * len(found), abs=0.004)


def test_a_drift_is_seen_in_the_order_of_time() -> None:
    sound = loudness(60)
    times, opened = pictures(sound, 0.0)
    found = [lag for _, lag in skews((times * 1.002, opened), (np.arange(len(sound)) * STEP, sound), FPS)]
    assert found[-1] - found[0] == pytest.approx(0.1, abs=0.02)


def test_a_mouth_that_does_not_move_or_moves_as_it_likes_tells_nothing() -> None:
    sound = loudness(30)
    times, opened = pictures(sound, 0.0)
    heard = (np.arange(len(sound)) * STEP, sound)
    assert not list(skews((times, np.zeros(len(times))), heard, FPS))
    assert not list(skews((times, np.random.default_rng(2).random(len(times))), heard, FPS))
    assert not list(skews((times, opened), (heard[0], np.zeros(len(sound))), FPS))
