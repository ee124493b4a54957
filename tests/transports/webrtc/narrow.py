"""A network between a client and the server, without any rights of its own: a relay that loses and limits."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import cast

Address = tuple[str, int]


@dataclass
class Line:
    """One direction. rate: bits a second; 0 is no limit. queue: bytes that may wait. loses: which packets."""

    rate: float = 0.0
    queue: int = 30_000
    loses: Callable[[bytes], bool] = field(default=lambda packet: False)
    dropped: int = 0
    passed: int = 0
    free_at: float = 0.0

    def delay(self, packet: bytes, now: float) -> float | None:
        """Seconds until a packet is through, or None when it is lost."""
        size = len(packet)
        if self.loses(packet):
            self.dropped += 1
            return None
        if not self.rate:
            self.passed += size
            return 0.0
        begins = max(now, self.free_at)
        if (begins - now) * self.rate / 8 > self.queue:
            self.dropped += 1
            return None
        self.free_at = begins + 8 * (size + 28) / self.rate
        self.passed += size
        return self.free_at - now


class _End(asyncio.DatagramProtocol):
    """The socket that one side knows; what comes goes out of the other end's."""

    transport: asyncio.DatagramTransport

    def __init__(self, line: Line) -> None:
        self.line = line
        self.other: _End
        self.peer: Address | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.peer = addr
        loop = asyncio.get_running_loop()
        delay = self.line.delay(data, loop.time())
        if delay is not None:
            loop.call_later(delay, self.other.send, data)

    def send(self, data: bytes) -> None:
        if self.peer is not None and not self.transport.is_closing():
            self.transport.sendto(data, self.peer)

    @property
    def address(self) -> Address:
        host, port = self.transport.get_extra_info("sockname")[:2]
        return host, port


@dataclass
class Relay:
    """down: from the server to the client. near: where the client sends to."""

    down: Line
    up: Line
    near: _End
    far: _End

    def rewritten(self, answer: str) -> str:
        """An answer whose only candidate is the relay; what the client sends goes on to the server's."""
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer)
        assert found is not None
        self.far.peer = (found[1], int(found[2]))
        host, port = self.near.address
        told = f"a=candidate:1 1 udp 2122194687 {host} {port} typ host\r\na=ice-ufrag"
        kept = [line for line in answer.splitlines() if not line.startswith(("a=candidate", "a=end-of"))]
        return "\r\n".join([*kept, ""]).replace("a=ice-ufrag", told)


@contextlib.asynccontextmanager
async def relay(down: Line, up: Line | None = None) -> AsyncIterator[Relay]:
    """A relay on this machine."""
    up = up or Line()
    near, far = await _opened(up), await _opened(down)
    near.other, far.other = far, near
    try:
        yield Relay(down, up, near, far)
    finally:
        near.transport.close()
        far.transport.close()


async def _opened(line: Line) -> _End:
    loop = asyncio.get_running_loop()
    _, end = await loop.create_datagram_endpoint(lambda: _End(line), local_addr=("127.0.0.1", 0))
    return end
