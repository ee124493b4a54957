"""WebSockets on a real socket: who may open one, who has vanished, and what is noted of it."""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from socket import create_connection
from typing import Any

import pytest
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.house import ADA, House, house
from tests.server.served import client, connected, served
from tests.server.test_running import open_files, soon
from visavis.config import Settings
from visavis.server import running
from visavis.server.log import Others, opened

PATH = "/ws/stream"
KEY = base64.b64encode(bytes(16)).decode()
HANDSHAKE = (
    f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()

# The first byte of a frame (RFC 6455, section 5.2).
BEGINNING, CONTINUED, PING, PONG = 0x01, 0x00, 0x89, 0x8A


def frame(kind: int, content: bytes = b"") -> bytes:
    """As a client sends it, under a mask that changes nothing."""
    assert len(content) < 126
    return bytes([kind, 0x80 | len(content)]) + bytes(4) + content


@pytest.fixture
def made() -> House:
    return house(places=1)


@pytest.fixture
async def port(made: House) -> AsyncIterator[int]:
    async with served(made) as number, made.lobby:
        yield number


def opening(port: int, query: str = "", name: str = "127.0.0.1", **more: Any) -> connect:
    """name: that the server is called by."""
    return connect(f"ws://{name}:{port}{PATH}{query}", host="127.0.0.1", port=port, **more)


async def ended(socket: ClientConnection) -> int:
    """The code that the server ends a connection with."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def greeted(socket: ClientConnection) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await socket.recv())
    assert told["type"] == "session"
    return told


def connections(made: House) -> list[dict[str, Any]]:
    return [line for line in made.lines if line["event"] == "connection"]


async def test_a_line_for_each_connection_and_nothing_of_what_it_carried(made: House, port: int) -> None:
    others = Others(opened(made.log, level="debug"))
    logging.getLogger().addHandler(others)
    level = logging.getLogger().level
    logging.getLogger().setLevel("DEBUG")
    try:
        async with opening(port, "?session=plantedtoken", user_agent_header="plantedagent") as socket:
            token = (await greeted(socket))["session"]
            await socket.send(json.dumps({"type": "text_input", "text": "plantedtext"}))
            await socket.send(json.dumps({"type": "plantedtype"}))
            while json.loads(await socket.recv())["type"] != "error":
                pass
        assert await soon(lambda: bool(connections(made)))
    finally:
        logging.getLogger().removeHandler(others)
        logging.getLogger().setLevel(level)
    (line,) = connections(made)
    assert (line["route"], line["close"], line["owner"]) == (PATH, 1000, "local")
    assert set(line) == {"event", "level", "timestamp", "route", "seconds", "close", "owner"}
    for secret in ("planted", token):
        assert secret not in made.log.getvalue()
    async with client(port) as http:
        lines = (await http.get("/metrics")).text.splitlines()
    assert f'visavis_connections_total{{close="1000",route="{PATH}"}} 1.0' in lines


async def test_one_who_has_vanished_is_let_go_and_may_come_back(
    made: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PING", 0.1)
    monkeypatch.setattr(running, "PATIENCE", 0.2)
    async with served(made) as port, made.lobby, connected(port) as (reader, writer):
        writer.write(HANDSHAKE)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        assert made.lobby.talking == 1
        assert await soon(lambda: made.lobby.talking == 0)
        assert made.lobby.figures().parked == 1
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(-1), 5)
    (line,) = connections(made)
    assert line["close"] in (1005, 1006, 1011)


async def test_one_who_answers_stays(made: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PING", 0.05)
    monkeypatch.setattr(running, "PATIENCE", 0.15)
    async with served(made) as port, made.lobby, opening(port, ping_interval=None) as socket:
        await greeted(socket)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while True:
                    await socket.recv()
        assert made.lobby.talking == 1


async def test_a_connection_outlives_the_patience_with_slow_askers(
    made: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.Prompt, "asking", 0.2)
    async with opening(port) as socket:
        await greeted(socket)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.6):
                while True:
                    await socket.recv()
        await socket.send(json.dumps({"type": "interrupt"}))
        assert made.lobby.talking == 1


async def test_a_message_that_is_too_large_ends_the_connection(made: House, port: int) -> None:
    async with opening(port) as socket:
        await greeted(socket)
        await socket.send(bytes(running.MESSAGE + 1))
        assert await ended(socket) == 1009


@pytest.mark.parametrize(
    "flood", [frame(PING, b"x" * 125) * 400, frame(BEGINNING) + frame(CONTINUED) * 20_000]
)
async def test_what_costs_memory_and_makes_no_message_ends_the_connection(
    made: House, monkeypatch: pytest.MonkeyPatch, flood: bytes
) -> None:
    monkeypatch.setattr(running, "PING", 3600.0)  # or it would be let go for its silence
    async with served(made) as port, made.lobby, connected(port) as (reader, writer):
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(flood)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(-1), 5)
        assert await soon(lambda: made.lobby.talking == 0)


async def test_one_who_reads_no_end_leaves_no_socket_open(
    made: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    @made.app.websocket("/much")
    async def much(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_bytes(bytes(16 * 2**20))

    monkeypatch.setattr(running, "PARTING", 0.2)
    async with served(made) as port:
        unused = open_files()
        with contextlib.closing(create_connection(("127.0.0.1", port))) as silent:
            silent.sendall(HANDSHAKE.replace(PATH.encode(), b"/much"))
            assert await soon(lambda: open_files() == unused + 2)
            for _ in range(10):
                silent.sendall(frame(PONG))
            assert await soon(lambda: open_files() == unused + 1), "of this end alone"


async def refusal(port: int, **more: Any) -> tuple[int, dict[str, str], Any]:
    with pytest.raises(InvalidStatus) as refused:
        async with opening(port, **more):
            pass
    response = refused.value.response
    return response.status_code, dict(response.headers), json.loads(response.body or b"{}")


async def test_a_stranger_s_page_opens_none(made: House, port: int) -> None:
    status, _, told = await refusal(port, origin="https://evil.example")
    assert (status, told["code"]) == (403, "origin")
    status, _, told = await refusal(port, name="evil.example")
    assert (status, told["code"]) == (421, "host")
    async with opening(port, origin=f"http://127.0.0.1:{port}") as socket:
        await greeted(socket)


async def test_who_finds_no_place_is_told_when_to_come_again(made: House, port: int) -> None:
    async with opening(port) as socket:
        await greeted(socket)
        status, headers, told = await refusal(port)
        assert (status, told["code"]) == (503, "full")
        assert int(headers["retry-after"]) > 0
        await socket.send(json.dumps({"type": "interrupt"}))
    assert connections(made)[0]["status"] == 503
    assert not [line for line in made.lines if line["level"] == "error"]


async def test_a_key_is_wanted_and_browsers_show_it_as_a_subprotocol() -> None:
    made = house(Settings(session_rate="2/minute"), keys=True)
    async with served(made) as port, made.lobby:
        for wrong in ({}, {"subprotocols": ["visavis", "key.nothing"]}):
            status, _, told = await refusal(port, **wrong)
            assert (status, told["code"]) == (401, "unauthorized")
        async with opening(port, subprotocols=["visavis", f"key.{ADA}"]) as socket:
            await greeted(socket)
            assert socket.subprotocol == "visavis"
        async with opening(port, additional_headers={"Authorization": f"Bearer {ADA}"}) as socket:
            await greeted(socket)
        status, headers, told = await refusal(port, additional_headers={"X-API-Key": ADA})
        assert (status, told["code"]) == (429, "too_many")
        assert 0 < int(headers["retry-after"]) <= 60
    assert {line["owner"] for line in connections(made) if "close" in line} == {"ada"}
    assert ADA not in made.log.getvalue()


async def test_the_end_of_the_server_closes_connections(made: House) -> None:
    async with made.lobby, contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(served(made))
        socket = await stack.enter_async_context(opening(port))
        await greeted(socket)
        made.lobby.stop()
        assert await ended(socket) == 1012
