"""Vaults to try: one in a folder, and one in a bucket of a real S3 server in a process of its own."""

import contextlib
import functools
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from visavis.avatars.vault import Folder, MasterKeys, Place, Vault

if TYPE_CHECKING:
    from boto3.session import Session

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's server."""
    if not (find_spec("moto") and find_spec("boto3") and find_spec("flask")):
        pytest.skip("needs moto[server] and boto3")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("moto's server does not start")


@pytest.fixture
def bucket_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder in a new bucket; the environment leads to the server."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = _session()
    monkeypatch.setattr("visavis.avatars.vault.bucket.Session", _session)
    name = f"bucket-{secrets.token_hex(6)}"
    session.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}/some/folder"


@functools.cache
def _session() -> "Session":
    """One for all tests, because it takes its time to read what S3 is."""
    from boto3.session import Session

    return Session()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.servers)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each kind of place in turn, empty."""
    if request.param == "folder":
        yield Folder(tmp_path / "vault")
        return
    url = str(request.getfixturevalue("bucket_url"))
    from visavis.avatars.vault.bucket import Bucket

    with contextlib.closing(Bucket(url)) as bucket:
        yield bucket


@pytest.fixture
async def vault(place: Place) -> AsyncIterator[Vault]:
    """An empty vault with one master key."""
    vault = Vault(place, MasterKeys.of(OLD))
    yield vault
    await vault.close()
