import numpy as np
import pytest

from visavis.credentials import noticed
from visavis.media import LANGUAGES, Language, Pixels


def even(level: int, width: int = 512, height: int = 512) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def around(change: Pixels) -> tuple[int, int, int, int]:
    """The first and last row, and the first and last column, that differ from zero."""
    rows, columns = np.nonzero(change.any(-1))
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(256, 256), (512, 512), (360, 640), (1024, 576)])
def test_it_stands_small_in_a_lower_corner(language: Language, size: tuple[int, int]) -> None:
    width, height = size
    top, bottom, left, right = around(noticed(even(200, *size), language) ^ even(200, *size))
    assert height * 0.88 < top < bottom < height
    assert right - left < 0.5 * width
    if language == "fa":
        assert width * 0.95 < right < width
    else:
        assert 0 < left < width * 0.05


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_it_can_be_read_on_any_picture(language: Language, level: int) -> None:
    """The writing against the plate around it: 4.5 to 1 at least, as WCAG 2.2 wants it (1.4.3)."""
    picture = noticed(even(level), language)
    top, bottom, left, right = around(noticed(even(200), language) ^ even(200))
    seen = picture[top : bottom + 1, left : right + 1, 0]
    bright, dark = (luminance(float(np.percentile(seen, share))) for share in (99, 30))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def luminance(level: float) -> float:
    """Of a grey level 0..255 in sRGB (IEC 61966-2-1)."""
    value = level / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def test_each_language_says_something_else() -> None:
    pictures = {noticed(even(90), language).tobytes() for language in LANGUAGES}
    assert len(pictures) == len(LANGUAGES)


def test_the_picture_itself_is_left_alone() -> None:
    picture = even(90)
    marked = noticed(picture, "zh")
    assert (picture == 90).all()
    assert marked.dtype == np.uint8
    assert np.array_equal(marked, noticed(picture, "zh"))


def test_the_letters_of_chinese_are_at_least_a_twentieth_of_the_picture_high() -> None:
    picture = noticed(even(0), "zh")[..., 0]
    rows = np.flatnonzero((picture > 150).any(1))
    assert 0.05 * 512 <= rows[-1] - rows[0] + 1 <= 0.06 * 512


def test_a_picture_too_small_to_say_anything() -> None:
    with pytest.raises(ValueError, match="too small for a notice"):
        noticed(even(0, 64, 64), "en")
