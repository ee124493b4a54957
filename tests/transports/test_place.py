import os
from pathlib import Path

import pytest

from visavis.errors import OutputError
from visavis.transports.place import checked, placing

ENDINGS = (".mp4", ".mov")


def test_a_file_is_seen_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    with placing(out, ENDINGS) as part:
        part.write_bytes(b"all of it")
        assert part.parent == tmp_path
        assert not out.exists()
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes() == b"all of it"


def test_a_file_that_has_been_removed_under_way_stays_removed(tmp_path: Path) -> None:
    def removed() -> None:
        with placing(tmp_path / "clip.mp4", ENDINGS) as part:
            part.unlink()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        removed()
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_way_of_nothing(tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(tmp_path / "yet_to_come.mp4")
    with placing(link, ENDINGS):
        pass
    assert link.is_symlink()
    assert (tmp_path / "yet_to_come.mp4").is_file()


def test_capitals_in_an_ending(tmp_path: Path) -> None:
    assert checked(tmp_path / "CLIP.MP4", ENDINGS) == (tmp_path / "CLIP.MP4").resolve()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("clip.avi", r"cannot write '\.avi' files .*\.mp4 or \.mov"),
        ("clip", r"cannot write a file without an ending .*\.mp4"),
        ("nowhere/clip.mp4", r"there is no folder .*nowhere to write clip\.mp4 to; make it first"),
        ("a_file/clip.mp4", r"there is no folder .*a_file"),
        ("folder.mp4", r"folder\.mp4 is a folder; name a file in it"),
        ("pipe.mp4", r"pipe\.mp4 is not a plain file"),
        ("n" * 300 + ".mp4", "cannot write n*"),
        ("loop.mp4", r"loop\.mp4 is a link that leads back to itself; choose another name"),
        ("loop.mp4/clip.mp4", r"there is no folder .*loop\.mp4"),
    ],
)
def test_a_place_that_cannot_be_written_to(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "a_file").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "loop.mp4").symlink_to("pool.mp4")
    (tmp_path / "pool.mp4").symlink_to("loop.mp4")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputError, match=sentence):
        checked(tmp_path / name, ENDINGS)
    with pytest.raises(OutputError, match=sentence), placing(tmp_path / name, ENDINGS):
        pass
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_to_us(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="permission denied"), placing(tmp_path / "a.mp4", ENDINGS):
        pass
