from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.face import blank_portrait
from visavis.media import LANGUAGES, AudioChunk, frame_at, frame_count, sample_at

FRAMES = st.integers(0, 200_000)
SAMPLES = st.integers(0, 400_000_000)
RATES = st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000])
PACES = st.integers(1, 120)


@given(FRAMES, RATES, PACES)
@example(1, 16_000, 30)
@example(107_999, 22_050, 25)
def test_a_frame_begins_at_the_nearest_sample(frame: int, rate: int, fps: int) -> None:
    exact = Fraction(frame * rate, fps)
    assert sample_at(frame, rate, fps) == floor(exact + Fraction(1, 2))


@given(SAMPLES, RATES, PACES)
@example(533, 16_000, 30)
def test_a_sample_is_heard_while_its_frame_is_shown(sample: int, rate: int, fps: int) -> None:
    frame = frame_at(sample, rate, fps)
    assert sample_at(frame, rate, fps) <= sample < sample_at(frame + 1, rate, fps)


@given(FRAMES, RATES, PACES)
def test_the_first_sample_of_a_frame_belongs_to_it(frame: int, rate: int, fps: int) -> None:
    assert frame_at(sample_at(frame, rate, fps), rate, fps) == frame


@given(SAMPLES, RATES, PACES)
def test_frames_cover_the_sound_and_none_is_idle(samples: int, rate: int, fps: int) -> None:
    count = frame_count(samples, rate, fps)
    assert sample_at(count, rate, fps) >= samples
    assert count == 0 or sample_at(count - 1, rate, fps) < samples


def test_frames_that_do_not_divide_the_rate_take_turns_and_do_not_drift() -> None:
    spans = [sample_at(n + 1, 16_000, 30) - sample_at(n, 16_000, 30) for n in range(30)]
    assert set(spans) == {533, 534}
    assert sum(spans) == 16_000
    assert sample_at(30 * 3600, 16_000, 30) == 16_000 * 3600


@given(SAMPLES, st.lists(st.integers(1, 30_000), max_size=20))
def test_chunks_count_on_from_each_other(at: int, lengths: list[int]) -> None:
    for length in lengths:
        chunk = AudioChunk(np.zeros(length, np.float32), 22_050, at)
        assert chunk.end == at + length
        assert chunk.duration == pytest.approx(length / 22_050)
        at = chunk.end


def test_no_sound_takes_no_frame() -> None:
    assert frame_count(0, 22_050, 25) == 0
    assert frame_count(1, 22_050, 25) == 1


def test_a_portrait_knows_its_size_and_tells_pictures_apart() -> None:
    one, same, wide = blank_portrait(64, 96), blank_portrait(64, 96), blank_portrait(96, 64)
    assert one.size == (64, 96)
    assert one.digest == same.digest
    assert one.digest != wide.digest
    assert len(one.digest) == 64


def test_the_four_languages_are_named() -> None:
    assert LANGUAGES == ("en", "zh", "es", "fa")
