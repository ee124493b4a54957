"""A client on the WebSocket, as the page is one: the face at rest too, and word of what is played."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from math import nan
from typing import Any, Final
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bench.live.client import Client, Heard, Look, Refused, Seen, Told, ended_well, now
from bench.live.fragments import Fragments
from bench.live.house import House
from bench.live.playing import Player
from bench.live.voice import Pace
from visavis.streams import Crew

PLAYED: Final = 0.25
"""Seconds between two words to the server about what is played; the page's."""

PAGE: Final = {"binary": "1", "idle": "1"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One that has come. left: seconds that the player still had to play; None: it begins here."""

    came: float
    start: float
    duration: float
    spoken: bool
    final: bool
    cut: bool
    left: float | None


class WebSocketClient(Client):
    """chunks: all that came. look: at each picture; None: none is decoded."""

    def __init__(self, look: Look | None = None) -> None:
        super().__init__()
        self.chunks: list[Chunk] = []
        self._look = look
        self._player = Player()
        self._fragments = Fragments()
        self._socket: ClientConnection

    async def send(self, **message: Any) -> None:
        await self._socket.send(json.dumps(message))

    async def run(self, socket: ClientConnection, crew: Crew) -> None:
        """Receive, tell what is played, and let the microphone hear, until the connection ends."""
        self._socket = socket
        works = [crew.begin(work) for work in (self._play(), self._speak())]
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                if isinstance(message, str):
                    self.told.append(Told(now(), json.loads(message)))
                else:
                    self._take(message, now())
                self.note()
        for work in works:
            work.cancel()

    async def clocked(self) -> None:
        """The chunks tell of one timeline."""

    async def leave(self) -> None:
        """For good."""
        await self._socket.close(1000)

    def vanish(self) -> None:
        """Without a word."""
        self._socket.transport.abort()

    def fall_asleep(self) -> None:
        """Read nothing and answer nothing any more, though the connection is there."""
        self._socket.transport.pause_reading()

    def forget(self) -> None:
        super().forget()
        self.chunks = []

    def _take(self, message: bytes, came: float) -> None:
        begin = 4 + int.from_bytes(message[:4], "big")
        fields = json.loads(message[4:begin])
        start, duration, cut = fields["start"], fields["duration"], fields["cut"]
        if cut:
            self._fragments.seek()
        left = self._player.arrived(start, duration, came, cut=cut)
        self.chunks.append(Chunk(came, start, duration, fields["spoken"], fields["final"], cut, left))
        for sample in self._fragments.samples(message[begin:]):
            plays = self._player.when(sample.begin)
            if sample.kind == "audio":
                loudness = self._fragments.levels(sample)
                self.heard.append(Heard(came, plays, sample.begin, sample.duration, loudness))
            elif self._look is None:
                self.seen.append(Seen(came, plays, sample.begin, nan))
            else:
                for frame in self._fragments.pictures(sample):
                    self.seen.append(Seen(came, plays, sample.begin, self._look(frame)))

    async def _play(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PLAYED)
                await self.send(type="played", at=self._player.position(now()))

    async def _speak(self) -> None:
        pace = Pace()
        with contextlib.suppress(ConnectionClosed):
            while True:
                piece = self.voice.piece(await pace.wait())
                await self._socket.send((piece * 32767).astype("<i2").tobytes())


@contextlib.asynccontextmanager
async def connected(house: House, look: Look | None = None, **choice: str) -> AsyncIterator[WebSocketClient]:
    """A client that has been greeted. choice: fields of avatar_selection besides the page's own.

    Raises:
        Refused: it was not let in.
    """
    address = f"ws://127.0.0.1:{house.port}/ws/stream?{urlencode(PAGE | choice)}"
    client = WebSocketClient(look)
    try:
        socket = await connect(address, max_size=None, compression=None, ping_interval=None, proxy=None)
    except InvalidStatus as error:
        raise Refused(error.response.status_code) from None
    async with socket, Crew() as crew:
        running = crew.begin(client.run(socket, crew))
        try:
            await client.until(lambda: client.messages("session"))
            yield client
        finally:
            crew.dismiss()
    ended_well(running)
