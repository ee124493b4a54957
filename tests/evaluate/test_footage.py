from pathlib import Path

import av
import numpy as np
import pytest

from tests.evaluate.material import FPS, RATE, SIZE, blinking
from visavis.errors import InputError, OutputError
from visavis.evaluate.footage import cut, footage, pictures_of, rhythm
from visavis.transports.file import writing


def lit(path: Path, span: tuple[float, float] | None = None) -> list[bool]:
    return [bool(pixels.mean() > 128) for pixels in pictures_of(path, span)]


def loud(path: Path) -> list[bool]:
    """For each picture, whether something is heard in the middle of its time."""
    made = footage(path)
    middles = ((made.shown + 0.5 / FPS) * made.rate).astype(int)
    return [bool(np.abs(made.samples[at - 80 : at + 80]).max() > 0.1) for at in middles]


def test_sound_and_pictures_lie_where_they_were_put(tmp_path: Path) -> None:
    path = blinking(tmp_path / "a.mp4", 4.0)
    made = footage(path)
    assert (made.rate, made.fps, made.size) == (RATE, FPS, SIZE)
    assert len(made.samples) == 4 * RATE
    assert made.shown == pytest.approx(np.arange(100) / FPS)
    assert lit(path) == loud(path) == [number % FPS < 5 for number in range(100)]
    onset = int(np.flatnonzero(np.abs(made.samples[RATE // 2 :]) > 0.1)[0]) + RATE // 2
    assert onset == pytest.approx(RATE, abs=RATE * 0.002)


@pytest.mark.parametrize("span", [(0.0, 1.0), (3.0, 4.0), (4.52, 5.52), (5.0, 99.0)])
def test_a_span_has_the_pictures_that_begin_in_it(tmp_path: Path, span: tuple[float, float]) -> None:
    path = blinking(tmp_path / "a.mp4", 6.0)
    numbers = [n for n in range(150) if span[0] <= n / FPS < span[1]]
    assert lit(path, span) == [n % FPS < 5 for n in numbers]


@pytest.mark.parametrize("start", [0.0, 1.0, 4.36, 8.8])
def test_a_cut_begins_where_it_is_told_to_in_sound_and_pictures(tmp_path: Path, start: float) -> None:
    path = blinking(tmp_path / "a.mp4", 10.0)
    cut(path, start, tmp_path / "end.mp4")
    first = round(start * FPS)
    expected = [n % FPS < 5 for n in range(first, 250)]
    assert lit(tmp_path / "end.mp4") == loud(tmp_path / "end.mp4") == expected
    assert [x.mean() for x in pictures_of(tmp_path / "end.mp4")] == [
        x.mean() for x in pictures_of(path, (start, 99.0))
    ]


def test_a_video_can_be_cut_in_its_place(tmp_path: Path) -> None:
    path = blinking(tmp_path / "a.mp4", 6.0)
    cut(path, 5.0, path)
    assert footage(path).shown == pytest.approx(np.arange(25) / FPS)
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def test_colours_are_those_that_were_shown(tmp_path: Path) -> None:
    shown = np.full((64, 64, 3), (200, 60, 30), np.uint8)
    with writing(tmp_path / "a.mp4", SIZE, FPS, RATE) as file:
        file.picture(shown)
    (pixels,) = pictures_of(tmp_path / "a.mp4")
    assert np.abs(pixels.astype(int) - shown).max() <= 3


@pytest.mark.parametrize("missing", [3, 5, 10])
def test_pictures_that_are_missing_do_not_change_the_rhythm(missing: int) -> None:
    shown = np.array([n / 25 for n in range(100) if n % missing or n < 3])
    assert rhythm(shown, 25 * len(shown) / 100) == pytest.approx(25)


def test_a_video_without_sound_is_silent(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height = SIZE
        for packet in (*stream.encode(av.VideoFrame(*SIZE, "yuv420p")), *stream.encode(None)):
            container.mux(packet)
    made = footage(tmp_path / "a.mp4")
    assert not len(made.samples)
    assert len(made.shown) == 1


def test_what_is_no_video_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone.mp4: no such file"):
        footage(tmp_path / "gone.mp4")
    (tmp_path / "noise.mp4").write_bytes(b"noise" * 100)
    with pytest.raises(InputError, match=r"cannot read .*noise.mp4: invalid data"):
        list(pictures_of(tmp_path / "noise.mp4"))
    path = blinking(tmp_path / "a.mp4", 1.0)
    with pytest.raises(OutputError, match="there is no folder"):
        cut(path, 0.5, tmp_path / "none" / "b.mp4")
