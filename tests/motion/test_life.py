"""A face at rest looks alive, and the same at any frame whoever asks and in whatever order."""

from functools import lru_cache
from math import radians

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.motion.frames import Head
from visavis.motion.life import EYE_RANGE, combine, lid, life

FPS = 25
COLUMN = {name: index for index, name in enumerate(Head._fields)}


@lru_cache(maxsize=8)
def course(seed: int, seconds: int, fps: int = FPS) -> NDArray[np.float64]:
    """The idle movement, [frames, 10]."""
    return np.array([life(frame, fps, seed) for frame in range(seconds * fps)])


def shut_at(heads: NDArray[np.float64], fps: int = FPS) -> NDArray[np.float64]:
    """When the lids meet, in seconds."""
    blink = heads[:, COLUMN["blink"]]
    return (np.flatnonzero((blink[1:] == 1) & (blink[:-1] < 1)) + 1) / fps


def test_any_frame_can_be_asked_for_first() -> None:
    heads = course(3, 20)
    for frame in (400, 7, 399, 0):
        assert tuple(heads[frame]) == life(frame, FPS, 3)
    far = life(10_000_000, FPS, 3)
    assert far == life(10_000_000, FPS, 3) != life(10_000_001, FPS, 3)


def test_a_head_sways_a_few_degrees_and_never_jumps() -> None:
    heads = course(7, 600)
    spread = np.percentile(np.abs(heads[:, :3]), 95, axis=0)
    assert (spread > np.radians([1.5, 0.8, 0.6])).all()
    assert (spread < np.radians([5, 3, 2.5])).all()
    assert np.abs(heads[:, :3]).max() < radians(8)
    steps = np.abs(np.diff(heads, axis=0)).max(axis=0)
    smooth = [COLUMN[name] for name in ("yaw", "pitch", "roll", "x", "y", "breath")]
    assert (steps[smooth] < [0.01, 0.008, 0.005, 0.004, 0.004, 0.06]).all()
    assert np.abs(np.diff(heads[:, :3], 2, axis=0)).max() < radians(0.15)


@pytest.mark.parametrize("channel", ["yaw", "pitch", "roll", "x"])
def test_nothing_comes_round_again(channel: str) -> None:
    series = course(7, 3600, 10)[:, COLUMN[channel]]
    series = series - series.mean()
    power = np.abs(np.fft.rfft(series, 2 * len(series))) ** 2
    likeness = np.fft.irfft(power)[: len(series)] / power.mean()
    likeness /= np.arange(len(series), 0, -1) / len(series)
    assert np.abs(likeness[60 * 10 : 600 * 10] / likeness[0]).max() < 0.4


def test_eyes_blink_like_human_ones() -> None:
    times = shut_at(course(7, 3600, 10), 10)
    gaps = np.diff(times)
    assert 3600 / 4.2 < len(times) < 3600 / 2.6
    single = gaps[gaps > 0.6]
    assert 0.02 < 1 - len(single) / len(gaps) < 0.2
    assert single.min() >= 0.6
    assert gaps.max() < 9
    assert single.std() > 1


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_a_blink_shuts_fast_opens_slowly_and_is_never_missed(fps: int) -> None:
    heads = course(2, 120, fps)
    blink = heads[:, COLUMN["blink"]]
    peaks = np.flatnonzero((blink[1:-1] >= blink[:-2]) & (blink[1:-1] > blink[2:]) & (blink[1:-1] > 0.05)) + 1
    assert len(peaks) > 20
    assert (blink[peaks] > 0.9).all()
    assert len(shut_at(heads, fps)) >= len(peaks) - 1
    falling = [t for t in np.arange(-0.2, 0, 0.001) if 0.02 < lid(t) < 0.98]
    rising = [t for t in np.arange(0, 0.4, 0.001) if 0.02 < lid(t) < 0.98]
    assert 0.05 < len(falling) / 1000 < 0.1 < len(rising) / 1000 < 0.2


def test_breath_comes_a_quarter_as_often_as_seconds() -> None:
    breath = course(7, 600)[:, COLUMN["breath"]]
    assert breath.min() >= 0
    assert 0.7 < breath.max() <= 1
    tops = np.flatnonzero((breath[1:-1] > breath[:-2]) & (breath[1:-1] >= breath[2:]) & (breath[1:-1] > 0.3))
    assert len(tops) / 600 == pytest.approx(0.25, rel=0.1)
    assert np.diff(tops).std() > 2


def test_eyes_rest_on_the_viewer_and_jump_between() -> None:
    heads = course(7, 600)
    # what the head's turn takes from the eyes, the eyes give back
    still = np.abs(heads[:, COLUMN["gaze_x"]] + heads[:, COLUMN["yaw"]] / EYE_RANGE)
    assert np.median(still) < 0.1
    assert 0.25 < still.max() <= 1
    speed = np.abs(np.diff(heads[:, COLUMN["gaze_x"]]))
    assert np.median(speed) < 0.01
    assert 300 < (speed > 0.05).sum() < 1500


def test_seeds_are_different_people() -> None:
    one, other = course(7, 600), course(8, 600)
    assert np.abs(np.corrcoef(one[:, 0], other[:, 0])[0, 1]) < 0.5
    assert set(shut_at(one)) & set(shut_at(other)) != set(shut_at(one))


def test_numbers_stay_in_their_ranges() -> None:
    heads = course(7, 600)
    for name, low in (("blink", 0), ("breath", 0), ("gaze_x", -1), ("gaze_y", -1), ("brows", -1)):
        assert heads[:, COLUMN[name]].min() >= low
        assert heads[:, COLUMN[name]].max() <= 1


def test_speech_adds_to_life_within_limits() -> None:
    idle = Head(yaw=0.1, blink=0.3, brows=0.8, breath=0.9, x=0.01)
    assert combine(idle, Head()) == idle
    both = combine(idle, Head(yaw=3.0, pitch=-3.0, roll=3.0, x=0.01, blink=0.2, brows=0.8, breath=0.5))
    assert (both.yaw, both.pitch, both.roll) == (0.35, -0.25, 0.25)
    assert (both.x, both.blink, both.brows, both.breath) == (0.02, 0.3, 1.0, 1.0)
