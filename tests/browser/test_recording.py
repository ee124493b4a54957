"""Recording the conversation: shown while it runs, and an MP4 that plays at the end."""

import re
from pathlib import Path

import av
import numpy as np
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_conversation_is_recorded_and_fetched(visit: Visit, tmp_path: Path) -> None:
    ada = visit()
    ada.begin()
    ada.listens()
    ada.button("Record").click()
    ada.button("Stop recording").wait_for()
    ada.types("What is your name?")
    ada.hears()
    ada.shot("recording")
    ada.answered(2)
    ada.button("Stop recording").click()
    ada.sees("Your recording is ready.", 60)
    ada.shot("recorded")
    with ada.page.expect_download() as download:
        ada.button("Save").click()
    assert re.fullmatch(r"visavis-\d{4}-\d\d-\d\d-\d{4}\.mp4", download.value.suggested_filename)
    ada.misses("Your recording is ready.")
    download.value.save_as(tmp_path / "kept.mp4")

    with av.open(str(tmp_path / "kept.mp4")) as film:
        (picture,), (sound,) = film.streams.video, film.streams.audio
        assert (picture.width, picture.height) == (512, 512)
        assert picture.frames > 25
        heard = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in film.decode(sound)])
        assert np.abs(heard).max() > 0.05
        assert abs(len(heard) / sound.rate - picture.frames / 25) < 0.5
