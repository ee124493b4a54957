import math
from io import BytesIO

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.intake.films import Clip, even, steady, steady_rate
from visavis.intake.kinds import kind_of
from visavis.intake.limits import VIDEO_SECONDS

from .files import scene


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_sides_are_even(width: int, height: int) -> None:
    for side, made in zip((width, height), even(width, height), strict=True):
        assert made % 2 == 0
        assert made in (side, side - 1, 2)


@pytest.mark.parametrize(
    ("rate", "made"),
    [
        (0.5, 1),
        (10, 10),
        (23.976, 24),
        (25, 25),
        (29.97, 30),
        (31.2, 30),
        (48, 24),
        (50, 25),
        (59.94, 30),
        (60, 30),
    ],
)
def test_rates(rate: float, made: int) -> None:
    assert steady_rate(rate) == made


@given(st.floats(0.5, 61))
def test_a_rate_is_whole_and_at_most_30(rate: float) -> None:
    assert 1 <= steady_rate(rate) <= 30


def test_a_steady_rate_shows_each_frame_as_it_was() -> None:
    assert list(steady(((n / 25, n) for n in range(50)), 25, 1 / 25)) == list(range(50))
    jittered = ((n / 25 + 0.015 * (-1) ** n, n) for n in range(50))
    assert list(steady(((max(at, 0), n) for at, n in jittered), 25, 1 / 25)) == list(range(50))


def test_half_the_rate_shows_every_second_frame() -> None:
    shown = list(steady(((n / 50, n) for n in range(100)), 25, 1 / 50))
    assert len(shown) == 50
    assert set(np.diff(shown)) == {2}


def test_a_frame_is_shown_until_the_next_one_comes() -> None:
    assert list(steady([(0.0, "a"), (0.5, "b"), (0.6, "c")], 10, 0.3)) == list("aaaaabccc")
    assert list(steady([(0.0, "a")], 10)) == ["a"]
    assert list(steady([], 10)) == []


@given(st.lists(st.floats(0, 5), min_size=1, max_size=30), st.integers(1, 30))
def test_a_steady_clip_is_as_long_as_its_frames_say(times: list[float], rate: int) -> None:
    times = [at - min(times) for at in sorted(times)]
    shown = list(steady(((at, at) for at in times), rate, 1.0))
    assert shown == sorted(shown)
    assert math.isclose(len(shown) / rate, times[-1] + 1, abs_tol=1.01 / rate)


def test_a_steady_clip_lasts_no_longer_than_a_video_may() -> None:
    assert len(list(steady([(0.0, "a"), (1.0, "b")], 2, 600.0))) == 2 * VIDEO_SECONDS
    assert len(list(steady([(0.0, "a"), (600.0, "b")], 2))) == 2 * VIDEO_SECONDS


def made(frames: int = 20, size: tuple[int, int] = (320, 240)) -> bytes:
    clip = Clip(size, 25)
    for at in range(frames):
        clip.add(scene(*size, at))
    return clip.finish()


def test_a_clip_is_one_silent_stream_of_h264_and_nothing_else() -> None:
    content = made()
    assert kind_of(content) == "mp4"
    with av.open(BytesIO(content), "r") as container:
        (stream,) = container.streams.video
        assert len(container.streams) == 1
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == 25
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
        frames = list(container.decode(stream))
    assert len(frames) == 20
    assert [round(25 * (frame.time or 0), 6) for frame in frames] == list(range(20))
    shown = frames[7].to_ndarray(format="rgb24", src_colorspace="ITU709")
    assert np.abs(shown.astype(int) - scene(320, 240, 7)).mean() < 12
    assert made() == content
