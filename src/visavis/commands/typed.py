"""Text that arrives on a file descriptor, as it arrives."""

import codecs
import os
import select
from collections.abc import Iterator

from visavis.errors import TextError

MOST = 4096


class Typed:
    """UTF-8 text from a terminal, a pipe or a file; may be read by one thread and closed by another.

    A read cannot be interrupted, so it waits for two things at once: for text, and for being closed.
    """

    def __init__(self, source: int) -> None:
        self._source = source
        self._wake, self._waker = os.pipe()

    def pieces(self) -> Iterator[str]:
        """What has arrived since the last piece, at least a character; ends with the text, or when closed.

        To be called once.

        Raises:
            TextError: what arrives is not UTF-8, or cannot be read.
        """
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            for content in self._arriving():
                try:
                    piece = decoder.decode(content, final=not content)
                except UnicodeDecodeError as error:
                    raise TextError("the text on standard input is not UTF-8; convert it first") from error
                if piece:
                    yield piece
        finally:
            os.close(self._wake)

    def _arriving(self) -> Iterator[bytes]:
        """Bytes as they come, at last b""; nothing more when closed."""
        content = b"?"
        while content:
            try:
                ready, _, _ = select.select([self._source, self._wake], [], [])
                if self._wake in ready:
                    return
                content = os.read(self._source, MOST)
            except OSError as error:
                said = (error.strerror or str(error)).lower()
                raise TextError(
                    f"standard input cannot be read: {said}; give the text in place of -"
                ) from error
            yield content

    def close(self) -> None:
        """End `pieces`, also while it waits. Closing twice is closing once."""
        if self._waker >= 0:
            os.close(self._waker)
            self._waker = -1
