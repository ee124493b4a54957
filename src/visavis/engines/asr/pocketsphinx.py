"""The embedded ear: pocketsphinx, for English, with the model that its wheel brings.

It runs in a process of its own (pocketsphinx_worker), which this engine starts before it is needed and again
when it dies; each stretch of speech has a copy of that process to itself, and is decoded while it is spoken.
About one in five words of a clear voice is wrong: a mind that hears through it goes by keywords.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np

from visavis.contracts import Stream, Transcript
from visavis.engines.asr.pocketsphinx_worker import LENGTH, RATE
from visavis.errors import AudioError, EngineError
from visavis.media import AudioChunk, Language, Samples
from visavis.streams import Crew

PROGRAM: Final = Path(__file__).with_name("pocketsphinx_worker.py")
PATIENCE: Final = 10.0  # seconds; the words come some 0.2 s after the last sample
TRIES: Final = 2
AT_ONCE: Final = 8  # stretches; each takes some 30 MB and a quarter of a processor


class Pocketsphinx:
    """The engine. Its process is under way when the constructor returns, and is not waited for."""

    rate = RATE
    languages: tuple[Language, ...] = ("en",)

    def __init__(self, patience: float = PATIENCE, at_once: int = AT_ONCE) -> None:
        """Start the process.

        patience: seconds behind the speech, and its own length, after which a process that does not answer is
            taken for dead.
        at_once: stretches that are decoded at a time; more of them wait.

        Raises:
            EngineError: no process can be started.
        """
        self._patience = patience
        self._process = _Process()
        self._room = asyncio.Semaphore(at_once)

    @property
    def pid(self) -> int:
        """The number of the process at present; another one after it died."""
        return self._process.pid

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        """See contracts.Asr. All is heard as English; the words come without signs, in small letters.

        Closing ends the decoding at once.

        Raises:
            EngineError: the process died, or did not answer, twice on the same stretch; or it cannot start.
            AudioError: the speech has another rate than `rate`.
        """
        async with contextlib.aclosing(speech), self._room, Crew() as crew:
            stretch = _Stretch(self._patience)
            listening = crew.begin(stretch.listen(speech))
            listening.add_done_callback(stretch.end)
            try:
                for _ in range(TRIES):
                    async with contextlib.aclosing(self._process.words(stretch)) as words:
                        async for text, final in words:
                            yield Transcript(text, "en", final, 0.0, stretch.seconds)
                            if final:
                                return
                    if listening.done():
                        listening.result()  # what went wrong with the speech
            finally:
                stretch.leave()
                crew.dismiss()
        raise EngineError(
            f"pocketsphinx died {TRIES} times on the same {stretch.seconds:.1f} s of speech; "
            "say it in other words"
        )

    def close(self) -> None:
        """End the process. What is being transcribed ends with an EngineError."""
        self._process.close()


class _Stretch:
    """One stretch of speech on its way, kept until it is understood: another process may have to be asked.

    unanswered: whether a process has taken too long over it.
    """

    def __init__(self, patience: float) -> None:
        self.unanswered = False
        self._patience = patience
        self._messages: list[bytes] = []
        self._samples = 0
        self._writer: asyncio.StreamWriter | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._over = self._broken = False

    @property
    def seconds(self) -> float:
        return self._samples / RATE

    async def listen(self, speech: Stream[AudioChunk]) -> None:
        """Pass the speech on as it comes."""
        async for chunk in speech:
            if chunk.rate != RATE:
                raise AudioError(
                    f"pocketsphinx hears at {RATE} Hz, not at {chunk.rate}; convert the speech first"
                )
            if len(chunk.samples):
                self._samples += len(chunk.samples)
                sound = _pcm(chunk.samples)
                self._send(LENGTH.pack(len(sound)) + sound)
        self._over = True
        self._send(LENGTH.pack(0))
        self._wait()

    def end(self, listening: "asyncio.Task[None]") -> None:
        """Nothing more comes. Where that is because something went wrong, no answer is waited for."""
        self._broken = listening.cancelled() or listening.exception() is not None
        if self._broken and self._writer is not None:
            self._writer.transport.abort()

    def go_to(self, writer: asyncio.StreamWriter) -> None:
        """Let it all go to a process, what came already and what comes."""
        self.unanswered = False
        self._writer = writer
        if self._broken:
            writer.transport.abort()
        else:
            writer.writelines(self._messages)
            self._wait()

    def leave(self) -> None:
        """No answer is waited for any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _send(self, message: bytes) -> None:
        self._messages.append(message)
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(message)

    def _wait(self) -> None:
        if self._over and self._writer is not None:
            self.leave()
            patience = self._patience + self.seconds
            self._timer = asyncio.get_running_loop().call_later(patience, self._give_up, self._writer)

    def _give_up(self, writer: asyncio.StreamWriter) -> None:
        self.unanswered = True
        writer.transport.abort()


class _Process:
    """The process, and the socket that its stretches' sockets go to it through."""

    def __init__(self) -> None:
        self._closed = False
        self._start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    async def words(self, stretch: _Stretch) -> Stream[tuple[str, bool]]:
        """What is understood of a stretch, and whether that is final; ends without it where the process died.

        Raises EngineError where this engine was closed, or no process can understand anything.
        """
        reader, writer = await asyncio.open_unix_connection(sock=self._connected())
        asked = self.pid
        try:
            stretch.go_to(writer)
            while line := await _line(reader):
                kind, text = line[:1], line[1:].strip()
                if kind == "E":
                    raise EngineError(
                        f"pocketsphinx cannot understand anything: {text}; install it anew with: "
                        "pip install --force-reinstall pocketsphinx"
                    )
                yield text, kind == "F"
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        if stretch.unanswered and asked == self.pid:
            self._end()
        if self._closed:
            raise EngineError("the pocketsphinx engine was closed while it listened")

    def close(self) -> None:
        """Kill the process and all its copies."""
        self._closed = True
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        self._end()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._popen = subprocess.Popen(
                    (sys.executable, "-I", str(PROGRAM)),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise EngineError(f"no process could be started for pocketsphinx: {error}") from error
        ours.setblocking(False)
        self._socket = ours

    def _connected(self) -> socket.socket:
        """A socket to a copy of the process; of another process where that one is dead."""
        if self._closed:
            raise EngineError("the pocketsphinx engine is closed; make another one")
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._pass_on(theirs)
            except OSError:  # a broken pipe; or full, because nobody reads
                self._end()
                self._start()
                self._pass_on(theirs)
        return ours

    def _pass_on(self, theirs: socket.socket) -> None:
        socket.send_fds(self._socket, [b"."], [theirs.fileno()])

    def _end(self) -> None:
        """Kill the process, if it lives, and bury it. Its copies go on: each is somebody else's."""
        self._socket.close()
        self._popen.kill()
        self._popen.wait()


async def _line(reader: asyncio.StreamReader) -> str:
    """The next line; "" where there is none, even in the middle of one."""
    try:
        return (await reader.readuntil(b"\n")).decode()
    except (OSError, asyncio.IncompleteReadError):
        return ""


def _pcm(samples: Samples) -> bytes:
    """int16 in native order."""
    return (np.clip(samples, -1, 1) * np.float32(32767)).astype(np.int16).tobytes()
