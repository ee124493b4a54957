import os
import stat
from pathlib import Path

import pytest

from visavis.errors import StorageError
from visavis.renderings.scratch import room_in, scratch_in


def test_what_others_left_is_swept_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    left = tmp_path / "renderings" / ("a" * 32)
    left.mkdir(parents=True)
    (left / ".1234.part").write_bytes(b"half a video")
    (tmp_path / "holiday.jpg").write_bytes(b"a photo")
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "renderings" / "link").symlink_to(outside)
    with scratch_in(tmp_path) as scratch:
        assert not left.exists()
        with room_in(scratch, "b" * 32) as room:
            (room / "video.mp4").write_bytes(b"a video")
    assert outside.is_dir()
    assert (tmp_path / "holiday.jpg").is_file()
    assert not [path for path in scratch.iterdir() if path.is_dir() and not path.is_symlink()]


def test_nobody_else_may_look_into_it(tmp_path: Path) -> None:
    (tmp_path / "renderings").mkdir(mode=0o755)
    with scratch_in(tmp_path) as scratch, room_in(scratch, "a" * 32) as room:
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in (scratch, room)] == [0o700, 0o700]


def test_a_room_goes_with_all_that_is_in_it_whatever_happens(tmp_path: Path) -> None:
    def broken() -> None:
        with room_in(tmp_path, "a") as room:
            (room / "video.mp4").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(StorageError, match=r"no videos can be made in .*; name another folder"),
        scratch_in(tmp_path / "file"),
    ):
        pass
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "renderings").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="belongs to somebody else"), scratch_in(tmp_path):
        pass


def test_it_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    with scratch_in(tmp_path):
        with pytest.raises(StorageError, match="another visavis makes videos in"), scratch_in(tmp_path):
            pass
        assert os.access(tmp_path / "renderings", os.W_OK)
    with scratch_in(tmp_path):
        pass
