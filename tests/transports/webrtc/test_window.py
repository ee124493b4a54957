"""Clients that send more data than they were told they may, to a real connection."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest
from aiortc.rtcsctptransport import SCTP_DATA_FIRST_FRAG, DataChunk, RTCSctpTransport

from tests.transports.webrtc.client import connected
from tests.transports.webrtc.scripted import served
from visavis.transports.webrtc import window


def endless(sctp: RTCSctpTransport) -> Iterator[DataChunk]:
    """Pieces of one message that has no end."""
    for number in range(2_000):
        chunk = DataChunk(flags=0 if number else SCTP_DATA_FIRST_FRAG)
        chunk.stream_id, chunk.stream_seq, chunk.protocol = 1, sctp._outbound_stream_seq.get(1, 0), 51
        chunk.user_data = bytes(1_000)
        yield chunk


def scattered(sctp: RTCSctpTransport) -> Iterator[DataChunk]:
    """The beginnings of messages, each in another stream."""
    for number in range(100):
        chunk = DataChunk(flags=SCTP_DATA_FIRST_FRAG)
        chunk.stream_id, chunk.stream_seq, chunk.protocol, chunk.user_data = number, 0, 51, b"x"
        yield chunk


def crumbs(sctp: RTCSctpTransport) -> Iterator[DataChunk]:
    """As many pieces as there can be in few bytes."""
    for chunk in endless(sctp):
        chunk.user_data = b"x"
        yield chunk


@pytest.mark.parametrize("flood", [endless, scattered, crumbs])
async def test_who_sends_more_than_fits_is_let_go(
    flood: Callable[[RTCSctpTransport], Iterator[DataChunk]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "MOST_PIECES", 1_500)
    async with served() as there, connected(there.answer) as client:
        await client.until(lambda: client.typed("session"))
        (connection,) = there.peers._carried
        sctp, theirs = connection._peer.sctp, client.peer.sctp
        assert sctp is not None
        assert theirs is not None
        with contextlib.suppress(ConnectionError):
            for chunk in flood(theirs):
                chunk.tsn = theirs._local_tsn
                theirs._local_tsn = (theirs._local_tsn + 1) % 2**32
                await theirs._send_chunk(chunk)
                await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await there.until_empty()
        assert there.lobby.figures().talking == 0
        assert len(sctp._inbound_streams) <= window.MOST_STREAMS
        assert sum(len(stream.reassembly) for stream in sctp._inbound_streams.values()) <= 1_500


async def test_a_message_as_long_as_may_be_and_many_of_them_fit() -> None:
    async with served() as there, connected(there.answer) as client:
        await client.until(lambda: client.typed("session"))
        for _ in range(4):
            client.channel.send("x" * 60_000)
        await client.until(lambda: len(client.typed("error")) == 4)
        (connection,) = there.peers._carried
        assert connection._peer.sctp is not None
        assert connection._peer.sctp._advertised_rwnd == 2**20, "all that was read is given back"
