"""One upload on its way: on the disk, and readable by nobody but this process.

The key is in memory only and the file has no name, so whatever ends the process leaves nothing.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from types import TracebackType
from typing import BinaryIO, Final, Self

from visavis.avatars.vault.cipher import CHUNK, SEALED_CHUNK, FileCipher
from visavis.contracts import Stream
from visavis.errors import StorageError
from visavis.streams import Worker, closing

HEAD: Final = 4096


class Spool:
    """Bytes that are written once and read any number of times. Memory: a chunk or two.

    size: bytes written. head: the first 4096 of them.
    """

    def __init__(self) -> None:
        self.size = 0
        self.head = b""
        self._hash = hashlib.sha256()
        self._cipher = FileCipher(os.urandom(32), "spool")
        self._rest = bytearray()  # what is no full chunk yet
        self._chunks = 0
        self._file = _unnamed()
        self._worker = Worker("spool")

    @property
    def sha256(self) -> str:
        """Of what was written, in hex."""
        return self._hash.hexdigest()

    async def write(self, content: bytes) -> None:
        """Append. Raises StorageError where there is no room."""
        await self._worker.run(partial(self._append, content))

    async def read(self) -> Stream[bytes]:
        """Everything from the beginning, by chunks of at most 1 MiB."""
        for number in range(self._chunks):
            yield await self._worker.run(partial(self._chunk, number))
        if self._rest:
            yield bytes(self._rest)

    async def close(self) -> None:
        """Forget everything; closing twice is closing once."""
        # The error is that of a last write to a full disk.
        with contextlib.suppress(OSError), contextlib.closing(self._file):
            async with closing(self._worker):
                pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _append(self, content: bytes) -> None:
        self._hash.update(content)
        self.size += len(content)
        self.head += content[: HEAD - len(self.head)]
        for at in range(0, len(content), CHUNK):
            self._rest += memoryview(content)[at : at + CHUNK]
            if len(self._rest) >= CHUNK:
                self._put_by(self._rest[:CHUNK])
                del self._rest[:CHUNK]

    def _put_by(self, chunk: bytearray) -> None:
        with _sentences():
            self._file.seek(self._chunks * SEALED_CHUNK)
            self._file.write(self._cipher.seal(self._chunks, False, chunk))
        self._chunks += 1

    def _chunk(self, number: int) -> bytes:
        with _sentences():
            self._file.seek(number * SEALED_CHUNK)
            return self._cipher.open(number, False, self._file.read(SEALED_CHUNK))


def _unnamed() -> BinaryIO:
    with _sentences():
        return tempfile.TemporaryFile()


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        where = tempfile.tempdir or "a temporary folder"  # None as long as none that can be used was found
        raise StorageError(
            f"cannot keep what is sent in {where}: {said}; make room, or set TMPDIR"
        ) from error
