import os
from pathlib import Path

import pytest

from visavis.models.presence import fault, is_sound, is_there, quick_fault, sha256_of

from .things import file_of

CONTENT = b"the right bytes"
FILE = file_of("model.bin", CONTENT)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / FILE.name).write_bytes(CONTENT)
    return tmp_path


def test_a_file_is_read_once_and_then_known(home: Path) -> None:
    assert not is_sound(home, FILE)
    assert quick_fault(home, FILE) == ""
    assert is_sound(home, FILE)


def test_a_known_file_is_not_read_again(home: Path) -> None:
    quick_fault(home, FILE)
    seen = (home / FILE.name).stat()
    (home / FILE.name).write_bytes(b"THE WRONG BYTES")
    os.utime(home / FILE.name, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert quick_fault(home, FILE) == ""
    assert "sha256" in fault(home, FILE)
    assert "sha256" in quick_fault(home, FILE)


def test_a_touched_file_is_read_again(home: Path) -> None:
    quick_fault(home, FILE)
    (home / FILE.name).write_bytes(b"THE WRONG BYTES")
    os.utime(home / FILE.name, (1, 1))
    assert "sha256" in quick_fault(home, FILE)


def test_a_copied_store_is_still_known(home: Path) -> None:
    quick_fault(home, FILE)
    seconds = int((home / FILE.name).stat().st_mtime)
    os.utime(home / FILE.name, (seconds, seconds))
    assert is_sound(home, FILE)


def test_a_stamp_is_for_one_hash(home: Path) -> None:
    quick_fault(home, FILE)
    newer = file_of(FILE.name, b"THE NEWER BYTES")
    assert "sha256" in quick_fault(home, newer)


def test_faults_in_words(home: Path) -> None:
    assert fault(home, file_of("other.bin", b"x")) == "other.bin is missing"
    assert fault(home / FILE.name, FILE) == "model.bin is missing"
    assert fault(home, file_of(FILE.name, b"x" * 2048)) == "model.bin has 15 bytes instead of 2,048"
    (home / "folder.bin").mkdir()
    assert fault(home, file_of("folder.bin", b"x")) == "folder.bin is not a file"


def test_a_stamp_that_is_rubbish_is_none(home: Path) -> None:
    quick_fault(home, FILE)
    (home / ".checked" / FILE.name).write_bytes(b"\xff\x00")
    assert not is_sound(home, FILE)
    assert quick_fault(home, FILE) == ""


def test_a_store_that_cannot_be_stamped_still_answers(home: Path) -> None:
    (home / ".checked").write_bytes(b"a file where the folder of stamps would be")
    assert quick_fault(home, FILE) == ""
    assert not is_sound(home, FILE)


def test_what_lies_there(home: Path) -> None:
    assert is_there(home, FILE)
    assert not is_there(home, file_of("other.bin", b"x"))
    assert not is_there(home / FILE.name, FILE)


def test_sha256_of_a_known_vector(home: Path) -> None:
    (home / "abc").write_bytes(b"abc")
    assert sha256_of(home / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
