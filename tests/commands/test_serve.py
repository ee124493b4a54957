"""The server as a user starts it, in a process and a data folder of its own."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import fetched
from visavis.avatars.registry import Registry
from visavis.commands.serve import _peers, listening, parts
from visavis.config import IceServer, Settings
from visavis.errors import InputError

START = """
import argparse, sys
from visavis.commands import serve
from visavis.commands.process import ended_by_signals
parser = argparse.ArgumentParser()
serve.add(parser.add_subparsers(), argparse.ArgumentParser(add_help=False))
with ended_by_signals():
    args = parser.parse_args(["serve", "--port", "0"])
    args.verbose = False
    args.run(args)
"""

MARK = b"nobody but the person on it may see this picture. " * 3
FORM = (
    b'--XyZ\r\nContent-Disposition: form-data; name="avatar_name"\r\n\r\nHalf\r\n'
    b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
)


@contextlib.contextmanager
def serving(
    folder: Path, /, *heard: list[str], **environ: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process, and the port it is at. heard: take what it says until it tells that."""
    fetched("face"), fetched("demo-portrait")
    (folder / "tmp").mkdir(exist_ok=True)
    own = {"DATA_FOLDER": str(folder / "data"), "TMPDIR": str(folder / "tmp")}
    with subprocess.Popen(
        [sys.executable, "-c", START],
        stderr=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **own, **environ},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            for lines in heard:
                lines.append(line)
            if found := re.search(r"at http://127\.0\.0\.1:(\d+)", line):
                try:
                    yield process, int(found[1])
                finally:
                    process.kill()
                    process.communicate()
                return
        pytest.fail(f"it does not start: {told}")


def everything(folder: Path) -> Iterator[bytes]:
    """What is in the files below a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


@contextlib.asynccontextmanager
async def half_an_upload(port: int) -> AsyncIterator[None]:
    """A registration that has sent four megabytes of many, and goes no further."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /avatar/register HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=XyZ\r\n\r\n".encode() + FORM)
    for _ in range(4):
        writer.write(MARK * (2**20 // len(MARK)))
        await writer.drain()
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_in_an_upload_it_leaves_no_avatar_and_no_plaintext(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as (process, port):
        async with half_an_upload(port), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert (await http.get("/avatar/list")).json() == {"avatars": []}
            assert not [content for content in everything(tmp_path) if MARK[:40] in content]
            process.send_signal(number)
            await asyncio.get_running_loop().run_in_executor(None, process.wait, 60)
    assert not [content for content in everything(tmp_path) if MARK[:40] in content]
    assert not list((tmp_path / "tmp").iterdir())
    with serving(tmp_path) as (_, port):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert (await http.get("/avatar/list")).json() == {"avatars": []}


def test_it_is_ready_when_the_voice_and_the_models_are_and_exporting_is_written_down(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as (_, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(200):
            if (ready := http.get("/ready")).status_code == 200:
                break
            time.sleep(0.1)
        assert ready.json()["status"] == "ready"
        health = http.get("/health").json()
        assert health["models"]["tts"] is True
        assert re.search(
            r"each was found to take 0\.\d\d of \d+ processors", health["conversations"]["capacity"]
        )
        assert health["conversations"]["places"] >= 1
        assert http.get("/user/export").content.startswith(b"PK")
        events = http.get("/audit").json()["events"]
        assert [(event["action"], event["kind"]) for event in events] == [("exported", "user")]


async def test_asking_how_it_is_and_what_was_done_waits_for_nobody_who_writes(tmp_path: Path) -> None:
    fetched("face"), fetched("demo-portrait")
    async with parts(Settings(data_folder=tmp_path)) as opened:
        assert isinstance(opened.registry, Registry)
        async with opened.registry.database.session(), asyncio.timeout(5):
            assert "the database cannot be reached" not in (await opened.condition()).missing
            assert await opened.audited("local", 1) == []


def test_a_voice_that_does_not_speak_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "espeakng_loader.py"
    broken.write_text("raise ImportError('there is no such library')")
    with (
        serving(tmp_path, PYTHONPATH=str(tmp_path)) as (_, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        for _ in range(200):
            if "the voice does not work" in (missing := http.get("/ready").json()["missing"]):
                break
            time.sleep(0.1)
        assert "the voice does not work" in missing
        assert http.get("/health").json()["models"]["tts"] is False


async def test_its_end_does_not_wait_for_a_download(tmp_path: Path) -> None:
    """The package index takes the connection, and never says a word."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as index:
        address = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        silent = {"PIP_INDEX_URL": address, "PIP_TIMEOUT": "300", "PIP_CONFIG_FILE": os.devnull}
        with serving(tmp_path, VISAVIS_MODELS=str(tmp_path / "models"), **silent) as (process, port):
            loop = asyncio.get_running_loop()
            asked, _ = await loop.run_in_executor(None, index.accept)
            with asked:
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
                    assert (await http.get("/ready")).status_code == 503
                process.send_signal(signal.SIGTERM)
                assert await loop.run_in_executor(None, process.wait, 60) == 143


@pytest.mark.parametrize("alone", [True, False])
async def test_where_connections_are_made_is_as_the_settings_have_it(alone: bool) -> None:
    settings = Settings(
        host="127.0.0.1" if alone else "0.0.0.0",
        ice_servers=(IceServer("stun:stun.example.org"),),
        webrtc_ports=range(50_000, 50_011),
    )
    async with _peers(settings) as peers:
        assert peers is not None
        sockets = peers._sockets
    assert sockets.ports == range(50_000, 50_011)
    assert sockets.stun == (None if alone else ("stun.example.org", 3478))


def test_with_keys_it_asks_for_one(tmp_path: Path) -> None:
    heard: list[str] = []
    with serving(tmp_path, heard, API_KEYS="true") as (_, port):
        assert any("nobody has a key, so nobody can come in" in line for line in heard)
        assert httpx.get(f"http://127.0.0.1:{port}/avatar/list").status_code == 401
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_without_keys_it_is_for_this_machine_alone(host: str) -> None:
    with pytest.raises(InputError, match="API_KEYS=true"):
        listening(Settings(host=host))


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with contextlib.closing(taken), pytest.raises(InputError, match="name another --port"):
        listening(Settings(port=taken.getsockname()[1]))
    with pytest.raises(InputError, match="cannot listen"):
        listening(Settings(host="192.0.2.1", api_keys=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_listens_where_it_is_told(host: str) -> None:
    with contextlib.closing(listening(Settings(host=host, port=0))) as found:
        assert found.getsockname()[1] > 0
