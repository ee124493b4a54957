import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.media import Pixels
from visavis.portrait.crops import Points, Square, inverse, moved, onto, sample, scale_of

SQUARES = st.builds(
    Square,
    st.floats(-100, 2000),
    st.floats(-100, 2000),
    st.floats(10, 1500),
    st.floats(-3.1, 3.1),
)


@given(SQUARES, st.integers(16, 512))
def test_there_and_back(square: Square, side: int) -> None:
    points = np.array([(0.0, 0.0, 3.0), (640.0, 12.5, -7.0)])
    matrix = onto(square, side)
    assert np.allclose(moved(moved(points, matrix), inverse(matrix)), points, atol=1e-6)


@given(SQUARES, st.integers(16, 512))
def test_a_square_fills_its_crop(square: Square, side: int) -> None:
    right, down = (
        np.array([np.cos(square.angle), np.sin(square.angle)]),
        np.array([-np.sin(square.angle), np.cos(square.angle)]),
    )
    corner = np.array([square.x, square.y]) - (right + down) * square.size / 2
    assert np.allclose(moved(corner, onto(square, side)), (-0.5, -0.5), atol=1e-6)


def test_depth_is_scaled_as_the_rest() -> None:
    matrix = onto(Square(50, 50, 100, 0.7), 200)
    assert scale_of(matrix) == pytest.approx(2)
    assert np.allclose(moved(np.array([50.0, 50.0, -4.0]), matrix), (99.5, 99.5, -8.0))


def spot(x: float, y: float, size: int = 400) -> Pixels:
    """A soft white spot on black."""
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    light = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 9.0**2))
    return np.repeat(light[..., None], 3, axis=2).astype(np.uint8)


def centre(picture: Pixels) -> Points:
    light = picture[..., 0].astype(float)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    return np.asarray([(columns * light).sum(), (rows * light).sum()]) / float(light.sum())


@pytest.mark.parametrize("angle", [0.0, 0.4, -1.2])
@pytest.mark.parametrize("size", [90, 200, 390])
@pytest.mark.parametrize("fine", [True, False])
def test_what_is_sampled_lies_where_the_map_says(size: int, angle: float, fine: bool) -> None:
    matrix = onto(Square(195, 155, size, angle), 128)
    seen = centre(sample(spot(203.4, 148.7), matrix, 128, 128, fine=fine))
    assert seen == pytest.approx(moved(np.array([203.4, 148.7]), matrix), abs=0.3)


def test_fine_stripes_turn_grey_when_they_shrink() -> None:
    stripes = np.zeros((600, 600, 3), np.uint8)
    stripes[::2] = 255
    small = sample(stripes, onto(Square(299.5, 299.5, 600), 100), 100, 100)[5:-5, 5:-5]
    assert np.ptp(small) <= 2
    assert abs(float(small.mean()) - 127.5) < 2


def test_beyond_the_picture_it_is_black_or_what_is_asked() -> None:
    white = np.full((50, 50, 3), 255, np.uint8)
    matrix = onto(Square(25, 25, 200), 100)
    assert sample(white, matrix, 100, 100)[0, 0].tolist() == [0, 0, 0]
    assert sample(white, matrix, 100, 100, border=cv2.BORDER_REPLICATE).min() == 255


def test_a_picture_of_one_pixel() -> None:
    dot = np.full((1, 1, 3), 9, np.uint8)
    assert sample(dot, onto(Square(0, 0, 1), 128), 128, 128, border=cv2.BORDER_REPLICATE).mean() == 9
