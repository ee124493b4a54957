"""A process that draws: orders come in on a socket, and it ends with it. It owns the real engine.

It is started with the descriptor of that socket, the engine's name, fps and seed. An animation is done on
the event loop, each line of calls on a thread of its own. An error of a kind that the server does not know is
written to standard error, which is the server's own, with where it happened.
"""

import asyncio
import contextlib
import faulthandler
import json
import os
import pickle
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from visavis.apart.line import Line
from visavis.apart.messages import (
    AHEAD,
    GRANT,
    PICTURE,
    Animate,
    Attend,
    Call,
    Forget,
    Kind,
    Order,
    Prepare,
    Rest,
    Tidy,
    Unpack,
    Version,
    excuse,
    receive,
    send,
    with_files,
)
from visavis.apart.slate import Slate, read, write
from visavis.contracts import Face, Prepared, Stream
from visavis.errors import VisavisError
from visavis.media import AudioChunk, VideoFrame
from visavis.plugins import engine
from visavis.streams import Channel, Crew, Worker, closing
from visavis.tidying import settle, tidy

PACKET: Final = 65_536
"""Bytes of an order, at most."""

FILES: Final = 3
"""Descriptors that come with one, at most."""

GRACE: Final = 5
"""Seconds behind the last order in which engine and threads have to end; the system ends them then."""

EXPENDABLE: Final = 300
"""Of 1000: by how much rather than the server the system takes this process when memory runs out, for this
one is started again."""


class Unspoken(Exception):
    """The speech has failed, as the other side knows."""


class Kept:
    """A face that the server knows by a number: prepared, or to be unpacked when it is first needed."""

    def __init__(self) -> None:
        self.prepared: Prepared | None = None
        self._lock = threading.Lock()

    def ready(self, face: Face, content: Callable[[], bytes]) -> Prepared:
        """The face. Blocks; its bytes are asked for once."""
        with self._lock:
            if self.prepared is None:
                self.prepared = face.unpacked(content())
            return self.prepared


class Atelier:
    """The engine at work. made: it, or what went wrong when it was made, which is then told to all."""

    def __init__(self, name: str, made: Face | Exception) -> None:
        self._name, self._made = name, made
        self._faces: dict[int, Kept] = {}
        self._unpacking = Worker("faces")

    async def open(self, orders: socket.socket) -> None:
        """Do what is ordered; when nobody orders any more, give up what is under way."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with closing(self._unpacking), Crew() as crew:

            def ordered() -> None:
                try:
                    content, files = with_files(orders, PACKET, FILES)
                except BlockingIOError:
                    return
                if content:
                    self._begin(pickle.loads(content), files, crew)
                else:
                    over.set()

            loop.add_reader(orders, ordered)
            await over.wait()
            loop.remove_reader(orders)
            signal.alarm(GRACE)
            crew.dismiss()

    def _begin(self, order: Order, files: list[int], crew: Crew) -> None:
        match order, files:
            case Animate(), [end, slate, file]:
                kept = self._faces.setdefault(order.face, Kept())
                crew.begin(self._animated(order, kept, socket.socket(fileno=end), slate, file))
            case Attend(), [end, slate]:
                crew.begin(self._attended(socket.socket(fileno=end), slate))
            case Forget(), _:
                self._faces.pop(order.face, None)
            case Tidy(), _:
                tidy()
            case _:  # descriptors have run out; the server sees a line that is closed
                for file in files:
                    os.close(file)

    # Animations, on the event loop.

    async def _animated(self, order: Animate, kept: Kept, end: socket.socket, slate: int, file: int) -> None:
        """One animation on its line; it ends when the line does."""
        task = asyncio.current_task()
        assert task is not None
        heard = Heard()
        line = Line(heard.message, task.cancel)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, file)
            board = stack.enter_context(contextlib.closing(Slate(AHEAD, slate)))
            stack.callback(line.drop)
            await line.open(end)
            try:
                await self._draw(order, kept, file, heard, line, board)
            except Unspoken:
                line.send(Kind.DEAF)
            except Exception as error:
                line.send(Kind.FAILED, self._excuse(error))
            else:
                line.send(Kind.DONE)
            await line.closed.wait()  # by the other side, who may not have read all of it yet

    async def _draw(
        self, order: Animate, kept: Kept, file: int, heard: "Heard", line: Line, board: Slate
    ) -> None:
        """Draw as long as there is room, and not ahead of it."""
        face = self._face
        prepared = kept.prepared
        if prepared is None:
            content = read(file)  # here, for the file is closed at once when this is cancelled
            prepared = await self._unpacking.run(lambda: kept.ready(face, lambda: content))
        frames = face.animate(heard.speech(line), prepared, order.first, order.look)
        async with contextlib.aclosing(frames):
            count = 0
            while True:
                await heard.room.acquire()
                if (frame := await anext(frames, None)) is None:
                    return
                board.put(count % AHEAD, frame.pixels)
                line.send(Kind.PICTURE, _picture(frame, prepared))
                count += 1

    # Calls, on threads.

    async def _attended(self, end: socket.socket, slate: int) -> None:
        async with closing(Worker("call")) as worker:
            await worker.run(partial(self._attend, end, slate))

    def _attend(self, end: socket.socket, slate: int) -> None:
        """Answer one call after another, until the other side hangs up."""
        with end, contextlib.closing(Slate(1, slate)) as board, contextlib.suppress(EOFError, OSError):
            while True:
                _, body, files = receive(end)
                try:
                    kind, answer = self._answer(pickle.loads(body), files, board)
                except Exception as error:
                    kind, answer = Kind.FAILED, self._excuse(error)
                finally:
                    for file in files:
                        os.close(file)
                send(end, kind, answer)

    def _answer(self, call: Call, files: list[int], board: Slate) -> tuple[Kind, bytes]:
        match call:
            case Version():
                return Kind.DONE, json.dumps(self._face.version).encode()
            case Prepare():
                prepared = self._face.prepare(call.portrait)
                write(files[0], self._face.packed(prepared))
                self._faces.setdefault(call.face, Kept()).prepared = prepared
                return Kind.DONE, json.dumps(prepared.nbytes).encode()
            case Unpack():
                prepared = self._faces.setdefault(call.face, Kept()).ready(self._face, partial(read, *files))
                return Kind.DONE, json.dumps(prepared.nbytes).encode()
            case Rest():
                prepared = self._faces.setdefault(call.face, Kept()).ready(self._face, partial(read, *files))
                frame = self._face.rest(prepared, call.frame, call.look)
                board.put(0, frame.pixels)
                return Kind.PICTURE, _picture(frame, prepared)

    @property
    def _face(self) -> Face:
        if isinstance(self._made, Exception):
            raise self._made.with_traceback(None)
        return self._made

    def _excuse(self, error: Exception) -> bytes:
        if not isinstance(error, VisavisError):
            traceback.print_exception(error)
        return excuse(error, self._name)


class Heard:
    """What comes in on the line of an animation. room: of pictures that may be drawn."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(AHEAD)
        self._chunks = Channel[bytes](1)
        self._failed = False

    def message(self, kind: Kind, body: bytes) -> None:
        if kind is Kind.TAKEN:
            for _ in range(GRANT):
                self.room.release()
        elif kind is Kind.SPEECH:
            self._chunks.send(body)
        else:
            self._failed = kind is Kind.UNSPOKEN
            self._chunks.close()

    async def speech(self, line: Line) -> Stream[AudioChunk]:
        """The speech, each chunk asked for when the engine asks; the first one is on its way by itself.

        Raises Unspoken where it fails.
        """
        async with contextlib.aclosing(self._chunks.receive()) as chunks:
            async for chunk in chunks:
                yield pickle.loads(chunk)
                line.send(Kind.LISTENS)
        if self._failed:
            raise Unspoken


def _picture(frame: VideoFrame, prepared: Prepared) -> bytes:
    return PICTURE.pack(int(frame.at), *frame.pixels.shape[:2], int(prepared.nbytes))


def _made(name: str, fps: int, seed: int) -> Face | Exception:
    try:
        face: Face = engine("face", name)(fps=fps, seed=seed)
    except Exception as error:
        return error
    return face


def _settled() -> None:
    """Be a process that its parent ends: Ctrl-C and the end of a service are told to all of them at once."""
    faulthandler.enable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # not SIG_IGN, which what an engine starts would inherit
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(EXPENDABLE))


def main() -> None:
    descriptor, name, fps, seed = sys.argv[1:]
    os.set_inheritable(int(descriptor), False)
    _settled()
    with socket.socket(fileno=int(descriptor)) as orders:
        orders.setblocking(False)
        made = _made(name, int(fps), int(seed))
        settle()
        try:
            asyncio.run(Atelier(name, made).open(orders))
        finally:
            if not isinstance(made, Exception):
                made.close()


if __name__ == "__main__":
    main()
