"""A post that one process after another holds: who dies is replaced, but not for ever and at once.

It also says what became of what was asked: an answer, or the error that the engine raised, or one sentence
about a process that died.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any, Final, TypeVar

from visavis.apart.animation import Broken, animated
from visavis.apart.messages import AHEAD, Animate, Call, Drawn, Kind, Rest, drawn, excused
from visavis.apart.process import CallLine, Process
from visavis.apart.slate import Slate
from visavis.contracts import Stream
from visavis.errors import EngineError
from visavis.media import AudioChunk

T = TypeVar("T")

GONE: Final = (EOFError, ConnectionError)
"""What it looks like when a process has died."""

TRIES: Final = 3
"""Processes in a row that may die without having answered anything, before the next one has to wait."""

AILING: Final = 5.0
"""Seconds behind a failure of the engine's, or a death, in which others are asked rather than this one."""

PAUSE: Final = 5.0
"""Seconds that it waits, and as many more for each further one."""

LONGEST: Final = 60.0


def pause(deaths: int) -> float:
    """Seconds that the next process has to wait behind so many in a row that were of no use."""
    return min(LONGEST, PAUSE * max(0, deaths - TRIES + 1))


class Post:
    """Asked from any thread.

    under_way: how much is asked of it at present. known: faces that its process has, or is about to have;
    both are kept by whoever shares out the work.
    """

    def __init__(self, start: Callable[[], Process], clock: Callable[[], float] = time.monotonic) -> None:
        """Raises EngineError where no process can be started."""
        self.under_way = 0
        self.known: set[int] = set()
        self._start, self._clock = start, clock
        self._lock = threading.Lock()
        self._closed = False
        self._deaths, self._died, self._fate = 0, 0.0, ""
        self._well_from = -inf
        self._process: Process | None = start()

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        process = self._process
        return process.pid if process is not None else None

    @property
    def worked(self) -> float:
        """Seconds of processors that the process has used."""
        process = self._process
        return process.worked if process is not None else 0.0

    @property
    def ailing(self) -> bool:
        """Whether it failed just now."""
        return self._clock() < self._well_from

    def ask(self, call: Call, files: Sequence[int] = ()) -> Any:
        """What a call results in. Blocks. Raises what the engine does; EngineError where it dies over it."""
        return self._called(call, files, lambda _, body: json.loads(body))

    def rest(self, call: Rest, file: int) -> Drawn:
        """A picture, as above."""
        return self._called(call, [file], lambda line, body: drawn(line.slate, 0, body))

    async def animate(self, order: Animate, file: int, speech: Stream[AudioChunk]) -> Stream[Drawn]:
        """Pictures as they are drawn; `speech` is not closed. Raises as `ask`, and what the speech raises."""
        process = self._on_duty()
        with contextlib.ExitStack() as stack:
            with self._reaching(process):
                slate = stack.enter_context(contextlib.closing(Slate(AHEAD)))
                end = process.animation(order, slate, file)
            try:
                async with contextlib.aclosing(animated(end, slate, speech)) as pictures:
                    async for picture in pictures:
                        process.answered = True
                        yield picture
            except Broken:
                raise self._lost(process) from None

    def forget(self, face: int) -> None:
        """For finalizers: takes no lock."""
        self.known.discard(face)
        if (process := self._process) is not None:
            process.forget(face)

    def tidy(self) -> None:
        """Have its process give back the memory that it does not need."""
        if (process := self._process) is not None:
            process.tidy()

    def leave(self) -> None:
        """Nothing can be asked from now on, and what is under way ends with the process, which is told to."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.leave()

    def close(self, patience: float) -> None:
        """Have its process end within so many seconds, by force behind them."""
        self.leave()
        if self._process is not None:
            self._process.end(patience)

    def _called(self, call: Call, files: Sequence[int], read: Callable[[CallLine, bytes], T]) -> T:
        process = self._on_duty()
        with self._reaching(process), process.calling() as line:
            kind, body = line.ask(call, files)
            answer = None if kind is Kind.FAILED else read(line, body)
        process.answered = True
        if answer is None:
            raise self._told(excused(body))
        return answer

    def _told(self, error: Exception) -> Exception:
        """An error of the engine's; one that is about what it was given says nothing of the engine."""
        if isinstance(error, EngineError):
            self._well_from = self._clock() + AILING
        return error

    @contextlib.contextmanager
    def _reaching(self, process: Process) -> Iterator[None]:
        """What the system says about sockets and files within the block is told as what it means."""
        try:
            yield
        except GONE:
            raise self._lost(process) from None
        except BlockingIOError:  # it has stopped to read
            raise self._lost(process, stuck=True) from None
        except OSError as error:
            raise EngineError(f"the process that draws faces cannot be asked: {error.strerror}") from error

    def _on_duty(self) -> Process:
        """The process, another one where it died."""
        with self._lock:
            if self._closed:
                raise EngineError("the face engine is closed; make another one")
            if self._process is not None and not self._process.alive:
                self._bury(self._process)
            if self._process is None:
                if self._clock() - self._died < pause(self._deaths):
                    raise EngineError(self._hopeless)
                self._process = self._start()
            return self._process

    @property
    def _hopeless(self) -> str:
        return (
            f"the process that draws faces {self._fate}, {self._deaths} times in a row before it had drawn "
            "anything; see what it wrote to standard error, install its engine again, or let the server draw "
            "with FACE_PROCESSES=0"
        )

    def _lost(self, process: Process, *, stuck: bool = False) -> EngineError:
        """What to tell whoever waited for a process that died, or is stuck and has to."""
        with self._lock:
            if self._closed:
                return EngineError("the face engine was closed while it drew")
            if not (stuck or process.is_dying):
                return EngineError("the process that draws faces broke off; ask again")
            if process is self._process:
                self._bury(process)
        return EngineError(f"the process that draws faces {process.fate}; ask again, and another one does")

    def _bury(self, process: Process) -> None:
        process.end()
        self._process = None
        self.known = set()
        self._deaths = 0 if process.answered else self._deaths + 1
        self._died, self._fate = self._clock(), process.fate
        self._well_from = self._died + AILING
