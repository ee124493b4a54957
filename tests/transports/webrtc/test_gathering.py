import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from aiortc import RTCConfiguration, RTCPeerConnection

from visavis.transports.webrtc.gathering import Sockets, gather, interfaces


@contextlib.asynccontextmanager
async def gathered(sockets: Sockets) -> AsyncIterator[list[tuple[str, int, str]]]:
    """The candidates in the offer of a connection that was told where to gather."""
    peer = RTCPeerConnection(RTCConfiguration([]))
    try:
        peer.addTransceiver("audio")
        await gather(peer, sockets)
        await peer.setLocalDescription(await peer.createOffer())
        told = [line.split() for line in peer.localDescription.sdp.splitlines() if "a=candidate" in line]
        yield [(words[4], int(words[5]), words[7]) for words in told]
    finally:
        await peer.close()


class Mirror(asyncio.DatagramProtocol):
    """A STUN server that has its own idea of where questions come from."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked = stun.parse_message(data)
        answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, asked.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = ("203.0.113.9", 4711)
        self.transport.sendto(bytes(answer), addr)


def test_this_machine_has_addresses() -> None:
    assert "127.0.0.1" in {str(face.ip) for face in interfaces()}


async def test_sockets_are_on_the_addresses_that_are_told() -> None:
    async with gathered(Sockets(("127.0.0.1", "127.0.0.2"))) as found:
        assert [(host, kind) for host, _, kind in found] == [("127.0.0.1", "host"), ("127.0.0.2", "host")]


async def test_an_address_of_somebody_else_is_left_out() -> None:
    async with gathered(Sockets(("192.0.2.77", "127.0.0.1"))) as found:
        assert [host for host, _, _ in found] == ["127.0.0.1"]


async def test_ports_are_among_those_that_are_told() -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with gathered(Sockets(("127.0.0.1",), range(port, port + 8))) as found:
            assert port < found[0][1] < port + 8
        async with gathered(Sockets(("127.0.0.1",), range(port, port + 1))) as found:
            assert not found


async def test_a_stun_server_tells_how_it_looks_from_outside() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Mirror, local_addr=("127.0.0.1", 0))
    asked = transport.get_extra_info("sockname")[:2]
    async with gathered(Sockets(("127.0.0.1",), stun=asked)) as found:
        assert [kind for _, _, kind in found] == ["host", "srflx"]
        assert found[1][:2] == ("203.0.113.9", 4711)
    transport.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
async def test_a_stun_server_that_is_silent_costs_a_second_and_no_more(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.transports.webrtc.gathering.PATIENCE", 0.05)
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
        silent.bind(("127.0.0.1", 0))
        async with gathered(Sockets(("127.0.0.1",), stun=(host, silent.getsockname()[1]))) as found:
            assert [kind for _, _, kind in found] == ["host"]
