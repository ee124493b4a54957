"""Films, listened to: whole ones, damaged ones, and what is none."""

from pathlib import Path

import pytest

from tests.evaluate.gold.material import film, quiet, sounds
from visavis.errors import AudioError
from visavis.evaluate.gold.choosing import chosen
from visavis.evaluate.gold.films import listened
from visavis.media import Samples

JFK = Path(__file__).parents[4] / "shared/media/jfk.flac"


def test_a_film_with_subtitles(tmp_path: Path, james: list[Samples]) -> None:
    path = film(tmp_path / "talk.mp4", sounds(quiet(0.5), james[0]))
    (tmp_path / "talk.srt").write_text("1\n00:00:00,400 --> 00:00:05,000\nThe birch canoe.\n")
    done: list[float] = []
    found = listened(path, None, pytest.fail, lambda seconds, total: done.append(seconds))
    assert found.trouble == ""
    assert found.seconds == pytest.approx(5.4, abs=0.2)
    assert done == sorted(done)
    (stretch,) = found.stretches
    assert found.subtitles is not None
    assert found.subtitles.text(stretch.start, stretch.end) == "The birch canoe."
    assert not found.may_part(2.0, 2.2)


def test_subtitles_that_cannot_be_read_are_told(tmp_path: Path, james: list[Samples]) -> None:
    path = film(tmp_path / "talk.mp4", james[0])
    (tmp_path / "talk.srt").write_text("nothing")
    notes: list[str] = []
    assert listened(path, None, notes.append).subtitles is None
    assert "its subtitles are passed over" in notes[0]


def test_of_a_damaged_film_what_came_before_is_kept(tmp_path: Path, james: list[Samples]) -> None:
    whole = film(tmp_path / "whole.mp4", sounds(quiet(0.5), *james)).read_bytes()
    middle = len(whole) // 2
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(
        whole[:middle] + bytes(200 + n * 7 % 50 for n in range(20_000)) + whole[middle + 20_000 :]
    )
    found = listened(broken, None, pytest.fail)
    assert "broken.mp4 is damaged" in found.trouble
    assert 3 < found.seconds < 18
    assert found.stretches


@pytest.mark.parametrize("content", [b"", b"hello there", b"\x89PNG\r\n\x1a\n" + bytes(500), bytes(5000)])
def test_what_is_no_film(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"film\.mp4"):
        listened(path, None, pytest.fail)


@pytest.mark.skipif(not JFK.exists(), reason="needs the recording of a speech")
def test_an_old_speech_in_the_open_is_kept() -> None:
    found = listened(JFK, None, pytest.fail)
    choice = chosen([found.stretches])
    assert sum(piece.seconds for piece in choice.pieces) > 9
    assert choice.refusals == ()
