"""A small server of chat completions, on a thread and a loop of its own, that answers as it is told to."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Exchange"], Awaitable[None]]

PATIENCE = 10.0
"""Seconds after which a test that waits has failed."""


@dataclass
class Exchange:
    """One request, and the way back to who sent it.

    gone: set when the other side has closed the connection.
    """

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    writer: asyncio.StreamWriter
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def head(self, status: str = "200 OK", kind: str = "text/event-stream", *more: str) -> None:
        lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *more)
        await self.send("\r\n".join((*lines, "", "")).encode())

    async def event(self, content: str) -> None:
        await self.send(f"data: {content}\n\n".encode())

    async def word(self, text: str | None, **delta: Any) -> None:
        """A piece of an answer, as servers send it."""
        await self.event(chunk({"content": text, **delta}))

    async def end(self) -> None:
        await self.event(chunk({}, "stop"))
        await self.event("[DONE]")

    async def refuse(self, status: str, error: object, *headers: str) -> None:
        content = json.dumps({"error": error}).encode()
        await self.head(status, "application/json", f"Content-Length: {len(content)}", *headers)
        await self.send(content)


def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({
        "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice],
    }, ensure_ascii=False)  # fmt: skip


def saying(*words: str) -> Script:
    """A script that answers with these words."""

    async def script(exchange: Exchange) -> None:
        await exchange.head()
        for word in words:
            await exchange.word(word)
        await exchange.end()

    return script


HELLO = saying("Hello", " there.")


@dataclass
class Completions:
    """url: for OPENAI_BASE_URL. script: how the next question is answered. seen: the questions so far.

    models: what the server lists. refused: the status with which it does not.
    told, heard: how a script and a test tell each other to go on.
    """

    url: str = ""
    script: Script = HELLO
    models: tuple[str, ...] = ("first-model", "second-model")
    refused: str = ""
    seen: list[Exchange] = field(default_factory=list)
    told: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [exchange.body for exchange in self.seen if exchange.path.endswith("/chat/completions")]

    async def go_on(self) -> None:
        """Wait in a script until the test says `told.release()`."""
        went = await asyncio.to_thread(self.told.acquire, timeout=PATIENCE)
        assert went, "the test never told the script to go on"

    async def left_alone(self, exchange: Exchange) -> None:
        """Wait in a script until the one who asked has gone."""
        await asyncio.wait_for(exchange.gone.wait(), PATIENCE)
        self.left.set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            exchange = await _asked(reader, writer)
            self.seen.append(exchange)
            watching = asyncio.create_task(_watch(reader, exchange))
            try:
                if exchange.path.endswith("/models") and self.refused:
                    await exchange.refuse(self.refused, {"message": "no"})
                elif exchange.path.endswith("/models"):
                    listed = json.dumps({"object": "list", "data": [{"id": name} for name in self.models]})
                    await exchange.head("200 OK", "application/json", f"Content-Length: {len(listed)}")
                    await exchange.send(listed.encode())
                else:
                    await self.script(exchange)
            finally:
                watching.cancel()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    return Exchange(first.split()[1], headers, json.loads(content) if content else {}, writer)


async def _watch(reader: asyncio.StreamReader, exchange: Exchange) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read()
    exchange.gone.set()


@contextlib.contextmanager
def completions() -> Iterator[Completions]:
    """A server on this machine, until the block is left."""
    served = Completions()
    ready, over = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with _listening(served) as port:
            served.url = f"http://127.0.0.1:{port}/v1"
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield served
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join()


@contextlib.asynccontextmanager
async def _listening(served: Completions) -> AsyncIterator[int]:
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
