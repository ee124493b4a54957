"""A server that is killed, for real, in the middle of a video."""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.renderings.scripted import CLEAR, ScriptedStudio, content, house, waited
from visavis.renderings.jobs import Renderings
from visavis.renderings.order import Rendering

ROOT = Path(__file__).parents[2]


def killed_while_making(folder: Path, *texts: str) -> list[str]:
    """Order texts from a process of its own, and kill it while it makes the first one that waits."""
    command = [sys.executable, "-m", "tests.renderings.server", str(folder), *texts]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ids = process.stdout.readline().split()
        process.kill()
    assert len(ids) == len(texts), "the process died by itself"
    return ids


def in_the_clear(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and CLEAR in path.read_bytes()]


async def ended(renderings: Renderings, id_: str) -> Rendering:
    async with asyncio.timeout(20):
        return await waited(renderings, "ada", id_)


async def test_what_a_killed_server_left_is_made_anew_and_what_waited_goes_on(tmp_path: Path) -> None:
    ids = killed_while_making(tmp_path, "held at first", "waits")
    assert in_the_clear(tmp_path), "it was killed while it made the video"
    studio = ScriptedStudio()
    async with house(tmp_path, studio) as renderings:
        studio.release.set()
        made = [await ended(renderings, id_) for id_ in ids]
        assert [one.progress.state for one in made] == ["done", "done"]
        assert studio.begun == ["held at first", "waits"]
        assert b"".join([piece async for piece in renderings.video(made[0])]) == content("held at first")
    assert in_the_clear(tmp_path) == []


async def test_what_is_killed_twice_is_not_tried_again_and_says_why(tmp_path: Path) -> None:
    [first] = killed_while_making(tmp_path, "endless")
    [second] = killed_while_making(tmp_path, "after it")
    studio = ScriptedStudio()
    async with house(tmp_path, studio) as renderings:
        failed, done = await ended(renderings, first), await ended(renderings, second)
        assert failed.progress.state == "failed"
        assert "the server ended twice while this video was made" in failed.progress.error
        assert failed.finished is not None
        assert done.progress.state == "done"
        assert studio.begun == ["after it"]
        assert [progress async for progress in renderings.follow("ada", first)] == [failed.progress]
    assert in_the_clear(tmp_path) == []
