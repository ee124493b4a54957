import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from visavis.streams import (
    Channel,
    Crew,
    Latest,
    Worker,
    buffered,
    closing,
    processors,
    stepped,
    stream_of,
    through,
)


class Counting:
    """Counts up without end; tells how far it was asked, and whether it was closed."""

    def __init__(self, last: int | None = None, error: Exception | None = None) -> None:
        self.last, self.error = last, error
        self.made = 0
        self.closed = False

    async def stream(self) -> AsyncGenerator[int, None]:
        try:
            while self.last is None or self.made < self.last:
                await asyncio.sleep(0)
                self.made += 1
                yield self.made
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


def others() -> set[asyncio.Task[Any]]:
    """Tasks besides the one that asks."""
    return asyncio.all_tasks() - {asyncio.current_task()}


async def gather(items: AsyncGenerator[float, None], into: list[float]) -> None:
    async for item in items:
        into.append(item)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_buffer_hands_on_everything_in_order() -> None:
    source = Counting(last=100)
    async with buffered(source.stream(), 3) as items:
        assert [item async for item in items] == list(range(1, 101))
    assert source.closed


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_a_buffer_runs_ahead_by_its_size_and_no_further(size: int) -> None:
    source = Counting()
    async with buffered(source.stream(), size) as items:
        await settle()
        assert source.made == size + 1, "those that wait, and the one that finds no room"
        await anext(items)
        await settle()
        assert source.made == size + 2
    assert source.closed


async def test_an_error_of_the_source_comes_after_what_it_made_before() -> None:
    source = Counting(last=3, error=OSError("broken"))
    seen = list[float]()
    async with buffered(source.stream(), 1) as items:
        with pytest.raises(OSError, match="broken"):
            await gather(items, seen)
    assert seen == [1, 2, 3]
    assert others() == set()


async def test_leaving_early_closes_the_source() -> None:
    source = Counting()
    async with buffered(source.stream(), 4) as items:
        async for item in items:
            if item == 5:
                break
    assert source.closed
    assert others() == set()


async def test_an_error_of_the_consumer_closes_the_source() -> None:
    source = Counting()

    async def consume() -> None:
        async with buffered(source.stream(), 4) as items:
            async for item in items:
                assert item < 3

    with pytest.raises(AssertionError):
        await consume()
    assert source.closed
    assert others() == set()


async def test_a_source_is_closed_though_it_was_never_asked() -> None:
    async def never() -> AsyncGenerator[int, None]:
        await asyncio.Event().wait()
        yield 1

    async with buffered(never(), 1):
        pass
    assert others() == set()


async def test_a_source_that_fails_to_close_keeps_nobody_waiting() -> None:
    async def stubborn() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            raise ValueError("does not close")

    async with asyncio.timeout(5), buffered(stubborn(), 1) as items:
        await anext(items)
        await settle()
    assert others() == set()


async def test_a_source_that_is_cancelled_from_within_does_not_hang_its_consumer() -> None:
    async def gives_up() -> AsyncGenerator[int, None]:
        yield 1
        raise asyncio.CancelledError

    async with asyncio.timeout(5), buffered(gives_up(), 1) as items:
        assert await anext(items) == 1
        with pytest.raises(RuntimeError, match="cancelled from within"):
            await anext(items)


async def test_a_buffer_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        async with buffered(stream_of([1]), 0):
            pass


async def test_two_hundred_interruptions_of_a_whole_pipeline_leave_no_task_and_nothing_open() -> None:
    async def doubled(source: AsyncGenerator[int, None]) -> AsyncGenerator[int, None]:
        async for item in source:
            yield 2 * item

    async def reply(source: Counting, heard: list[int]) -> None:
        async with (
            buffered(source.stream(), 2) as thoughts,
            buffered(doubled(thoughts), 2) as words,
            buffered(doubled(words), 2) as pictures,
        ):
            async for picture in pictures:
                heard.append(picture)

    sources = []
    for turns in range(200):
        source, heard = Counting(), list[int]()
        sources.append(source)
        speaking = asyncio.create_task(reply(source, heard))
        for _ in range(turns % 40):
            await asyncio.sleep(0)
        speaking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await speaking
        assert heard == [4 * n for n in range(1, len(heard) + 1)]
    assert others() == set()
    assert all(source.closed or not source.made for source in sources)


async def test_a_worker_steps_a_generator_on_one_thread_of_its_own() -> None:
    def steps() -> Iterator[str]:
        for _ in range(3):
            yield threading.current_thread().name

    with contextlib.closing(Worker("stepper")) as worker:
        names = {name async for name in worker.iterate(steps())}
    assert len(names) == 1
    assert names.pop().startswith("stepper")


async def test_a_worker_steps_no_further_than_it_is_asked() -> None:
    made = []

    def steps() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with contextlib.closing(Worker("stepper")) as worker:
        async with contextlib.aclosing(worker.iterate(steps())) as items:
            await anext(items)
            await anext(items)
        await worker.run(lambda: None)
    assert made == [0, 1]


@pytest.mark.parametrize("closed_first", [False, True])
async def test_closing_a_stepped_generator_runs_its_end(closed_first: bool) -> None:
    ended = []

    def steps() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.append(True)

    worker = Worker("stepper")
    items = worker.iterate(steps())
    await anext(items)
    if closed_first:
        worker.close()
        await items.aclose()
    else:
        await items.aclose()
        worker.close()
    assert ended == [True]


async def test_a_generator_in_the_middle_of_a_step_is_closed_though_its_worker_goes_at_once() -> None:
    stepping, gate, ended = threading.Event(), threading.Event(), []

    def steps() -> Iterator[int]:
        try:
            stepping.set()
            gate.wait(10)
            yield 1
        finally:
            ended.append(True)

    worker = Worker("stepper")
    waiting = asyncio.ensure_future(anext(worker.iterate(steps())))
    await asyncio.to_thread(stepping.wait, 10)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    closing = asyncio.ensure_future(asyncio.to_thread(worker.close))
    await asyncio.sleep(0.01)
    gate.set()
    await closing
    assert ended == [True]


async def test_errors_of_a_step_surface_where_it_is_awaited() -> None:
    def steps() -> Iterator[int]:
        yield 1
        raise OSError("no such device")

    with contextlib.closing(Worker("stepper")) as worker:
        items = worker.iterate(steps())
        assert await anext(items) == 1
        with pytest.raises(OSError, match="no such device"):
            await anext(items)
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 // 0)


async def test_a_pipelined_worker_keeps_the_order_and_uses_its_threads() -> None:
    both = threading.Barrier(2, timeout=10)

    def work(item: int) -> int:
        if item < 2:
            both.wait()  # only two threads at once get past it
        time.sleep(0.002 * (item % 3))
        return item * item

    source = Counting(last=30)
    with contextlib.closing(Worker("pair", threads=2)) as worker:
        numbers = (item - 1 async for item in source.stream())
        done = [item async for item in worker.pipelined(work, numbers)]
    assert done == [item * item for item in range(30)]


async def test_a_pipelined_worker_runs_ahead_by_two_items_a_thread_and_one() -> None:
    gate = threading.Event()
    source = Counting()
    with contextlib.closing(Worker("pair", threads=2)) as worker:
        results = worker.pipelined(lambda item: gate.wait(10) and item, source.stream())
        first = asyncio.ensure_future(anext(results))
        await settle()
        await asyncio.sleep(0.02)
        assert source.made == 5
        gate.set()
        assert await first == 1
        await results.aclose()
    assert source.closed
    assert others() == set()


async def test_a_pipelined_result_does_not_wait_for_the_next_item() -> None:
    more = asyncio.Event()

    async def hesitating() -> AsyncGenerator[int, None]:
        yield 1
        await more.wait()
        yield 2

    with contextlib.closing(Worker("one")) as worker:
        results = worker.pipelined(lambda item: 10 * item, hesitating())
        assert await asyncio.wait_for(anext(results), 5) == 10
        more.set()
        assert await anext(results) == 20
        await results.aclose()
    assert others() == set()


async def test_a_generator_is_stepped_by_one_thread_only() -> None:
    with (
        contextlib.closing(Worker("pair", threads=2)) as worker,
        pytest.raises(ValueError, match="one thread"),
    ):
        await anext(worker.iterate(iter([1])))


async def test_an_error_in_pipelined_work_comes_in_its_turn() -> None:
    def work(item: int) -> float:
        return 1 / (3 - item)

    seen = list[float]()
    with contextlib.closing(Worker("pair", threads=2)) as worker, pytest.raises(ZeroDivisionError):
        await gather(worker.pipelined(work, Counting(last=9).stream()), seen)
    assert seen == [0.5, 1.0]


async def test_what_a_closed_worker_has_not_begun_is_dropped() -> None:
    gate = threading.Event()
    done = []

    def slow() -> None:
        gate.wait(10)
        done.append("slow")

    worker = Worker("one")
    running = asyncio.ensure_future(worker.run(slow))
    waiting = asyncio.ensure_future(worker.run(lambda: done.append("never")))
    await settle()
    closing = asyncio.ensure_future(asyncio.to_thread(worker.close))
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    await closing
    await running
    assert done == ["slow"]


async def test_an_iterator_that_waits_is_interrupted() -> None:
    """As when text is typed in, and nothing more comes."""
    reader, writer = os.pipe()
    waiting = threading.Event()

    def lines() -> Iterator[str]:
        yield "one"
        waiting.set()
        yield os.read(reader, 10).decode()

    async def listen(into: list[str]) -> None:
        async with contextlib.aclosing(stepped(lines(), "text", lambda: os.close(writer))) as items:
            async for item in items:
                into.append(item)

    seen = list[str]()
    listening = asyncio.create_task(listen(seen))
    assert await asyncio.to_thread(waiting.wait, 10)
    listening.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await listening
    os.close(reader)
    assert seen == ["one"]


async def test_a_stream_of_what_is_at_hand() -> None:
    assert [item async for item in stream_of("abc")] == ["a", "b", "c"]


class Slow:
    """Takes until `gate` is open to close."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.closed = False

    def close(self) -> None:
        assert self.gate.wait(10)
        self.closed = True


async def test_the_loop_goes_on_while_something_slow_is_closed() -> None:
    async with closing(Slow()) as slow:
        asyncio.get_running_loop().call_soon(slow.gate.set)
    assert slow.closed


async def test_a_block_that_is_cancelled_while_it_closes_is_left_when_it_is_closed() -> None:
    slow, left = Slow(), []

    async def leave() -> None:
        try:
            async with closing(slow):
                pass
        finally:
            left.append(slow.closed)

    leaving = asyncio.create_task(leave())
    for _ in range(3):
        await settle()
        leaving.cancel()
    await settle()
    assert left == []
    slow.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert left == [True]


async def test_what_goes_wrong_in_a_block_or_its_closing_is_told() -> None:
    class Stuck:
        def close(self) -> None:
            raise OSError("stuck")

    with pytest.raises(OSError, match="stuck"):
        async with closing(Stuck()):
            pass
    with contextlib.closing(Worker("w")) as worker, pytest.raises(ValueError, match="within"):
        async with closing(worker):
            raise ValueError("within")


async def test_a_crew_is_left_when_its_last_task_has_ended() -> None:
    ended = []

    async def work(crew: Crew, number: int) -> int:
        for _ in range(number):
            await asyncio.sleep(0)
        if number > 1:
            crew.begin(work(crew, number - 1))
        ended.append(number)
        return number

    async with Crew() as crew:
        first = crew.begin(work(crew, 3))
        assert await first == 3
    assert ended == [3, 2, 1]
    assert others() == set()


async def test_tasks_of_a_crew_do_not_touch_each_other() -> None:
    async def fail() -> None:
        raise ValueError("lost")

    async def go_on() -> str:
        await settle()
        return "there"

    async with Crew() as crew:
        crew.begin(fail())
        failing, going_on = crew.begin(fail()), crew.begin(go_on())
        with pytest.raises(ValueError, match="lost"):
            await failing
        assert await going_on == "there"


async def test_work_that_is_shielded_goes_on_without_whoever_waited_for_it() -> None:
    done = []

    async def work() -> None:
        await settle()
        done.append(True)

    async with Crew() as crew:

        async def wait() -> None:
            await asyncio.shield(crew.begin(work()))

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not done
    assert done


@pytest.mark.parametrize("by_error", [True, False])
async def test_a_crew_that_is_left_in_haste_cancels_its_tasks(by_error: bool) -> None:
    ended = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await settle()
            ended.append(True)

    async def crewed() -> None:
        async with Crew() as crew:
            crew.begin(forever())
            crew.begin(forever())
            await asyncio.sleep(0)
            if by_error:
                raise OSError("broken")

    leaving = asyncio.create_task(crewed())
    await settle()
    if not by_error:
        leaving.cancel()
    with pytest.raises(OSError if by_error else asyncio.CancelledError):
        await leaving
    assert ended == [True, True]
    assert others() == set()


async def test_a_follower_sees_the_newest_and_ends_with_the_last() -> None:
    latest, seen = Latest(0), list[float]()
    following = asyncio.create_task(gather(latest.follow(), seen))
    await settle()
    for number in range(1, 4):
        latest.set(number)
        latest.set(number)
        await settle()
    latest.end(4)
    await following
    assert seen == [0, 1, 2, 3, 4]


async def test_a_slow_follower_misses_what_came_between_and_holds_nobody_up() -> None:
    latest = Latest(0)
    slow = latest.follow()
    assert await anext(slow) == 0
    for number in range(1, 10_000):
        latest.set(number)
    assert await anext(slow) == 9_999
    latest.set(10_000)
    latest.end(10_001)
    assert [number async for number in slow] == [10_001]


async def test_who_follows_when_all_is_over_sees_the_last() -> None:
    latest = Latest("begun")
    before = latest.follow()
    assert await anext(before) == "begun"
    latest.end("begun")
    assert [value async for value in before] == [], "seen already"
    assert [value async for value in latest.follow()] == ["begun"]


async def test_a_follower_may_go_at_any_time() -> None:
    latest = Latest(0)
    seen = list[float]()
    going = asyncio.create_task(gather(latest.follow(), seen))
    await settle()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    latest.end(1)
    assert [value async for value in latest.follow()] == [1]


async def test_a_crew_is_dismissed_once_and_waited_for() -> None:
    """Who closes when told so is not told a second time, which would break off the closing."""
    closed = []

    async def slow_to_close() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await settle()
            closed.append(True)

    async with Crew() as crew:
        crew.begin(slow_to_close())
        await asyncio.sleep(0)
        crew.dismiss()
        await asyncio.sleep(0)
        crew.dismiss()
    assert closed == [True]


async def test_a_task_that_just_timed_out_is_dismissed_all_the_same() -> None:
    """A timeout cancels, too; until it is heeded, it looks as if the task had been told."""

    async def waits_anew() -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await asyncio.Event().wait()

    async with asyncio.timeout(5), Crew() as crew:
        crew.begin(waits_anew())
        asyncio.get_running_loop().call_later(0.02, time.sleep, 0.1)
        await asyncio.sleep(0.04)
        crew.dismiss()


async def received(channel: Channel[int]) -> list[int]:
    return [item async for item in channel.receive()]


async def test_what_is_sent_is_received_in_order_to_the_end() -> None:
    channel = Channel[int](10)
    for item in range(3):
        channel.send(item)
    channel.close()
    channel.send(3)
    assert await received(channel) == [0, 1, 2]
    assert await received(channel) == [], "what was received is gone"


async def test_in_a_full_channel_the_oldest_gives_way() -> None:
    channel = Channel[int](3)
    for item in range(10):
        channel.send(item)
    channel.close()
    assert await received(channel) == [7, 8, 9]


async def test_a_receiver_waits_for_what_is_sent_later() -> None:
    channel = Channel[int](1)
    receiving = asyncio.create_task(received(channel))
    for item in range(3):
        await settle()
        channel.send(item)
    await settle()
    channel.close()
    assert await receiving == [0, 1, 2]


async def test_a_receiver_that_goes_leaves_the_rest_to_the_next() -> None:
    channel = Channel[int](10)
    for item in range(4):
        channel.send(item)
    first = channel.receive()
    assert await anext(first) == 0
    await first.aclose()
    waiting = asyncio.create_task(received(channel))
    await settle()
    waiting.cancel()
    channel.send(4)
    channel.close()
    assert await received(channel) == [4], "what was taken is not given twice"


async def test_a_channel_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Channel(0)


def doubled(numbers: Iterator[int]) -> Iterator[int]:
    for number in numbers:
        yield 2 * number


async def test_an_ordinary_generator_waits_for_an_asynchronous_source() -> None:
    source = Counting(last=4)
    assert [item async for item in through(doubled, source.stream())] == [2, 4, 6, 8]
    assert source.closed


async def test_a_transform_may_take_several_and_give_several() -> None:
    def echoed(numbers: Iterator[int]) -> Iterator[int]:
        yield 0
        for number in numbers:
            yield from [number] * number
        yield 9

    assert [item async for item in through(echoed, stream_of([1, 0, 2]))] == [0, 1, 2, 2, 9]
    assert [item async for item in through(echoed, stream_of([]))] == [0, 9]


async def test_a_result_does_not_wait_for_the_next_item_of_the_source() -> None:
    source = Counting()
    stream = through(doubled, source.stream())
    assert await anext(stream) == 2
    await settle()
    assert source.made == 1, "nor is it asked for before its time"
    await stream.aclose()
    assert source.closed


async def test_transforms_of_transforms() -> None:
    inner = through(doubled, Counting(last=5).stream())
    assert [item async for item in through(doubled, inner)] == [4, 8, 12, 16, 20]


@pytest.mark.parametrize("asked", [0, 1])
async def test_closing_closes_the_generator_and_the_source(asked: int) -> None:
    ended = []
    source = Counting()

    def watched(numbers: Iterator[int]) -> Iterator[int]:
        try:
            yield from numbers
        finally:
            ended.append(True)

    stream = through(watched, source.stream())
    for _ in range(asked):
        await anext(stream)
    await stream.aclose()
    assert (ended == [True], source.closed) == (asked > 0, asked > 0)


async def test_a_source_that_waits_may_be_cancelled() -> None:
    ended = []

    async def never() -> AsyncGenerator[int, None]:
        try:
            await asyncio.Event().wait()
            yield 1
        finally:
            ended.append("source")

    def watched(numbers: Iterator[int]) -> Iterator[int]:
        try:
            yield from numbers
        finally:
            ended.append("generator")

    waiting = asyncio.create_task(gather(through(watched, never()), []))
    await settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await settle()
    assert sorted(ended) == ["generator", "source"]


async def test_an_error_of_the_source_comes_behind_what_can_be_made_of_the_rest() -> None:
    seen = list[float]()
    source = Counting(last=2, error=OSError("broken"))
    with pytest.raises(OSError, match="broken"):
        await gather(through(doubled, source.stream()), seen)
    assert seen == [2, 4]


async def test_an_error_of_the_source_hides_that_there_was_too_little_of_it() -> None:
    def at_least_one(numbers: Iterator[int]) -> Iterator[int]:
        if (first := next(numbers, None)) is None:
            raise ValueError("nothing came")
        yield first

    with pytest.raises(OSError, match="broken"):
        await gather(through(at_least_one, Counting(last=0, error=OSError("broken")).stream()), [])
    with pytest.raises(ValueError, match="nothing came"):
        await gather(through(at_least_one, stream_of([])), [])


async def test_an_error_of_the_transform_closes_the_source() -> None:
    source = Counting()
    with pytest.raises(ZeroDivisionError):
        await gather(through(lambda numbers: (1 // (3 - number) for number in numbers), source.stream()), [])
    assert source.closed


def test_processors_are_those_that_there_are_or_those_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    there = processors()
    assert there >= 1
    for told, means in (("3", 3), ("0", there), ("", there), ("default", there), ("-2", there)):
        monkeypatch.setenv("PYTHON_CPU_COUNT", told)
        assert processors() == means


async def test_a_thousand_transforms_that_are_given_up_leave_nothing() -> None:
    for number in range(1000):
        stream = through(doubled, Counting().stream())
        for _ in range(number % 3):
            await anext(stream)
        await stream.aclose()
    assert others() == set()
