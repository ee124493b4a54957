"""Holds a client to the window that it was told for its data (RFC 9260, section 6.2.1).

aiortc tells how much it can take, and then takes whatever comes: pieces of messages that never end, what
comes behind a gap that is never filled, and any number of streams. This is the one place that counts them; it
takes a few names of aiortc that are not public, which are held by its tests.
"""

from collections.abc import Callable
from typing import Final

from aiortc import RTCSctpTransport
from aiortc.rtcsctptransport import DataChunk

# Pieces that may wait in a stream for those that are missing: of a message there are a few dozen.
MOST_PIECES: Final = 2048

# Streams; a conversation uses one.
MOST_STREAMS: Final = 16


class Window:
    """Of one connection. overrun: called when the client has sent more than fits."""

    def __init__(self, sctp: RTCSctpTransport, overrun: Callable[[], None]) -> None:
        self._sctp, self._overrun = sctp, overrun
        self._receive = sctp._receive_data_chunk
        sctp._receive_data_chunk = self._received  # type: ignore[method-assign]

    async def _received(self, chunk: DataChunk) -> None:
        if self._fits(chunk):
            await self._receive(chunk)
        else:
            self._overrun()

    def _fits(self, chunk: DataChunk) -> bool:
        streams = self._sctp._inbound_streams
        if chunk.stream_id not in streams:
            return len(streams) < MOST_STREAMS
        waiting = len(streams[chunk.stream_id].reassembly)
        return waiting < MOST_PIECES and self._sctp._advertised_rwnd >= len(chunk.user_data)
