"""The sealed form of a file: a head that holds the file's key, then chunks. Bytes in, bytes out.

    head    "visavis", version (1 byte), id of the master key (8), nonce (12), the file's key wrapped (48)
    chunk   1 MiB of content, in the last one what is left (nothing, for an empty file); tag (16)

All is AES-256-GCM. A file's key is random and seals one file once, so a chunk's nonce is its number. The
head is bound to the file's name; a chunk to the name, its number and whether it is the last (STREAM: Hoang
and others, "Online authenticated-encryption and its nonce-reuse misuse-resistance", 2015). So what was
changed, cut, put in another order or under another name does not open. An older file that is put back
whole under its own name does. Refuses disks, networks and threads.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from visavis.errors import StorageError

Content: TypeAlias = bytes | bytearray | memoryview

KEY: Final = 32
CHUNK: Final = 1 << 20
SEALED_CHUNK: Final = CHUNK + 16
_MAGIC: Final = b"visavis\x01"
_HEAD: Final = struct.Struct("8s8s12s48s")
HEAD: Final = _HEAD.size
_BOUND: Final = 16  # bytes of it that come before the nonce


class Unreadable(StorageError):
    """A file that is there and cannot be opened: it was changed, or its master key is not at hand."""


class MasterKey:
    """A key that wraps the keys of files.

    id: 16 hex digits that name it and tell nothing of it.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY:
            raise ValueError(f"a master key has {KEY} bytes, not {len(secret)}")
        self._secret = secret
        self._wrapping = AESGCM(self._expanded(b"visavis wrap"))
        self.id = self._expanded(b"visavis id", 8).hex()

    def wrap(self, key: bytes, name: str) -> bytes:
        """The head of the file `name`, with its key in it."""
        bound, nonce = _MAGIC + bytes.fromhex(self.id), os.urandom(12)
        return bound + nonce + self._wrapping.encrypt(nonce, key, bound + name.encode())

    def unwrap(self, head: Content, name: str) -> bytes:
        """The key of the file `name`, out of its head.

        Raises:
            Unreadable: the head was changed, or is that of another file.
        """
        _, _, nonce, wrapped = _HEAD.unpack(head)
        try:
            return self._wrapping.decrypt(nonce, wrapped, bytes(head[:_BOUND]) + name.encode())
        except InvalidTag as error:
            raise unreadable(name) from error

    def _expanded(self, info: bytes, length: int = KEY) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=info).derive(self._secret)


def master_id(head: Content, name: str) -> str:
    """The id of the master key that wrapped the key in this head.

    Raises:
        Unreadable: it is not the head of a file of the vault.
    """
    if len(head) != HEAD or head[: len(_MAGIC)] != _MAGIC:
        raise unreadable(name)
    return bytes(head[len(_MAGIC) : _BOUND]).hex()


class FileCipher:
    """Seals and opens the chunks of one file, in any order."""

    def __init__(self, key: bytes, name: str) -> None:
        self._gcm = AESGCM(key)
        self._name = name

    def seal(self, number: int, last: bool, content: Content) -> bytes:
        """Chunk `number`, counted from 0, as it is stored."""
        return self._gcm.encrypt(number.to_bytes(12, "big"), content, self._bound(number, last))

    def open(self, number: int, last: bool, sealed: Content) -> bytes:
        """What is in a chunk.

        Raises:
            Unreadable: it is not that chunk as it was sealed.
        """
        try:
            return self._gcm.decrypt(number.to_bytes(12, "big"), sealed, self._bound(number, last))
        except InvalidTag as error:
            raise unreadable(self._name) from error

    def _bound(self, number: int, last: bool) -> bytes:
        return struct.pack(">Q?", number, last) + self._name.encode()


def begun(master: MasterKey, name: str) -> tuple[bytes, FileCipher]:
    """The head of a new file, and what seals its chunks."""
    key = os.urandom(KEY)
    return master.wrap(key, name), FileCipher(key, name)


class Sealing:
    """Cuts what comes into chunks and seals them, one behind: only at the end is known which is the last."""

    def __init__(self, cipher: FileCipher) -> None:
        self._cipher = cipher
        self._number = 0
        self._rest = bytearray()

    def feed(self, content: bytes) -> Iterator[bytes]:
        """Sealed chunks, as soon as they are certain; iterate to the end. Holds two chunks at most."""
        for at in range(0, len(content), CHUNK):
            self._rest += memoryview(content)[at : at + CHUNK]
            if len(self._rest) > CHUNK:
                sealed = self._cipher.seal(self._number, False, self._rest[:CHUNK])
                del self._rest[:CHUNK]
                self._number += 1  # before it is given: no number may come twice
                yield sealed

    def finish(self) -> bytes:
        """The last chunk."""
        return self._cipher.seal(self._number, True, self._rest)


@dataclass(frozen=True, slots=True)
class Span:
    """A chunk that is needed, and what of it.

    at: where it begins in the sealed file. first, until: what is asked for, within its content.
    """

    number: int
    last: bool
    at: int
    first: int
    until: int


def content_size(sealed_size: int, name: str) -> int:
    """How many bytes are in a sealed file of this size.

    Raises:
        Unreadable: no sealed file has this size.
    """
    chunks, rest = divmod(sealed_size - HEAD, SEALED_CHUNK)
    empty = chunks == 0 and rest == 16
    if sealed_size <= HEAD or (0 < rest <= 16 and not empty):
        raise unreadable(name)
    return chunks * CHUNK + max(0, rest - 16)


def spans(size: int, start: int = 0, stop: int | None = None) -> Iterator[Span]:
    """The chunks that hold the bytes from `start` to before `stop`, of a file that holds `size` bytes.

    Without `stop` the last chunk is among them in any case, so that a file that was cut is noticed.
    """
    chunks = max(1, -(-size // CHUNK))
    end = size if stop is None else min(stop, size)
    behind = chunks if stop is None else -(-end // CHUNK)
    for number in range(min(start // CHUNK, chunks - 1), behind):
        begin = number * CHUNK
        yield Span(
            number, number == chunks - 1, HEAD + number * SEALED_CHUNK, max(0, start - begin), end - begin
        )


def unreadable(name: str) -> Unreadable:
    """The sentence for a file that is not as it was sealed; its owner is not told of."""
    file = name.partition("/")[2]
    return Unreadable(
        f"the stored file {file} is damaged or was changed, and cannot be opened; restore it from a copy"
    )
