"""The only home of queues, threads and the lifetimes of tasks.

A stage is an async generator. `buffered` lets one run ahead of its consumer, `Worker` gives blocking
work a thread of its own, or several that hand their results on in order. A `Crew` owns the tasks that
outlive the call that began them, and `Latest` tells any number of streams what holds at present.
Every queue is bounded; leaving a block ends what was started in it.
"""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Generic, Protocol, TypeVar

from greenlet import greenlet

T = TypeVar("T")
U = TypeVar("U")


class _End:
    """Marks the end of a stream inside a queue, with the error that ended it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


_EXHAUSTED: Final = _End()


@contextlib.asynccontextmanager
async def buffered(source: AsyncGenerator[T, None], size: int) -> AsyncIterator[AsyncGenerator[T, None]]:
    """Run `source` ahead of its consumer by at most `size` items.

    Back pressure: with `size` items waiting the source is not asked for another. Leaving the block
    cancels the source wherever it stands, closes it, and waits until it is closed. An error of the
    source is raised at the consumer's `async for`, after the items that came before it.
    """
    if size < 1:
        raise ValueError(f"a buffer holds at least one item, not {size}")
    queue: asyncio.Queue[T | _End] = asyncio.Queue(size)

    async def produce() -> None:
        end = _EXHAUSTED
        try:
            async with contextlib.aclosing(source):
                async for item in source:
                    await queue.put(item)
        except asyncio.CancelledError:
            if producer.cancelling():
                raise
            end = _End(RuntimeError("a stage was cancelled from within, its worker perhaps closed too early"))
        except Exception as error:
            end = _End(error)
        await queue.put(end)

    async def consume() -> AsyncGenerator[T, None]:
        while not isinstance(item := await queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    producer = asyncio.create_task(produce())
    stream = consume()
    try:
        yield stream
    finally:
        await stream.aclose()
        producer.cancel()
        while not queue.empty():  # or a source that fails to close would wait for room to say so
            queue.get_nowait()
        await asyncio.wait([producer])
        await source.aclose()


async def through(
    transform: Callable[[Iterator[T]], Iterator[U]], source: AsyncGenerator[T, None]
) -> AsyncGenerator[U, None]:
    """An ordinary generator over an asynchronous source: it waits for further items without a thread.

    What the generator computes, it computes on the event loop: for light work. Closing closes both. An error
    of the source is raised behind all that the generator makes of what came before it, and in place of an
    error of the generator's, which may only say that the source ended early.
    """
    failure: Exception | None = None

    def asked() -> Iterator[T]:
        while not isinstance(item := _asker().switch(_EXHAUSTED), _End):
            yield item

    steps = transform(asked())
    step = greenlet(next)
    try:
        async with contextlib.aclosing(source):
            while True:
                step = greenlet(next)
                result = step.switch(steps, _EXHAUSTED)
                while not step.dead:
                    try:
                        item = await anext(source, _EXHAUSTED)
                    except Exception as error:
                        item, failure = _EXHAUSTED, error
                    result = step.switch(item)
                if isinstance(result, _End):
                    break
                yield result
    except Exception as error:
        raise failure or error from None
    else:
        if failure is not None:
            raise failure
    finally:
        step.throw()


def _asker() -> greenlet:
    """Whoever runs the greenlet that this is called in."""
    parent = greenlet.getcurrent().parent
    assert parent is not None
    return parent


class Channel(Generic[T]):
    """What is sent without waiting and received in order; when it is full, the oldest gives way."""

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a channel holds at least one item, not {size}")
        self._kept: deque[T] = deque(maxlen=size)
        self._closed = False
        self._told = asyncio.Event()

    def send(self, item: T) -> None:
        """Nothing follows after `close`."""
        if not self._closed:
            self._kept.append(item)
            self._told.set()

    def discard(self, unwanted: Callable[[T], bool]) -> None:
        """Take back what was sent and not received, as far as it is unwanted."""
        wanted = [item for item in self._kept if not unwanted(item)]
        self._kept.clear()
        self._kept.extend(wanted)

    def close(self) -> None:
        """Let the receiver end behind what was sent."""
        self._closed = True
        self._told.set()

    async def receive(self) -> AsyncGenerator[T, None]:
        """What was sent and not received; one receiver at a time."""
        while True:
            while self._kept:
                yield self._kept.popleft()
            if self._closed:
                return
            self._told.clear()
            await self._told.wait()


class Worker:
    """Threads that own a blocking piece of work; one thread unless told otherwise."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._unclosed: list[Callable[[], None]] = []

    async def run(self, work: Callable[[], T]) -> T:
        """Do one piece of work on a thread of this worker.

        Cancelling stops the waiting, not the work: a thread cannot be interrupted.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def iterate(self, steps: Iterator[T]) -> AsyncGenerator[T, None]:
        """Step a generator on this worker's thread, one step for each item asked for.

        Closing lets the running step end, then closes the generator on the same thread: for a worker
        of one thread, since a generator cannot be closed beside its own step.
        """
        if self.threads != 1:
            raise ValueError(f"a generator is stepped by one thread, not by any of {self.threads}")
        loop = asyncio.get_running_loop()
        try:
            while not isinstance(
                item := await loop.run_in_executor(self._pool, next, steps, _EXHAUSTED), _End
            ):
                yield item
        finally:
            close = getattr(steps, "close", None)
            if close is not None:
                self._close_behind(close)

    async def pipelined(
        self, work: Callable[[T], U], source: AsyncGenerator[T, None]
    ) -> AsyncGenerator[U, None]:
        """`work` done on each item of `source` by all threads at once; results in the source's order.

        A result comes as soon as it is there, whether or not the source has more to give. At most two
        items a thread are under way, and one. Closing drops what has not begun and closes the source.
        """
        loop = asyncio.get_running_loop()
        begun: deque[asyncio.Future[U]] = deque()

        async def submitted() -> AsyncGenerator[asyncio.Future[U], None]:
            async with contextlib.aclosing(source):
                async for item in source:
                    begun.append(loop.run_in_executor(self._pool, work, item))
                    yield begun[-1]

        try:
            async with buffered(submitted(), 2 * self.threads - 1) as futures:
                async for future in futures:
                    yield await future
                    begun.popleft()
        finally:
            for future in begun:
                future.cancel()
                future.add_done_callback(_heard)

    def close(self) -> None:
        """Let the running step end and free the threads; what has not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for close in self._unclosed:
            close()

    def _close_behind(self, close: Callable[[], None]) -> None:
        """Close a generator behind its running step; if this worker goes first, then after that."""
        try:
            closing = self._pool.submit(close)
        except RuntimeError:  # it has gone, so that no step is running
            close()
        else:
            closing.add_done_callback(lambda done: self._unclosed.append(close) if done.cancelled() else None)


def _heard(future: "asyncio.Future[U]") -> None:
    """Take notice of how a dropped piece of work ended, so that asyncio does not complain of it."""
    if not future.cancelled():
        future.exception()


class _Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closable)


@contextlib.asynccontextmanager
async def closing(thing: C) -> AsyncIterator[C]:
    """`contextlib.closing` for what blocks until its running step ends: the loop goes on meanwhile.

    The block is left when the thing is closed, though it be cancelled while it waits for that.
    """
    try:
        yield thing
    finally:
        closed = asyncio.get_running_loop().run_in_executor(None, thing.close)
        told: asyncio.CancelledError | None = None
        while not closed.done():
            try:
                await asyncio.wait([closed])
            except asyncio.CancelledError as error:
                told = error
        closed.result()
        if told is not None:
            raise told


class Crew:
    """The tasks that outlive the call that began them; its block is left when the last of them has ended.

    Left by an error, or cancelled while it waits for them, it cancels them. They do not touch each other:
    an error is for whoever awaits the task that it ended.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._dismissed: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Let it run by itself. Cancelling who awaits the task cancels it, unless it is shielded."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        task.add_done_callback(_heard)
        return task

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._dismissed.discard(task)

    def dismiss(self) -> None:
        """Cancel those that there are, and none twice, as it closes; leaving the block waits for them."""
        for task in self._tasks - self._dismissed:
            self._dismissed.add(task)
            task.cancel()

    async def __aenter__(self) -> "Crew":
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        try:
            while self._tasks and kind is None:
                await asyncio.wait(self._tasks)
        finally:
            while self._tasks:
                self.dismiss()
                await asyncio.wait(self._tasks)


class Latest(Generic[T]):
    """A value that changes. Whoever follows sees the newest, not all: a slow follower holds nothing up."""

    def __init__(self, value: T) -> None:
        self.value = value
        self._over = False
        self._changed = asyncio.Event()

    def set(self, value: T) -> None:
        """What holds from now on; the same again tells nobody."""
        if value != self.value:
            self.value = value
            self._tell()

    def end(self, value: T) -> None:
        """The last one: followers end behind it, those that come later as well."""
        self.value, self._over = value, True
        self._tell()

    async def follow(self) -> AsyncGenerator[T, None]:
        """What holds now, and then whatever is newest when the next one is asked for."""
        yield (value := self.value)
        while not self._over or value != self.value:
            changed = self._changed
            if value == self.value:
                await changed.wait()
            else:
                yield (value := self.value)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


async def stepped(
    steps: Iterator[T], name: str, interrupt: Callable[[], None] = lambda: None
) -> AsyncGenerator[T, None]:
    """A blocking iterator as a stream, on a thread of its own; `interrupt` ends a step that waits."""
    with contextlib.closing(Worker(name)) as worker:
        try:
            async with contextlib.aclosing(worker.iterate(steps)) as items:
                async for item in items:
                    yield item
        finally:
            interrupt()


def loop_time() -> float:
    """Seconds on the running loop's clock, which tests make virtual."""
    return asyncio.get_running_loop().time()


def processors() -> int:
    """How many processors this process may use, which in a container can be fewer than there are.

    PYTHON_CPU_COUNT in the environment wins over what the system says, as it does for Python from 3.13 on.
    """
    told = os.environ.get("PYTHON_CPU_COUNT", "")
    if told.isascii() and told.isdecimal() and int(told) > 0:
        return int(told)
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


async def stream_of(items: Iterable[T]) -> AsyncGenerator[T, None]:
    """A stream of what is already at hand."""
    for item in items:
        yield item
