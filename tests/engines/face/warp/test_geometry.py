import numpy as np
import pytest

from visavis.engines.face.warp.geometry import Axes, axes_of, smoothstep, spline_matrix
from visavis.media import Portrait


def test_a_spline_goes_through_its_points() -> None:
    points = np.array([[0, 0], [1, 2], [2, 1], [3, 5]], np.float32)
    curve = spline_matrix(4, 10) @ points
    np.testing.assert_allclose(curve[::3], points, atol=1e-5)


def test_a_spline_of_a_line_is_that_line() -> None:
    line = np.linspace(0, 10, 6, dtype=np.float32)[:, None]
    curve = spline_matrix(6, 31) @ line
    np.testing.assert_allclose(curve[4:-4, 0], np.linspace(0, 10, 31)[4:-4], atol=1e-4)


def test_smoothstep_is_flat_outside() -> None:
    np.testing.assert_allclose(smoothstep(np.array([-1, 0, 0.5, 1, 2], np.float32)), [0, 0, 0.5, 1, 1])


def test_to_head_and_back() -> None:
    angle = 0.4
    basis = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32
    )
    axes = Axes(np.array([10, 20, 5], np.float32), basis, 60.0)
    points = np.random.default_rng(0).normal(0, 30, (7, 3)).astype(np.float32)
    np.testing.assert_allclose(axes.to_picture(axes.to_head(points)), points[:, :2], atol=1e-3)


def test_axes_of_a_real_face(portrait: Portrait) -> None:
    axes = axes_of(portrait)
    np.testing.assert_allclose(axes.basis @ axes.basis.T, np.eye(3), atol=1e-5)
    assert axes.basis[0, 0] > 0.9
    assert axes.basis[1, 1] > 0.95
    assert axes.unit == pytest.approx(np.linalg.norm(portrait.irises[0, 0] - portrait.irises[1, 0]), rel=0.1)
