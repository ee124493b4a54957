"""The sockets of a connection: on which of the machine's addresses and ports, and how they look from outside.

aioice gathers on all addresses but 127.0.0.1 and takes any port; here it is told both. That takes a few names
of aioice.Connection that are not public, which are used in this file only and held by its tests.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Final

import ifaddr
from aioice import Candidate, Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, server_reflexive_candidate
from aioice.stun import TransactionError

from visavis.transports.webrtc.ice import Interface

if TYPE_CHECKING:
    from aiortc import RTCPeerConnection

# Seconds for the STUN server to answer: whoever made an offer waits for it.
PATIENCE: Final = 1.0

# The only component: RTP and RTCP share a port (RFC 5761).
COMPONENT: Final = 1

# Bytes of a socket's buffer: a burst of pictures in both directions.
BUFFER: Final = 2**18


@dataclass(frozen=True, slots=True)
class Sockets:
    """Where sockets are opened.

    addresses: of this machine. ports: to choose from; range(1) lets the system choose. stun: host and port of
    a server that tells how they look from outside.
    """

    addresses: tuple[str, ...]
    ports: range = range(1)
    stun: tuple[str, int] | None = None


def interfaces() -> tuple[Interface, ...]:
    """The machine's addresses with their networks."""
    found = ((ip.ip if isinstance(ip.ip, str) else ip.ip[0], ip.network_prefix) for ip in _ips())
    return tuple(ip_interface(f"{address.partition('%')[0]}/{prefix}") for address, prefix in found)


def _ips() -> Iterable[ifaddr.IP]:
    return (ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)


async def gather(peer: "RTCPeerConnection", sockets: Sockets) -> None:
    """Open the sockets of a connection whose sections share one transport; to be called before it answers.

    An address that cannot be bound to is left out; without any the connection will never come about.
    """
    (transport,) = {transceiver.receiver.transport.transport for transceiver in peer.getTransceivers()}
    connection: Connection = transport.iceGatherer._connection
    connection._local_candidates_start = True
    for address in sockets.addresses:
        with contextlib.suppress(OSError):
            protocol = await _opened(connection, address, sockets.ports)
            connection._protocols.append(protocol)
            connection._local_candidates.append(protocol.local_candidate)
    if sockets.stun is not None:
        connection._local_candidates += await _seen(connection._protocols, sockets.stun)
    connection._local_candidates_end = True


async def _opened(connection: Connection, address: str, ports: range) -> StunProtocol:
    """A socket on one of the ports. Raises OSError when there is none left."""
    loop = asyncio.get_running_loop()
    tried = random.sample(ports, len(ports))
    for last, port in zip([False] * (len(tried) - 1) + [True], tried, strict=True):
        try:
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: StunProtocol(connection), local_addr=(address, port)
            )
        except OSError:
            if last:
                raise
        else:
            break
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    host, bound = transport.get_extra_info("sockname")[:2]
    protocol.local_candidate = Candidate(
        foundation=candidate_foundation("host", "udp", host),
        component=COMPONENT,
        transport="udp",
        priority=candidate_priority(COMPONENT, "host"),
        host=host,
        port=bound,
        type="host",
    )
    return protocol


async def _seen(protocols: Iterable[StunProtocol], stun: tuple[str, int]) -> list[Candidate]:
    """The sockets as a STUN server sees them; those that it does not answer for in time are left out."""
    inner = [protocol for protocol in protocols if ip_address(protocol.local_candidate.host).version == 4]
    found = await asyncio.gather(*(_seen_one(protocol, stun) for protocol in inner))
    return [candidate for candidate in found if candidate is not None]


async def _seen_one(protocol: StunProtocol, stun: tuple[str, int]) -> Candidate | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return (await server_reflexive_candidate(protocol, stun))[0]
    except (TimeoutError, OSError, TransactionError):
        return None
