import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.portrait.closeup import CloseUp
from visavis.portrait.detail import blur, grain


def board(sigma: float, contrast: float = 60.0, noise: float = 0.0, eyes: float = 128.0) -> CloseUp:
    """A chessboard with fields of 32 pixels, blurred; L* from 20 on; a third of it is smooth wall."""
    rows, columns = np.mgrid[:256, :256] // 32
    light = 20 + contrast * ((rows + columns) % 2).astype(np.float32)
    light = cv2.GaussianBlur(light, (0, 0), sigma) if sigma else light
    light = np.vstack([light, np.full((128, 256), 50, np.float32)])
    light = light + np.random.default_rng(3).normal(0, noise / 2.55, light.shape)
    everywhere = np.ones(light.shape, np.bool_)
    points, irises = np.zeros((468, 2)), np.zeros((2, 5, 2))
    return CloseUp(light.astype(np.float32), ~everywhere, everywhere, points, irises, eyes)


@settings(deadline=None, max_examples=25)
@given(st.floats(2.0, 6.0), st.floats(10, 70))
def test_the_blur_of_edges_is_measured_whatever_their_contrast(sigma: float, contrast: float) -> None:
    assert blur(board(sigma, contrast)) == pytest.approx(np.sqrt(sigma**2 - 1.2**2), rel=0.2, abs=0.25)


@pytest.mark.parametrize("noise", [3.0, 10.0])
def test_noise_hides_no_blur(noise: float) -> None:
    assert blur(board(3.0, noise=noise)) == pytest.approx(blur(board(3.0)), rel=0.2)


def test_a_blur_counts_against_the_distance_between_the_eyes() -> None:
    assert blur(board(3.0, eyes=64)) == pytest.approx(2 * blur(board(3.0)))


def test_pixels_are_no_blur_and_a_blank_wall_has_no_edges() -> None:
    assert blur(board(0.0)) == 0
    assert blur(board(1.0)) < 0.5
    wall = board(0.0)._replace(light=np.full((384, 256), 50, np.float32))
    assert blur(wall) > 11.9
    nothing = wall._replace(within=np.zeros((384, 256), np.bool_))
    assert blur(nothing) > 11.9
    assert grain(nothing) == 0


@pytest.mark.parametrize("noise", [0.0, 5.0, 20.0])
def test_grain_is_the_noise_and_not_the_edges(noise: float) -> None:
    assert grain(board(1.0, noise=noise)) == pytest.approx(noise, rel=0.1, abs=0.5)
