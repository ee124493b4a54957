from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.evaluate.material import TAKE
from visavis.evaluate.footage import footage
from visavis.evaluate.seeing import look
from visavis.evaluate.takes import Take
from visavis.media import Portrait
from visavis.transports.file import writing

RATE, FPS = 16_000, 25


def filmed(path: Path, portrait: Portrait) -> Take:
    """Five pictures of somebody, then five of nobody, then five that are moved to the right by ten pixels."""
    nobody = np.full_like(portrait.pixels, 128)
    aside = np.roll(portrait.pixels, 10, axis=1)
    with writing(path, portrait.size, FPS, RATE) as file:
        for pixels in [portrait.pixels] * 5 + [nobody] * 5 + [aside] * 5:
            file.sound(np.zeros(RATE // FPS, np.float32))
            file.picture(pixels)
        file.finish()
    made = footage(path)
    return replace(TAKE, video=path, samples=made.samples, shown=made.shown, size=made.size)


def test_a_face_is_seen_where_it_is_and_lost_where_it_is_not(tmp_path: Path, portrait: Portrait) -> None:
    seen = look(filmed(tmp_path / "a.mp4", portrait))
    assert seen.numbers.tolist() == list(range(15))
    assert np.allclose(seen.times, np.arange(15) / FPS)
    assert seen.found.tolist() == [True] * 5 + [False] * 5 + [True] * 5
    first, last = seen.landmarks[2, :, :2], seen.landmarks[12, :, :2]
    assert np.abs(first - portrait.landmarks[:, :2]).mean() < 2
    assert np.abs(last - first - [10, 0]).mean() < 1
    assert np.abs(seen.pose[0] - [portrait.yaw, portrait.pitch, portrait.roll]).max() < 0.05
    assert np.isnan(seen.irises[7]).all()
