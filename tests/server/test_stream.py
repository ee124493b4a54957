"""Conversations over a real WebSocket: a real server, real sessions with scripted engines, a real client."""

import asyncio
import contextlib
import io
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, cast

import av
import httpx
import numpy as np
import pytest
from starlette.types import Message, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.fakes.face import openness
from tests.server.house import ADA, BOB, House, house, registered
from tests.server.served import served
from tests.server.test_recordings import Filmed
from tests.transports.playing import boxes
from tests.transports.test_websocket import of_type, unpacked
from visavis.conversation import lobby
from visavis.renderings.recordings import Recordings
from visavis.server.routes import stream
from visavis.transports.messages import Fields
from visavis.transports.websocket import Gone

Messages = list[Fields]


@pytest.fixture
async def made() -> AsyncIterator[House]:
    made = house()
    async with made.lobby:
        yield made


@pytest.fixture
async def keyed() -> AsyncIterator[House]:
    made = house(keys=True, places=1)
    async with made.lobby:
        yield made


@pytest.fixture
async def port(made: House) -> AsyncIterator[int]:
    async with served(made) as number:
        yield number


def connecting(port: int, query: str = "", **more: Any) -> connect:
    return connect(f"ws://127.0.0.1:{port}/ws/stream{query}", proxy=None, max_size=None, **more)


@contextlib.asynccontextmanager
async def talking(port: int, query: str = "", **more: Any) -> AsyncIterator[tuple[ClientConnection, Fields]]:
    """A client that was let in, and the first message."""
    async with connecting(port, query, **more) as client:
        yield client, unpacked(await client.recv())


async def say(client: ClientConnection, kind: str, **fields: Any) -> None:
    await client.send(json.dumps({"type": kind, **fields}))


async def until(client: ClientConnection, wanted: Callable[[Fields], bool]) -> Messages:
    """What comes up to a message that is wanted."""
    found: Messages = []
    async with asyncio.timeout(20):
        while not found or not wanted(found[-1]):
            found.append(unpacked(await client.recv()))
    return found


def is_end(message: Fields) -> bool:
    return bool(message["type"] == "video_chunk" and message["final"])


def is_type(*kinds: str) -> Callable[[Fields], bool]:
    return lambda message: message["type"] in kinds


async def closed_with(client: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await client.recv()
    return client.close_code


async def soon(happens: Callable[[], bool]) -> bool:
    for _ in range(1_000):
        if happens():
            return True
        await asyncio.sleep(0.01)
    return False


async def refused(port: int, **more: Any) -> tuple[int, Any, dict[str, Any]]:
    """Status, headers and body of a handshake that was refused."""
    with pytest.raises(InvalidStatus) as caught:
        await connecting(port, **more)
    response = caught.value.response
    return response.status_code, response.headers, json.loads(response.body or b"{}")


async def test_a_typed_text_is_said(port: int) -> None:
    async with talking(port) as (client, first):
        assert first["type"] == "session"
        assert (first["resumed"], first["history"]) == (False, [])
        assert (first["fps"], first["width"], first["height"]) == (25, 64, 64)
        await say(client, "text_input", text="Good morning.", language="en")
        found = await until(client, is_end)
    chunks = of_type(found, "video_chunk")
    assert "".join(said["text"] for said in of_type(found, "reply")).strip() == "Good morning."
    assert [chunk["index"] for chunk in chunks] == list(range(len(chunks)))
    assert chunks[0]["mime"].startswith('video/mp4; codecs="avc1.')
    assert next(boxes(chunks[0]["content"]))[0] == "/ftyp"
    assert next(boxes(chunks[1]["content"]))[0] == "/moof"
    faces = pictures(b"".join(chunk["content"] for chunk in chunks))
    assert len(faces) == round(sum(chunk["duration"] for chunk in chunks) * 25)
    assert max(map(openness, faces)) > 0.5, "the mouth moves"


def pictures(content: bytes) -> list[Any]:
    with av.open(io.BytesIO(content), "r") as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


async def test_a_question_is_answered_and_remembered(port: int, made: House) -> None:
    async with talking(port, "?binary=1") as (client, first):
        await say(client, "chat_input", text="What do you think?")
        found = await until(client, is_end)
        assert all(chunk["binary"] for chunk in of_type(found, "video_chunk"))
        assert "timing" in [message["type"] for message in found]
        await client.send(np.zeros(1_600, "<i2").tobytes())
    assert await soon(lambda: made.lobby.figures().talking == 0)
    async with talking(port, f"?session={first['session']}") as (_, again):
        assert not again["resumed"], "a client that says goodbye has done with its session"
    assert made.lobby.figures().parked == 0


async def test_a_client_that_was_lost_goes_on_with_its_session(port: int, made: House) -> None:
    async with talking(port) as (client, first):
        await say(client, "chat_input", text="What do you think?")
        await until(client, is_end)
        client.transport.abort()
    assert await soon(lambda: made.lobby.figures().talking == 0)
    assert made.lobby.figures().parked == 1
    async with talking(port, f"?session={first['session']}") as (client, again):
        assert (again["resumed"], again["session"]) == (True, first["session"])
        assert again["history"][0] == {"role": "user", "text": "What do you think?"}
        await say(client, "text_input", text="Hello again.")
        found = await until(client, is_end)
        chunk = of_type(found, "video_chunk")[0]
        assert "mime" in chunk, "a new connection begins with what players have to know"
        assert chunk["start"] > 0, "on the same timeline"


async def test_another_connection_takes_over(port: int, made: House) -> None:
    async with connecting(port) as old:
        token = unpacked(await old.recv())["session"]
        async with talking(port, f"?session={token}") as (new, again):
            assert again["resumed"]
            assert await closed_with(old) == 4001
            await say(new, "text_input", text="Still here.")
            await until(new, is_end)
            assert made.lobby.figures().talking == 1


async def test_what_is_wrong_is_answered_and_it_goes_on(port: int) -> None:
    async with talking(port) as (client, _):
        await client.send("{nonsense")
        await say(client, "tex_input", text="x")
        await say(client, "text_input", text="x" * 5_001)
        await say(client, "avatar_selection", avatar_id="nobody")
        await say(client, "text_input", text="Well?")
        found = await until(client, is_end)
    codes = [message["code"] for message in of_type(found, "error")]
    assert codes == ["bad_json", "unknown_type", "too_long", "not_found"]


async def test_an_interruption_comes_before_anything_else(port: int) -> None:
    async with talking(port, "?idle=true") as (client, _):
        await say(client, "text_input", text="One, two, three, four, five, six, seven, eight, nine. " * 9)
        await until(client, lambda message: bool(message["type"] == "video_chunk" and message["spoken"]))
        await say(client, "interrupt")
        await until(client, is_type("interrupted"))
        after = await until(client, is_type("video_chunk"))
    chunk = after[-1]
    assert (chunk["cut"], chunk["spoken"], chunk["final"]) == (True, False, False)


async def test_a_registered_avatar_can_be_seen(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        avatar = (await registered(http, "Ada"))["avatar_id"]
    async with talking(port) as (client, _):
        await say(client, "avatar_selection", avatar_id=avatar, language="es")
        found = await until(client, is_type("avatar", "error"))
    assert found[-1] == {"type": "avatar", "avatar_id": avatar, "voice": None, "language": "es"}


async def test_an_avatar_can_be_named_at_once_and_who_it_is_stays(port: int, made: House) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        avatar = (await registered(http, "Ada"))["avatar_id"]
    async with talking(port, f"?avatar_id={avatar}") as (client, first):
        session = made.lobby._stays[0].session
        assert session is not None
        role = session.role
        assert role.uses == {avatar}
        client.transport.abort()
    assert await soon(lambda: made.lobby.figures().parked == 1)
    async with talking(port, f"?avatar_id={avatar}&session={first['session']}"):
        assert session.role is role, "nothing is recast for the same"
    async with talking(port, f"?session={first['session']}&voice=bert"):
        pass


async def test_a_withdrawn_avatar_ends_the_conversation(port: int, made: House) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        avatar = (await registered(http, "Ada"))["avatar_id"]
        async with talking(port, f"?avatar_id={avatar}") as (client, _):
            await http.delete(f"/avatar/{avatar}")
            assert await closed_with(client) == 4003


async def test_a_revoked_key_ends_the_conversation(keyed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def revoked(actors: frozenset[str]) -> frozenset[str]:
        return actors

    monkeypatch.setattr(lobby, "RECHECK", 0.01)
    monkeypatch.setattr(keyed.lobby, "_revoked", revoked)
    key = {"X-API-Key": ADA}
    async with served(keyed) as port, talking(port, additional_headers=key) as (client, _):
        assert await closed_with(client) == 4004
        assert keyed.lobby.figures().parked == 0


async def test_a_conversation_is_recorded_in_its_owners_name(keyed: House) -> None:
    filmed = Filmed()
    keyed.app.state.parts = replace(keyed.app.state.parts, recordings=cast(Recordings, filmed))
    key = {"X-API-Key": ADA}
    async with served(keyed) as port, talking(port, additional_headers=key) as (client, _):
        await say(client, "record", on=True)
        begun = await until(client, is_type("recording", "error"))
        await say(client, "record", on=False)
        ended = await until(client, is_type("recording", "error"))
    assert filmed.asked == ("ada", "ada-key")
    assert (begun[-1]["state"], ended[-1]["state"]) == ("on", "saving")


async def test_who_goes_before_being_let_in_leaves_nothing(made: House) -> None:
    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        raise ConnectionResetError

    scope: Scope = {
        "type": "websocket",
        "path": "/ws/stream",
        "headers": [(b"host", b"localhost")],
        "query_string": b"",
        "subprotocols": [],
    }
    await made.app(scope, receive, send)
    figures = made.lobby.figures()
    assert (figures.entered, figures.talking, figures.parked) == (1, 0, 0)
    assert [line["event"] for line in made.lines] == ["connection"], "which is no mistake"


async def test_too_much_is_closed(port: int, made: House) -> None:
    async with talking(port) as (client, _):
        await client.send(bytes(70_000))
        assert await closed_with(client) == 1009
    async with talking(port) as (client, _):
        with contextlib.suppress(ConnectionClosed):
            for _ in range(3_000):
                await say(client, "alive")
        assert await closed_with(client) == 1008
    assert await soon(lambda: made.lobby.figures().talking == 0)


async def test_a_client_that_does_not_read_frees_its_place(
    made: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.server.running.PING", 0.2)
    monkeypatch.setattr("visavis.server.running.PATIENCE", 0.4)
    async with served(made) as port, talking(port) as (client, _):
        client.transport.pause_reading()
        await say(client, "text_input", text="And then some more of it all. " * 100)
        assert await soon(lambda: made.lobby.figures().talking == 0)
        assert made.lobby.figures().parked == 1
        client.transport.abort()


async def test_when_the_server_ends_clients_are_told(made: House) -> None:
    async with served(made) as port:
        client = await connecting(port)
        await client.recv()
        made.lobby.stop()
        assert await closed_with(client) == 1012


@pytest.mark.parametrize(
    "shown",
    [
        {"additional_headers": {"Authorization": f"Bearer {ADA}"}},
        {"additional_headers": {"X-API-Key": ADA}},
        {"subprotocols": [Subprotocol("visavis"), Subprotocol(f"key.{ADA}")]},
    ],
)
async def test_who_has_a_key_is_let_in(keyed: House, shown: dict[str, Any]) -> None:
    async with served(keyed) as port, talking(port, **shown) as (client, first):
        assert first["type"] == "session"
        assert client.subprotocol in (None, "visavis")


async def test_who_has_none_is_not(keyed: House) -> None:
    async with served(keyed) as port:
        for shown in ({}, {"additional_headers": {"X-API-Key": "vv_wrong"}}):
            status, _, body = await refused(port, **shown)
            assert (status, body["code"]) == (401, "unauthorized")
    assert keyed.lobby.figures().entered == 0


async def test_where_all_places_are_taken_it_is_said_at_once(keyed: House) -> None:
    shown: list[dict[str, Any]] = [{"additional_headers": {"X-API-Key": key}} for key in (ADA, BOB)]
    ada, bob = shown
    async with served(keyed) as port:
        async with talking(port, **ada) as (client, first):
            status, headers, body = await refused(port, **bob)
            assert (status, body["code"]) == (503, "full")
            assert int(headers["Retry-After"]) > 0
            await say(client, "text_input", text="I talk.")
            await until(client, is_end)
            reset(client)
        assert await soon(lambda: keyed.lobby.figures().parked == 1)
        async with talking(port, f"?session={first['session']}", **bob) as (_, other):
            assert not other["resumed"], "a session is its owner's"


async def test_a_strange_page_is_kept_out(port: int) -> None:
    status, _, body = await refused(port, origin="https://evil.example")
    assert (status, body["code"]) == (403, "origin")


async def test_a_strange_selection_is_refused_at_the_door(port: int) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connecting(port, "?language=xx")
    assert caught.value.response.status_code == 422


async def test_the_log_knows_nothing_of_tokens_and_texts(port: int, made: House) -> None:
    async with talking(port, "?session=planted") as (client, first):
        await say(client, "text_input", text="Secret words.")
        await until(client, is_end)
    assert await soon(lambda: "connection" in made.log.getvalue())
    for word in ("planted", "Secret", first["session"], "127.0.0.1"):
        assert word not in made.log.getvalue()


class Parted:
    """A connection that cannot be written to, in which a last message still waits to be read."""

    def __init__(self, *last: Message) -> None:
        self._last = last

    async def send_text(self, message: str) -> None:
        raise WebSocketDisconnect(1006)

    async def receive(self) -> Message:
        await asyncio.sleep(0.05)
        if not self._last:
            await asyncio.Event().wait()
        return self._last[0]


@pytest.mark.parametrize(
    ("last", "code"),
    [(({"type": "websocket.disconnect", "code": 1000},), 1000), (({"type": "websocket.disconnect"},), 1006)],
)
async def test_who_takes_leave_while_it_is_sent_to_has_left(last: tuple[Message, ...], code: int) -> None:
    socket = stream._Socket(cast(WebSocket, Parted(*last)))
    ends = await asyncio.gather(socket.send("a picture"), socket.receive(), return_exceptions=True)
    assert [cast(Gone, end).code for end in ends] == [code, code]


async def test_who_is_gone_without_a_word_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FAREWELL", 0.05)
    with pytest.raises(Gone) as gone:
        await stream._Socket(cast(WebSocket, Parted())).send("a picture")
    assert gone.value.code == 1006


async def test_sockets_that_come_and_go_leave_nothing(port: int, made: House) -> None:
    tasks = len(asyncio.all_tasks())
    for number in range(20):
        async with talking(port) as (client, _):
            await say(client, "text_input", text="x" * 40)
            await until(client, is_type("video_chunk"))
            if number % 2:
                reset(client)
    assert await soon(lambda: made.lobby.figures().talking == 0)
    assert made.lobby.figures().parked == 10, "those that hung up may come back"
    made.lobby.stop()
    assert await soon(lambda: len(asyncio.all_tasks()) <= tasks)


def reset(client: ClientConnection) -> None:
    """Hang up without a word, as a crash does."""
    sock = client.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.transport.abort()
