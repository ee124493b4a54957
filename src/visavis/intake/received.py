"""Bytes as they come in, into a spool, and no more of them than are taken.

Owns the count. Refuses to know what the bytes are, and where the spool keeps them.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final, Protocol

from visavis.errors import TooLarge, UploadError

MOST: Final = 50 * 2**20


class Spool(Protocol):
    """One upload on its way.

    size: bytes written so far. head: the first 4096 of them, or all.
    """

    @property
    def size(self) -> int: ...

    @property
    def head(self) -> bytes: ...

    async def write(self, content: bytes) -> None: ...

    def read(self) -> AsyncGenerator[bytes, None]:
        """All that was written, in order; any number of times."""
        ...


async def received(source: AsyncIterator[bytes], spool: Spool, most: int = MOST) -> None:
    """Write what comes into the spool; the source is not asked for more once it has given too much.

    Raises:
        TooLarge: more than `most` bytes came; the piece that was one too many is not written.
        UploadError: nothing came.
    """
    async for piece in source:
        if spool.size + len(piece) > most:
            raise TooLarge(f"the file is larger than {most / 2**20:.0f} MB; send a smaller or shorter one")
        await spool.write(piece)
    if not spool.size:
        raise UploadError("empty", "the file is empty; choose another one")
