"""The vault: files of owners, sealed under a key each, in a place that need not be trusted.

Owns when what is sealed, opened and wrapped; leaves the form to `cipher` and the lying about to a place.
Refuses to know what is in a file.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from visavis.avatars.vault import cipher, names
from visavis.avatars.vault.cipher import KEY, FileCipher, MasterKey, Sealing, Span, Unreadable
from visavis.avatars.vault.folder import Folder
from visavis.avatars.vault.keys import MasterKeys
from visavis.avatars.vault.place import Place, Sink
from visavis.contracts import Stream
from visavis.errors import NoSuchFile, StorageError
from visavis.streams import Worker, closing

_THREADS = 4  # pieces of reading and sealing at once, of all files
_OWN: Final = "vault"  # the owner of what is the vault's own


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it lies there: bytes with all that sealing adds, and when it was written, in UTC."""

    owner: str
    file: str
    sealed_size: int
    modified: datetime


class Writer:
    """A file on its way into the vault.

    sealed_size: bytes written so far, with all that sealing adds.
    """

    def __init__(self, worker: Worker, sink: Sink, sealing: Sealing) -> None:
        self._worker = worker
        self._sink = sink
        self._sealing = sealing
        self.sealed_size = 0

    async def write(self, content: bytes) -> None:
        """Append, in pieces of any size. Raises StorageError where there is no room."""
        await self._worker.run(partial(self._fill, content))

    def _fill(self, content: bytes) -> None:
        for sealed in self._sealing.feed(content):
            self._keep(sealed)

    def _keep(self, sealed: bytes) -> None:
        self._sink.write(sealed)
        self.sealed_size += len(sealed)

    def _finish(self) -> None:
        self._keep(self._sealing.finish())
        self._sink.commit()


class Vault:
    """Files by owner and name. Used from one event loop; other processes may use the same place.

    An owner is 1 to 64 small letters, digits and dashes; a file is 32 hex digits, or those, a slash and a
    part's name; anything else is a ValueError. What cannot be reached is a StorageError, what is not there
    a NoSuchFile, and what cannot be opened (damaged, changed, its master key lost) an Unreadable.
    """

    def __init__(self, place: Place, keys: MasterKeys) -> None:
        self._place = place
        self.keys = keys
        self._worker = Worker("vault", _THREADS)
        self._lister = Worker("vault-list")

    def writing(self, owner: str, file: str) -> AbstractAsyncContextManager[Writer]:
        """A file to fill: in its place, instead of an earlier one, on a clean exit; no trace of it otherwise.

        Memory: a chunk, and what the place holds back. Cancelled while it leaves, it is there or not.
        """
        return self._writing(names.joined(owner, file))

    async def put(self, owner: str, file: str, content: bytes) -> int:
        """Write a file at once; the bytes that it takes."""
        async with self.writing(owner, file) as writer:
            await writer.write(content)
        return writer.sealed_size

    def read(self, owner: str, file: str, start: int = 0, stop: int | None = None) -> Stream[bytes]:
        """The content from byte `start` to before `stop`, by chunks of at most 1 MiB, only those needed.

        Every chunk is authenticated before it is given. A file that is deleted or replaced under way ends
        the stream with an error.
        """
        if start < 0 or (stop is not None and stop < start):
            raise ValueError(f"there are no bytes from {start} to {stop}")
        return self._read(names.joined(owner, file), start, stop)

    async def get(self, owner: str, file: str) -> bytes:
        """The whole content."""
        return await self._worker.run(partial(self._whole, names.joined(owner, file)))

    async def size(self, owner: str, file: str) -> int:
        """Bytes of the content, as its place says; reading to the end proves that nothing was cut off."""
        return (await self._worker.run(partial(self._opened, names.joined(owner, file))))[1]

    async def delete(self, owner: str, file: str) -> None:
        """Delete a file, and folders that it leaves empty; deleting twice is deleting once."""
        await self._worker.run(partial(self._place.delete, names.joined(owner, file)))

    def stored(self, owner: str | None = None) -> Stream[Stored]:
        """Everything that is stored, or everything of an owner, in no order. Deleting under way is fine.

        What is the vault's own is not among it.
        """
        return self._stored(owner if owner is None else names.checked_owner(owner))

    async def secret(self, purpose: str) -> bytes:
        """32 random bytes for a purpose, the same ones for ever: made at first use, by whoever is first."""
        name = names.joined(_OWN, f"{sha256(purpose.encode()).hexdigest()[:32]}/secret")
        return await self._worker.run(partial(self._secret, name))

    async def rotate(self, progress: Callable[[int], None] = lambda done: None) -> int:
        """Wrap every file's key with the current master key; how many files had another one.

        Only heads are written. It can be broken off at any moment and begun again; files that cannot be
        opened are left and told of at the end. progress: gets the number of files looked at.

        Raises:
            StorageError: the place cannot be used, or some files could not be opened.
        """
        seen = changed = 0
        failures: list[Unreadable] = []
        async with contextlib.aclosing(self._listed(None)) as files:
            async for stored in files:
                name = names.joined(stored.owner, stored.file)
                rewrap = partial(self._place.patch, name, cipher.HEAD, partial(self._rewrapped, name))
                try:
                    changed += await self._worker.run(rewrap)
                except NoSuchFile:
                    continue  # deleted meanwhile
                except Unreadable as error:
                    failures.append(error)
                seen += 1
                progress(seen)
        if failures:
            raise StorageError(f"{len(failures)} of {seen} files keep their old master key: {failures[0]}")
        return changed

    async def sweep(self) -> int:
        """Remove what killed writers left, in this process or another; how many such leftovers."""
        return await self._worker.run(self._place.sweep)

    async def close(self) -> None:
        """Let what runs end, and free threads and connections."""
        async with closing(self._place), closing(self._lister), closing(self._worker):
            pass

    @contextlib.asynccontextmanager
    async def _writing(self, name: str) -> AsyncIterator[Writer]:
        sink, worker = self._place.create(name), Worker("vault-write")
        left = contextlib.ExitStack()
        left.callback(_give_up, sink)  # does nothing for what was committed
        left.callback(worker.close)  # before that: a cancelled write may still be under way
        async with closing(left):
            master = await worker.run(self.keys.newest)
            head, file_cipher = cipher.begun(master, name)
            writer = Writer(worker, sink, Sealing(file_cipher))
            await worker.run(partial(writer._keep, head))
            yield writer
            await worker.run(writer._finish)
            await worker.run(partial(self._keep_up, name, master))

    async def _read(self, name: str, start: int, stop: int | None) -> Stream[bytes]:
        file_cipher, size = await self._worker.run(partial(self._opened, name))
        for span in cipher.spans(size, start, stop):
            if content := await self._worker.run(partial(self._content, name, file_cipher, span)):
                yield content

    async def _stored(self, owner: str | None) -> Stream[Stored]:
        async with contextlib.aclosing(self._listed(owner)) as files:
            async for stored in files:
                if stored.owner != _OWN:
                    yield stored

    async def _listed(self, owner: str | None) -> Stream[Stored]:
        async with contextlib.aclosing(self._lister.iterate(self._place.pages(owner))) as pages:
            async for page in pages:
                for entry in page:
                    if parts := names.split(entry.name):
                        yield Stored(*parts, entry.size, entry.modified)

    def _opened(self, name: str) -> tuple[FileCipher, int]:
        """What opens a file's chunks, and the size of its content."""
        head = self._place.read(name, 0, cipher.HEAD)
        return self._unlocked(head.content, name), cipher.content_size(head.size, name)

    def _content(self, name: str, file_cipher: FileCipher, span: Span) -> bytes:
        sealed = self._place.read(name, span.at, span.at + cipher.SEALED_CHUNK).content
        return file_cipher.open(span.number, span.last, sealed)[span.first : span.until]

    def _whole(self, name: str) -> bytes:
        """Read at once, so that it is one file even if it is replaced meanwhile."""
        sealed = memoryview(self._place.read(name, 0, None).content)
        size = cipher.content_size(len(sealed), name)
        file_cipher = self._unlocked(sealed[: cipher.HEAD], name)
        return b"".join(
            file_cipher.open(span.number, span.last, sealed[span.at : span.at + cipher.SEALED_CHUNK])
            for span in cipher.spans(size)
        )

    def _unlocked(self, head: cipher.Content, name: str) -> FileCipher:
        return FileCipher(self.keys.named(cipher.master_id(head, name)).unwrap(head, name), name)

    def _secret(self, name: str) -> bytes:
        with contextlib.suppress(NoSuchFile):
            return self._whole(name)
        master = self.keys.newest()
        head, file_cipher = cipher.begun(master, name)
        sink = self._place.create(name)
        try:
            sink.write(head + file_cipher.seal(0, True, secrets.token_bytes(KEY)))
            sink.commit(first=True)
        finally:
            _give_up(sink)
        self._keep_up(name, master)
        return self._whole(name)  # which may be that of somebody else, who was first

    def _keep_up(self, name: str, master: MasterKey) -> None:
        """See that a new file does not escape a rotation which has begun since its head was written."""
        if self.keys.newest().id != master.id:
            with contextlib.suppress(NoSuchFile):  # deleted meanwhile
                self._place.patch(name, cipher.HEAD, partial(self._rewrapped, name))

    def _rewrapped(self, name: str, head: bytes) -> bytes | None:
        """A head for the current master key; None if it is one already."""
        old = self.keys.named(cipher.master_id(head, name))
        key = old.unwrap(head, name)
        return None if old.id == self.keys.current.id else self.keys.current.wrap(key, name)


def _give_up(sink: Sink) -> None:
    with contextlib.suppress(StorageError):  # the error that is on its way says more
        sink.abort()


def vault_at(url: str | Path, keys: MasterKeys) -> Vault:
    """The vault in a folder, or in a bucket: `s3://bucket/folder`, with the AWS_* environment.

    Raises:
        StorageError: there is no such kind of place, or what it needs is not installed.
    """
    kind, mark, _ = str(url).partition("://")
    if not mark or isinstance(url, Path):
        return Vault(Folder(Path(url).expanduser().absolute()), keys)
    if kind != "s3":
        raise StorageError(f"{kind}:// is no place for a vault; name a folder or s3://bucket/folder")
    try:
        from visavis.avatars.vault.bucket import Bucket
    except ModuleNotFoundError as error:
        raise StorageError("a vault in a bucket needs boto3; run: pip install 'visavis[s3]'") from error
    return Vault(Bucket(str(url)), keys)
