"""The engine as a whole: it keeps the contract, draws what the real one draws, and outlives its processes."""

import asyncio
import contextlib
import gc
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tests.apart import faces, reference
from tests.apart.faces import process_of, ready_of
from tests.contracts.face import CHECKS, RATE, Check, Stage, cut, staged
from tests.fakes.face import ScriptedFace, blank_portrait
from visavis.apart import Apart, engine
from visavis.apart.engine import Packed
from visavis.apart.messages import AHEAD, GRANT
from visavis.contracts import Prepared, Stream, title_of
from visavis.errors import EngineError, UnknownName, UploadError
from visavis.media import AudioChunk, Portrait, Samples, VideoFrame
from visavis.streams import processors, stream_of

PATIENCE = 30
"""Seconds in which things have to happen that take moments."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Apart("scripted", processes=2), blank_portrait()) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


@pytest.fixture
def troubled() -> Iterator[Apart]:
    with contextlib.closing(Apart("troubled", processes=1)) as face:
        yield face


@pytest.fixture
def pair() -> Iterator[Apart]:
    with contextlib.closing(Apart("troubled", processes=2)) as face:
        yield face


async def endless() -> Stream[AudioChunk]:
    at = 0
    while True:
        yield AudioChunk(np.zeros(RATE, np.float32), RATE, at)
        at += RATE


def silence(seconds: float) -> AudioChunk:
    quiet: Samples = np.zeros(round(seconds * RATE), np.float32)
    return AudioChunk(quiet, RATE)


def descriptors(pid: int | str = "self") -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def lives(pid: int) -> bool:
    """Whether any thread of such a process is there, and not only waiting to be buried."""
    with contextlib.suppress(OSError):
        stats = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        return any(stat.rsplit(")", 1)[1].split()[0] not in "ZX" for stat in stats)
    return False


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


async def happened(true: Callable[[], bool]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, until, true)


async def collected(frames: Stream[VideoFrame], into: list[VideoFrame] | None = None) -> list[VideoFrame]:
    kept = [] if into is None else into
    async with contextlib.aclosing(frames):
        async for frame in frames:
            kept.append(frame)
    return kept


async def numbers(face: Apart, prepared: Prepared) -> list[int]:
    """Of the pictures of a fifth of a second."""
    return [frame.at for frame in await collected(face.animate(stream_of([silence(0.2)]), prepared, 0))]


def pid_of(face: Apart) -> int:
    (pid,) = face.pids
    assert pid is not None
    return pid


# What it draws


@pytest.mark.parametrize("name", ["scripted", "warp"])
def test_it_draws_what_the_engine_draws_to_the_last_bit(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    portrait: Portrait = request.getfixturevalue("portrait") if name == "warp" else blank_portrait()
    (tmp_path / "portrait").write_bytes(pickle.dumps(portrait))
    alone = subprocess.run(
        [sys.executable, "-P", "-m", "tests.apart.reference", name, tmp_path / "portrait"],
        env={**os.environ, "PYTHON_CPU_COUNT": str(processors())},
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    with contextlib.closing(Apart(name, 25, 3, processes=1)) as face:
        prepared = face.prepare(portrait)

        async def digests() -> list[str]:
            return [reference.digest(frame) async for frame in reference.drawn(face, prepared)]

        assert [sha256(face.packed(prepared)).hexdigest(), *asyncio.run(digests())] == alone


def test_it_says_which_engine_it_is_and_how_fast() -> None:
    with contextlib.closing(Apart("troubled", fps=30, seed=1, processes=1)) as face:
        assert (face.version, title_of(face)) == ("7", "troubled 7")
        assert face.fps == 30


def test_what_another_engine_prepared_is_refused(troubled: Apart) -> None:
    with contextlib.closing(Apart("scripted", processes=1)) as other:
        theirs = other.prepare(blank_portrait())
    with pytest.raises(TypeError, match="another engine prepared"):
        troubled.rest(theirs, 0)
    with pytest.raises(TypeError, match="Blank"):
        troubled.packed(ScriptedFace().prepare(blank_portrait()))


async def test_a_chunk_is_asked_for_when_the_engine_asks_for_it(troubled: Apart) -> None:
    asked = 0

    async def counted() -> Stream[AudioChunk]:
        nonlocal asked
        for chunk in cut(silence(100), range(0, 100 * RATE, RATE)):
            asked += 1
            yield chunk

    frames = troubled.animate(counted(), troubled.prepare(blank_portrait()), 0)
    async with contextlib.aclosing(frames):
        for _ in range(3):
            await anext(frames)
        await asyncio.sleep(0.1)  # time to ask for more, if it did
        assert asked <= 1 + (3 + AHEAD) // 25
        for _ in range(50):
            await anext(frames)
        assert asked <= 3 + AHEAD // 25


async def test_pictures_are_drawn_a_few_ahead_and_no_further(troubled: Apart) -> None:
    prepared = troubled.prepare(blank_portrait())
    frames = troubled.animate(stream_of([silence(4)]), prepared, faces.KILLED - AHEAD)
    async with contextlib.aclosing(frames):
        for _ in range(GRANT - 1):
            await anext(frames)
        await asyncio.sleep(0.1)  # time to draw more, if it did
        pid = pid_of(troubled)
        assert lives(pid)
        await anext(frames)
        await happened(lambda: not lives(pid))


def test_what_its_processes_work_is_counted(pair: Apart) -> None:
    prepared = pair.prepare(blank_portrait())
    for _ in range(3):
        before = pair.worked()
        pair.rest(prepared, faces.BUSY)
        assert pair.worked() - before >= faces.WORK


# Sharing out


async def test_work_goes_to_who_has_least_to_do(pair: Apart) -> None:
    prepared = pair.prepare(blank_portrait())
    async with contextlib.AsyncExitStack() as stack:
        drew = []
        for _ in range(4):
            frames = pair.animate(endless(), prepared, 0)
            await stack.enter_async_context(contextlib.aclosing(frames))
            drew.append(process_of((await anext(frames)).pixels))
        assert sorted(drew) == sorted([pid for pid in pair.pids if pid is not None] * 2)


def test_a_face_stays_with_who_knows_it_while_nobody_is_busy(pair: Apart) -> None:
    prepared = [pair.prepare(blank_portrait()) for _ in range(3)]
    drew = {process_of(pair.rest(face, n).pixels) for face in prepared for n in range(5)}
    assert len(drew) == 1
    assert {ready_of(pair.rest(face, 0).pixels) for face in prepared} == {3}


def test_a_face_that_nobody_has_any_more_is_forgotten(troubled: Apart) -> None:
    kept = troubled.prepare(blank_portrait())
    content = troubled.packed(kept)
    troubled.rest(kept, 0)
    before = descriptors()
    for _ in range(5):
        other = troubled.unpacked(content)
        assert troubled.rest(other, 0).pixels.shape == (64, 64, 3)
    assert descriptors() == before + 1
    del other
    until(lambda: ready_of(troubled.rest(kept, 0).pixels) == 1)
    assert descriptors() == before


def test_what_has_ended_is_tidied_up_where_it_was_drawn(troubled: Apart) -> None:
    kept = troubled.prepare(blank_portrait())
    for _ in range(5):
        troubled.rest(kept, faces.LITTERED)
    assert ready_of(troubled.rest(kept, 0).pixels) == 6
    troubled.tidy()
    until(lambda: ready_of(troubled.rest(kept, 0).pixels) == 1)
    os.kill(process_of(troubled.rest(kept, 0).pixels), signal.SIGKILL)
    troubled.tidy()  # which nobody hears, and that is well


def test_a_face_weighs_what_it_does_everywhere(pair: Apart) -> None:
    prepared = pair.prepare(blank_portrait())
    alone = prepared.nbytes
    assert alone == len(pair.packed(prepared)) + 64 * 64 * 3

    async def both() -> None:
        one, other = (pair.animate(endless(), prepared, 0) for _ in range(2))
        async with contextlib.aclosing(one), contextlib.aclosing(other):
            await anext(one), await anext(other)

    asyncio.run(both())
    assert prepared.nbytes == alone + 64 * 64 * 3


# What goes wrong


def test_an_engine_that_is_not_installed_is_named_at_once() -> None:
    with pytest.raises(UnknownName, match="unknown face engine 'wrap'; did you mean warp"):
        Apart("wrap")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lame", "'lame' of strange cannot start: the Python module 'no_such_library' is missing"),
        ("broken", "the face engine broken failed with RuntimeError: there is no driver for this"),
    ],
)
def test_an_engine_that_cannot_be_made_says_why_each_time(name: str, sentence: str) -> None:
    with contextlib.closing(Apart(name, processes=1)) as face:
        pid = pid_of(face)
        for _ in range(2):
            with pytest.raises(EngineError, match=sentence):
                face.prepare(blank_portrait())
        assert pid_of(face) == pid


def test_an_error_of_ours_is_raised_as_itself(troubled: Apart) -> None:
    with pytest.raises(UploadError, match="powder it") as caught:
        troubled.rest(troubled.prepare(blank_portrait()), faces.REFUSED)
    assert caught.value.code == "too_shiny"


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (faces.DIVIDED, "the face engine troubled failed with ZeroDivisionError"),
        (faces.GREY, "which is no picture"),
    ],
)
async def test_an_odd_error_is_told_and_the_process_goes_on(
    troubled: Apart, frame: int, sentence: str
) -> None:
    prepared = troubled.prepare(blank_portrait())
    pid = pid_of(troubled)
    with pytest.raises(EngineError, match=sentence):
        troubled.rest(prepared, frame)
    with pytest.raises(EngineError, match=sentence):
        await collected(troubled.animate(endless(), prepared, frame - 3))
    assert process_of(troubled.rest(prepared, 0).pixels) == pid


async def test_a_picture_of_another_size_ends_the_animation(troubled: Apart) -> None:
    frames = troubled.animate(endless(), troubled.prepare(blank_portrait()), faces.GROWN - 3)
    seen: list[VideoFrame] = []
    with pytest.raises(EngineError, match=r"went from \(64, 64, 3\) to \(128, 64, 3\)"):
        await collected(frames, seen)
    assert [frame.pixels.shape for frame in seen] == [(64, 64, 3)] * 3


async def test_who_dies_over_a_picture_is_replaced_for_the_next_one(troubled: Apart) -> None:
    prepared, pid = troubled.prepare(blank_portrait()), pid_of(troubled)
    seen: list[VideoFrame] = []
    with pytest.raises(EngineError, match="the process that draws faces was killed by SIGKILL; ask again"):
        await collected(troubled.animate(endless(), prepared, faces.KILLED - 3), seen)
    assert len(seen) == 3
    assert not lives(pid)
    again = troubled.rest(prepared, 5)
    assert again.pixels.shape == (64, 64, 3)
    assert process_of(again.pixels) == pid_of(troubled) != pid
    with pytest.raises(EngineError, match="SIGABRT"):
        troubled.prepare(blank_portrait(faces.EVIL_LOOKS))
    assert await numbers(troubled, prepared) == [0, 1, 2, 3, 4]


async def test_who_died_unseen_is_replaced_at_once(troubled: Apart) -> None:
    prepared = troubled.prepare(blank_portrait())
    os.kill(pid := pid_of(troubled), signal.SIGKILL)
    await happened(lambda: not lives(pid))
    assert process_of(troubled.rest(prepared, 0).pixels) != pid
    os.kill(pid := pid_of(troubled), signal.SIGKILL)
    await happened(lambda: not lives(pid))
    assert await numbers(troubled, prepared) == [0, 1, 2, 3, 4]


async def test_the_others_go_on_when_one_dies(pair: Apart) -> None:
    prepared = pair.prepare(blank_portrait())
    frames = pair.animate(endless(), prepared, 0)
    async with contextlib.aclosing(frames):
        await anext(frames)
        with pytest.raises(EngineError, match="SIGKILL"):
            await asyncio.get_running_loop().run_in_executor(None, pair.rest, prepared, faces.KILLED)
        assert [(await anext(frames)).at for _ in range(30)] == [*range(1, 31)]


def test_who_dies_at_once_is_not_started_for_ever() -> None:
    with contextlib.closing(Apart("stillborn", processes=1)) as face:
        for _ in range(3):
            with pytest.raises(EngineError, match="SIGKILL; ask again"):
                face.prepare(blank_portrait())
        with pytest.raises(EngineError, match="3 times in a row before it had drawn anything"):
            face.prepare(blank_portrait())
        assert face.pids == (None,)


async def test_speech_that_is_cancelled_from_within_does_not_leave_the_engine_waiting(
    troubled: Apart,
) -> None:
    async def cancelled() -> Stream[AudioChunk]:
        yield silence(1)
        raise asyncio.CancelledError

    frames = troubled.animate(cancelled(), troubled.prepare(blank_portrait()), 0)
    with pytest.raises(RuntimeError, match="cancelled from within"):
        await asyncio.wait_for(collected(frames), PATIENCE)


# What is left


async def test_what_is_cut_short_leaves_nothing(pair: Apart) -> None:
    prepared = pair.prepare(blank_portrait())
    closed = 0

    async def speech() -> Stream[AudioChunk]:
        nonlocal closed
        try:
            async with contextlib.aclosing(endless()) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            closed += 1

    async def begun(pictures: int) -> None:
        frames = pair.animate(speech(), prepared, 0)
        async with contextlib.aclosing(frames):
            for _ in range(pictures):
                await anext(frames)
            await asyncio.Event().wait()

    async def cut_short(pictures: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01 + pictures / 1000):
                await begun(pictures)

    def open_files() -> list[int]:
        return [descriptors(), *(descriptors(pid) for pid in pair.pids if pid)]

    for _ in range(2):  # both are there
        await asyncio.gather(*(numbers(pair, prepared) for _ in range(2)))
    await asyncio.gather(*(cut_short(1) for _ in range(2)))
    before = open_files()
    tasks = asyncio.all_tasks()
    for pictures in range(1, 26):
        await asyncio.gather(*(cut_short(pictures) for _ in range(2)))
    assert closed == 52
    assert asyncio.all_tasks() == tasks
    await happened(lambda: all(now <= then for now, then in zip(open_files(), before, strict=True)))


async def test_closing_ends_what_is_under_way_however_busy(
    troubled: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GRACE", 0.3)
    prepared = troubled.prepare(blank_portrait())
    pid = pid_of(troubled)
    loop = asyncio.get_running_loop()
    frames = troubled.animate(endless(), prepared, 0)
    await anext(frames)
    hung = loop.run_in_executor(None, troubled.rest, prepared, faces.HUNG)
    await asyncio.sleep(0.1)
    await loop.run_in_executor(None, troubled.close)
    assert not lives(pid)
    with pytest.raises(EngineError, match="was closed while it drew"):
        await hung
    with pytest.raises(EngineError, match="was closed while it drew"):
        await collected(frames)
    with pytest.raises(EngineError, match="is closed"):
        troubled.rest(prepared, 0)
    with pytest.raises(EngineError, match="is closed"):
        await anext(troubled.animate(endless(), prepared, 0))
    assert isinstance(prepared, Packed)
    assert prepared.nbytes > 0


def test_nothing_is_open_when_it_is_closed() -> None:
    gc.collect()  # what other tests have left
    before = descriptors()
    for _ in range(2):
        face = Apart("troubled", processes=2)
        prepared = face.prepare(blank_portrait())
        face.rest(prepared, 3)
        pids = face.pids
        face.close()
        face.close()
        del prepared, face
        assert not any(lives(pid) for pid in pids if pid is not None)
    assert descriptors() == before


OWNER = """
import sys
from tests.fakes.face import blank_portrait
from visavis.apart import Apart
face = Apart("troubled", processes=2)
prepared = face.prepare(blank_portrait())
face.rest(prepared, 0)
print(*face.pids, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_that_dies_takes_its_processes_along(number: signal.Signals) -> None:
    """Shared memory has no name: it is gone with them."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", OWNER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as owner:  # fmt: skip
        assert owner.stdout is not None
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 2
        for pid in pids:
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGTERM)
        assert all(lives(pid) for pid in pids)
        owner.send_signal(number)
        owner.wait(PATIENCE)
        until(lambda: not any(lives(pid) for pid in pids))


def test_the_server_never_loads_the_engine() -> None:
    script = (
        "import sys; from visavis.apart import Apart; face = Apart('warp', processes=1); face.version; "
        "face.close(); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "visavis.apart.engine" in loaded
    assert not {"cv2", "visavis.engines.face.warp"} & set(loaded)


async def test_two_loops_one_after_the_other_can_use_it(troubled: Apart) -> None:
    prepared = troubled.prepare(blank_portrait())
    elsewhere = asyncio.get_running_loop().run_in_executor(None, asyncio.run, numbers(troubled, prepared))
    assert await elsewhere == await numbers(troubled, prepared) == [0, 1, 2, 3, 4]
