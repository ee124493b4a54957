"""ClamAV's daemon, asked about an upload: clamd's INSTREAM command, over a Unix socket or TCP.

Owns the protocol (clamd(8)). Refuses to let anything pass that the daemon did not call clean: where it is
configured and away, slow or confused, nothing is taken.
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final, Protocol

from visavis.errors import StorageError, UploadError

PORT: Final = 3310
_PIECE: Final = 2**18
_LONGEST_REPLY: Final = 4096
_CLEAN, _FOUND, _TOO_LARGE = b"stream: OK", b" FOUND", b"size limit exceeded"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Scanner(Protocol):
    """Looks for viruses."""

    async def scan(self, content: AsyncGenerator[bytes, None]) -> None:
        """Return if there is none.

        Raises:
            UploadError: there is one.
            StorageError: it cannot be said.
        """
        ...


class Clamd:
    """The daemon at an address: a path of a socket, or "host:port"; the port is 3310 if none is named.

    patience: seconds for the whole of one scan.
    """

    def __init__(self, address: str, patience: float = 60.0) -> None:
        self.address = address
        self._patience = patience

    async def scan(self, content: AsyncGenerator[bytes, None]) -> None:
        """See Scanner."""
        try:
            async with asyncio.timeout(self._patience), contextlib.aclosing(content):
                reply = await self._asked(content)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise self._silent(str(error) or type(error).__name__) from error
        if reply == _CLEAN:
            return
        if reply.startswith(b"stream: ") and reply.endswith(_FOUND):
            name = reply[len("stream: ") : -len(_FOUND)].decode(errors="replace")
            raise UploadError("virus", f"the virus scanner found {_plain(name)} in the file; it is not taken")
        raise self._silent(_plain(reply.decode(errors="replace")))

    async def _asked(self, content: AsyncIterator[bytes]) -> bytes:
        """What it says to the content, without the zero byte at the end."""
        async with self._connected() as (reader, writer):
            try:
                writer.write(b"zINSTREAM\0")
                async for piece in content:
                    for at in range(0, len(piece), _PIECE):
                        part = piece[at : at + _PIECE]
                        writer.write(struct.pack("!I", len(part)) + part)
                        await writer.drain()
                writer.write(struct.pack("!I", 0))
                await writer.drain()
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has said why, and hung up
            return (await reader.readuntil(b"\0"))[:-1]

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        reader, writer = await self._connection()
        try:
            yield reader, writer
        finally:
            writer.transport.abort()  # `close` would wait until the daemon has read what is still to be sent
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connection(self) -> Connection:
        if "/" in self.address:
            return await asyncio.open_unix_connection(self.address, limit=_LONGEST_REPLY)
        host, _, port = self.address.rpartition(":")
        if not host:
            host, port = self.address, str(PORT)
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST_REPLY)

    def _silent(self, why: str) -> StorageError:
        return StorageError(
            f"the virus scanner at {self.address} does not answer as it should ({why}); start clamd, or see "
            "to its StreamMaxLength; until then nothing is taken"
        )


def _plain(text: str) -> str:
    """What a daemon said, short and printable."""
    return "".join(letter for letter in text if letter.isprintable())[:80]
