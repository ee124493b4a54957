"""A real server on a real socket: what only shows when bytes travel."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
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


def open_files() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


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


async def test_who_does_not_read_an_answer_is_let_go(
    made: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.screen.content = bytes(64 * MB)
    unused = open_files()
    async with client(port) as http:
        url = (await http.post("/api/v1/generate", json={"text": "Hi."})).json()["url"]
    assert await soon(lambda: open_files() == unused)
    monkeypatch.setattr(Prompt, "unread", 0.1)
    with contextlib.closing(socket.create_connection(("127.0.0.1", port))) as silent:
        silent.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert await soon(lambda: made.screen.reading == 1)
        assert await soon(lambda: not made.screen.reading)
        assert await soon(lambda: open_files() == unused + 1), "this end is open still, the server's is not"


async def test_who_reads_slowly_gets_all_of_it(
    made: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.screen.content = bytes(16 * MB)
    async with client(port) as http:
        url = (await http.post("/api/v1/generate", json={"text": "Hi."})).json()["url"]
    monkeypatch.setattr(Prompt, "unread", 0.5)
    async with connected(port) as (reader, writer):
        writer.write(f"GET {url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        size = 0
        while piece := await reader.read(MB):
            size += len(piece)
            await asyncio.sleep(0.02)
    assert size > 16 * MB


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
    assert await soon(lambda: made.screen.jobs[job].progress.state == "cancelled")
    assert await soon(lambda: not made.screen.following)


def test_told_to_stop_it_answers_who_waits() -> None:
    with served_by_itself() as (process, port):
        waited, followed = asyncio.run(_waiting_until(port, partial(process.send_signal, signal.SIGTERM)))
        out, errors = process.communicate(timeout=60)
    assert (waited.status_code, waited.json()["progress"]["state"]) == (202, "queued")
    events = [line for line in followed.splitlines() if line.startswith("event")]
    assert events[-1] == "event: queued"
    assert {line["status"] for line in json.loads(out)["lines"]} == {200, 202}
    assert not [line for line in errors.splitlines() if json.loads(line)["level"] == "error"]


async def _waiting_until(port: int, stop: Callable[[], None]) -> tuple[httpx.Response, str]:
    """Wait for one video and follow another one's progress, until the server is told to stop."""
    wish = {"text": "Hi."}
    async with client(port) as http:
        waiting = asyncio.ensure_future(http.post("/api/v1/generate", json=wish, timeout=60))
        job = (await http.post("/api/v1/generate", json=wish | {"wait": False})).json()
        async with http.stream("GET", job["events"], timeout=60) as answer:
            pieces = answer.aiter_text()
            told = await anext(pieces)
            for _ in range(500):
                if len((await http.get("/api/v1/jobs")).json()["jobs"]) == 2:
                    break
                await asyncio.sleep(0.01)
            stop()
            told += "".join([piece async for piece in pieces])
        return await waiting, told


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_told_to_stop_it_drops_uploads_and_ends(number: int, status: int) -> None:
    with served_by_itself() as (process, port):
        asyncio.run(_upload_until(port, partial(process.send_signal, number)))
        out, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    told = json.loads(out)
    assert told["rows"] == 0
    assert [line["status"] for line in told["lines"] if line["route"] == "/avatar/register"] == [503]
    assert all(json.loads(line) for line in errors.splitlines())
    assert "Exception in ASGI application" not in errors


@contextlib.contextmanager
def served_by_itself() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A house in a process of its own, and the port it is at."""
    command = [sys.executable, "-m", "tests.server.served"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


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
