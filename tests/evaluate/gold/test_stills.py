"""The best still of a face, out of films with a face and without."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import fetched
from tests.evaluate.gold.material import film, quiet
from visavis.errors import InputError, PortraitError
from visavis.evaluate.gold.stills import best, pictures, write_still
from visavis.media import Pixels
from visavis.portrait import picture
from visavis.portrait.faces import Finder
from visavis.transports.file import writing

RATE, FPS = 16_000, 10


def shown(path: Path, stills: Sequence[Pixels]) -> Path:
    """A film of these pictures, each for a second."""
    height, width = stills[0].shape[:2]
    with writing(path, (width, height), FPS, RATE) as file:
        for still in stills:
            for _ in range(FPS):
                file.sound(np.zeros(RATE // FPS, np.float32))
                file.picture(still)
    return path


@pytest.fixture
def grace(photo: Path) -> Pixels:
    """The demo portrait, in a frame with even sides."""
    return np.asarray(cv2.resize(picture.read(photo), (384, 480), interpolation=cv2.INTER_AREA), np.uint8)


def test_the_best_still_is_the_sharp_one(tmp_path: Path, grace: Pixels, finder: Finder) -> None:
    blurred = np.asarray(cv2.GaussianBlur(grace, (0, 0), 6), np.uint8)
    still = best(shown(tmp_path / "a.mp4", [blurred, blurred, grace]), [(0.9, 2.2)], fetched("face"))
    assert still.quality.verdict in {"good", "usable"}
    assert np.abs(still.pixels.astype(int) - grace).mean() < np.abs(still.pixels.astype(int) - blurred).mean()
    write_still(tmp_path / "portrait.png", still.pixels)
    assert finder.faces(picture.read(tmp_path / "portrait.png"))


def test_where_there_is_no_face_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(PortraitError, match="no face was found"):
        best(film(tmp_path / "a.mp4", quiet(2)), [(0.0, 2.0)], fetched("face"))


def test_a_part_of_a_film_is_watched_ten_times_a_second(tmp_path: Path) -> None:
    greys = [np.full((64, 64, 3), 40 * n, np.uint8) for n in range(5)]
    path = shown(tmp_path / "a.mp4", greys)
    seen = [int(pixels.mean() / 40 + 0.5) for pixels in pictures(path, (1.0, 2.95))]
    assert seen == [1] * 10 + [2] * 10


def test_what_has_no_pictures_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"hello there")
    with pytest.raises(InputError, match=r"cannot read .*leave --portrait out"):
        next(pictures(tmp_path / "a.mp4", (0.0, 1.0)))
