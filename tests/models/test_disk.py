import errno
from pathlib import Path

import pytest

from visavis.errors import ModelError
from visavis.models.disk import in_bytes, length, make_room, put_in_place, writing


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_called_that(tmp_path: Path, number: int) -> None:
    with (
        pytest.raises(ModelError, match=f"no room is left for models in {tmp_path}; free some"),
        writing(tmp_path),
    ):
        raise OSError(number, "whatever the system says")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    said = r"cannot be written to \(Read-only file system\).*VISAVIS_MODELS"
    with pytest.raises(ModelError, match=said), writing(tmp_path):
        raise OSError(errno.EROFS, "Read-only file system")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(ModelError, match=f"{tmp_path}/store/face cannot be written to"):
        make_room(tmp_path / "store" / "face", 1)


def test_too_little_room_is_known_beforehand(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"1000000000\.0 GB are needed in .* are free"):
        make_room(tmp_path, 10**18)


def test_a_file_is_put_in_place_over_an_older_one(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"new")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "model").write_bytes(b"old")
    put_in_place(tmp_path / "part", tmp_path / "deep" / "model")
    assert (tmp_path / "deep" / "model").read_bytes() == b"new"
    assert length(tmp_path / "part") == 0


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (229_032, "229.0 kB"), (1_083_984, "1.1 MB"), (5 * 10**9, "5.0 GB")],
)
def test_bytes_in_words(count: int, words: str) -> None:
    assert in_bytes(count) == words
