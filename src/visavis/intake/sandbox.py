"""A fresh process for one upload, that nothing of the upload gets out of but an answer.

Owns the process from its start to its end: the content goes in through a pipe, facts and blobs come back
through another, within bounds (`messages`). It has no environment, an empty folder, a session of its own,
and the limits of `confine`. Refuses to wait: for longer than a task may take, or for a caller who has gone.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from visavis.errors import EngineError, UploadError
from visavis.intake.child import command
from visavis.intake.messages import Answer, Facts, Question, Silent, Untrue, pack_question, read_answer, send
from visavis.streams import Worker, stream_of

# Libraries look for their own libraries there; of all that is in an environment only this is handed on.
_HANDED_ON: Final = ("LD_LIBRARY_PATH",)
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done to an upload.

    function: "package.module:function", a `child.Work`.
    memory: bytes of address space. seconds: of processor time; three times that on the clock.
    blobs: those that may come back, and how many bytes of each.
    """

    function: str
    memory: int
    seconds: int
    blobs: Mapping[str, int] = field(default_factory=dict)


_PROBE: Final = Task("visavis.intake.probe:probe", memory=2**30, seconds=5)


async def run(task: Task, arguments: Facts, content: AsyncGenerator[bytes, None], size: int) -> Answer:
    """What the task makes of the content; the process is gone when this returns, raises or is cancelled.

    Raises:
        UploadError: the content cannot be taken: it is refused, or takes too long, or breaks the process.
        ModelError: a model is missing or damaged.
        EngineError: no process can be started, or shut in, or it ends before it has begun.
    """
    question = Question(task.function, arguments, size, task.memory, task.seconds)
    async with contextlib.aclosing(content), _process() as (process, worker):
        try:
            async with asyncio.timeout(_PATIENCE * task.seconds):
                await _feed(process, worker, pack_question(question), content)
                return await worker.run(partial(_heard, process, task.blobs))
        except TimeoutError as error:
            raise _too_slow(task) from error
        except Untrue as error:
            await worker.run(partial(_ended, process))
            raise _broken(task, process.returncode, silent=isinstance(error, Silent)) from error


@contextlib.asynccontextmanager
async def _process() -> AsyncIterator[tuple["subprocess.Popen[bytes]", Worker]]:
    """A process and the thread that talks to it; both are gone afterwards."""
    with _started() as process, contextlib.closing(Worker("upload")) as worker:
        try:
            yield process, worker
        finally:
            process.kill()  # so that whatever the thread waits for ends
            await worker.run(process.wait)  # and not here: a large process takes a while to go


def _started() -> "subprocess.Popen[bytes]":
    """The process, in a folder that is gone from the disk before it has begun."""
    environment = _ONE_THREAD | {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    try:
        with tempfile.TemporaryDirectory(prefix="visavis-", ignore_cleanup_errors=True) as folder:
            return subprocess.Popen(
                command(),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        raise EngineError(f"no process could be started to open the upload: {error}; try again") from error


async def _feed(
    process: "subprocess.Popen[bytes]", worker: Worker, question: bytes, content: AsyncIterator[bytes]
) -> None:
    """Question and content into the process, for as long as it listens."""
    assert process.stdin is not None
    try:
        await worker.run(partial(send, process.stdin.write, question))
        async for piece in content:
            await worker.run(partial(send, process.stdin.write, piece))
    except (BrokenPipeError, ConnectionResetError):
        pass  # its answer says why
    await worker.run(process.stdin.close)


def _heard(process: "subprocess.Popen[bytes]", most: Mapping[str, int]) -> Answer:
    assert process.stdout is not None
    return read_answer(process.stdout.read, most)


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """Wait for the status of a process that has said its last word, if it has."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1)


def _too_slow(task: Task) -> UploadError:
    return UploadError(
        "too_slow", f"the file takes more than {task.seconds} s to read; send a shorter or smaller one"
    )


def _broken(task: Task, status: int | None, *, silent: bool) -> UploadError | EngineError:
    """Why an answer is untrue. silent: not a byte of it came."""
    if status == -signal.SIGXCPU:
        return _too_slow(task)
    if silent and status is not None and status > 0:  # Python's own end: it has not got as far as to answer
        return EngineError(
            f"the process that was to open the upload ended with status {status} and no word; see what "
            "visavis doctor says of the sandbox"
        )
    how = f"ended it ({signal.strsignal(-status)})" if status and status < 0 else "broke it"
    return UploadError(
        "damaged", f"the process that opened the file stopped: the content {how.lower()}; save the file anew"
    )


async def layers() -> dict[str, bool]:
    """Which layers hold on this machine, tried in a process like those that open uploads.

    Raises:
        EngineError: no process can be started, or shut in.
    """
    answer = await run(_PROBE, {}, stream_of(()), 0)
    return {name: held is True for name, held in answer.facts.items()}
