import numpy as np

from visavis.conversation.fading import STEPS, Crossfade
from visavis.media import Pixels


def flat(level: int, size: int = 8) -> Pixels:
    return np.full((size, size, 3), level, np.uint8)


def levels(fade: Crossfade, level: int, count: int) -> list[int]:
    return [int(fade.into(flat(level))[0, 0, 0]) for _ in range(count)]


def test_the_first_picture_comes_as_it_is() -> None:
    fade = Crossfade()
    fade.turn()
    assert levels(fade, 100, 2) == [100, 100]


def test_one_source_goes_over_into_the_next_in_steps() -> None:
    fade = Crossfade()
    levels(fade, 0, 1)
    fade.turn()
    assert levels(fade, 200, STEPS + 2) == [50, 100, 150, 200, 200]


def test_pictures_of_one_source_are_not_touched() -> None:
    fade, picture = Crossfade(), flat(7)
    levels(fade, 0, 3)
    assert fade.into(picture) is picture
    assert fade.shown is picture


def test_turning_in_the_middle_goes_on_from_what_is_shown() -> None:
    fade = Crossfade()
    levels(fade, 0, 1)
    fade.turn()
    assert levels(fade, 200, 2) == [50, 100]
    fade.turn()
    assert levels(fade, 0, STEPS + 1) == [75, 50, 25, 0]


def test_another_size_is_shown_at_once() -> None:
    fade = Crossfade()
    levels(fade, 0, 1)
    fade.turn()
    picture = flat(200, 16)
    assert fade.into(picture) is picture
    assert levels(fade, 100, 1) == [100]
