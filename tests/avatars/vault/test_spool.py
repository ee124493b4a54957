import asyncio
import errno
import hashlib
import os
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from visavis.avatars.vault import Spool
from visavis.avatars.vault.cipher import CHUNK
from visavis.errors import StorageError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def everything(spool: Spool) -> bytes:
    return b"".join([content async for content in spool.read()])


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 17])
async def test_what_is_written_is_read_any_number_of_times(size: int) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]
    async with Spool() as spool:
        await spool.write(content)
        assert await everything(spool) == content
        assert await everything(spool) == content
        assert spool.size == size
        assert spool.head == content[:4096]
        assert spool.sha256 == hashlib.sha256(content).hexdigest()


@settings(max_examples=20, deadline=None)
@given(some.lists(some.sampled_from([0, 1, 100, 4096, 65_536, CHUNK, CHUNK + 3]), max_size=6))
async def test_it_does_not_matter_how_it_was_cut(sizes: list[int]) -> None:
    pieces = [bytes([number]) * size for number, size in enumerate(sizes)]
    async with Spool() as spool:
        for piece in pieces:
            await spool.write(piece)
        assert await everything(spool) == b"".join(pieces)
        assert all([0 < len(chunk) <= CHUNK async for chunk in spool.read()])
        assert (spool.size, spool.head) == (sum(sizes), b"".join(pieces)[:4096])


async def test_two_readers_at_once() -> None:
    async with Spool() as spool:
        await spool.write(b"a" * CHUNK + b"b" * CHUNK + b"c")
        together = [(one, other) async for one in spool.read() async for other in spool.read()]
    assert len(together) == 9
    assert together[0][0] == together[0][1] == b"a" * CHUNK


async def test_its_file_has_no_name_and_holds_nothing_to_be_read(temporary: Path) -> None:
    async with Spool() as spool:
        await spool.write(b"plain " * CHUNK)
        assert left_in(temporary) == []
        lying = os.pread(spool._file.fileno(), 8 * CHUNK, 0)
        assert len(lying) > 5 * CHUNK
        assert b"plain" not in lying
        other = Spool()
        await other.write(b"plain " * CHUNK)
        assert os.pread(other._file.fileno(), 1000, 0) != lying[:1000]
        await other.close()


async def test_closing_lets_the_file_go() -> None:
    spool = Spool()
    await spool.write(b"a" * CHUNK)
    descriptor = spool._file.fileno()
    await spool.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


async def test_no_room(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    class Full:
        def seek(self, at: int) -> None: ...

        def write(self, content: bytes) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    async with Spool() as spool:
        with pytest.raises(
            StorageError, match=r"cannot keep what is sent in .*: no space left on device; make room"
        ):
            await spool.write(b"a" * CHUNK)


async def test_no_folder_for_temporary_files_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "_get_default_tempdir", none)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(
        StorageError, match=r"keep what is sent in a temporary folder: no usable .*; make room, or set TMPDIR"
    ):
        Spool()


async def test_closing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = threading.Event(), threading.Event()
    spool = Spool()

    def slow(content: bytes) -> None:
        entered.set()
        go.wait(10)

    monkeypatch.setattr(spool, "_append", slow)
    writing = asyncio.create_task(spool.write(b"content"))
    await asyncio.get_running_loop().run_in_executor(None, entered.wait, 10)
    closing = asyncio.create_task(spool.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    go.set()
    await asyncio.gather(writing, closing)


async def test_no_folder_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StorageError, match=r"cannot keep what is sent in .*gone: no such file or directory"):
        Spool()
