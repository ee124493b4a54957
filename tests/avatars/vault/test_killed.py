"""Processes are killed in the midst of it, for real, and what they leave is looked at."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from visavis.avatars.vault import Folder, MasterKeys, Unreadable, Vault, new_id
from visavis.errors import NoSuchFile

from .conftest import NEW, OLD

CANARY = b"the canary that must not be seen "

BEGIN = f"""
import asyncio, sys
from pathlib import Path
from visavis.avatars.vault import Folder, MasterKeys, Spool, Vault
OLD, NEW = bytes.fromhex("{OLD.hex()}"), bytes.fromhex("{NEW.hex()}")
root, file = Path(sys.argv[1]), sys.argv[2]
content = {CANARY!r} * 100_000

def reached(what: object) -> None:
    print(what, flush=True)
"""

WRITING = """
async def main() -> None:
    vault = Vault(Folder(root), MasterKeys.of(OLD))
    async with vault.writing("local", file) as writer, Spool() as spool:
        await spool.write(content)
        await writer.write(content)
        reached("half")
        await asyncio.sleep(600)
asyncio.run(main())
"""

REPLACING = """
async def main() -> None:
    vault = Vault(Folder(root), MasterKeys.of(OLD))
    for number in range(1, 1_000_000):
        reached(number)
        await vault.put("local", file, number.to_bytes(4, "big") * 400_000)
asyncio.run(main())
"""

ROTATING = """
asyncio.run(Vault(Folder(root), MasterKeys.of(NEW, OLD)).rotate(reached))
"""


def killed(script: str, root: Path, file: str, lines: int) -> None:
    """Run a script until it has printed so many lines, and kill it; root also holds its temporary files."""
    with subprocess.Popen(
        [sys.executable, "-c", BEGIN + script, str(root), file],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(root)},
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline(), "it ended by itself"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a vault, and of temporary files."""
    root = tmp_path / "vault"
    root.mkdir()
    return root


def left_in(root: Path) -> list[bytes]:
    return [path.read_bytes() for path in root.rglob("*") if path.is_file()]


async def test_a_killed_writer_leaves_nothing_visible_and_no_plaintext(root: Path) -> None:
    file = new_id()
    killed(WRITING, root, file, 1)
    vault = Vault(Folder(root), MasterKeys.of(OLD))
    assert [stored async for stored in vault.stored()] == []
    with pytest.raises(NoSuchFile):
        await vault.get("local", file)
    left = b"".join(left_in(root))
    assert len(left) > 2_000_000, "it was in the midst of it"
    assert CANARY not in left
    assert await vault.sweep() == 1
    assert left_in(root) == []
    await vault.close()


@pytest.mark.parametrize("lines", [2, 3, 5])
async def test_a_file_is_one_or_the_other_when_the_writer_is_killed(root: Path, lines: int) -> None:
    file = new_id()
    killed(REPLACING, root, file, lines)
    vault = Vault(Folder(root), MasterKeys.of(OLD))
    content = await vault.get("local", file)
    assert content == content[:4] * 400_000
    assert int.from_bytes(content[:4], "big") >= lines - 1
    await vault.sweep()
    assert len(left_in(root)) == 1
    await vault.close()


async def test_a_killed_rotation_is_gone_on_with(root: Path) -> None:
    vault = Vault(Folder(root), MasterKeys.of(OLD))
    ids = [new_id() for _ in range(30)]
    for id_ in ids:
        await vault.put("local", id_, id_.encode())
    killed(ROTATING, root, ids[0], 5)
    both = Vault(Folder(root), MasterKeys.of(NEW, OLD))
    assert [await both.get("local", id_) for id_ in ids] == [id_.encode() for id_ in ids]
    old = [id_ for id_ in ids if await opens(vault, id_)]
    assert 0 < len(old) <= 25, "it was in the midst of it"
    assert await both.rotate() == len(old)
    newest = Vault(Folder(root), MasterKeys.of(NEW))
    assert [await newest.get("local", id_) for id_ in ids] == [id_.encode() for id_ in ids]
    for used in (vault, both, newest):
        await used.close()


async def opens(vault: Vault, id_: str) -> bool:
    try:
        await vault.get("local", id_)
    except Unreadable:
        return False
    return True
