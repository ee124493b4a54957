"""A house on a socket of this machine, in this process or in one of its own that can be told to end."""

import asyncio
import contextlib
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator

import httpx

from tests.server.house import House, house
from visavis.commands.process import ended_by_signals
from visavis.config import Settings
from visavis.server.log import Others, opened
from visavis.server.running import run, server_of


@contextlib.asynccontextmanager
async def served(made: House) -> AsyncIterator[int]:
    """Serve a house on a free port."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = server_of(made.app, made.screen.stop)
        task = asyncio.ensure_future(server._serve([listening]))
        try:
            yield listening.getsockname()[1]  # who connects before it is started waits in the socket
        finally:
            server.should_exit = True
            await task


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def said(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """One answer: status, headers and body."""
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, await reader.readexactly(int(headers.get("content-length", 0)))


def client(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")


def main() -> None:
    """In a process of its own: print the port, serve, and say what is left of uploads and what was logged."""
    made = house(Settings(), at_once=False)
    logging.basicConfig(handlers=[Others(opened(sys.stderr))], level="INFO", force=True)
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        print(listening.getsockname()[1], flush=True)
        try:
            with ended_by_signals():
                asyncio.run(run(made.app, listening, made.screen.stop))
        except KeyboardInterrupt:
            sys.exit(130)
        finally:
            print(json.dumps({"rows": len(made.shelf.rows), "lines": made.lines}), flush=True)


if __name__ == "__main__":
    main()
