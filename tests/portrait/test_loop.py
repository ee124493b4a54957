import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.portrait.loop import LONGEST, SEAMLESS, SHORTEST, Stretch, idle

from .puppet import LOWER_LIP, template

RATE = 15
EYES = 100.0

Row = NDArray[np.float64]


def filmed(aside: Row, gap: Row, every: int = 1) -> Stretch:
    """A puppet whose head is so far to the side, and whose lips are so far apart, in eye distances."""
    landmarks = np.repeat(template()[None] * EYES, len(aside), axis=0)
    landmarks[..., 0] += aside[:, None] * EYES
    landmarks[:, list(LOWER_LIP), 1] += gap[:, None] * EYES
    thumbs = np.zeros((len(aside), 36, 64), np.float32)
    return Stretch(np.arange(len(aside)) * every, landmarks.astype(np.float32), thumbs)


def silence(seconds: float) -> Row:
    return np.zeros(round(seconds * RATE))


def speech(seconds: float) -> Row:
    return np.asarray(0.08 + 0.08 * np.sin(np.arange(round(seconds * RATE)) * 1.7))


def test_silence_is_found_between_speech() -> None:
    gap = np.concatenate([speech(3), silence(4), speech(3)])
    loop, sentence = idle(filmed(np.zeros(len(gap)), gap), RATE)
    assert 3 * RATE <= loop.first < loop.last < 7 * RATE
    assert (loop.last + 1 - loop.first) / RATE > 3
    assert sentence == ""
    assert loop.seam == 0


def test_of_two_silences_the_stiller_one() -> None:
    gap = np.concatenate([silence(4), speech(2), silence(4)])
    aside = np.where(np.arange(len(gap)) < 5 * RATE, 0.2 * np.sin(np.arange(len(gap)) / 5), 0)
    assert idle(filmed(aside, gap), RATE).loop.first >= 6 * RATE


@pytest.mark.parametrize("period", [38, 50, 66])
def test_a_swaying_head_is_cut_by_whole_periods(period: int) -> None:
    aside = 0.1 * np.sin(np.arange(150) * 2 * np.pi / period)
    loop = idle(filmed(aside, np.zeros(150)), RATE).loop
    assert not loop.there_and_back
    assert (loop.last + 1 - loop.first) % period in (0, 1, period - 1)


def test_a_head_that_never_comes_back_is_sent_back() -> None:
    loop = idle(filmed(np.linspace(0, 3, 120), np.zeros(120)), RATE).loop
    assert loop.there_and_back
    assert SHORTEST <= (loop.last - loop.first) / RATE <= LONGEST


def test_a_background_that_changes_is_a_seam() -> None:
    stretch = filmed(np.zeros(90), np.zeros(90))
    walls = np.linspace(-60, 60, 90, dtype=np.float32)[:, None, None] * np.ones((36, 64), np.float32)
    assert not idle(stretch, RATE).loop.there_and_back
    assert idle(stretch._replace(thumbs=walls), RATE).loop.there_and_back


def test_a_loop_bridges_no_gap() -> None:
    """Between looks 30 and 31 the face was away."""
    stretch = filmed(np.zeros(75), np.zeros(75))
    numbers = stretch.numbers + np.where(np.arange(75) > 30, 40, 0)
    loop = idle(stretch._replace(numbers=numbers), RATE).loop
    assert loop.last <= 30 or loop.first > 70


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(-0.05, 0.05), min_size=1, max_size=120),
    st.integers(0, 2**32 - 1),
    st.sampled_from((1, 2, 4)),
    st.floats(0.5, 60),
)
def test_whatever_somebody_does_there_is_a_loop_within_the_film(
    steps: list[float], seed: int, every: int, fps: float
) -> None:
    gap = np.abs(np.random.default_rng(seed).normal(0, 0.03, len(steps)))
    stretch = filmed(np.cumsum(steps), gap, every)
    loop, sentence = idle(stretch, fps)
    assert 0 <= loop.first <= loop.last <= stretch.numbers[-1]
    assert 0 <= loop.seam <= SEAMLESS
    if not loop.there_and_back:
        assert SHORTEST <= (loop.last + 1 - loop.first) / fps <= LONGEST + 1e-9
        assert not sentence
