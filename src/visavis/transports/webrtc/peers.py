"""All WebRTC connections of a server, each from its offer to its end.

A connection holds a seat, which frees its place by itself when nothing is heard from the client any more;
here it is told of every sign of life: messages, and reports about packets. Whatever goes wrong with a
connection ends that connection, and gives its place back.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Self

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from visavis.conversation.lobby import Seat
from visavis.streams import Crew, Worker, closing
from visavis.transports.messages import Alive, Fields, Select, failure, greeting
from visavis.transports.webrtc import offers
from visavis.transports.webrtc.gathering import Sockets, gather
from visavis.transports.webrtc.hearing import hear, prompt
from visavis.transports.webrtc.ice import Reach
from visavis.transports.webrtc.offers import Coding, Offer, OfferError
from visavis.transports.webrtc.overhearing import Overhearing
from visavis.transports.webrtc.quality import Quality
from visavis.transports.webrtc.repairing import Repairs
from visavis.transports.webrtc.stepping import Counts
from visavis.transports.webrtc.tracks import Performance
from visavis.transports.webrtc.window import Window
from visavis.transports.webrtc.wire import Rude, Wire
from visavis.transports.wishes import Services

# Seconds from an answer to the connection: ICE and DTLS take less than one, or never get there.
CONNECTING: Final = 15.0

# Seconds between signs of life that are given in a client's name while it connects.
RENEWING: Final = 1.0

# Seconds for a connection to say goodbye.
GOODBYE: Final = 3.0

_WHY: Final = {
    "moved": "the conversation goes on in another window",
    "withdrawn": "the consent for this face or voice was taken back; choose another one",
    "revoked": "the key was revoked; ask whoever runs this server for another one",
    "closing": "the server is being ended; try again in a moment",
}


class Peers:
    """As an asynchronous context manager; leaving it ends all connections.

    reach: which addresses packets may be sent to. sockets: where connections are made.
    connecting: seconds that a client has to connect in after it was answered.
    """

    def __init__(self, reach: Reach, sockets: Sockets, connecting: float = CONNECTING) -> None:
        self._reach, self._sockets = reach, sockets
        self._connecting = connecting
        self._crew = Crew()
        self._closing = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()
        self._carried: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        self._sounds = await self._stack.enter_async_context(closing(Worker("sound")))
        threads = max(1, (os.cpu_count() or 2) // 2)
        self._pictures = await self._stack.enter_async_context(closing(Worker("pictures", threads)))
        await self._stack.enter_async_context(self._crew)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closing.set()
        await self._stack.__aexit__(None, None, None)

    async def answer(
        self,
        sdp: str,
        enter: Callable[[], Awaitable[Seat]],
        services: Callable[[Seat], Services],
        select: Select = Select(),  # noqa: B008
    ) -> "Answer":
        """Answer an offer, and carry the connection from then on.

        enter: takes a seat for it. services: for who sits there. select: who is shown at the beginning.

        Raises:
            OfferError: it cannot be answered. Whatever `enter` raises; no seat is taken then.
        """
        offer = offers.read(sdp, self._reach.may_send_to)
        seat = await enter()
        async with contextlib.AsyncExitStack() as failed:
            failed.push_async_callback(seat.leave, seat.resumed)
            connection = _Connection(
                seat, services(seat), select, offer.pictures, self._sounds, self._pictures
            )
            failed.push_async_callback(connection.close)
            try:
                answer = await connection.answer(offer, self._sockets)
            except Exception as error:
                raise OfferError("the offer cannot be answered; send that of a browser") from error
            failed.pop_all()
        self._carried.add(connection)
        self._crew.begin(self._carry(connection))
        return Answer(answer, seat.token)

    @property
    def count(self) -> int:
        """How many connections there are, with those that are about to come about."""
        return len(self._carried)

    async def _carry(self, connection: "_Connection") -> None:
        try:
            await connection.carry(self._connecting, self._closing)
        finally:
            self._carried.discard(connection)


@dataclass(frozen=True, slots=True)
class Answer:
    """To an offer. session: the token of the session that the connection carries."""

    sdp: str
    session: str


class _Connection:
    """One of them: a seat, and what is said and heard on it."""

    def __init__(
        self,
        seat: Seat,
        services: Services,
        select: Select,
        coding: Coding,
        sounds: Worker,
        pictures: Worker,
    ) -> None:
        talk = seat.session
        self._seat, self._talk = seat, talk
        self._quality = Quality(talk.size, talk.fps, asyncio.get_running_loop().time())
        self._performance = Performance(talk, coding, lambda: self._quality.level, sounds, pictures)
        self._wire = Wire(talk, services, select, self._greeting, self._alive)
        self._connected, self._over = asyncio.Event(), asyncio.Event()
        self._microphones: list[MediaStreamTrack] = []
        self._peer = RTCPeerConnection(RTCConfiguration([]))
        self._peer.on("connectionstatechange", self._changed)
        self._peer.on("datachannel", self._wire.use)
        self._peer.on("track", self._offered)

    async def answer(self, offer: Offer, sockets: Sockets) -> str:
        """The SDP of the answer; from now on the client may connect."""
        sound, picture = self._performance.sound, self._performance.picture
        self._peer.addTransceiver(sound, "sendrecv" if offer.microphone else "sendonly")
        shown = self._peer.addTransceiver(picture, "sendonly").sender
        repairs = Repairs(lambda: self._quality.level.bitrate)
        self._overhearing = Overhearing(shown, repairs, self._reported, picture.want_whole)
        await self._peer.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        if self._peer.sctp is not None:
            self._window = Window(self._peer.sctp, self._over.set)
        await gather(self._peer, sockets)
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return str(self._peer.localDescription.sdp)

    async def carry(self, connecting: float, closing: asyncio.Event) -> None:
        """Until either side ends it; it takes a moment to say goodbye."""
        try:
            await _first(self._over.wait(), self._seat.ended(), closing.wait(), self._lived(connecting))
        except Rude as error:
            logging.info("a client was let go: %s", error)
        except Exception as error:
            logging.error("a connection did not end well: %s", type(error).__name__)
        finally:
            try:
                await self._seat.leave(keep=True)
                if (why := "closing" if closing.is_set() else self._seat.why) in _WHY:
                    await self._wire.part(failure(why, _WHY[why]))
            finally:
                await self.close()

    async def close(self) -> None:
        """End it; that it ends badly is nobody's concern."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(GOODBYE):
                await self._peer.close()
        self._performance.sound.stop()
        self._performance.picture.stop()

    async def _lived(self, connecting: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(connecting):
                await _first(self._connected.wait(), self._renewed())
        if self._connected.is_set():
            microphone = [self._hear(track) for track in self._microphones]
            wire = self._wire
            await _first(self._performance.run(), wire.tell(), wire.listen(), wire.grant(), *microphone)

    async def _renewed(self) -> None:
        """Keep the seat for a client that is about to connect."""
        while True:
            self._seat.renew()
            await asyncio.sleep(RENEWING)

    async def _hear(self, microphone: MediaStreamTrack) -> None:
        """A microphone that is switched off for good ends nothing else."""
        await hear(microphone, self._talk)
        await self._over.wait()

    # Told by aiortc

    def _changed(self) -> None:
        match self._peer.connectionState:
            case "connected":
                self._connected.set()
            case "failed" | "closed":
                self._over.set()

    def _offered(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._microphones.append(track)
            for receiver in self._peer.getReceivers():
                if receiver.track is track:
                    prompt(receiver)

    def _greeting(self) -> Fields:
        seat = self._seat
        return greeting(seat.token, self._talk, seat.session.recall(), resumed=seat.resumed)

    # Signs of life

    def _reported(self, counts: Counts) -> None:
        self._seat.renew()
        self._quality.count(counts)

    def _alive(self, sign: Alive) -> None:
        self._seat.renew()
        self._quality.hear(sign, asyncio.get_running_loop().time())


async def _first(*works: Coroutine[Any, Any, object]) -> None:
    """Until one of them ends; the others are cancelled then. Raises what ended it."""
    async with Crew() as crew:
        tasks = [crew.begin(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
    for task in done:
        task.result()
