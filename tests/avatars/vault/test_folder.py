import errno
import fcntl
import os
import threading
from pathlib import Path

import pytest

from visavis.avatars.vault import Folder, Vault, new_id
from visavis.avatars.vault import folder as module
from visavis.avatars.vault.keys import MasterKeys
from visavis.errors import NoSuchFile, StorageError

from .conftest import OLD


def everything(root: Path) -> list[Path]:
    return sorted(root.rglob("*"))


def filled(folder: Folder, name: str, content: bytes = b"content") -> None:
    sink = folder.create(name)
    sink.write(content)
    sink.commit()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "vault")


def test_nothing_is_made_before_something_is_written(folder: Folder) -> None:
    sink = folder.create("a/b")
    sink.abort()
    assert list(folder.pages(None)) == list(folder.pages("a")) == []
    assert folder.sweep() == 0
    folder.delete("a/b")
    assert not folder.root.exists()


def test_everything_is_for_its_owner_alone(folder: Folder) -> None:
    filled(folder, "a/b/c")
    assert {path.stat().st_mode & 0o777 for path in everything(folder.root) if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in everything(folder.root) if path.is_file()} == {0o600}
    assert folder.root.stat().st_mode & 0o777 == 0o700


def test_deleting_removes_the_folders_that_are_empty_then(folder: Folder) -> None:
    for name in ("a/b/c", "a/b/d", "a/b", "z/b"):
        filled(folder, name)
    folder.delete("a/b/c")
    assert folder.read("a/b/d", 0, None).content == b"content"
    folder.delete("a/b/d")
    assert not (folder.root / "a" / "b").exists()
    folder.delete("a/b")
    assert sorted(path.name for path in folder.root.iterdir()) == [".parts", "z"]
    folder.delete("z/b")
    folder.delete("z/b")
    assert everything(folder.root) == [folder.root / ".parts"]


def test_parts_that_nobody_writes_any_more_are_swept(folder: Folder) -> None:
    alive, dead = folder.create("a/alive"), folder.create("a/dead")
    alive.write(b"one")
    dead.write(b"two")
    assert len(everything(folder.root / ".parts")) == 2
    assert folder.sweep() == 0
    dead._part[1].close()  # type: ignore[index]
    assert folder.sweep() == 1
    alive.write(b"three")
    alive.commit()
    assert folder.read("a/alive", 0, None).content == b"onethree"
    assert everything(folder.root / ".parts") == []


def test_a_part_that_is_swept_before_it_is_locked_is_made_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = []
    lock = fcntl.flock

    def swept_first(file: object, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        swept.append(folder.sweep())
        lock(file, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", swept_first)
    filled(folder, "a/b")
    assert swept == [1]
    assert folder.read("a/b", 0, None).content == b"content"


def test_writing_beside_somebody_who_deletes(folder: Folder) -> None:
    stop = threading.Event()

    def delete() -> None:
        while not stop.is_set():
            folder.delete("a/b/other")

    deleting = threading.Thread(target=delete)
    deleting.start()
    try:
        for _ in range(15):
            filled(folder, "a/b/c")
            assert folder.read("a/b/c", 0, None).content == b"content"
            folder.delete("a/b/c")
    finally:
        stop.set()
        deleting.join()


def test_a_patch_is_for_the_file_that_was_opened(folder: Folder) -> None:
    filled(folder, "a/b", b"old content")

    def replaced(begin: bytes) -> bytes:
        filled(folder, "a/b", b"new content")
        return begin.upper()

    assert folder.patch("a/b", 3, replaced)
    assert folder.read("a/b", 0, None).content == b"new content"

    def deleted(begin: bytes) -> bytes:
        folder.delete("a/b")
        return begin.upper()

    assert folder.patch("a/b", 3, deleted)
    with pytest.raises(NoSuchFile):
        folder.read("a/b", 0, None)


def test_a_patch_is_short_enough_to_be_written_at_once(folder: Folder) -> None:
    filled(folder, "a/b")
    with pytest.raises(ValueError, match="513 bytes are not written at once"):
        folder.patch("a/b", 513, lambda begin: begin)


def test_what_else_lies_in_the_folder_is_let_be(folder: Folder) -> None:
    filled(folder, "a/b")
    (folder.root / "a" / "notes.txt").write_text("ours")
    assert [entry.name for page in folder.pages(None) for entry in page] == ["a/b"]
    folder.delete("a/b")
    assert (folder.root / "a" / "notes.txt").exists()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = Folder(tmp_path / "file")
    with pytest.raises(
        StorageError, match=r"cannot write the vault in .*file: not a directory; make room, or see"
    ):
        filled(folder, "a/b")
    with pytest.raises(StorageError, match="cannot read the vault"):
        folder.read("a/b", 0, None)


def test_a_file_that_is_in_its_place_is_not_said_to_have_failed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    filled(folder, "a/b", b"old")
    monkeypatch.setattr(module, "_sync", broken)
    filled(folder, "a/b", b"new")
    assert folder.read("a/b", 0, None).content == b"new"
    assert everything(folder.root / ".parts") == []
    assert "may be lost if the power fails" in caplog.text


async def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    vault = Vault(Folder(tmp_path), MasterKeys.of(OLD))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        StorageError, match=r"cannot write the vault in .*: no space left on device; make room"
    ):
        await vault.put("local", new_id(), b"content")
    assert [path for path in everything(tmp_path) if path.is_file()] == []
    await vault.close()
