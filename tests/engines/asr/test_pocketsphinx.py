"""The engine as a whole: the contract, its process's deaths, what is understood of whom."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.contracts.asr import CHECKS, Check, Stage, check_transcripts, collected, cut, noise, staged
from tests.engines.spoken import RATE, spoken
from visavis.contracts import Stream, Transcript
from visavis.engines.asr import pocketsphinx
from visavis.engines.asr.pocketsphinx import Pocketsphinx
from visavis.errors import AudioError, EngineError
from visavis.media import AudioChunk, Samples
from visavis.sound import read
from visavis.streams import stream_of
from visavis.voices.rates import Resampler

HELLO = "Hello, what is your name?"
WORDS = {"what", "your", "name"}
RECORDING = Path(__file__).parents[4] / "shared" / "media" / "jfk.flac"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Pocketsphinx(), "en", spoken(HELLO), RATE, WORDS) as stage:
        yield stage


@pytest.fixture
async def engine() -> AsyncIterator[Pocketsphinx]:
    with contextlib.closing(Pocketsphinx()) as engine:
        yield engine


@pytest.fixture(scope="module")
def hello() -> Samples:
    quiet = noise(0.3, RATE, 0.0005)
    return np.concatenate([quiet, spoken(HELLO), quiet])


async def understood(engine: Pocketsphinx, samples: Samples) -> set[str]:
    transcripts = await collected(engine.transcribe(stream_of(cut(engine, samples)), "en"))
    return set(check_transcripts(transcripts).split())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("Tell me something about privacy.", "privacy"),
        ("How can I register a new avatar?", "register"),
        ("Can I change your voice?", "voice"),
    ],
)
def test_keywords_come_through(text: str, keyword: str, stage: Stage) -> None:
    quiet = noise(0.3, RATE, 0.0005)
    said = np.concatenate([quiet, spoken(text), quiet])
    assert keyword in stage.understood(said)[-1].text.split()


@pytest.mark.skipif(not RECORDING.exists(), reason=f"needs {RECORDING.name}")
async def test_a_famous_sentence(engine: Pocketsphinx) -> None:
    chunk = read(RECORDING.read_bytes())
    resampler = Resampler(chunk.rate, RATE)
    words = await understood(engine, np.concatenate([resampler.feed(chunk.samples), resampler.finish()]))
    assert {"my", "fellow", "not", "what", "your", "country", "can", "do", "for", "you"} <= words


async def test_words_come_while_they_are_said(engine: Pocketsphinx, hello: Samples) -> None:
    heard = asyncio.Event()

    async def hesitating() -> Stream[AudioChunk]:
        for chunk in cut(engine, hello):
            yield chunk
        await asyncio.wait_for(heard.wait(), 20)

    transcripts = []
    async for transcript in engine.transcribe(hesitating(), "en"):
        heard.set()
        transcripts.append(transcript)
    assert len(transcripts) > 1
    check_transcripts(transcripts)


async def test_a_drone_is_no_word(engine: Pocketsphinx) -> None:
    drone = np.cumsum(noise(2.0, RATE, 0.05))
    drone -= np.convolve(drone, np.full(400, 1 / 400), "same")
    assert await understood(engine, (0.3 * drone / np.abs(drone).max()).astype(np.float32)) == set()


async def test_another_rate_is_refused(engine: Pocketsphinx) -> None:
    sound = stream_of([AudioChunk(np.zeros(4410, np.float32), 44_100)])
    with pytest.raises(AudioError, match="pocketsphinx hears at 16000 Hz, not at 44100"):
        await collected(engine.transcribe(sound, "en"))


async def test_a_killed_process_is_replaced(engine: Pocketsphinx, hello: Samples) -> None:
    first = engine.pid
    os.kill(first, signal.SIGKILL)
    assert await understood(engine, hello) >= WORDS
    assert await understood(engine, hello) >= WORDS
    assert engine.pid != first
    assert gone(first)


async def test_a_copy_that_is_killed_is_asked_again(engine: Pocketsphinx, hello: Samples) -> None:
    transcripts: list[Transcript] = []
    killed = asyncio.Event()

    async def hesitating() -> Stream[AudioChunk]:
        for chunk in cut(engine, hello):
            yield chunk
        await killed.wait()

    async for transcript in engine.transcribe(hesitating(), "en"):
        if not transcripts:
            os.kill(child_of(engine.pid), signal.SIGKILL)
            killed.set()
        transcripts.append(transcript)
    assert set(check_transcripts(transcripts).split()) >= WORDS


async def test_a_process_that_does_not_answer_counts_as_dead(hello: Samples) -> None:
    with contextlib.closing(Pocketsphinx(patience=3.0)) as engine:
        assert await understood(engine, hello) >= WORDS
        stopped = engine.pid
        os.kill(stopped, signal.SIGSTOP)
        assert await understood(engine, hello) >= WORDS
        assert engine.pid != stopped
        assert gone(stopped)


def replaced(folder: Path, lines: str) -> Path:
    """Another program for the process."""
    program = folder / "program.py"
    program.write_text(lines)
    return program


async def test_two_deaths_on_a_stretch_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hello: Samples
) -> None:
    monkeypatch.setattr(pocketsphinx, "PROGRAM", replaced(tmp_path, "import os\nos.read(0, 1)\n"))
    with contextlib.closing(Pocketsphinx()) as engine:
        with pytest.raises(EngineError, match=r"died 2 times on the same 2\.\d s of speech"):
            await understood(engine, hello)
        monkeypatch.undo()
        assert await understood(engine, hello) >= WORDS


async def test_a_model_that_is_missing_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hello: Samples
) -> None:
    lines = f"""
import runpy, sys, types
sys.modules["pocketsphinx"] = types.ModuleType("pocketsphinx")
runpy.run_path({str(pocketsphinx.PROGRAM)!r}, run_name="__main__")
"""
    monkeypatch.setattr(pocketsphinx, "PROGRAM", replaced(tmp_path, lines))
    with (
        contextlib.closing(Pocketsphinx()) as engine,
        pytest.raises(EngineError, match=r"cannot import name 'Decoder'.*pip install"),
    ):
        await understood(engine, hello)


async def test_no_more_than_so_many_at_once(hello: Samples) -> None:
    with contextlib.closing(Pocketsphinx(at_once=1)) as engine:
        first = engine.transcribe(endless(engine, hello), "en")
        await anext(first)
        second = asyncio.create_task(understood(engine, hello))
        await asyncio.sleep(0.2)
        assert not second.done()
        await first.aclose()
        assert await second >= WORDS


async def test_closing_frees_a_listener_that_waits(hello: Samples) -> None:
    engine = Pocketsphinx()
    transcripts = engine.transcribe(endless(engine, hello), "en")
    await anext(transcripts)
    copy = child_of(engine.pid)
    engine.close()
    with pytest.raises(EngineError, match="closed while it listened"):
        await collected(transcripts)
    assert gone(engine.pid)
    assert await vanished(copy)
    engine.close()
    with pytest.raises(EngineError, match="is closed"):
        await understood(engine, hello)


async def test_a_listener_that_is_cancelled_leaves_no_process(engine: Pocketsphinx, hello: Samples) -> None:
    transcripts = engine.transcribe(endless(engine, hello), "en")
    await anext(transcripts)
    copy = child_of(engine.pid)
    await transcripts.aclose()
    assert await vanished(copy)


async def endless(engine: Pocketsphinx, samples: Samples) -> Stream[AudioChunk]:
    for chunk in cut(engine, samples):
        yield chunk
    await asyncio.Event().wait()


def child_of(pid: int) -> int:
    """The one copy that a process has made of itself."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


async def vanished(pid: int) -> bool:
    """Whether a process that is not our child ends."""
    with contextlib.suppress(ProcessLookupError):
        for _ in range(200):
            os.kill(pid, 0)
            await asyncio.sleep(0.05)
        return False
    return True


def gone(pid: int) -> bool:
    """Not even a zombie of ours."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return False
