from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import FPS, SIZE, blinking
from visavis.evaluate.footage import footage, pictures_of
from visavis.evaluate.report import clips
from visavis.evaluate.report.clips import FINENESSES, Stills, clip, fineness, peaks, scaled
from visavis.evaluate.report.score import webp_width
from visavis.transports.file import writing


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return blinking(tmp_path_factory.mktemp("clips") / "blinking.mp4", 3.0)


def test_a_player_shows_and_sounds_what_the_video_does(video: Path, tmp_path: Path) -> None:
    made = clip(video, 2.0, 5.0, FINENESSES[0])
    assert (made.seconds, made.held, made.size, made.trouble) == (3.0, 2.0, SIZE, "")
    (tmp_path / "small.mp4").write_bytes(made.player)
    again = footage(tmp_path / "small.mp4")
    assert len(again.shown) == 2 * FPS
    lit = [
        number for number, picture in enumerate(pictures_of(tmp_path / "small.mp4")) if picture.mean() > 128
    ]
    assert lit == [*range(5), *range(25, 30)]
    loud = np.abs(again.samples).reshape(-1, again.rate // 25).max(1) > 0.25
    assert set(np.flatnonzero(loud)) <= {*range(-1, 7), *range(24, 32)}
    assert loud[1:4].all()
    assert loud[26:29].all()


def test_the_same_video_gives_the_same_bytes(video: Path) -> None:
    assert clip(video, 2.0, 5.0, FINENESSES[2]) == clip(video, 2.0, 5.0, FINENESSES[2])


def test_stills_fill_rows(video: Path) -> None:
    stills = Stills((64, 64), 1.0, 2.5)
    assert sum(1 for _ in stills.watched(pictures_of(video, (0.0, 2.5)), FPS)) == 63
    strips = stills.strips()
    assert [webp_width(strip) for strip in strips] == [990, 990, 528]
    assert all(strip[:4] == b"RIFF" for strip in strips)


def test_the_peaks_of_a_sound() -> None:
    sound = np.zeros(1000, np.float32)
    sound[250], sound[251], sound[999] = 0.5, -0.25, 7.0
    found = peaks(sound, 1000, 1.0)
    assert len(found) == 100
    assert (found[25], found[99], found[0]) == ((-0.25, 0.5), (0.0, 1.0), (0.0, 0.0))
    assert len(peaks(sound[:95], 1000, 1.0)) == 10


def test_finenesses_are_chosen_by_room() -> None:
    assert fineness(60.0, 60 * FINENESSES[0].usual) == 0
    assert fineness(60.0, 60 * FINENESSES[0].usual - 1) == 1
    assert fineness(1e6, 1.0) == len(FINENESSES) - 1
    assert [one.usual for one in FINENESSES] == sorted((one.usual for one in FINENESSES), reverse=True)


def test_a_coarser_player_is_smaller(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    with writing(tmp_path / "noise.mp4", (256, 256), 10, 16000) as file:
        for _ in range(10):
            file.picture(noise.integers(0, 255, (256, 256, 3), np.uint8))
            file.sound(noise.normal(0, 0.1, 1600).astype(np.float32))
    sizes = [len(clip(tmp_path / "noise.mp4", 9.0, 5.0, one).player) for one in FINENESSES]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("size", "small"), [((512, 512), (256, 256)), ((1080, 1920), (144, 256)), ((64, 48), (64, 48))]
)
def test_sizes_are_even_and_never_grow(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert scaled(size, 256) == small


def test_a_silent_video_in_another_container(tmp_path: Path) -> None:
    with writing(tmp_path / "a.mkv", (64, 64), 10, 44100) as file:
        for _ in range(5):
            file.picture(np.zeros((64, 64, 3), np.uint8))
    made = clip(tmp_path / "a.mkv", 9.0, 5.0, FINENESSES[0])
    assert made.held == 0.5
    assert made.player
    assert not made.trouble


@pytest.mark.parametrize("content", [None, b"", b"no video at all"])
def test_a_video_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    video = tmp_path / "a.mp4"
    if content is not None:
        video.write_bytes(content)
    assert "cannot read a.mp4: " in clip(video, 9.0, 5.0, FINENESSES[0]).trouble
    assert clips.length(video) == 0.0
