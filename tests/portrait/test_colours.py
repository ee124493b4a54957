import cv2
import numpy as np
import pytest

from visavis.portrait.colours import lab, lightness


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
        ((3, 2, 1), (0.59, 0.12, 0.47)),
    ],
)
def test_known_colours(colour: tuple[int, int, int], expected: tuple[float, float, float]) -> None:
    pixel = np.array(colour, np.uint8)
    assert lab(pixel) == pytest.approx(expected, abs=0.05)
    assert lightness(pixel) == pytest.approx(expected[0], abs=0.1)


def test_it_agrees_with_opencv() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    theirs = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    assert np.abs(lab(pixels) - theirs).max() < 0.7
    assert lab(pixels).dtype == lightness(pixels).dtype == np.float32
