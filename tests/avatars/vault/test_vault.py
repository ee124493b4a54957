"""What a vault does in any place; the tests run once for a folder and once for a bucket."""

import asyncio
import contextlib
import os
import sys
import threading
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from visavis.avatars.vault import Folder, MasterKeys, Place, Unreadable, Vault, new_id, vault_at
from visavis.avatars.vault.cipher import CHUNK, HEAD, SEALED_CHUNK, MasterKey
from visavis.avatars.vault.names import joined
from visavis.avatars.vault.place import Piece
from visavis.errors import NoSuchFile, StorageError

from .conftest import NEW, OLD

OLD_ID, NEW_ID = MasterKey(OLD).id, MasterKey(NEW).id


def content_of(size: int) -> bytes:
    return b"".join(number.to_bytes(8, "big") for number in range(-(-size // 8)))[:size]


def sealed(place: Place, owner: str, file: str) -> bytes:
    """A file as its place has it."""
    return place.read(joined(owner, file), 0, None).content


def laid(place: Place, owner: str, file: str, content: bytes) -> None:
    """Put bytes into a place behind the vault's back."""
    sink = place.create(joined(owner, file))
    sink.write(content)
    sink.commit()


async def read(vault: Vault, owner: str, file: str, start: int = 0, stop: int | None = None) -> list[bytes]:
    return [content async for content in vault.read(owner, file, start, stop)]


async def files(vault: Vault, owner: str | None = None) -> set[tuple[str, str]]:
    return {(stored.owner, stored.file) async for stored in vault.stored(owner)}


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
async def test_what_is_put_can_be_got(vault: Vault, place: Place, size: int) -> None:
    id_, content = new_id(), content_of(size)
    stored = await vault.put("local", id_, content)
    assert await vault.get("local", id_) == content
    assert await vault.size("local", id_) == size
    chunks = await read(vault, "local", id_)
    assert b"".join(chunks) == content
    assert all(0 < len(chunk) <= CHUNK for chunk in chunks)
    assert [entry.sealed_size async for entry in vault.stored()] == [stored]
    assert content[:64] not in sealed(place, "local", id_) or size < 64


async def test_ranges(vault: Vault) -> None:
    id_, content = new_id(), content_of(2 * CHUNK + 100)
    await vault.put("local", id_, content)
    edges = [0, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 99, 5 * CHUNK]
    for start in edges:
        assert b"".join(await read(vault, "local", id_, start)) == content[start:]
        for stop in [edge for edge in edges if edge >= start]:
            assert b"".join(await read(vault, "local", id_, start, stop)) == content[start:stop]


def left_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Counted(Folder):
    """A folder that remembers what was read from it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[tuple[int, int | None]] = []

    def read(self, name: str, start: int, stop: int | None) -> Piece:
        self.asked.append((start, stop))
        return super().read(name, start, stop)


async def test_only_the_chunks_that_are_needed_are_read(tmp_path: Path) -> None:
    folder, id_ = Counted(tmp_path), new_id()
    vault = Vault(folder, MasterKeys.of(OLD))
    await vault.put("local", id_, content_of(4 * CHUNK))
    await read(vault, "local", id_, 2 * CHUNK, 2 * CHUNK + 1)
    second = HEAD + 2 * SEALED_CHUNK
    assert folder.asked == [(0, HEAD), (second, second + SEALED_CHUNK)]
    folder.asked.clear()
    async with contextlib.aclosing(vault.read("local", id_)) as chunks:
        await anext(chunks)
    assert folder.asked == [(0, HEAD), (HEAD, HEAD + SEALED_CHUNK)]
    await vault.close()


@pytest.mark.parametrize(("start", "stop"), [(-1, None), (0, -1), (2, 1)])
async def test_ranges_that_are_none(vault: Vault, start: int, stop: int | None) -> None:
    with pytest.raises(ValueError, match=f"there are no bytes from {start} to {stop}"):
        vault.read("local", new_id(), start, stop)


async def test_a_file_is_written_in_pieces(vault: Vault, place: Place) -> None:
    id_, content = new_id(), content_of(CHUNK + 5000)
    async with vault.writing("local", id_) as writer:
        for at in range(0, len(content), 70_001):
            await writer.write(content[at : at + 70_001])
            assert await files(vault) == set()
        assert writer.sealed_size == HEAD + SEALED_CHUNK
    assert writer.sealed_size == len(sealed(place, "local", id_))
    assert await vault.get("local", id_) == content


async def test_parts_lie_beside_their_file(vault: Vault) -> None:
    id_ = new_id()
    for file in (id_, f"{id_}/picture", f"{id_}/face"):
        await vault.put("local", file, file.encode())
    assert await vault.get("local", id_) == id_.encode()
    assert await vault.get("local", f"{id_}/face") == f"{id_}/face".encode()
    await vault.delete("local", id_)
    assert await files(vault) == {("local", f"{id_}/picture"), ("local", f"{id_}/face")}


async def test_a_file_takes_the_place_of_an_earlier_one(vault: Vault) -> None:
    id_ = new_id()
    await vault.put("local", id_, b"one" * CHUNK)
    reading = vault.read("local", id_)
    await anext(reading)
    await vault.put("local", id_, b"two")
    assert await vault.get("local", id_) == b"two"
    with pytest.raises(Unreadable):
        await anext(reading)


async def test_what_is_not_there(vault: Vault) -> None:
    id_ = new_id()
    sentence = f"there is no file {id_}/clip in the vault"
    for ask in (vault.get, vault.size, read_of(vault)):
        with pytest.raises(NoSuchFile, match=sentence):
            await ask("local", f"{id_}/clip")


def read_of(vault: Vault) -> Callable[[str, str], Awaitable[None]]:
    async def ask(owner: str, file: str) -> None:
        await read(vault, owner, file)

    return ask


async def test_names_that_cannot_be(vault: Vault) -> None:
    for owner, file in [("..", new_id()), ("local", "../x"), ("", new_id()), ("local", "")]:
        for ask in (vault.get, vault.size, vault.delete, read_of(vault)):
            with pytest.raises(ValueError, match="is no"):
                await ask(owner, file)
        with pytest.raises(ValueError, match="is no"):
            await vault.put(owner, file, b"")
    with pytest.raises(ValueError, match="is no owner"):
        vault.stored("../local")


async def test_deleting_deletes(vault: Vault, place: Place) -> None:
    one, other = new_id(), new_id()
    for id_ in (one, other):
        await vault.put("local", id_, b"content")
    await vault.delete("local", one)
    await vault.delete("local", one)
    assert await files(vault) == {("local", other)}
    with pytest.raises(NoSuchFile):
        sealed(place, "local", one)
    assert await vault.get("local", other) == b"content"


async def test_what_is_stored_is_listed_by_owner(vault: Vault, place: Place) -> None:
    ids = [new_id() for _ in range(5)]
    for id_ in ids[:3]:
        await vault.put("ada", f"{id_}/picture", b"content")
    for id_ in ids[3:]:
        await vault.put("ada-2", id_, b"content")
    laid(place, "ada", new_id(), b"of somebody else")
    assert await files(vault, "ada-2") == {("ada-2", id_) for id_ in ids[3:]}
    assert len(await files(vault)) == 6
    assert await files(vault, "nobody") == set()
    for stored in [stored async for stored in vault.stored("ada-2")]:
        assert stored.sealed_size == HEAD + len(b"content") + 16
        assert abs(datetime.now(UTC) - stored.modified) < timedelta(minutes=1)


async def test_names_that_are_not_the_vaults_are_not_listed(vault: Vault, place: Place) -> None:
    for name in ("ada/notes", "ADA/" + new_id(), f"ada/{new_id()}/a/b", "alone"):
        sink = place.create(name)
        sink.write(b"of somebody else")
        sink.commit()
    assert await files(vault) == set()


async def test_deleting_while_listing(vault: Vault) -> None:
    for _ in range(8):
        await vault.put("local", f"{new_id()}/part", b"")
    async for stored in vault.stored("local"):
        await vault.delete(stored.owner, stored.file)
    assert await files(vault) == set()


async def test_a_writer_that_fails_leaves_no_trace(vault: Vault, place: Place) -> None:
    id_ = new_id()
    await vault.put("local", id_, b"the earlier one")

    async def failing() -> None:
        async with vault.writing("local", id_) as writer:
            await writer.write(content_of(9 * CHUNK))
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    assert await vault.get("local", id_) == b"the earlier one"
    assert await vault.sweep() == 0


@pytest.mark.parametrize("times", [1, 2])
async def test_a_writer_that_is_cancelled_leaves_no_trace(tmp_path: Path, times: int) -> None:
    entered, go = threading.Event(), threading.Event()

    class Slow(Folder):
        def part(self) -> tuple[Path, BinaryIO]:
            part = super().part()
            entered.set()
            go.wait(30)
            return part

    vault = Vault(Slow(tmp_path), MasterKeys.of(OLD))
    writing = asyncio.create_task(vault.put("local", new_id(), content_of(2 * CHUNK)))
    await asyncio.get_running_loop().run_in_executor(None, entered.wait, 30)
    for _ in range(times):
        writing.cancel()
        await asyncio.sleep(0.01)
        assert not writing.done(), "it waits for its thread, and the loop goes on"
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert left_in(tmp_path) == []
    await vault.close()


async def test_files_under_other_names_do_not_open(vault: Vault, place: Place) -> None:
    one, other = new_id(), new_id()
    await vault.put("ada", one, b"of ada's")
    for owner, file in [("ada", other), ("eve", one), ("ada", f"{one}/picture")]:
        laid(place, owner, file, sealed(place, "ada", one))
        for ask in (vault.get, vault.size, read_of(vault)):
            with pytest.raises(Unreadable, match=f"stored file {file} is damaged or was changed"):
                await ask(owner, file)


@pytest.mark.parametrize("at", [0, 8, 20, 40, HEAD, HEAD + SEALED_CHUNK, -1])
async def test_damage_is_told_and_never_given(vault: Vault, place: Place, at: int) -> None:
    id_, content = new_id(), content_of(CHUNK + 100)
    await vault.put("local", id_, content)
    damaged = bytearray(sealed(place, "local", id_))
    damaged[at] ^= 1
    laid(place, "local", id_, bytes(damaged))
    with pytest.raises(Unreadable):
        await vault.get("local", id_)
    given: list[bytes] = []

    async def reading() -> None:
        async for chunk in vault.read("local", id_):
            given.append(chunk)

    with pytest.raises(Unreadable):
        await reading()
    assert content.startswith(b"".join(given))


@pytest.mark.parametrize("length", [0, 1, HEAD, HEAD + 5, HEAD + 16, HEAD + SEALED_CHUNK])
async def test_what_was_cut_off_is_noticed(vault: Vault, place: Place, length: int) -> None:
    id_ = new_id()
    await vault.put("local", id_, content_of(2 * CHUNK))
    laid(place, "local", id_, sealed(place, "local", id_)[:length])
    for ask in (vault.get, read_of(vault)):
        with pytest.raises(Unreadable):
            await ask("local", id_)


async def test_a_lost_master_key_is_one_sentence(vault: Vault, place: Place) -> None:
    id_ = new_id()
    await vault.put("local", id_, b"content")
    other = Vault(place, MasterKeys.of(NEW))
    for ask in (other.get, other.size, read_of(other)):
        with pytest.raises(StorageError, match=f"master key {OLD_ID}, which is not in the keys given"):
            await ask("local", id_)
    other._worker.close()


async def test_rotating_wraps_keys_anew_and_touches_nothing_else(vault: Vault, place: Place) -> None:
    contents = {new_id(): content_of(size) for size in (0, 100, CHUNK + 1, 6 * CHUNK)}
    for id_, content in contents.items():
        await vault.put("local", id_, content)
    before = {id_: sealed(place, "local", id_) for id_ in contents}

    rotating = Vault(place, MasterKeys.of(NEW, OLD))
    seen: list[int] = []
    assert await rotating.rotate(seen.append) == 4
    assert seen == [1, 2, 3, 4]
    assert await rotating.rotate() == 0

    newest = Vault(place, MasterKeys.of(NEW))
    for id_, content in contents.items():
        assert await newest.get("local", id_) == content
        assert sealed(place, "local", id_)[HEAD:] == before[id_][HEAD:]
        with pytest.raises(Unreadable, match=NEW_ID):
            await vault.get("local", id_)


async def test_rotating_tells_of_files_that_cannot_be_opened_and_goes_on(vault: Vault, place: Place) -> None:
    good, bad, empty = new_id(), new_id(), new_id()
    for id_ in (good, bad):
        await vault.put("local", id_, b"content")
    laid(place, "local", bad, sealed(place, "local", good))
    laid(place, "local", empty, b"")
    with pytest.raises(
        StorageError, match=r"2 of 3 files keep their old master key: the stored file .* damaged"
    ):
        await Vault(place, MasterKeys.of(NEW, OLD)).rotate()
    assert await Vault(place, MasterKeys.of(NEW)).get("local", good) == b"content"


async def test_rotating_without_the_old_key(vault: Vault, place: Place) -> None:
    id_ = new_id()
    await vault.put("local", id_, b"content")
    with pytest.raises(StorageError, match=f"1 of 1 files .* locked with master key {OLD_ID}"):
        await Vault(place, MasterKeys.of(NEW)).rotate()
    assert await vault.get("local", id_) == b"content"


async def test_rotating_beside_those_who_read_and_delete(vault: Vault, place: Place) -> None:
    ids = [new_id() for _ in range(16)]
    for id_ in ids:
        await vault.put("local", id_, id_.encode())
    reader = Vault(place, MasterKeys.of(NEW, OLD))

    async def deleting() -> None:
        for id_ in ids[::2]:
            await reader.delete("local", id_)

    async def reading() -> None:
        for _ in range(3):
            for id_ in ids[1::2]:
                assert await reader.get("local", id_) == id_.encode()

    await asyncio.gather(Vault(place, MasterKeys.of(NEW, OLD)).rotate(), deleting(), reading())
    assert await files(vault) == {("local", id_) for id_ in ids[1::2]}
    await reader.close()


async def test_a_key_that_is_added_while_a_vault_is_open(tmp_path: Path) -> None:
    place, id_, later = Folder(tmp_path / "vault"), new_id(), new_id()
    served = Vault(place, MasterKeys.kept_in(tmp_path / "key"))
    await served.put("local", id_, b"content")
    keys = MasterKeys.kept_in(tmp_path / "key")
    keys.add()
    assert await Vault(place, keys).rotate() == 1
    assert await served.get("local", id_) == b"content"
    await served.put("local", later, b"content")
    assert await Vault(place, keys).rotate() == 0, "what is written now is wrapped with the new key"
    await served.close()


async def test_no_file_escapes_a_rotation_beside_which_it_is_written(tmp_path: Path) -> None:
    place, early, late = Folder(tmp_path / "vault"), new_id(), new_id()
    served = Vault(place, MasterKeys.kept_in(tmp_path / "key"))
    keys = MasterKeys.kept_in(tmp_path / "key")
    async with served.writing("local", early) as writer:
        await writer.write(b"early")
        keys.add()
        rotating = Vault(place, keys)
        assert await rotating.rotate() == 0
    await served.put("local", late, b"late")
    retire(tmp_path / "key")
    newest = Vault(place, MasterKeys.kept_in(tmp_path / "key"))
    assert await newest.get("local", early) == b"early"
    assert await newest.get("local", late) == b"late"
    for vault in (served, rotating, newest):
        await vault.close()


def retire(file: Path) -> None:
    """Keep the newest key of a file only."""
    file.write_text("\n".join(file.read_text().splitlines()[:2]))


async def test_a_secret_is_made_once_by_all_who_ask_first(place: Place) -> None:
    vaults = [Vault(place, MasterKeys.of(OLD)) for _ in range(4)]
    asked = await asyncio.gather(*(vault.secret("api-keys") for vault in vaults for _ in range(3)))
    assert len(set(asked)) == 1
    assert len(asked[0]) == 32
    assert await vaults[0].secret("cookies") != asked[0]
    assert await files(vaults[0]) == set(), "it is nobody's file, which somebody could delete"
    assert [stored async for stored in vaults[0].stored("vault")] == []
    for vault in vaults:
        await vault.close()


async def test_a_secret_survives_that_keys_come_and_go(vault: Vault, place: Place) -> None:
    secret = await vault.secret("api-keys")
    assert await Vault(place, MasterKeys.of(NEW, OLD)).rotate() == 1
    assert await Vault(place, MasterKeys.of(NEW)).secret("api-keys") == secret
    assert await Vault(place, MasterKeys.of(NEW, bytes(32))).secret("api-keys") == secret
    with pytest.raises(Unreadable):
        await Vault(place, MasterKeys.of(OLD)).secret("api-keys")


async def test_closing_holds_nobody_up(tmp_path: Path) -> None:
    entered, go = threading.Event(), threading.Event()

    class Slow(Folder):
        def delete(self, name: str) -> None:
            entered.set()
            go.wait(10)

    vault = Vault(Slow(tmp_path), MasterKeys.of(OLD))
    deleting = asyncio.create_task(vault.delete("local", new_id()))
    await asyncio.get_running_loop().run_in_executor(None, entered.wait, 10)
    closing = asyncio.create_task(vault.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    go.set()
    await asyncio.gather(deleting, closing)


async def test_many_at_once(vault: Vault) -> None:
    ids = [new_id() for _ in range(12)]
    await asyncio.gather(*(vault.put("local", id_, id_.encode() * 1000) for id_ in ids))
    contents = await asyncio.gather(*(vault.get("local", id_) for id_ in ids))
    assert contents == [id_.encode() * 1000 for id_ in ids]


async def test_memory_does_not_grow_with_the_file(vault: Vault) -> None:
    id_, piece = new_id(), os.urandom(CHUNK)
    await vault.put("local", new_id(), b"")  # what is loaded at first use
    tracemalloc.start()
    try:
        async with vault.writing("local", id_) as writer:
            for _ in range(32):
                await writer.write(piece)
        async for chunk in vault.read("local", id_):
            assert chunk == piece
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 * CHUNK


def test_a_vault_is_at_a_path_or_at_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = MasterKeys.of(OLD)
    monkeypatch.setenv("HOME", str(tmp_path))
    places: list[tuple[str | Path, Path]] = [
        (tmp_path / "a", tmp_path / "a"),
        ("~/b", tmp_path / "b"),
        ("c", Path.cwd() / "c"),
        (Path("s3://d"), Path.cwd() / "s3:" / "d"),
    ]
    for url, root in places:
        place = vault_at(url, keys)._place
        assert isinstance(place, Folder)
        assert place.root == root
    with pytest.raises(
        StorageError, match="ftp:// is no place for a vault; name a folder or s3://bucket/folder"
    ):
        vault_at("ftp://host/folder", keys)


def test_a_bucket_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("boto3", "boto3.session"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "visavis.avatars.vault.bucket", raising=False)
    with pytest.raises(StorageError, match=r"needs boto3; run: pip install 'visavis\[s3\]'"):
        vault_at("s3://bucket", MasterKeys.of(OLD))
