"""One client on a WebSocket, from its first message to its last.

A thin shell: what the client sends goes to the session, what the session performs and tells goes to the
client, one message at a time and in order. Nothing is queued but in the connection itself: who wants to send
waits for its turn, a chunk that has become void meanwhile is left out, and a client that does not read is let
go. Refuses to know the server that carries it, and whose session it is.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from visavis.conversation.stage import Doing, Interrupted, Pace, Talk
from visavis.streams import Crew, Worker
from visavis.transports.fragments import Head
from visavis.transports.incoming import Microphone, Traffic
from visavis.transports.messages import Fields, Select, carrying, told, written
from visavis.transports.screening import Chunk, Screening
from visavis.transports.wishes import Services, Wishes

REST_AHEAD: Final = 0.5
"""Seconds that what is between replies is sent ahead: a chunk of it, its sound that is late, and a margin."""

UNREAD: Final = 5.0
"""Seconds that a client may take to read a message."""

POLICY: Final = 1008
ENDED: Final = 1012
"""Codes to close with (RFC 6455, section 7.4.1, and its registry)."""


class Gone(Exception):
    """The client has gone. code: that it closed with."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the client has gone with {code}")
        self.code = code


class Wire(Protocol):
    """A connection to one client."""

    async def send(self, message: str | bytes) -> None:
        """Waits while the client does not read; may be cancelled. Raises Gone."""
        ...

    async def receive(self) -> str | bytes:
        """The next message. Raises Gone."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ends. code: to close it with. gone: the client did, with this code."""

    code: int
    reason: str = ""
    gone: bool = False


class _HangUp(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.ending = Ending(code, reason)


async def converse(
    wire: Wire,
    talk: Talk,
    services: Services,
    coding: Worker,
    *,
    first: Fields,
    select: Select,
    ahead: float = 0.8,
) -> Ending:
    """Serve a client until it goes, or has to.

    coding: the threads that encode. first: the first message. select: what is shown at the beginning.
    ahead: seconds of speech that are sent before they are due.
    """
    client = _Client(wire, talk, services, coding, select, ahead)
    try:
        await client.tell(first)
        async with Crew() as crew:
            tasks = [crew.begin(work()) for work in client.works]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                crew.dismiss()
        for task in done:
            task.result()
    except Gone as gone:
        return Ending(gone.code, gone=True)
    except _HangUp as hang_up:
        return hang_up.ending
    return Ending(ENDED, "the session has ended")


class _Client:
    def __init__(
        self, wire: Wire, talk: Talk, services: Services, coding: Worker, select: Select, ahead: float
    ) -> None:
        self._wire, self._talk, self._ahead = wire, talk, ahead
        self._wishes = Wishes(talk, services, select, self.tell, self._repace)
        self._screening = Screening(talk, self._pace, coding, self._send)
        self._turn = asyncio.Lock()
        self._chunks = 0
        self._head: Head | None = None
        self.works = self._listen, self._wishes.grant, self._report, self._screening.run

    @property
    def _pace(self) -> Pace:
        return Pace(self._ahead, REST_AHEAD if self._wishes.select.idle else None)

    async def _repace(self) -> None:
        await self._screening.repace(self._pace)

    async def _listen(self) -> None:
        """Take what the client sends as it comes."""
        traffic, microphone = Traffic(), Microphone()
        while True:
            message = await self._wire.receive()
            if not traffic.allows(len(message), asyncio.get_running_loop().time()):
                raise _HangUp(POLICY, "too many messages, or too large ones; send them as they arise")
            if isinstance(message, bytes):
                self._talk.hear(microphone.samples(message))
            else:
                await self._wishes.read(message)

    async def _report(self) -> None:
        """Tell what happens as it happens."""
        async with contextlib.aclosing(self._talk.events()) as events:
            async for event in events:
                match event:
                    case Interrupted():
                        self._screening.void()
                    case Doing(state):
                        self._screening.heed(state)
                await self.tell(told(event))

    async def tell(self, message: Fields) -> None:
        """Send a message when its turn has come."""
        async with self._turn:
            await self._put(written(message))

    async def _send(self, chunk: Chunk, is_void: Callable[[], bool]) -> None:
        async with self._turn:
            if is_void():
                return
            init = b"" if chunk.head == self._head else chunk.head.init
            fields = _described(chunk, self._chunks, init)
            await self._put(carrying(fields, init + chunk.data, binary=self._wishes.select.binary))
            self._head = chunk.head
            self._chunks += 1

    async def _put(self, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(UNREAD):
                await self._wire.send(message)
        except TimeoutError:
            raise _HangUp(POLICY, f"nothing was read for {UNREAD:g} s") from None


def _described(chunk: Chunk, index: int, init: bytes) -> Fields:
    """What a client is told of a chunk. init: what comes before its data, where that is needed."""
    fields: Fields = {
        "type": "video_chunk",
        "index": index,
        "start": round(chunk.start, 4),
        "duration": round(chunk.duration, 4),
        "spoken": chunk.spoken,
        "final": chunk.final,
        "cut": chunk.cut,
    }
    return fields | {"mime": chunk.head.mime} if init else fields
