"""Prepared faces, kept for the next time: in memory, and sealed in the vault.

Owns the bounds, in bytes, in both places, where what was used longest ago goes first; and that one caller at
a time prepares a face while the others wait for it. What is kept can be made anew at any time, so that
no trouble with it is ever the user's. Refuses to know what a prepared face is: only its engine packs it.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final, Generic, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

from visavis.arrays import packed, unpacked
from visavis.avatars.vault import Unreadable, Vault
from visavis.contracts import Prepared
from visavis.errors import NoSuchFile, StorageError
from visavis.streams import Crew, Worker, closing

P = TypeVar("P", bound=Prepared)
K = TypeVar("K")
V = TypeVar("V")

Name: TypeAlias = tuple[str, str]  # a file in the vault: whose, and which

PART: Final = "prepared"

# The order in which the files were used, for the next process: a list of their names.
_USES: Final[Name] = ("cache", f"{'0' * 32}/{PART}-uses")

# What sealing adds to a file, at most: a header, and a tag for each chunk.
_SEAL: Final = 4096

_SECONDS_BETWEEN_LISTINGS: Final = 60.0

# Packed faces that wait for a slow place, in memory; a face that comes when so many do is not kept there.
_MOST_BEHIND: Final = 4


@dataclass(frozen=True, slots=True)
class Key:
    """What a prepared face depends on.

    digest: of the avatar's own content. engine: the title of who prepared it. width, height: of its pictures.
    """

    owner: str
    digest: str
    engine: str
    width: int
    height: int

    @property
    def name(self) -> Name:
        """Its file: all those of one avatar begin alike."""
        made = repr((self.engine, self.width, self.height))
        return self.owner, f"{_item(self.digest)}/{PART}-{sha256(made.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Status:
    """How well it serves.

    entries, bytes, most_bytes: of what is in memory; disk_bytes: in the vault, once it has been
        looked at.
    hits, disk_hits, misses: how often a face was in memory, in the vault, or had to be made.
    evictions: how many had to go for others.
    """

    entries: int
    bytes: int
    most_bytes: int
    hits: int
    disk_hits: int
    misses: int
    evictions: int
    disk_bytes: int

    @property
    def hit_rate(self) -> float:
        """0..1, the share of faces that did not have to be made; 0 before the first one."""
        found = self.hits + self.disk_hits
        return found / (found + self.misses) if found else 0.0


class Shelf(Generic[K, V]):
    """Things that take room, in the order of their use."""

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self.most = most
        self._size = size
        self._things: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._things)

    @property
    def names(self) -> tuple[K, ...]:
        """Of all things, the one used longest ago first."""
        return tuple(self._things)

    @property
    def bytes(self) -> int:
        """Measured anew each time: a face grows while it is drawn."""
        return sum(map(self._size, self._things.values()))

    def use(self, name: K) -> V | None:
        """A thing, which is the last one used from now on."""
        if name in self._things:
            self._things.move_to_end(name)
        return self._things.get(name)

    def put(self, name: K, thing: V) -> None:
        """Add a thing, or another one in its place, as the last one used."""
        self._things[name] = thing
        self._things.move_to_end(name)

    def drop(self, name: K) -> None:
        """Remove a thing, if it is there."""
        self._things.pop(name, None)

    def going(self, more: int = 0) -> list[K]:
        """The things that have to go before `more` bytes can come."""
        over, going = self.bytes + more - self.most, []
        for name, thing in self._things.items():
            if over <= 0:
                break
            going.append(name)
            over -= self._size(thing)
        return going


class Cache:
    """Prepared faces by key. Used from one event loop; other processes may keep theirs in the same vault."""

    def __init__(self, vault: Vault, memory_bytes: int, disk_bytes: int) -> None:
        self._vault = vault
        self._worker = Worker("cache")
        self._writing = Crew()
        self._behind = 0
        self._memory: Shelf[Key, Prepared] = Shelf(memory_bytes, lambda face: face.nbytes)
        self._disk: Shelf[Name, int] = Shelf(disk_bytes, lambda size: size)
        self._making: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        self._disk_lock = asyncio.Lock()
        self._listed_at: float | None = None
        self._forgets = self._hits = self._disk_hits = self._misses = self._evictions = 0

    async def open(self) -> None:
        """See what is in the vault from earlier; happens by itself at the first face that is not in memory.

        Raises StorageError where the vault cannot be reached.
        """
        async with self._disk_lock:
            await self._make_room(0)

    async def prepared(
        self,
        key: Key,
        make: Callable[[], Awaitable[P]],
        pack: Callable[[P], bytes],
        unpack: Callable[[bytes], P],
    ) -> P:
        """The face of a key: out of memory, out of the vault, or made.

        It is written to the vault behind the caller's back.

        make: one caller makes it while the others wait; if that one is cancelled or fails, the next one does.
        pack, unpack: run on a thread; of one type for one key, always. Raises what `make` raises.
        """
        making = self._making.setdefault(key, asyncio.Lock())
        async with making:
            if (kept := self._memory.use(key)) is not None:
                self._hits += 1
                self._disk.use(key.name)
                self._trim()
                return cast(P, kept)
            forgets = self._forgets
            face = await self._from_disk(key.name, unpack)
            found = face is not None
            if face is None:
                self._misses += 1
                face = await make()
            if forgets == self._forgets:
                self._remember(key, face)
        if not found and self._behind < _MOST_BEHIND:
            await self._keep(key.name, partial(pack, face), forgets)
        return face

    async def settled(self) -> None:
        """Wait until what was made lies in the vault, or cannot be kept there."""
        async with self._writing:
            pass

    async def forget(self, owner: str, digest: str | None = None) -> None:
        """Drop an owner's faces, or those of one avatar, and those that are just being made.

        Raises StorageError where the vault cannot be reached; what was in memory is gone even then.
        """
        self._forgets += 1
        for key in self._memory.names:
            if key.owner == owner and digest in (None, key.digest):
                self._memory.drop(key)
        await self._delete(owner, "" if digest is None else _item(digest))

    async def clean(self) -> int:
        """Drop everything; how many bytes that has freed in the vault.

        Raises StorageError where the vault cannot be reached.
        """
        self._forgets += 1
        for key in self._memory.names:
            self._memory.drop(key)
        return await self._delete(None, "")

    def status(self) -> Status:
        """The figures up to now."""
        return Status(
            entries=len(self._memory),
            bytes=self._memory.bytes,
            most_bytes=self._memory.most,
            hits=self._hits,
            disk_hits=self._disk_hits,
            misses=self._misses,
            evictions=self._evictions,
            disk_bytes=self._disk.bytes,
        )

    async def close(self) -> None:
        """Write what waits, note the order of use for the next process, and free the thread."""
        async with closing(self._worker):
            await self.settled()
            async with self._disk_lock:
                if self._listed_at is not None:
                    with contextlib.suppress(StorageError):
                        await self._note_uses()

    def _remember(self, key: Key, face: Prepared) -> None:
        if face.nbytes <= self._memory.most:
            self._memory.put(key, face)
        self._trim()

    def _trim(self) -> None:
        for key in self._memory.going():
            self._memory.drop(key)
            self._evictions += 1

    async def _from_disk(self, name: Name, unpack: Callable[[bytes], P]) -> P | None:
        """A face out of the vault; None if it is not there, or is damaged, and then it is no longer there."""
        try:
            if self._listed_at is None:
                await self.open()
            content = await self._vault.get(*name)
            face = await self._worker.run(partial(unpack, content))
        except NoSuchFile:
            self._disk.drop(name)
            return None
        except (StorageError, ValueError, KeyError, TypeError) as error:
            logging.warning("a prepared face could not be read and is made anew: %s", type(error).__name__)
            if isinstance(error, Unreadable) or not isinstance(error, StorageError):
                with contextlib.suppress(StorageError):
                    await self._vault.delete(*name)
                    self._disk.drop(name)
            return None
        if self._disk.use(name) is None:
            self._disk.put(name, len(content))
        self._disk_hits += 1
        return face

    async def _keep(self, name: Name, pack: Callable[[], bytes], forgets: int) -> None:
        """Pack a face before it is drawn and changes, and let it be written."""
        try:
            content = await self._worker.run(pack)
        except TypeError as error:
            logging.warning("a prepared face could not be kept: %s", type(error).__name__)
            return
        size = len(content) + len(content) // 1000 + _SEAL
        if size <= self._disk.most:
            self._behind += 1
            self._writing.begin(self._to_disk(name, content, size, forgets))

    async def _to_disk(self, name: Name, content: bytes, size: int, forgets: int) -> None:
        """Write a face, unless it was to be forgotten meanwhile, or nothing can be kept in the vault."""
        try:
            async with self._disk_lock:
                if forgets == self._forgets:
                    await self._make_room(size)
                    self._disk.put(name, await self._vault.put(*name, content))
        except StorageError as error:
            logging.warning("a prepared face could not be kept: %s", type(error).__name__)
        finally:
            self._behind -= 1

    async def _make_room(self, size: int) -> None:
        """Delete what was used longest ago, until `size` bytes more are within the bound."""
        await self._list()
        for name in self._disk.going(size):
            await self._vault.delete(*name)
            self._disk.drop(name)
            self._evictions += 1

    async def _list(self) -> None:
        """Look what is in the vault, where other processes may have put things, once a minute at most."""
        now = asyncio.get_running_loop().time()
        if self._listed_at is not None and now < self._listed_at + _SECONDS_BETWEEN_LISTINGS:
            return
        there = {
            (stored.owner, stored.file): stored
            async for stored in self._vault.stored()
            if _is_ours(stored.file)
        }
        there.pop(_USES, None)
        uses = {name: place for place, name in enumerate(await self._noted_uses())}
        unknown = there.keys() - set(self._disk.names)
        # What is not noted was written since.
        for name in sorted(unknown, key=lambda name: (uses.get(name, len(uses)), there[name].modified)):
            self._disk.put(name, there[name].sealed_size)
        for name in set(self._disk.names) - there.keys():
            self._disk.drop(name)
        if self._listed_at is not None:  # something may have been used since
            with contextlib.suppress(StorageError):
                await self._note_uses()
        self._listed_at = now

    async def _delete(self, owner: str | None, item: str) -> int:
        """Delete the files of one owner, or of all, that begin with an item; how many bytes they were."""
        freed = 0
        async with self._disk_lock:
            for stored in [stored async for stored in self._vault.stored(owner)]:
                if _is_ours(stored.file) and stored.file.startswith(item):
                    await self._vault.delete(stored.owner, stored.file)
                    self._disk.drop((stored.owner, stored.file))
                    freed += stored.sealed_size
            await self._note_uses()
        return freed

    async def _noted_uses(self) -> tuple[Name, ...]:
        try:
            return unpacked(await self._vault.get(*_USES), tuple[Name, ...])
        except (StorageError, ValueError):
            return ()

    async def _note_uses(self) -> None:
        if self._disk.names:
            await self._vault.put(*_USES, packed(self._disk.names))
        else:
            await self._vault.delete(*_USES)


def _item(digest: str) -> str:
    return sha256(digest.encode()).hexdigest()[:32]


def _is_ours(file: str) -> bool:
    return file.partition("/")[2].startswith(f"{PART}-")
