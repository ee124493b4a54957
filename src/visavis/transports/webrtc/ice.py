"""Which addresses packets may be sent to, and which ones the server tells of itself.

Pure: it is told what the machine's addresses are. An ICE candidate in an offer is an address that packets are
sent to before anybody has answered from there, so whoever may make offers could let the server knock at any
door of its network (RFC 8445, section 19.5).

What is refused here costs no connection to a server that can be reached: the browser's own checks come from
the very address that was left out, prove that they know the password of the answer, and are answered there (a
peer-reflexive candidate, RFC 8445 section 7.3.1.3). Remote candidates are needed only where a firewall lets
answers in, and no questions: on the open internet, and on the networks that the server itself is on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface

# Of the addresses that the server tells of itself: each is a socket for every connection.
MOST_LOCAL: Final = 8

# No browser listens below; the services of machines do.
LOWEST_PORT: Final = 1024

# IPv4 addresses in other clothes: what they lead to cannot be seen (RFC 4291, 6052, 8215, 4380, 3056).
_DISGUISED: Final = tuple(
    IPv6Network(net)
    for net in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)

# Where clouds answer their own machines with secrets, besides link-local addresses.
_METADATA: Final = frozenset(
    ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)

_STUN: Final = re.compile(r"stun:(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the server can be reached.

    alone: only from this machine. own: its addresses that packets may leave from, with their networks.
    """

    alone: bool
    own: tuple[Interface, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses to tell of, IPv4 first."""
        ordered = sorted(
            dict.fromkeys(face.ip for face in self.own), key=lambda ip: (not ip.is_loopback, ip.version)
        )
        return tuple(map(str, ordered[:MOST_LOCAL]))

    def may_send_to(self, host: str, port: int) -> bool:
        """Whether packets may be sent to an address because somebody named it.

        Only to public addresses and to neighbours on the server's own networks; and to none at all where the
        server is for this machine alone. Names are nobody's: one that ends in .local, as browsers hide theirs
        behind, would have to be asked for from the whole network, and anybody there could answer.
        """
        try:
            address = ip_address(host)
        except ValueError:
            return False
        if self.alone or not LOWEST_PORT <= port <= 65535 or _is_special(address):
            return False
        if any(address in _outer(face) for face in self.own):
            return False
        return address.is_global or any(address in face.network for face in self.own)


def reach(host: str, interfaces: Iterable[Interface]) -> Reach:
    """Where a server that listens on `host` (an address, or a name) can be reached.

    A server for this machine alone is told of by all of the machine's addresses: browsers bind to one of
    them, and some systems let no packet go from there to 127.0.0.1.
    """
    known = [face for face in interfaces if not face.ip.is_link_local]
    listening = _address(host)
    if host == "localhost" or (listening is not None and listening.is_loopback):
        return Reach(True, tuple(known))
    outer = [face for face in known if not face.ip.is_loopback]
    if listening is not None and not listening.is_unspecified:
        outer = [face for face in outer if face.ip == listening]
    return Reach(False, tuple(outer))


def stun_among(urls: Iterable[str]) -> tuple[str, int] | None:
    """Host and port of the first STUN server, which the server asks how it is seen from outside.

    TURN servers are for browsers: one of the two relayed is enough, for this side sends to the relay first.
    """
    for found in filter(None, map(_STUN.fullmatch, urls)):
        return found["host"], int(found["port"] or 3478)
    return None


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_special(address: Address) -> bool:
    """Whether it is no single machine's, or one that nobody outside should have packets sent to."""
    if isinstance(address, IPv6Address) and (
        address.scope_id is not None or any(address in net for net in _DISGUISED)
    ):
        return True
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
    )


def _outer(face: Interface) -> tuple[Address, ...]:
    """Of a network of the server's own: the server, and the addresses that mean all of the network."""
    net = ip_network(face.network)
    return (face.ip, net.network_address, net.broadcast_address)
