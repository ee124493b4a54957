from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visavis.intake.stills import bounded, jpeg, scaled

from .files import scene


def test_a_jpeg_holds_its_pixels_and_nothing_else() -> None:
    pixels = scene(300, 200)
    content = jpeg(pixels)
    image = Image.open(BytesIO(content))
    assert (image.format, image.size) == ("JPEG", (300, 200))
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not image.getexif()
    assert [component[1:3] for component in image.layer] == [(1, 1)] * 3, "chroma as fine as light"  # type: ignore[attr-defined]
    assert np.abs(np.asarray(image).astype(int) - pixels).mean() < 2
    assert jpeg(pixels) == content


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_sizes(width: int, height: int) -> None:
    made = bounded(width, height, 1280)
    assert min(made) >= 1
    assert max(made) == min(max(width, height), 1280)


def test_scaling_keeps_what_has_the_size_already() -> None:
    pixels = scene(40, 20)
    assert scaled(pixels, (40, 20)) is pixels
    assert scaled(pixels, (20, 10)).shape == (10, 20, 3)
