from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visavis.errors import UploadError
from visavis.intake.animation import Animation, frames, walked

from .files import gif, scene


def animated(count: int, delays: int | list[int] = 80, **options: object) -> bytes:
    """A GIF as Pillow writes it; delays in milliseconds."""
    images = [Image.fromarray(scene(64, 48, at)) for at in range(count)]
    out = BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=delays, loop=0, **options)
    return out.getvalue()


WHOLE = animated(4)


def test_what_a_gif_holds() -> None:
    held = walked(animated(5, [40, 80, 120, 0, 1000], optimize=False, comment=b"a comment"))
    assert (held.width, held.height) == (64, 48)
    assert held.delays == pytest.approx((0.04, 0.08, 0.12, 0.1, 1.0)), "0 is shown as 0.1 s by browsers"
    assert held.seconds == pytest.approx(1.34)


def test_the_frames_are_those_of_pillow() -> None:
    content = animated(6)
    shown = list(frames(content, walked(content)))
    assert [at for at, _ in shown] == pytest.approx([0.08 * n for n in range(6)])
    for number, (_, pixels) in enumerate(shown):
        assert np.abs(pixels.astype(int) - scene(64, 48, number)).mean() < 12


def test_what_is_transparent_becomes_light_grey() -> None:
    images = [Image.new("RGBA", (32, 32), (255, 0, 0, 255)), Image.new("RGBA", (32, 32), (0, 0, 255, 255))]
    for at, image in enumerate(images):
        image.paste((0, 0, 0, 0), (at * 16, 0, at * 16 + 16, 32))
    out = BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=100, disposal=2)
    content = out.getvalue()
    first, second = (pixels for _, pixels in frames(content, walked(content)))
    assert first[5, 5].tolist() == second[5, 20].tolist() == [217, 217, 217]
    assert first[5, 20].tolist() == [255, 0, 0]
    assert second[5, 5].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("content", "code", "most"),
    [
        (gif(4000, 4000, 2000), "pixels", 7),
        (gif(320, 240, 301), "frames", 301),
        (gif(65535, 65535, 1), "pixels", 1),
        (gif(320, 240, 3, delay=65535), "seconds", 1),
    ],
    ids=["2000 frames of 4000 x 4000", "301 frames", "one of 65535 x 65535", "three of eleven minutes"],
)
def test_bombs_are_refused_where_they_become_so(content: bytes, code: str, most: int) -> None:
    with pytest.raises(UploadError) as raised:
        walked(content)
    assert raised.value.code == code
    one = gif(1, 1, 1)
    head, each = 19, len(gif(1, 1, 2)) - len(one)
    with pytest.raises(UploadError):
        walked(content[: head + each * most])
    walked(content[: head + each * (most - 1)])


def test_a_bomb_of_26_mb_is_refused_by_its_beginning() -> None:
    pixels = (b"\xff" + bytes(255)) * 51
    content = gif(4000, 4000, 2000, block=b"\x02" + pixels + b"\0")
    assert len(content) > 26_000_000
    for part in (content, content[:100_000]):
        with pytest.raises(UploadError, match="at most 100 megapixels"):
            walked(part)


def test_an_image_that_reaches_beyond_the_screen_counts_as_large_as_it_makes_it() -> None:
    inner = bytearray(gif(10, 10, 6))
    at = inner.index(b"\x2c")
    inner[at + 5 : at + 9] = b"\xa0\x0f\xa0\x0f"
    held = walked(bytes(inner))
    assert (held.width, held.height) == (4000, 4000)


def test_a_decoder_that_gives_more_than_the_walk_has_seen() -> None:
    with pytest.raises(UploadError, match="lasts 122 s"):
        list(frames(WHOLE, Animation(64, 48, (61.0,) * 4)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_ends_the_walk_and_never_breaks_it(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        held = walked(kept)
    except UploadError:
        return
    assert len(held.delays) <= 300
