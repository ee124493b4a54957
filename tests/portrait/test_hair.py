import numpy as np
import pytest

from visavis.media import Pixels
from visavis.portrait.hair import hair_above

FOREHEAD, UP = np.array([200.0, 220.0]), np.array([0.0, -100.0])


def head(hair: int, wall: int = 200, colour: tuple[int, int, int] = (60, 40, 30)) -> Pixels:
    """A wall with a block of hair that rises `hair` pixels above a forehead at (200, 220)."""
    noise = np.random.default_rng(1).integers(-3, 4, (400, 400, 3))
    picture = np.full((400, 400, 3), wall) + noise
    picture[220 - hair : 330, 150:250] = colour
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("hair", [0, 20, 45, 70])
def test_hair_before_a_plain_wall(hair: int) -> None:
    assert hair_above(head(hair), FOREHEAD, UP) == pytest.approx(hair / 100, abs=0.07)


def test_a_hat_with_a_band_is_one_hat() -> None:
    picture = head(60)
    picture[180:186, 150:250] = 200
    assert hair_above(picture, FOREHEAD, UP) == pytest.approx(0.6, abs=0.08)


def test_hair_as_dark_as_the_wall_is_not_seen() -> None:
    assert hair_above(head(60, wall=40, colour=(40, 40, 40)), FOREHEAD, UP) < 0.1


def test_a_tilted_head() -> None:
    picture = np.ascontiguousarray(np.rot90(head(45)))
    # (x, y) goes to (y, 399 - x) when the picture is turned counterclockwise.
    assert hair_above(picture, np.array([220.0, 199.0]), np.array([-100.0, 0.0])) == pytest.approx(
        0.45, abs=0.07
    )


def test_a_picture_that_ends_at_the_forehead() -> None:
    assert hair_above(head(0)[220:], np.array([200.0, 0.0]), UP) <= 0.1
