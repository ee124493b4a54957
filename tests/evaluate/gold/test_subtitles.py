"""Subtitles as they are found beside films."""

from pathlib import Path

import pytest

from visavis.errors import InputError
from visavis.evaluate.gold.subtitles import Cue, Subtitles, beside, cues

SRT = """\ufeff1
00:00:01,000 --> 00:00:03,500
<i>Good morning,</i>
{\\an8}everybody.

2
00:00:04,000 --> 00:00:05,000
[music plays] (laughs)

3
00:01:06,000 --> 01:00:00,250
- ANNA: Ask &amp; listen. ♪ la la ♪
"""

VTT = """WEBVTT - a talk

NOTE nobody reads this

first
00:01.000 --> 00:02.000 align:start position:0%
we are<00:00:01.500><c> here</c>

00:02.000 --> 00:02.010
we are here

00:02.010 --> 00:04.000
we are here
and there
"""


def read(folder: Path, name: str, content: str | bytes) -> tuple[Cue, ...]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return cues(path)


def test_subrip_without_what_is_not_spoken(tmp_path: Path) -> None:
    assert read(tmp_path, "a.srt", SRT.replace("\n", "\r\n")) == (
        Cue(1.0, 3.5, "Good morning, everybody."),
        Cue(66.0, 3600.25, "Ask & listen."),
    )


def test_webvtt_that_rolls_up_is_taken_once(tmp_path: Path) -> None:
    assert read(tmp_path, "a.vtt", VTT) == (Cue(1.0, 2.0, "we are here"), Cue(2.01, 4.0, "and there"))


def test_other_scripts_are_left_as_they_are(tmp_path: Path) -> None:
    assert read(tmp_path, "a.srt", "1\n0:0:1,0 --> 0:0:2,0\n你好（笑）。\n")[0].text == "你好 。"
    assert read(tmp_path, "a.srt", "1\n0:0:1,0 --> 0:0:2,0\nسلام، خوبی؟\n")[0].text == "سلام، خوبی؟"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "there are no subtitles"),
        ("1\n00:00:03,000 --> 00:00:01,000\nbackwards\n", "there are no subtitles"),
        (b"\xff\xfe1\x00", "is not UTF-8"),
    ],
)
def test_what_is_none(tmp_path: Path, content: str | bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(tmp_path, "a.srt", content)


def test_they_are_found_beside_a_film(tmp_path: Path) -> None:
    film = tmp_path / "talk.mp4"
    assert beside(film) is None
    assert beside(tmp_path / "gone" / "talk.mp4") is None
    for name in ("talks.srt", "talk.en.vtt", "talk.txt"):
        (tmp_path / name).touch()
    assert beside(film) == tmp_path / "talk.en.vtt"
    (tmp_path / "talk.SRT").touch()
    assert beside(film) == tmp_path / "talk.SRT"


THREE = Subtitles((Cue(0.0, 2.0, "One."), Cue(2.1, 5.0, "Two."), Cue(9.0, 11.0, "Three.")))


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (0.1, 2.0, "One."),
        (0.0, 5.2, "One. Two."),
        (8.7, 11.3, "Three."),
        (0.0, 12.0, "One. Two. Three."),
        (0.0, 3.0, ""),
        (4.0, 11.2, ""),
        (5.5, 8.5, ""),
        (20.0, 30.0, ""),
    ],
)
def test_the_text_of_a_piece_is_whole_or_none(start: float, end: float, text: str) -> None:
    assert THREE.text(start, end) == text


def test_it_is_well_parted_where_none_is_shown_or_one_ends() -> None:
    assert THREE.may_part(1.9, 2.3)
    assert THREE.may_part(6.0, 8.0)
    assert not THREE.may_part(3.0, 3.5)
    assert Subtitles(()).may_part(0.0, 1.0)
