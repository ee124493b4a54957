"""One process that draws, as the server sees it, from its start to its end.

It is asked for everything on lines: pairs of sockets, whose other end it is sent. An animation has a line of
its own; a call that blocks has one as long as it blocks, which then rests for the next. A process that dies
closes its lines, and so everything that waits for it knows.
"""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from visavis.apart.messages import Animate, Attend, Call, Forget, Kind, Order, Tidy, receive, send
from visavis.apart.slate import Slate
from visavis.errors import EngineError

PROGRAM: Final = "visavis.apart.worker"

DYING: Final = 0.2
"""Seconds from the end of a process's lines to its own."""


class CallLine:
    """A line for one call at a time, and the slate that its pictures come on."""

    def __init__(self, end: socket.socket, slate: Slate) -> None:
        self.slate = slate
        self._end = end

    def ask(self, call: Call, files: Sequence[int]) -> tuple[Kind, bytes]:
        """The answer. Blocks. Raises EOFError or OSError where the process died."""
        send(self._end, Kind.CALL, pickle.dumps(call, pickle.HIGHEST_PROTOCOL), files)
        kind, body, _ = receive(self._end)
        return kind, body

    def close(self) -> None:
        self._end.close()
        self.slate.close()


class Process:
    """It is under way when the constructor returns, and is not waited for.

    answered: whether it has ever answered anything. fate: how it ended, as in "was killed by SIGSEGV".
    """

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        """Raises EngineError where it cannot be started."""
        self.answered = False
        self.fate = ""
        self._resting: deque[CallLine] = deque()
        self._left = False
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._popen = subprocess.Popen(
                    (sys.executable, "-P", "-m", PROGRAM, str(theirs.fileno()), *arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=environ,
                    start_new_session=True,
                )
            except OSError as error:
                self._orders.close()
                raise EngineError(f"no process could be started for drawing: {error}") from error
        self._orders.setblocking(False)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def worked(self) -> float:
        """Seconds of processors that it has used; 0 once it is dead."""
        with contextlib.suppress(OSError):
            return time.clock_gettime(_clock(self.pid))
        return 0.0

    @property
    def is_dying(self) -> bool:
        """Whether it is dead, or will be in a moment: its lines are closed a little before that. Blocks."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(DYING)
        return not self.alive

    def animation(self, order: Animate, slate: Slate, file: int) -> socket.socket:
        """Our end of the line of an animation that begins. Raises OSError where the process died."""
        return self._line(order, slate.descriptor, file)

    @contextlib.contextmanager
    def calling(self) -> Iterator[CallLine]:
        """A line for calls. Raises OSError where the process died; after an error the line is closed."""
        try:
            line = self._resting.pop()
        except IndexError:
            line = self._attended()
        try:
            yield line
        except BaseException:
            line.close()
            raise
        self._resting.append(line)
        if self._left:
            self._hang_up()

    def forget(self, face: int) -> None:
        """Let a prepared face go. For finalizers: no lock is taken, and nothing raised."""
        with contextlib.suppress(OSError):
            self._send(Forget(face))

    def tidy(self) -> None:
        """Have it give back the memory that it does not need, as far as it can be told."""
        with contextlib.suppress(OSError):
            self._send(Tidy())

    def leave(self) -> None:
        """Tell it to end, and what waits for lines; lines that are in use end with it."""
        self._left = True
        self._orders.close()
        self._hang_up()

    def end(self, patience: float = 0.0) -> None:
        """Have it end within so many seconds, or by force with all that it has started. Blocks."""
        self.leave()
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self.fate = _fate(self._popen.wait())

    def _attended(self) -> CallLine:
        with contextlib.ExitStack() as stack:
            slate = stack.enter_context(contextlib.closing(Slate(slots=1)))
            line = CallLine(self._line(Attend(), slate.descriptor), slate)
            stack.pop_all()
        return line

    def _line(self, order: Order, *files: int) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as stack:
            stack.enter_context(ours)
            self._send(order, theirs.fileno(), *files)
            stack.pop_all()
        return ours

    def _send(self, order: Order, *files: int) -> None:
        """One packet, whole whichever thread sends it. Where it does not fit, nobody reads."""
        socket.send_fds(self._orders, [pickle.dumps(order, pickle.HIGHEST_PROTOCOL)], files)

    def _hang_up(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                self._resting.pop().close()


def _clock(pid: int) -> int:
    """The clock of a process's work, as clock_getcpuclockid(3) has it on Linux."""
    return (~pid << 3) | 2


def _fate(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was killed by {signal.Signals(-status).name}"
