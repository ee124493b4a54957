"""Against a small clamd that speaks the protocol, and against the real one where it is installed."""

import asyncio
import contextlib
import shutil
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import pytest

from visavis.errors import StorageError, UploadError
from visavis.intake.clamd import Clamd
from visavis.streams import stream_of

# What every scanner takes for a virus: eicar.org; in two parts, so that this file is not one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Answerer = Callable[[bytes], bytes]


def judge(content: bytes) -> bytes:
    return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"


class FakeClamd:
    """INSTREAM as clamd has it; `most` is its StreamMaxLength."""

    def __init__(self, answer: Answerer = judge, most: int = 2**20) -> None:
        self.answer = answer
        self.most = most
        self.content = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            writer.write(await self._verdict(reader))
            await writer.drain()
        writer.close()

    async def _verdict(self, reader: asyncio.StreamReader) -> bytes:
        self.content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            if len(self.content) + length > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
            self.content += await reader.readexactly(length)
        return self.answer(self.content)


@contextlib.asynccontextmanager
async def over_tcp(clamd: FakeClamd) -> AsyncIterator[Clamd]:
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
    async with server:
        yield Clamd(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", patience=5)


async def pieces(*contents: bytes) -> AsyncGenerator[bytes, None]:
    for content in contents:
        yield content


async def test_what_is_clean_passes_over_tcp() -> None:
    fake = FakeClamd()
    async with over_tcp(fake) as clamd:
        await clamd.scan(pieces(b"a photo", bytes(600_000), b"", b"its end"))
        assert fake.content == b"a photo" + bytes(600_000) + b"its end"
        await clamd.scan(pieces())


async def test_what_is_clean_passes_over_a_socket(tmp_path: Path) -> None:
    fake, path = FakeClamd(), tmp_path / "clamd.ctl"
    async with await asyncio.start_unix_server(fake.serve, path):
        await Clamd(str(path)).scan(pieces(b"a photo"))
    assert fake.content == b"a photo"


async def test_a_virus_is_refused_by_name() -> None:
    async with over_tcp(FakeClamd()) as clamd:
        with pytest.raises(
            UploadError, match=r"found Win.Test.EICAR_HDB-1 in the file; it is not taken"
        ) as raised:
            await clamd.scan(pieces(b"GIF89a" + EICAR))
    assert raised.value.code == "virus"


async def test_more_than_the_daemon_takes_does_not_pass() -> None:
    async with over_tcp(FakeClamd()) as clamd:
        with pytest.raises(StorageError, match="StreamMaxLength"):
            await clamd.scan(pieces(*[bytes(2**20)] * 20))


@pytest.mark.parametrize(
    "said",
    [b"", b"OK\0", b"stream: OK", b"stream: ERROR\0", b"\xff\0", b"x" * 10_000],
)
async def test_whatever_else_it_says_nothing_passes(said: bytes) -> None:
    async with over_tcp(FakeClamd(lambda _: said)) as clamd:
        with pytest.raises(StorageError, match=r"the virus scanner at .* does not answer as it should"):
            await clamd.scan(pieces(b"a photo"))


async def test_a_daemon_that_is_away(tmp_path: Path) -> None:
    for address in (str(tmp_path / "clamd.ctl"), "127.0.0.1:1", "127.0.0.1:no-port"):
        with pytest.raises(StorageError, match="start clamd"):
            await Clamd(address).scan(pieces(b"a photo"))


async def test_a_daemon_that_hangs() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            await reader.readexactly(10**9)
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(StorageError, match="TimeoutError"):
            await Clamd(f"127.0.0.1:{port}", patience=0.1).scan(pieces(b"a photo"))


async def test_a_daemon_that_stops_reading() -> None:
    ended, gone = asyncio.Event(), asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1024) as server:
        port = server.sockets[0].getsockname()[1]
        scan = Clamd(f"127.0.0.1:{port}", patience=0.2).scan(pieces(*[bytes(2**20)] * 50))
        with pytest.raises(StorageError, match="TimeoutError"):
            await asyncio.wait_for(scan, 20)
        ended.set()
        await gone.wait()


@pytest.fixture
async def real(tmp_path: Path) -> AsyncGenerator[Clamd, None]:
    """Debian's clamd with one signature of ours, on a socket of its own."""
    program = shutil.which("clamd")
    if program is None:
        pytest.skip("needs clamd, from Debian's clamav-daemon")
    signatures = tmp_path / "signatures"
    signatures.mkdir()
    (signatures / "test.ndb").write_text(f"Visavis.Test:0:*:{EICAR.hex()}\n")
    settings = tmp_path / "clamd.conf"
    settings.write_text(
        f"LocalSocket {tmp_path}/clamd.ctl\nDatabaseDirectory {signatures}\nForeground yes\n"
        "OfficialDatabaseOnly no\n"
    )
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(settings), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        while not (tmp_path / "clamd.ctl").exists():
            assert process.returncode is None, "clamd does not start"
            await asyncio.sleep(0.05)
        yield Clamd(str(tmp_path / "clamd.ctl"))
    finally:
        process.kill()
        await process.wait()


@pytest.mark.servers
async def test_the_real_daemon(real: Clamd) -> None:
    await real.scan(stream_of([b"a photo", bytes(300_000)]))
    with pytest.raises(UploadError, match=r"Visavis\.Test"):
        await real.scan(stream_of([b"not a photo: ", EICAR]))
