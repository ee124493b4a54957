import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.face import ScriptedFace, blank_portrait
from tests.fakes.vault import SEAL, MemoryVault
from visavis.avatars.cache import _MOST_BEHIND, Cache, Key, Shelf
from visavis.avatars.vault import MasterKeys, vault_at
from visavis.errors import PortraitError, StorageError

KEY = Key("ann", "d1", "warp 1", 512, 512)
ROOM = 10_000


@dataclass
class Face:
    """A prepared face whose bytes say who it is; grown: what drawing it takes."""

    content: bytes
    grown: int = 0

    @property
    def nbytes(self) -> int:
        return len(self.content) + self.grown


class Bench:
    """A cache on a vault, and what was made for it; made: the keys, in their order."""

    def __init__(self, memory: int = ROOM, disk: int = 10 * ROOM) -> None:
        self.vault = MemoryVault()
        self.bounds = memory, disk
        self.made: list[Key] = []
        self.size = 1000
        self.cache = self.another()

    def another(self) -> Cache:
        """As a process that starts anew has it."""
        return Cache(cast(Any, self.vault), *self.bounds)

    async def restart(self) -> None:
        await self.cache.close()
        self.cache = self.another()

    async def get(self, key: Key = KEY) -> Face:
        face = await self.cache.prepared(key, partial(self.make, key), pack, unpack)
        await self.cache.settled()
        assert face.content.startswith(repr(key).encode())
        return face

    async def make(self, key: Key) -> Face:
        self.made.append(key)
        return Face(repr(key).encode().ljust(self.size, b"."))


def pack(face: Face) -> bytes:
    return b"face" + face.content


def unpack(content: bytes) -> Face:
    if not content.startswith(b"face"):
        raise ValueError("no face")
    return Face(content[4:])


def avatar(number: int, owner: str = "ann") -> Key:
    return replace(KEY, owner=owner, digest=f"d{number}")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.cache.close()


async def test_a_face_is_made_once(bench: Bench) -> None:
    one, other = await bench.get(), await bench.get()
    assert one is other
    assert bench.made == [KEY]
    status = bench.cache.status()
    assert (status.entries, status.bytes, status.most_bytes) == (1, 1000, ROOM)
    assert (status.hits, status.disk_hits, status.misses, status.evictions) == (1, 0, 1, 0)
    assert status.disk_bytes == bench.vault.sealed() > 1000
    assert status.hit_rate == 0.5


async def test_nothing_yet_is_no_rate(bench: Bench) -> None:
    assert bench.cache.status().hit_rate == 0


async def test_all_that_a_face_depends_on_tells_it_apart(bench: Bench) -> None:
    others = (
        replace(KEY, owner="bob"),
        replace(KEY, digest="d2"),
        replace(KEY, engine="ditto 1"),
        replace(KEY, engine="warp 2"),
        replace(KEY, width=256),
        replace(KEY, height=256),
    )
    for key in (KEY, *others):
        await bench.get(key)
    assert bench.made == [KEY, *others]
    assert len({key.name for key in bench.made}) == len(bench.made)


async def test_it_survives_a_restart(bench: Bench) -> None:
    await bench.get()
    await bench.restart()
    await bench.get()
    assert bench.made == [KEY]
    status = bench.cache.status()
    assert (status.hits, status.disk_hits, status.misses) == (0, 1, 0)
    assert status.disk_bytes == bench.vault.sealed()


async def test_a_real_face_engine(bench: Bench) -> None:
    engine = ScriptedFace()
    for _ in range(2):

        async def make() -> Any:
            return engine.prepare(blank_portrait(32, 48))

        face = await bench.cache.prepared(KEY, make, engine.packed, engine.unpacked)
        assert engine.rest(face, 0).pixels.shape == (48, 32, 3)
        await bench.restart()


async def test_one_makes_it_and_the_others_wait(bench: Bench) -> None:
    go = asyncio.Event()

    async def make() -> Face:
        await go.wait()
        return await bench.make(KEY)

    waiting = [asyncio.create_task(bench.cache.prepared(KEY, make, pack, unpack)) for _ in range(5)]
    await asyncio.sleep(0.01)
    # Somebody else's face is not kept waiting by it.
    await bench.get(avatar(2))
    go.set()
    faces = await asyncio.gather(*waiting)
    assert bench.made == [avatar(2), KEY]
    assert len({id(face) for face in faces}) == 1
    assert bench.cache.status().hits == 4


async def test_when_the_maker_is_cancelled_another_one_goes_on(bench: Bench) -> None:
    begun: list[int] = []
    begins = [asyncio.Event() for _ in range(4)]

    async def make(number: int) -> Face:
        begun.append(number)
        begins[number].set()
        if number < 2:
            await asyncio.Event().wait()
        return await bench.make(KEY)

    waiting = [
        asyncio.create_task(bench.cache.prepared(KEY, partial(make, number), pack, unpack))
        for number in range(4)
    ]
    for number in range(2):
        await begins[number].wait()
        waiting[number].cancel()
    assert (await waiting[2]) is (await waiting[3])
    assert begun == [0, 1, 2]
    assert all(task.cancelled() for task in waiting[:2])


async def test_when_the_maker_fails_it_is_told_so_and_another_one_tries(bench: Bench) -> None:
    async def fail() -> Face:
        await asyncio.sleep(0)
        raise PortraitError("too small a face")

    first = asyncio.create_task(bench.cache.prepared(KEY, fail, pack, unpack))
    second = asyncio.create_task(bench.get())
    with pytest.raises(PortraitError):
        await first
    await second
    assert bench.made == [KEY]


@pytest.mark.parametrize("damage", [b"", b"not a face"], ids=["cannot be opened", "is no face"])
async def test_a_damaged_file_is_deleted_and_made_anew(
    bench: Bench, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.get()
    await bench.restart()
    bench.vault.files[KEY.name] = damage
    bench.vault.before_put = lambda: seen.append(bench.vault.files.get(KEY.name))
    seen: list[bytes | None] = []
    with caplog.at_level(logging.WARNING):
        await bench.get()
    assert bench.made == [KEY, KEY]
    assert seen[0] is None
    assert bench.vault.files[KEY.name].startswith(b"face")
    assert "made anew" in caplog.text
    assert not {"ann", "d1", KEY.name[1]} & set(caplog.text.split())


async def test_a_file_that_another_process_has_deleted_is_made_anew(bench: Bench) -> None:
    await bench.get()
    await bench.restart()
    await bench.cache.open()
    del bench.vault.files[KEY.name]
    await bench.get()
    assert bench.made == [KEY, KEY]
    assert bench.cache.status().disk_bytes == bench.vault.sealed()


async def test_without_a_vault_it_still_serves(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.vault.broken = True
    assert (await bench.get()) is (await bench.get())
    assert "could not be kept" in caplog.text
    with pytest.raises(StorageError):
        await bench.cache.forget("ann")
    assert bench.cache.status().entries == 0
    bench.vault.broken = False
    await bench.get()
    assert bench.vault.sealed() > 0


class SlowVault(MemoryVault):
    """One that keeps a writer waiting until it may go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def put(self, owner: str, file: str, content: bytes) -> int:
        await self.go.wait()
        return await super().put(owner, file, content)


async def test_nobody_waits_for_a_slow_vault_and_few_faces_do() -> None:
    bench = Bench()
    bench.vault = slow = SlowVault()
    cache = bench.another()
    async with asyncio.timeout(30):
        for number in range(_MOST_BEHIND + 2):
            key = avatar(number)
            await cache.prepared(key, partial(bench.make, key), pack, unpack)
    assert slow.files == {}
    slow.go.set()
    await cache.close()
    kept = [name for name in slow.files if "uses" not in name[1]]
    assert kept == [avatar(number).name for number in range(_MOST_BEHIND)]


async def test_closing_waits_for_the_thread_and_holds_nobody_up(bench: Bench) -> None:
    entered, go = threading.Event(), threading.Event()

    def slow(face: Face) -> bytes:
        entered.set()
        go.wait(10)
        return pack(face)

    getting = asyncio.create_task(bench.cache.prepared(KEY, partial(bench.make, KEY), slow, unpack))
    await asyncio.get_running_loop().run_in_executor(None, entered.wait, 10)
    closing = asyncio.create_task(bench.cache.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    go.set()
    await asyncio.gather(getting, closing)


async def test_a_face_that_cannot_be_packed_is_given_all_the_same(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(face: Face) -> bytes:
        raise TypeError("a face is nothing that can be packed")

    assert await bench.cache.prepared(KEY, partial(bench.make, KEY), refuse, unpack)
    assert "could not be kept" in caplog.text
    assert bench.vault.files == {}


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError])
async def test_what_an_engine_cannot_unpack_is_made_anew(bench: Bench, error: type[Exception]) -> None:
    def refuse(content: bytes) -> Face:
        raise error("another engine's")

    await bench.get()
    await bench.restart()
    await bench.cache.prepared(KEY, partial(bench.make, KEY), pack, refuse)
    await bench.restart()
    await bench.get()
    assert bench.made == [KEY, KEY]


async def test_what_is_forgotten_is_gone_everywhere(bench: Bench) -> None:
    small = replace(KEY, width=256)
    others = avatar(2), avatar(1, "bob")
    for key in (KEY, small, *others):
        await bench.get(key)
    await bench.cache.forget("ann", "d1")
    assert {KEY.name, small.name}.isdisjoint(bench.vault.files)
    assert bench.cache.status().entries == 2
    assert bench.cache.status().disk_bytes == bench.vault.sealed()
    bench.made.clear()
    for key in (KEY, *others):
        await bench.get(key)
    assert bench.made == [KEY]
    await bench.cache.forget("ann")
    assert {owner for owner, file in bench.vault.files if "uses" not in file} == {"bob"}


async def test_other_files_of_an_avatar_are_not_the_caches_to_delete(bench: Bench) -> None:
    await bench.get()
    item = KEY.name[1].partition("/")[0]
    await bench.vault.put("ann", f"{item}/picture", b"a photo")
    await bench.cache.forget("ann", "d1")
    await bench.cache.clean()
    assert list(bench.vault.files) == [("ann", f"{item}/picture")]


async def test_a_face_that_is_forgotten_while_it_is_made_is_not_kept(bench: Bench) -> None:
    async def make() -> Face:
        await bench.cache.forget("ann", "d1")
        return await bench.make(KEY)

    await bench.cache.prepared(KEY, make, pack, unpack)
    assert bench.cache.status().entries == 0
    assert bench.vault.sealed() == 0


async def test_a_face_that_is_forgotten_while_it_is_written_is_not_kept(bench: Bench) -> None:
    forgetting: list[asyncio.Task[None]] = []
    bench.vault.before_put = lambda: forgetting.append(asyncio.create_task(bench.cache.forget("ann")))
    await bench.get()
    bench.vault.before_put = lambda: None
    await asyncio.gather(*forgetting)
    assert bench.cache.status().entries == 0
    assert bench.vault.sealed() == 0


async def test_cleaning_frees_all_of_it(bench: Bench) -> None:
    for number in range(3):
        await bench.get(avatar(number))
    held = bench.vault.sealed()
    assert await bench.cache.clean() >= held
    assert bench.vault.files == {}
    assert bench.cache.status().bytes == bench.cache.status().disk_bytes == 0
    assert await bench.cache.clean() == 0


async def test_a_face_too_large_for_either_place_is_given_and_not_kept() -> None:
    bench = Bench(memory=3000, disk=20_000)
    await bench.get()
    bench.size = 50_000
    await bench.get(avatar(2))
    assert bench.cache.status().entries == 1
    assert avatar(2).name not in bench.vault.files
    await bench.cache.close()


async def test_a_face_that_grows_while_it_is_drawn_makes_the_others_go() -> None:
    bench = Bench(memory=3000)
    first, second = avatar(1), avatar(2)
    await bench.get(first)
    face = await bench.get(second)
    face.grown = 1500
    await bench.get(second)
    assert bench.cache.status().bytes == 2500
    assert bench.cache.status().evictions == 1
    await bench.cache.close()


async def test_the_order_of_use_survives_a_restart() -> None:
    bench = Bench(disk=4 * (1000 + 4 + SEAL) + 5000)
    for number in (1, 2, 3, 4, 1):  # the last one is a hit in memory, and a use all the same
        await bench.get(avatar(number))
    await bench.restart()
    await bench.get(avatar(5))
    assert {key for key in map(avatar, range(1, 6)) if key.name in bench.vault.files} == {
        avatar(1), avatar(3), avatar(4), avatar(5),
    }  # fmt: skip
    await bench.cache.close()


async def test_a_process_that_is_killed_leaves_the_order_of_its_last_listing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("visavis.avatars.cache._SECONDS_BETWEEN_LISTINGS", 0.0)
    bench = Bench(disk=4 * (1000 + 4 + SEAL) + 5000)
    for number in (1, 2, 3, 1, 4):
        await bench.get(avatar(number))
    killed, bench.cache = bench.cache, bench.another()
    await bench.get(avatar(5))
    assert {key for key in map(avatar, range(1, 6)) if key.name in bench.vault.files} == {
        avatar(1), avatar(3), avatar(4), avatar(5),
    }  # fmt: skip
    for cache in (killed, bench.cache):
        await cache.close()


async def test_a_process_that_has_used_nothing_leaves_the_order_alone(bench: Bench) -> None:
    await bench.get()
    await bench.restart()
    before = dict(bench.vault.files)
    await bench.restart()
    await bench.cache.close()
    assert bench.vault.files == before


async def test_a_smaller_bound_holds_from_the_start() -> None:
    bench = Bench()
    for number in range(8):
        await bench.get(avatar(number))
    bench.bounds = ROOM, 3000
    await bench.restart()
    await bench.cache.open()
    assert bench.vault.sealed() == bench.cache.status().disk_bytes <= 3000
    assert avatar(7).name in bench.vault.files
    await bench.cache.close()


async def test_what_other_processes_keep_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.avatars.cache._SECONDS_BETWEEN_LISTINGS", 0.0)
    bench = Bench(disk=12_000)
    one, other = bench.cache, bench.another()
    for number in range(12):
        bench.cache = (one, other)[number % 2]
        await bench.get(avatar(number))
    assert bench.vault.most <= 12_000
    await one.close()
    await other.close()


def spoil(vault: Path, key: Key) -> None:
    """Change the last byte of a face's file."""
    sealed = next(vault.joinpath(*key.name).parent.glob(f"{key.name[1].rpartition('/')[2]}*"))
    content = sealed.read_bytes()
    assert b"d4" not in content
    sealed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


async def test_in_a_real_vault(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        vault = vault_at(tmp_path, MasterKeys.of(b"k" * 32))
        stack.push_async_callback(vault.close)
        bench = Bench(memory=0, disk=8000)
        bench.cache = Cache(vault, 0, 8000)
        for number in (1, 2, 3, 4, 1, 5, 4):
            await bench.get(avatar(number))
        await bench.cache.close()
        assert bench.made == [avatar(number) for number in (1, 2, 3, 4, 1, 5)]
        sizes = [stored.sealed_size async for stored in vault.stored() if "uses" not in stored.file]
        assert sum(sizes) == bench.cache.status().disk_bytes <= 8000
        spoil(tmp_path, avatar(4))
        bench.cache = Cache(vault, 0, 8000)
        for _ in range(2):
            await bench.get(avatar(4))
        assert bench.made[6:] == [avatar(4)]
        await bench.cache.forget("ann", "d4")
        assert await bench.cache.clean() > 0
        assert [stored async for stored in vault.stored()] == []
        await bench.cache.close()


names = st.integers(0, 7)
sizes = st.integers(0, 40)


@given(st.lists(st.tuples(st.sampled_from(["put", "use", "drop"]), names, sizes)), sizes, sizes)
def test_a_shelf_against_a_list(steps: list[tuple[str, int, int]], most: int, more: int) -> None:
    shelf: Shelf[int, int] = Shelf(most, lambda size: size)
    model: list[tuple[int, int]] = []
    for what, name, size in steps:
        held = dict(model).get(name)
        rest = [item for item in model if item[0] != name]
        if what == "put":
            shelf.put(name, size)
            model = [*rest, (name, size)]
        elif what == "use":
            assert shelf.use(name) == held
            model = rest if held is None else [*rest, (name, held)]
        else:
            shelf.drop(name)
            model = rest
        assert shelf.names == tuple(name for name, _ in model)
        assert shelf.bytes == sum(size for _, size in model)
    going = shelf.going(more)
    assert going == [name for name, _ in model[: len(going)]]
    over = shelf.bytes + more - most
    freed = [size for _, size in model[: len(going)]]
    assert over - sum(freed) <= 0 or len(going) == len(model)
    assert not going or over - sum(freed[:-1]) > 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, st.integers(500, 3000), st.booleans()), max_size=30), st.integers(0, 9000))
def test_it_never_holds_more_than_its_bounds(steps: list[tuple[int, int, bool]], memory: int) -> None:
    disk = 2 * memory

    async def holds() -> None:
        bench = Bench(memory, disk)
        model: list[tuple[int, int]] = []  # of the memory: number and size, used longest ago first
        for number, size, restarts in steps:
            if restarts:
                await bench.restart()
                model = []
            bench.size = size
            before = bench.cache.status().hits
            face = await bench.get(avatar(number))
            assert (bench.cache.status().hits > before) == (number in dict(model))
            model = [item for item in model if item[0] != number]
            if face.nbytes <= memory:
                model.append((number, face.nbytes))
            while sum(size for _, size in model) > memory:
                model.pop(0)
            status = bench.cache.status()
            assert (status.entries, status.bytes) == (len(model), sum(size for _, size in model))
            assert status.bytes <= memory
            assert status.disk_bytes == bench.vault.sealed()
        assert bench.vault.most <= disk
        await bench.cache.close()

    asyncio.run(holds())
