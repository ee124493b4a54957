import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

import pytest

from visavis.errors import EngineError, ModelError, UploadError
from visavis.intake import sandbox
from visavis.intake.messages import Answer
from visavis.intake.sandbox import Task, layers, run
from visavis.streams import stream_of

from .tasks import raw

linux = pytest.mark.skipif(sys.platform != "linux", reason="these layers are Linux's")


def task(name: str, seconds: int = 20, memory: int = 2**30, **blobs: int) -> Task:
    return Task(f"tests.intake.tasks:{name}", memory, seconds, blobs)


async def asked(which: Task, content: bytes = b"", **arguments: str) -> Answer:
    return await run(which, arguments, stream_of([content]), len(content))


def children(pid: int = os.getpid()) -> set[int]:
    """The processes that this one has, or another one."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No process, no descriptor and no folder."""

    def left() -> tuple[set[int], int, list[Path]]:
        folders = sorted(Path(tempfile.gettempdir()).glob("visavis-*"))
        return children(), len(list(Path("/proc/self/fd").iterdir())), folders

    before = left()
    yield
    assert left() == before


async def test_content_goes_in_and_facts_and_blobs_come_out() -> None:
    content = os.urandom(3_000_000)
    answer = await asked(task("echo", back=len(content)), content)
    assert answer == Answer({"length": len(content)}, {"back": content})


async def test_several_at_once() -> None:
    answers = await asyncio.gather(*(asked(task("echo", back=9), bytes([n])) for n in range(4)))
    assert [answer.blobs["back"] for answer in answers] == [b"\0", b"\1", b"\2", b"\3"]


@linux
async def test_every_way_out_is_shut() -> None:
    outcomes = (await asked(task("reaching_out"))).facts
    assert outcomes.pop("thread") == "done"
    assert outcomes.pop("import") == "ModuleNotFoundError"
    assert set(outcomes.values()) <= {"PermissionError", "OSError"}, outcomes
    assert len(outcomes) == 12


async def test_the_layers_are_tried_not_claimed() -> None:
    held = await layers()
    if sys.platform == "linux":
        assert len(held) == 7
        assert all(held.values()), held


async def test_it_starts_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_SECRET", "a secret")
    monkeypatch.setenv("OPENAI_API_KEY", "a secret")
    facts = (await asked(task("surroundings"))).facts
    assert set(facts["environment"]) <= {
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LD_LIBRARY_PATH",
        "LC_CTYPE",
    }
    assert (facts["here"], facts["secrets"]) == ([], [])
    assert facts["leader"]


@linux
async def test_no_descriptor_but_its_own_and_a_folder_that_is_gone() -> None:
    with tempfile.TemporaryFile() as file:
        os.set_inheritable(file.fileno(), True)
        facts = (await asked(task("surroundings"))).facts
    assert len(facts["descriptors"]) <= 5, "0, 1, 2, the way back, and the listing itself"
    assert facts["links"] == 0


async def test_what_libraries_print_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert (await asked(task("printing"), b"abc")).facts == {"length": 3}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        ("upload", "pixels", "too many of them; send fewer"),
        ("portrait", "portrait", "no face; show one"),
        ("memory", "memory", "more memory"),
        ("other", "damaged", "damaged or cut short; save it anew"),
    ],
)
async def test_errors_in_it_are_sentences_here(error: str, code: str, sentence: str) -> None:
    with pytest.raises(UploadError, match=sentence) as raised:
        await asked(task("raising"), error=error)
    assert raised.value.code == code


async def test_what_is_not_the_contents_fault_is_not_said_of_it() -> None:
    with pytest.raises(ModelError, match="the model is missing; fetch it"):
        await asked(task("missing_model"), bytes(10_000_000))
    for broken in ("broken_machine", "there_is_no_such_task", "forgetful"):
        with pytest.raises(EngineError, match="uploads cannot be opened on this machine"):
            await asked(task(broken))


@linux
async def test_more_memory_than_allowed() -> None:
    with pytest.raises(UploadError, match="more memory"):
        await asked(task("memory", memory=2**30))


async def test_more_time_than_allowed_by_the_processors_clock() -> None:
    with pytest.raises(UploadError, match="takes more than 1 s to read") as raised:
        await asked(task("spinning", seconds=1))
    assert raised.value.code == "too_slow"


@pytest.mark.parametrize("hung", ["sleeping", "deaf"])
async def test_more_time_than_allowed_by_the_clock_on_the_wall(
    monkeypatch: pytest.MonkeyPatch, hung: str
) -> None:
    monkeypatch.setattr(sandbox, "_PATIENCE", 0.5)
    with pytest.raises(UploadError, match="takes more than 1 s to read"):
        await asked(task(hung, seconds=1), bytes(10_000_000))


@pytest.mark.parametrize("end", ["crashing", "aborting"])
async def test_a_process_that_dies(end: str) -> None:
    with pytest.raises(
        UploadError, match=r"the process that opened the file stopped.*; save the file anew"
    ) as raised:
        await asked(task(end))
    assert raised.value.code == "damaged"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff\xff\xff\xff" + bytes(1000),
        raw({"kind": "photo"}, {"picture": 2**40}, bytes(1000)),
        raw({"kind": "photo"}, {"other": 10}, bytes(10)),
        raw({"kind": "photo"}, {"picture": 10}, bytes(2_000_000)),
        raw({"kind": "photo"}, {"picture": 10}, bytes(9)),
    ],
    ids=["nothing", "endless", "huge", "unasked", "more", "less"],
)
async def test_a_process_that_lies(said: bytes) -> None:
    with pytest.raises(UploadError, match="the process that opened the file stopped"):
        await asked(task("lying", picture=1000), said)


async def test_an_answer_that_is_no_json_is_not_given() -> None:
    with pytest.raises(UploadError, match="save it anew"):
        await asked(task("no_json"))


async def test_content_that_ends_too_early() -> None:
    with pytest.raises(UploadError, match="stopped"):
        await asyncio.wait_for(run(task("echo", back=10), {}, stream_of([b"123"]), 10), 20)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that nobody announces."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("hung", ["sleeping", "deaf"])
async def test_a_caller_who_goes_takes_the_process_along(hung: str) -> None:
    before = children()
    asking = asyncio.ensure_future(asked(task(hung), bytes(10_000_000)))
    await until(lambda: children() - before)
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert children() == before


async def test_content_that_fails_ends_it_with_its_own_error() -> None:
    closed = False

    async def content() -> AsyncGenerator[bytes, None]:
        nonlocal closed
        try:
            yield b"123"
            raise ValueError("the spool is broken")
        finally:
            closed = True

    with pytest.raises(ValueError, match="the spool is broken"):
        await run(task("echo"), {}, content(), 10)
    assert closed


async def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "command", lambda: [str(Path(tempfile.gettempdir(), "no such program"))])
    with pytest.raises(EngineError, match="no process could be started"):
        await asked(task("echo"))


async def test_no_folder_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(EngineError, match="no process could be started"):
        await asked(task("echo"))


async def test_a_process_that_cannot_begin_is_not_the_contents_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "command", lambda: [sys.executable, "-c", "import no_such_module"])
    with pytest.raises(EngineError, match="ended with status 1 and no word"):
        await asked(task("echo"), bytes(1_000_000))


LONELY = """
import asyncio
from tests.intake.test_sandbox import asked, task
asyncio.run(asked(task("sleeping")))
"""


@linux
async def test_it_ends_with_the_one_who_started_it() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", LONELY)
    try:
        await until(lambda: children(parent.pid))
        (pid,) = children(parent.pid)
        await until(lambda: "Seccomp:\t2" in status(pid))
    finally:
        parent.kill()
        await parent.wait()
    await until(lambda: "State:" not in status(pid) or "State:\tZ" in status(pid))


def status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
