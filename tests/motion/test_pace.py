"""Which frames are due."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.media import AudioChunk, frame_count
from visavis.motion.pace import Pace


def chunk(at: int, length: int, rate: int = 16000) -> AudioChunk:
    return AudioChunk(np.zeros(length, np.float32), rate, at)


@given(st.lists(st.integers(0, 9000), max_size=12), st.sampled_from([25, 30]), st.sampled_from([8000, 22050]))
def test_every_frame_is_given_once_and_in_order(lengths: list[int], fps: int, rate: int) -> None:
    pace = Pace(fps, 250)
    given_out: list[int] = []
    for length in lengths:
        given_out.extend(pace.due(chunk(pace.samples, length, rate)))
        assert all(i / fps + 0.25 <= pace.samples / rate + 1e-9 for i in given_out)
        assert (len(given_out) + 1e-6) / fps + 0.25 > pace.samples / rate - 1e-4
    given_out.extend(pace.rest())
    assert given_out == list(range(frame_count(sum(lengths), rate, fps)))


def test_a_gap_or_another_rate_is_refused() -> None:
    pace = Pace(25, 250)
    pace.due(chunk(0, 100))
    with pytest.raises(ValueError, match="sample 101, 16000 Hz, cannot follow 100 samples"):
        pace.due(chunk(101, 100))
    with pytest.raises(ValueError, match="8000 Hz, cannot follow"):
        pace.due(chunk(100, 100, 8000))


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 10 frames a second, not 5"):
        Pace(5, 250)


def test_no_speech_takes_no_frame() -> None:
    assert list(Pace(25, 250).rest()) == []
