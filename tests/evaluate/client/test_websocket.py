import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.server.house import ADA, House, house
from tests.server.served import served
from visavis.errors import EngineError, InputError, NoRoom
from visavis.evaluate.client.address import Address, opened, refusal
from visavis.evaluate.client.processes import used
from visavis.evaluate.client.received import Client, Lost, Refused
from visavis.evaluate.client.websocket import PAGE, connected


@contextlib.asynccontextmanager
async def serving(*, keys: bool = False, places: int = 3) -> AsyncIterator[tuple[Address, House]]:
    made = house(keys=keys, places=places)
    async with made.lobby, served(made) as port:
        yield Address(f"http://127.0.0.1:{port}", ADA if keys else ""), made


async def test_what_is_said_is_heard_seen_and_told() -> None:
    async with serving() as (address, _), connected(address) as client:
        await client.until(lambda: client.seen)
        began = client.seen[-1].came
        await client.send({"type": "text_input", "text": "Good morning.", "language": "en"})
        await client.until(lambda: any(chunk.final for chunk in client.chunks))
        await client.until(lambda: client.state == "idle")
        first = client.first_sound(began)
        assert first is not None
        assert first.plays >= first.came - 0.6
        assert client.first_picture(began) is not None
        assert "".join(told.fields["text"] for told in client.messages("reply")).strip() == "Good morning."
        assert sum(chunk.duration for chunk in client.chunks if chunk.spoken) > 0.7
        assert client.cuts, "what lay in the player before the answer was thrown away"
        await client.leave()


async def test_pieces_are_kept_and_a_microphone_is_heard_only_where_it_is_on() -> None:
    kept: list[bytes] = []
    async with serving() as (address, _):
        async with connected(address, choice=PAGE | {"idle": "0"}, kept=kept, ears=False) as client:
            await client.send({"type": "text_input", "text": "Hello.", "language": "en"})
            await client.until(lambda: any(chunk.final for chunk in client.chunks))
            assert len(kept) == len(client.chunks)
        async with connected(address) as client:
            speaking = await client.voice.speak(np.full(16_000, 0.5, np.float32))
            await client.until(lambda: client.messages("state", speaking))
            assert client.state == "listening"


async def test_who_finds_no_room_is_told_when_to_come_back() -> None:
    async with serving(places=1) as (address, _), connected(address):
        with pytest.raises(
            Refused, match=r"answered 503, and may be asked again in \d+ s: the only place"
        ) as it:
            async with connected(address):
                pass
        assert it.value.status == 503
        assert it.value.again is not None


async def test_a_server_that_goes_is_noticed_by_who_waits() -> None:
    async with contextlib.AsyncExitStack() as stack:
        address, made = await stack.enter_async_context(serving())
        client = await stack.enter_async_context(connected(address))
        made.lobby.stop()
        with pytest.raises(Lost, match="has closed the conversation with 1012"):
            await client.until(lambda: False)
        with pytest.raises(Lost, match="1012"):
            await client.send({"type": "interrupt"})


async def test_a_connection_that_breaks_off_is_told_as_such() -> None:
    async with serving() as (address, _), connected(address) as client:
        client.vanish()
        with pytest.raises(Lost, match="the connection broke off"):
            await client.until(lambda: False)


@contextlib.asynccontextmanager
async def scripted(visit: Callable[[ServerConnection], Awaitable[object]]) -> AsyncIterator[Address]:
    """A server that does this with each of its visitors."""

    async def visited(socket: ServerConnection) -> None:
        await visit(socket)

    async with serve(visited, "127.0.0.1", 0) as server:
        yield Address(f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")


GREETING = json.dumps({"type": "session", "session": "x", "resumed": False})


async def test_who_speaks_to_a_server_that_went_while_nobody_spoke_is_told() -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.send(GREETING)
        await socket.close(1001)

    async with scripted(leave) as address, connected(address) as client:
        with pytest.raises(Lost):
            await client.until(lambda: False)
        await client.until(lambda: client.state == "idle")
        with pytest.raises(Lost, match="the server has ended the conversation"):
            client.ensure_there()
        with pytest.raises(Lost, match="the server has ended the conversation"):
            await client.voice.speak(np.zeros(16_000, np.float32))


async def test_a_server_that_greets_nobody_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client.until, "__defaults__", (0.1,))
    async with scripted(lambda socket: socket.wait_closed()) as address:
        with pytest.raises(Lost, match="greets nobody who comes"):
            async with connected(address):
                pass


@pytest.mark.parametrize(
    "odd",
    [
        "[]",
        '"a"',
        '{"x": 1}',
        '{"type": "state"}',
        '{"type": "reply", "reply": 1, "text": "", "start": NaN, "final": true}',
        "[" * 100_000,
        b"",
        b"\0\0\0\2{}",
        b"\0\0\0\x46" + b'{"start":"a","duration":1,"cut":false,"spoken":true,"final":true}'.ljust(0x46),
    ],
    ids=lambda odd: str(odd[:30]),
)
async def test_what_no_server_sends_is_told_to_who_waits(odd: str | bytes) -> None:
    async def visit(socket: ServerConnection) -> None:
        await socket.send(GREETING)
        await socket.send(odd)
        await socket.wait_closed()

    async with scripted(visit) as address, connected(address) as client:
        with pytest.raises(Lost, match="the server sent what no server of this version sends: "):
            await client.until(lambda: False)


async def test_nobody_converses_where_nobody_is() -> None:
    with pytest.raises(EngineError, match=r"nobody converses at http://127.0.0.1:9 \("):
        async with connected(Address("http://127.0.0.1:9")):
            pass


async def test_a_server_is_asked_for_what_it_is() -> None:
    async with serving(keys=True) as (address, _):
        async with opened(address) as door:
            health = await door.checked()
            assert health["engines"]["asr"]["name"] == "scripted"
            assert await door.is_ready()
            assert (await door.content("/metrics")).startswith(b"# HELP")
            with pytest.raises(InputError, match="refused: unknown avatar 'bob'"):
                await door.fields("/avatar/bob/info")
            with pytest.raises(InputError, match="refused: there is nothing here"):
                await door.fields("/nothing/here")
        async with opened(Address(address.url, "wrong")) as door:
            with pytest.raises(InputError, match="does not know this key; give one of its own with --key"):
                await door.checked()
    async with opened(address) as door:
        assert not await door.is_ready()
        with pytest.raises(InputError, match="nobody answers at"):
            await door.checked()


@contextlib.asynccontextmanager
async def answering(body: bytes, status: str = "200 OK", *, stalls: bool = False) -> AsyncIterator[Address]:
    """Answers the same to everything. stalls: after the first byte, until the other has gone."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body[:1])
        if stalls:
            await reader.read()
        writer.write(body[1:])
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield Address(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


@pytest.mark.parametrize(
    "body", [b'{"status": "ok"}', b'{"engines": {"asr": 1}, "avatar_backend": "warp"}', b"[" * 100_000]
)
async def test_another_server_is_none_of_ours(body: bytes) -> None:
    async with answering(body) as address, opened(address) as door:
        with pytest.raises(InputError, match=r"is no server of visavis; name one|is it another server\?"):
            await door.checked()
        with pytest.raises(Refused, match="the server answered 200"):
            async with connected(address):
                pass


async def test_an_answer_has_bounds_of_size_and_time() -> None:
    async with answering(bytes(2**20)) as address, opened(address) as door:
        assert len(await door.content("/video", 30.0)) == 2**20
        with pytest.raises(EngineError, match="answers with more than 0 MB"):
            await door.content("/video", 30.0, most=2**19)
    async with answering(b"ab", stalls=True) as address, opened(address) as door:
        with pytest.raises(EngineError, match=r"did not answer within 0.1 s"):
            await door.content("/video", 0.1)
    async with answering(b"", "302 Found") as address, opened(address) as door:
        with pytest.raises(InputError, match="it answered 302"):
            await door.content("/video")


@pytest.mark.parametrize("path", ["@127.0.0.1:1/internal", "//other/x", "http://other/x", ".other/x", ""])
def test_a_server_cannot_send_us_elsewhere(path: str) -> None:
    with pytest.raises(EngineError, match="is no place on it"):
        Address("http://127.0.0.1:9", "secret").at(path)


def test_refusals_are_of_their_kind() -> None:
    address = Address("http://h:1", "secret")
    assert "secret" not in repr(address)
    full = refusal(address, "/x", 503, {"detail": "full"}, {"retry-after": "7"})
    assert isinstance(full, NoRoom)
    assert full.wait == 7
    assert isinstance(refusal(address, "/x", 500, {}, {}), EngineError)
    assert isinstance(refusal(address, "/x", 422, {"detail": "text: too long"}, {}), InputError)
    assert Address("https://h/", "").socket == "wss://h/ws/stream"


def test_a_process_tells_what_it_uses() -> None:
    import os
    import sys

    found = used(os.getpid())
    if sys.platform != "linux":
        assert found is None
        return
    assert found is not None
    assert found.seconds > 0
    assert found.memory > 10 * 2**20
