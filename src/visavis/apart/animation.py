"""One animation on its line, as the server sees it: speech goes out when asked for, pictures come back."""

import asyncio
import contextlib
import pickle
import socket
from functools import partial

from visavis.apart.line import Line
from visavis.apart.messages import AHEAD, GRANT, Drawn, Kind, drawn, excused
from visavis.apart.slate import Slate
from visavis.contracts import Stream
from visavis.media import AudioChunk
from visavis.streams import Channel, Crew


class Broken(Exception):
    """The line ended before the animation did."""


async def animated(end: socket.socket, slate: Slate, speech: Stream[AudioChunk]) -> Stream[Drawn]:
    """The pictures of the animation at the other end of a socket, which is closed at the end.

    A chunk of `speech` is asked for when the engine asks for it, and never before; it is not closed here.

    Raises:
        Broken: the process died. Besides, what the engine raises, and what the speech does.
    """
    animation = _Animation()
    line = Line(animation.heard, animation.lost)
    try:
        await line.open(end)
        async with Crew() as crew:
            feeding = crew.begin(animation.feed(line, speech))
            feeding.add_done_callback(partial(_tell, line))
            try:
                async with contextlib.aclosing(animation.pictures.receive()) as pictures:
                    count = 0
                    async for body in pictures:
                        picture = drawn(slate, count % AHEAD, body)
                        count += 1
                        if count % GRANT == 0:
                            line.send(Kind.TAKEN)
                        yield picture
            finally:
                crew.dismiss()
        animation.ended(feeding)
    finally:
        line.drop()


class _Animation:
    """What has come of it so far."""

    def __init__(self) -> None:
        self.pictures = Channel[bytes](AHEAD)
        self._wanted = asyncio.Semaphore(1)
        self._end: tuple[Kind, bytes] | None = None

    async def feed(self, line: Line, speech: Stream[AudioChunk]) -> None:
        """Let the engine have a chunk whenever it wants one."""
        chunk: AudioChunk | None
        while True:
            await self._wanted.acquire()
            if (chunk := await anext(speech, None)) is None:
                line.send(Kind.SPOKEN)
                return
            line.send(Kind.SPEECH, pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL))

    def heard(self, kind: Kind, body: bytes) -> None:
        """A message came."""
        if kind is Kind.PICTURE:
            self.pictures.send(body)
        elif kind is Kind.LISTENS:
            self._wanted.release()
        else:
            self._end = kind, body
            self.pictures.close()

    def lost(self) -> None:
        """No message comes any more."""
        self.pictures.close()

    def ended(self, feeding: "asyncio.Task[None]") -> None:
        """Raises what it ended with, unless all is well."""
        match self._end:
            case None:
                raise Broken
            case Kind.FAILED, body:
                raise excused(body)
            case Kind.DEAF, _ if feeding.cancelled():
                raise RuntimeError(
                    "the speech was cancelled from within, its worker perhaps closed too early"
                )
            case Kind.DEAF, _:
                feeding.result()


def _tell(line: Line, feeding: "asyncio.Task[None]") -> None:
    """Let the engine know when the speech has failed; it would wait for it for ever."""
    if feeding.cancelled() or feeding.exception() is not None:
        line.send(Kind.UNSPOKEN)
