"""A real server on a real socket: what only shows when bytes travel."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.server.house import FILE, VIDEO, House, agreed, house, registered
from tests.server.served import client, connected, said, served
from visavis.renderings.order import Progress
from visavis.server.running import Prompt

MB = 2**20
BEGINNING = b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


def head(
    length: int | None = None,
    path: str = "/avatar/register",
    *more: str,
    kind: str = "multipart/form-data; boundary=XyZ",
) -> bytes:
    """The beginning of a request; without a length it is sent in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", size, *more, "", "")
    return "\r\n".join(lines).encode()


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def soon(happens: Callable[[], bool]) -> bool:
    """Whether something happens within a few seconds."""
    for _ in range(500):
        if happens():
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.fixture
async def made() -> House:
    return house()


@pytest.fixture
async def port(made: House) -> AsyncIterator[int]:
    async with served(made) as number:
        yield number


async def test_more_than_50_mb_in_chunks_is_refused_and_reading_stops_there(made: House, port: int) -> None:
    sent, before = 0, memory()
    async with connected(port) as (reader, writer):
        answering = asyncio.ensure_future(said(reader))
        writer.write(head() + chunk(BEGINNING))
        with contextlib.suppress(ConnectionError):
            while sent < 200 * MB:
                writer.write(chunk(bytes(MB // 4)))
                await writer.drain()
                sent += MB // 4
        status, headers, body = await answering
    assert (status, json.loads(body)["code"]) == (413, "too_large")
    assert headers["connection"] == "close"
    assert 49 * MB < sent < 60 * MB, "what the socket's buffers hold may come on top"
    assert memory() - before < 50 * MB
    assert not made.shelf.rows


async def test_what_is_announced_too_large_is_refused_before_it_is_sent(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(head(51 * MB, "/avatar/register", "Expect: 100-continue"))
        status, _, body = await said(reader)
    assert (status, json.loads(body)["code"]) == (413, "too_large")


async def test_49_mb_come_through(made: House, port: int) -> None:
    async with client(port) as http:
        content = FILE + bytes(49 * MB)
        answer = await http.post("/avatar/register", data=agreed("Big"), files={"file": content})
        assert answer.status_code == 201, answer.text
    assert [len(media) for media in made.shelf.media.values()] == [len(content)]


@pytest.mark.parametrize(
    "lie",
    [
        head(10) + BEGINNING + FILE,
        head(None, "/avatar/register", "Content-Length: 10") + chunk(BEGINNING),
        head(10, "/avatar/register", "Content-Length: 20") + BEGINNING,
        b"POST /avatar/register HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n" + BEGINNING,
        head() + b"zz\r\n" + BEGINNING,
    ],
)
async def test_lies_about_the_length_are_refused(made: House, port: int, lie: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(lie)
        status, _, _ = await said(reader)
    assert status in (400, 413)
    assert not made.shelf.rows


async def test_a_body_that_breaks_off_leaves_nothing(made: House, port: int) -> None:
    for beginning in (head(1_000) + BEGINNING, head() + chunk(BEGINNING)):
        async with connected(port) as (_, writer):
            writer.write(beginning)
            await writer.drain()
    async with client(port) as http:
        await registered(http, "Next")
    assert len(made.shelf.rows) == 1
    uploads = [line["status"] for line in made.lines if line.get("route") == "/avatar/register"]
    assert sorted(uploads) == [201, 499, 499]
    assert not [line for line in made.lines if line["event"] == "mistake"]


@pytest.mark.parametrize("beginning", [b"", b"GET /health HTTP/1.1\r\nHo"])
async def test_who_takes_time_over_the_headers_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(Prompt, "asking", 0.1)
    async with connected(port) as (reader, writer):
        writer.write(beginning)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""


async def test_who_asks_in_time_is_not(port: int, monkeypatch: pytest.MonkeyPatch, made: House) -> None:
    monkeypatch.setattr(Prompt, "asking", 0.2)
    made.screen.at_once = False
    async with client(port) as http:
        waiting = asyncio.ensure_future(http.post("/api/v1/generate", json={"text": "Hi."}))
        await made.screen.ordered.wait()
        await asyncio.sleep(0.4)
        made.screen.end(next(iter(made.screen.jobs)), Progress("done", 2.0, 2.0))
        assert (await waiting).status_code == 200
        assert (await http.get("/health")).status_code == 200


async def test_a_part_of_a_video_is_sent_and_a_listener_who_goes_ends_it(made: House, port: int) -> None:
    async with client(port) as http:
        url = (await http.post("/api/v1/generate", json={"text": "Hi."})).json()["url"]
        assert (await http.get(url)).content == VIDEO
        part = await http.get(url, headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, VIDEO[100:300])
        assert (await http.head(url)).headers["content-length"] == str(len(VIDEO))
        made.screen.content = bytes(64 * MB)
        made.screen.end(url.rpartition("/")[2].removesuffix(".mp4"), Progress("done", 2.0, 2.0))
        async with http.stream("GET", url) as answer:
            async for _ in answer.aiter_raw():
                break
            assert made.screen.reading == 1
        assert await soon(lambda: not made.screen.reading)


async def test_progress_is_told_as_it_comes_until_nobody_listens(made: House, port: int) -> None:
    made.screen.at_once = False
    async with client(port) as http:
        job = (await http.post("/api/v1/generate", json={"text": "Hi.", "wait": False})).json()
        async with http.stream("GET", job["events"]) as answer:
            lines = answer.aiter_lines()
            assert await anext(lines) == "event: queued"
            made.screen.at(job["job_id"], Progress("running", 1.0))
            assert "event: running" in [await anext(lines) for _ in range(3)]
            assert made.screen.following == 1
        assert await soon(lambda: not made.screen.following)


async def test_a_video_that_nobody_waits_for_any_more_is_cancelled(port: int, made: House) -> None:
    made.screen.at_once = False
    body = b'{"text": "Hello."}'
    async with connected(port) as (_, writer):
        writer.write(head(len(body), "/api/v1/generate", kind="application/json") + body)
        await made.screen.ordered.wait()
    job = next(iter(made.screen.jobs))
    steps = map(float, itertools.count())

    def cancelled() -> bool:
        made.screen.at(job, Progress("running", next(steps)))
        return made.screen.jobs[job].progress.state == "cancelled"

    assert await soon(cancelled)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_told_to_stop_it_drops_uploads_and_ends(number: int, status: int) -> None:
    command = [sys.executable, "-m", "tests.server.served"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        asyncio.run(_upload_until(int(process.stdout.readline()), partial(process.send_signal, number)))
        out, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert json.loads(out) == {"rows": 0}
    assert all(json.loads(line) for line in errors.splitlines())


async def _upload_until(port: int, stop: Callable[[], None]) -> None:
    """Begin to upload, have the server told to stop, and wait until it has hung up."""
    async with connected(port) as (reader, writer):
        writer.write(head() + chunk(BEGINNING) + chunk(bytes(MB)))
        await writer.drain()
        async with client(port) as http:
            assert (await http.get("/health")).status_code == 200
        stop()
        with contextlib.suppress(ConnectionError):
            await reader.read()
