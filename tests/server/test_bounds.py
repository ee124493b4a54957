import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.server.house import FILE, agreed, house, opened_house
from visavis.config import Settings
from visavis.server.answers import Refused
from visavis.server.bounds import BODY, Bounded, size_in_words
from visavis.server.multipart import AROUND

Client = Callable[[], Awaitable[Message]]


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads a body, says how long it was, and asks whether anybody is there."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def answer_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def through(layer: Bounded, client: Client, *headers: tuple[bytes, bytes]) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await layer({"type": "http", "path": "/", "headers": list(headers)}, client, send)
    return sent


def sending(*pieces: bytes) -> tuple[Client, list[bytes]]:
    """A client that sends these pieces, and those that are left."""
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    return receive, left


CHUNKED = (b"transfer-encoding", b"chunked")


async def test_a_body_within_its_bounds_comes_through() -> None:
    client, _ = sending(b"1" * 60, b"2" * 40)
    sent = await through(Bounded(read_all, {"/": 100}), client, CHUNKED)
    assert sent[1]["body"] == b"100"
    assert (b"connection", b"close") not in sent[0]["headers"]


async def test_reading_stops_at_the_limit_and_the_connection_ends() -> None:
    client, left = sending(*[b"1" * 30] * 10)
    with pytest.raises(Refused) as refused:
        await through(Bounded(read_all, {"/": 100}), client, CHUNKED)
    assert refused.value.status_code == 413
    assert len(left) == 6


@pytest.mark.parametrize("length", [b"101", b"99999999999999999999"])
async def test_what_says_that_it_is_too_long_is_not_read(length: bytes) -> None:
    client, left = sending(b"1")
    sent = await through(Bounded(read_all, {"/": 100}), client, (b"content-length", length))
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]
    assert left == [b"1"]


@pytest.mark.parametrize("length", [b"-1", b"x", b"1e9", "٣".encode()])
async def test_a_length_that_is_none_is_counted(length: bytes) -> None:
    client, _ = sending(b"1" * 200)
    with pytest.raises(Refused):
        await through(Bounded(read_all, {"/": 100}), client, (b"content-length", length))


async def test_two_lengths_are_refused() -> None:
    client, left = sending(b"1")
    sent = await through(Bounded(read_all, {}), client, (b"content-length", b"1"), CHUNKED)
    assert (sent[0]["status"], left) == (400, [b"1"])


async def test_an_answer_before_the_end_of_a_body_ends_the_connection() -> None:
    client, _ = sending(b"1", b"2")
    sent = await through(Bounded(answer_at_once, {}), client, CHUNKED)
    assert (b"connection", b"close") in sent[0]["headers"]
    sent = await through(Bounded(answer_at_once, {}), client)
    assert (b"connection", b"close") not in sent[0]["headers"]


async def test_a_body_that_comes_too_slowly_is_refused() -> None:
    slow = asyncio.Event()

    async def client() -> Message:
        await slow.wait()
        raise AssertionError("it waits no longer")

    with pytest.raises(Refused) as refused:
        await through(Bounded(read_all, {}, grace=0.01), client, CHUNKED)
    assert (refused.value.status_code, refused.value.code) == (408, "too_slow")


async def test_waiting_adds_up_over_a_body_and_what_came_buys_time() -> None:
    """Pieces of a byte each are paid for by nobody; large ones are."""

    async def trickle() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"1", "more_body": True}

    with pytest.raises(Refused):
        await through(Bounded(read_all, {}, grace=0.05), trickle, CHUNKED)
    count = iter(range(20))

    async def flow() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"1" * 1_000, "more_body": next(count, None) is not None}

    sent = await through(Bounded(read_all, {}, grace=0.05, slowest=1_000), flow, CHUNKED)
    assert sent[1]["body"] == b"21000"


async def test_waiting_for_a_client_to_go_is_not_bounded() -> None:
    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await answer_at_once(scope, receive, send)

    messages: Iterator[Message] = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])

    async def client() -> Message:
        await asyncio.sleep(0.02)
        return next(messages)

    assert await through(Bounded(waiting, {}, grace=0.001), client)


async def test_a_file_that_is_too_large_is_refused_and_none_is_kept() -> None:
    made = house(Settings(upload_limit=100_000))
    async with made.client() as client:
        for size, status in ((100_000, 201), (100_001, 413), (100_000 + AROUND, 413)):
            answer = await client.post(
                "/avatar/register", data=agreed(f"a{size}"), files={"file": b"1" * size}
            )
            assert answer.status_code == status, size
        assert answer.json() == {
            "code": "too_large",
            "detail": "the request is larger than 162 KB; send a smaller one",
        }
        assert len(made.shelf.rows) == 1


async def test_what_is_no_upload_is_short() -> None:
    async with opened_house() as (_, client):
        for path in ("/consent/x/revoke", "/avatar/list"):
            assert (await client.post(path, content=b"1" * (BODY + 1))).status_code == 413
        assert (await client.post("/api/v1/generate", json={"text": "x" * 200_001})).status_code == 422
        assert (
            await client.post("/avatar/register", data=agreed("x"), files={"file": FILE})
        ).status_code == 201


def test_sizes_are_said_in_words() -> None:
    assert (size_in_words(50 * 2**20), size_in_words(65_536)) == ("50 MB", "64 KB")
