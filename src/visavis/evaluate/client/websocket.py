"""A client on the WebSocket, as the page is one: the face at rest too, and word of what is played."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from math import nan
from typing import Final
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from visavis.evaluate.client.address import Address, after, object_in, sentence_in
from visavis.evaluate.client.fragments import RATE, Fragments, Sample
from visavis.evaluate.client.loudness import levels
from visavis.evaluate.client.microphone import PIECE, Pace
from visavis.evaluate.client.player import Player
from visavis.evaluate.client.received import (
    Client,
    Fields,
    Heard,
    Look,
    Lost,
    Refused,
    Seen,
    Told,
    checked,
    ended_well,
    now,
    understood,
)
from visavis.evaluate.client.reel import Reel
from visavis.streams import Crew

PLAYED: Final = 0.25
"""Seconds between two words to the server about what is played; the page's."""

PAGE: Final = {"binary": "1", "idle": "1"}

ARRIVING: Final = 30.0
"""Seconds that the server may take to let somebody in."""

LARGEST: Final = 16 * 2**20
"""Bytes that one message may have: a chunk has less than one of a hundred of it."""

READING: Final = 20.0
"""Seconds that the server may take to read a message."""

HEAD: Final[Mapping[str, type]] = {
    "start": float, "duration": float, "spoken": bool, "final": bool, "cut": bool,
}  # fmt: skip
"""What a chunk tells of itself."""


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
    """chunks: all that came. cuts: when what was there and not yet played was thrown away.

    look: at each picture; None: none is decoded. reel: films what is seen and heard, as it is played.
    kept: is given the bytes of each chunk. ears: whether its microphone is on.
    """

    def __init__(
        self,
        look: Look | None = None,
        *,
        reel: Reel | None = None,
        kept: list[bytes] | None = None,
        ears: bool = True,
    ) -> None:
        super().__init__()
        self.chunks: list[Chunk] = []
        self.cuts: list[float] = []
        self._look, self._reel, self._kept, self._ears = look, reel, kept, ears
        self._player = Player()
        self._fragments = Fragments()
        self._socket: ClientConnection

    async def send(self, message: Fields) -> None:
        try:
            async with asyncio.timeout(READING):
                await self._socket.send(json.dumps(message))
        except ConnectionClosed as closed:
            raise Lost(_gone(closed)) from None
        except TimeoutError:
            raise Lost(f"the server has read nothing for {READING:g} s") from None

    async def run(self, socket: ClientConnection, crew: Crew) -> None:
        """Receive, tell what is played, and let the microphone hear, until the connection ends."""
        self._socket = socket
        works = [crew.begin(self._tell())]
        if self._ears:
            works.append(crew.begin(self._speak()))
        try:
            async for message in socket:
                if isinstance(message, str):
                    self._hear(Told(now(), understood(message)))
                else:
                    self._take(message, now())
                self.note()
            self.lose("the server has ended the conversation")
        except ConnectionClosed as closed:
            self.lose(_gone(closed))
        except Exception as error:
            # Whatever a server sends, who waits for it is told.
            self.lose(
                f"the server sent what no server of this version sends: {error or type(error).__name__}"
            )
        finally:
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

    def _hear(self, told: Told) -> None:
        self.told.append(told)
        if told.fields.get("type") == "interrupted":
            self._throw_away(told.came)

    def _throw_away(self, came: float) -> None:
        """What is there and was not played will not be; the page does the same."""
        self.cuts.append(came)
        if self._reel is not None:
            self._reel.cut(came)

    def _take(self, message: bytes, came: float) -> None:
        begin = 4 + int.from_bytes(message[:4], "big")
        fields = checked(message[4:begin], HEAD)
        start, duration, cut = fields["start"], fields["duration"], fields["cut"]
        if cut:
            self._fragments.seek()
            self._throw_away(came)
        left = self._player.arrived(start, duration, came, cut=cut)
        self.chunks.append(Chunk(came, start, duration, fields["spoken"], fields["final"], cut, left))
        if self._kept is not None:
            self._kept.append(message[begin:])
        for sample in self._fragments.samples(message[begin:]):
            self._play(sample, came)

    def _play(self, sample: Sample, came: float) -> None:
        plays = self._player.when(sample.begin)
        if sample.kind == "audio":
            sound = self._fragments.sound(sample)
            self.heard.append(Heard(came, plays, sample.begin, sample.duration, levels(sound, RATE)))
            if self._reel is not None:
                self._reel.heard(sound, plays)
            return
        if self._reel is not None:
            self._reel.seen(sample, plays, self._fragments.init)
        if self._look is None:
            self.seen.append(Seen(came, plays, sample.begin, nan))
            return
        for frame in self._fragments.pictures(sample):
            self.seen.append(Seen(came, plays, sample.begin, self._look(frame)))

    async def _tell(self) -> None:
        """Say what is played, again and again."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PLAYED)
                await self._socket.send(json.dumps({"type": "played", "at": self._player.position(now())}))

    async def _speak(self) -> None:
        """Let the microphone hear, in real time."""
        pace = Pace()
        with contextlib.suppress(ConnectionClosed):
            while True:
                ended = await pace.wait()
                piece = self.voice.piece(ended)
                if self._reel is not None:
                    self._reel.spoken(piece, ended - PIECE)
                await self._socket.send((piece * 32767).astype("<i2").tobytes())


@contextlib.asynccontextmanager
async def connected(
    address: Address,
    look: Look | None = None,
    choice: Mapping[str, str] = PAGE,
    *,
    reel: Reel | None = None,
    kept: list[bytes] | None = None,
    ears: bool = True,
) -> AsyncIterator[WebSocketClient]:
    """A client that has been greeted. choice: fields of avatar_selection; binary has to be among them.

    The others are as in WebSocketClient.

    Raises:
        Refused: it was not let in. Lost: nobody is there, or it was let go at once.
    """
    client = WebSocketClient(look, reel=reel, kept=kept, ears=ears)
    async with await _socket(address, choice) as socket, Crew() as crew:
        running = crew.begin(client.run(socket, crew))
        try:
            try:
                await client.until(lambda: client.messages("session"))
            except TimeoutError:
                raise Lost(
                    f"{address.url} greets nobody who comes to converse; is the server at work?"
                ) from None
            yield client
        finally:
            crew.dismiss()
    ended_well(running)


async def _socket(address: Address, choice: Mapping[str, str]) -> ClientConnection:
    try:
        return await connect(
            f"{address.socket}?{urlencode(choice)}",
            additional_headers=address.headers,
            max_size=LARGEST,
            compression=None,
            ping_interval=None,
            open_timeout=ARRIVING,
            proxy=None,
        )
    except InvalidStatus as error:
        answer = error.response
        said = sentence_in(object_in(bytes(answer.body or b"")) or {})
        raise Refused(answer.status_code, after(answer.headers), said) from None
    except (OSError, InvalidHandshake, InvalidURI) as error:
        said = str(error) or type(error).__name__
        raise Lost(f"nobody converses at {address.url} ({said}); is the server running?") from error


def _gone(closed: ConnectionClosed) -> str:
    """Why a connection is no more."""
    code = closed.rcvd.code if closed.rcvd is not None else 1006
    reason = closed.rcvd.reason if closed.rcvd is not None else ""
    if code == 1006:
        return "the server is gone: the connection broke off in the middle of the conversation"
    return f"the server has closed the conversation with {code}{f' ({reason})' if reason else ''}"
