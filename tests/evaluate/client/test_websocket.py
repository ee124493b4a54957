import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest

from tests.server.house import ADA, House, house
from tests.server.served import served
from visavis.errors import EngineError, InputError, NoRoom
from visavis.evaluate.client.address import Address, opened, refusal
from visavis.evaluate.client.processes import used
from visavis.evaluate.client.received import Lost, Refused
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


async def test_another_server_is_none_of_ours() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"status": "ok"}'
        head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with opened(Address(f"http://127.0.0.1:{port}")) as door:
            with pytest.raises(InputError, match="is no server of visavis; name one, or start it"):
                await door.checked()
            with pytest.raises(Refused, match="the server answered 200"):
                async with connected(door.address):
                    pass


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
