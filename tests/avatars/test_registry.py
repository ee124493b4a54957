"""Registration against the real database, vault, cache and sandbox."""

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import wave
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import fetched
from visavis.avatars import registry as module
from visavis.avatars.audit import events
from visavis.avatars.cache import Cache
from visavis.avatars.database import Database, url_of
from visavis.avatars.database.tables import Avatar
from visavis.avatars.holdings import erased, exported
from visavis.avatars.people import LOCAL, create_user, ensure_local
from visavis.avatars.registry import Permission, Registry
from visavis.avatars.vault import MasterKeys, Spool, vault_at
from visavis.contracts import Face
from visavis.engines.face.warp import Warp
from visavis.engines.tts.espeak import Espeak
from visavis.errors import (
    ConsentError,
    InputError,
    NameTaken,
    NoSuchFile,
    PortraitError,
    UnknownName,
    UploadError,
)
from visavis.language import clauses
from visavis.media import Samples
from visavis.streams import stream_of

AGREED = Permission("Grace Hopper", "tests", agreed=True)


@asynccontextmanager
async def opened(home: Path, face: Face | None = None, url: str = "") -> AsyncIterator[Registry]:
    vault = vault_at(home / "vault", MasterKeys.kept_in(home / "master.key"))
    database = await Database.opened(url or url_of(home / "rows.db"))
    async with database.session() as session:
        await ensure_local(session)
    cache = Cache(vault, 64 * 2**20, 256 * 2**20)
    registry = Registry(database, vault, cache, lambda: fetched("face"), face=face)
    try:
        yield registry
    finally:
        registry.close()
        await cache.close()
        await database.close()
        await vault.close()


@pytest.fixture
async def registry(tmp_path: Path, url: str) -> AsyncIterator[Registry]:
    async with opened(tmp_path, url=url) as registry:
        yield registry


async def spooled(content: bytes) -> Spool:
    spool = Spool()
    await spool.write(content)
    return spool


async def registered(registry: Registry, name: str, content: bytes, owner: str = LOCAL) -> Avatar:
    async with await spooled(content) as spool:
        return await registry.register_avatar(owner, owner, name, spool, AGREED)


async def files(registry: Registry, owner: str | None = None) -> set[str]:
    return {stored.file async for stored in registry.vault.stored(owner)}


@pytest.fixture(scope="module")
def hopper(photo: Path) -> bytes:
    """The demo portrait, as it is sent."""
    return photo.read_bytes()


@pytest.fixture(scope="module")
def recording() -> bytes:
    """Ten seconds of one of the embedded voices, as WAV."""

    async def said() -> Samples:
        with closing(Espeak()) as engine:
            text = (
                "The old boat drifted slowly down the river while the children watched from the bridge. " * 2
            )
            voice = next(voice for voice in engine.voices if voice.name == "henry")
            speech = engine.speak(stream_of(clauses(text, "en")), voice)
            return np.concatenate([chunk.samples async for chunk in speech])

    samples = asyncio.run(said())
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, Espeak.rate, 0, "NONE", ""))
        wav.writeframes((samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


async def test_a_photo_is_registered_and_used_by_name(registry: Registry, hopper: bytes) -> None:
    row = await registered(registry, " Grace ", hopper)
    assert (row.name, row.kind, row.state) == ("Grace", "photo", "ready")
    assert row.verdict in {"good", "usable"}
    assert {score["name"] for score in row.report["scores"]} >= {"sharpness", "exposure", "pose"}
    for which in ("Grace", row.id):
        assert (await registry.avatar(LOCAL, which)).id == row.id
    assert [one.name for one in await registry.avatars(LOCAL)] == ["Grace"]
    assert await files(registry) == {f"{row.id}/picture", f"{row.id}/face"}
    for size in ((512, 512), (576, 1024)):
        portrait = await registry.portrait(LOCAL, "Grace", *size)
        assert portrait.size == size
    (consent,) = await registry.consents(LOCAL)
    assert (consent.subject, consent.digest, row.consent) == ("Grace Hopper", row.digest, consent.id)
    async with registry.database.reading() as session:
        (event,) = await events(session, LOCAL)
    assert (event.action, event.kind, event.target) == ("registered", "avatar", row.id)


async def test_it_is_prepared_once(tmp_path: Path, hopper: bytes) -> None:
    with closing(Warp()) as warp:
        async with opened(tmp_path, warp) as registry:
            row = await registered(registry, "Grace", hopper)
            face = await registry.face(LOCAL, "Grace", warp, 512, 512)
            assert registry.cache.status().hits == 1
            assert registry.cache.status().misses == 1
        async with opened(tmp_path, warp) as registry:
            again = await registry.face(LOCAL, row.id, warp, 512, 512)
            assert registry.cache.status().disk_hits == 1
        assert np.array_equal(warp.rest(face, 7).pixels, warp.rest(again, 7).pixels)


async def test_nothing_is_taken_without_consent(registry: Registry, hopper: bytes) -> None:
    async with await spooled(hopper) as spool:
        for consent in (Permission("Grace", "tests", agreed=False), Permission("", "", agreed=False)):
            with pytest.raises(ConsentError, match="only when the person it belongs to has agreed"):
                await registry.register_avatar(LOCAL, LOCAL, "Grace", spool, consent)
        for consent in (Permission(" ", "tests", agreed=True), Permission("Grace", "", agreed=True)):
            with pytest.raises(InputError, match="has to be said in 1 to 200 letters"):
                await registry.register_avatar(LOCAL, LOCAL, "Grace", spool, consent)
    assert not await files(registry)


@pytest.mark.parametrize("name", ["", " ", "a" * 65, "a/b", "..", "a\nb", "0123456789abcdef" * 2])
async def test_what_cannot_be_a_name(registry: Registry, hopper: bytes, name: str) -> None:
    with pytest.raises(InputError, match="name"):
        await registered(registry, name, hopper)
    assert not await files(registry)


async def test_a_name_is_given_once(registry: Registry, hopper: bytes) -> None:
    both = (registered(registry, "Grace", hopper) for _ in range(2))
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Avatar", "NameTaken"]
    with pytest.raises(NameTaken, match="the avatar 'Grace' exists already"):
        await registered(registry, "Grace", hopper)
    assert len(await files(registry)) == 2
    assert len(await registry.consents(LOCAL)) == 1


async def test_a_picture_that_nothing_can_be_made_of_leaves_nothing(registry: Registry) -> None:
    file = io.BytesIO()
    Image.new("RGB", (600, 600), "green").save(file, "JPEG")
    with pytest.raises((InputError, UploadError), match="face"):
        await registered(registry, "nobody", file.getvalue())
    with pytest.raises(UploadError):
        await registered(registry, "text", b"hello there")
    assert not await files(registry)
    assert not await registry.avatars(LOCAL)
    assert not await registry.consents(LOCAL)


async def test_a_face_too_small_to_be_prepared_at_once_is_registered(tmp_path: Path, hopper: bytes) -> None:
    """It may be large enough for smaller pictures."""
    image = Image.open(io.BytesIO(hopper))
    file = io.BytesIO()
    image.resize((image.width // 4, image.height // 4)).save(file, "PNG")
    with closing(Warp()) as warp:
        async with opened(tmp_path, warp) as registry:
            row = await registered(registry, "small", file.getvalue())
            assert row.state == "ready"
            assert (await registry.portrait(LOCAL, "small", 256, 256)).size == (256, 256)
            with pytest.raises(PortraitError, match="pixels high"):
                await registry.face(LOCAL, "small", warp, 1024, 1024)


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6])
async def test_whoever_goes_away_leaves_all_or_nothing(
    registry: Registry, hopper: bytes, seconds: float
) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(registered(registry, "Grace", hopper), seconds)
    rows = await registry.avatars(LOCAL)
    assert await files(registry) == {f"{row.id}/{part}" for row in rows for part in ("picture", "face")}
    assert len(await registry.consents(LOCAL)) == len(rows)


async def test_what_is_erased_does_not_come_back(registry: Registry, hopper: bytes) -> None:
    async with registry.database.session() as session:
        ann = (await create_user(session, "ann")).id
    for owner in (LOCAL, ann):
        arriving = asyncio.ensure_future(registered(registry, "Grace", hopper, owner))
        await asyncio.sleep(0.1)
        await erased(owner, LOCAL, registry.database, registry.vault, registry.cache)
        with pytest.raises(ConsentError, match="erased meanwhile"):
            await arriving
        assert not await files(registry, owner)
        assert not await registry.avatars(owner)
        assert not await registry.consents(owner)


async def test_owners_do_not_see_each_other(registry: Registry, hopper: bytes) -> None:
    async with registry.database.session() as session:
        ann = (await create_user(session, "ann")).id
    row = await registered(registry, "Grace", hopper, ann)
    (consent,) = await registry.consents(ann)
    assert not await registry.avatars(LOCAL)
    for which in (row.id, "Grace"):
        with pytest.raises(UnknownName):
            await registry.avatar(LOCAL, which)
        with pytest.raises(UnknownName):
            await registry.delete_avatar(LOCAL, LOCAL, which)
    with pytest.raises(UnknownName):
        await registry.revoke(LOCAL, LOCAL, consent.id)
    assert (await registry.avatar(ann, "Grace")).state == "ready"


async def test_deleting_deletes(tmp_path: Path, hopper: bytes) -> None:
    with closing(Warp()) as warp:
        async with opened(tmp_path, warp) as registry:
            await registered(registry, "Grace", hopper)
            await registry.cache.settled()
            assert any("prepared" in file for file in await files(registry))
            await registry.delete_avatar(LOCAL, LOCAL, "Grace")
            assert not {file for file in await files(registry) if "uses" not in file}
            assert not await registry.avatars(LOCAL)
            with pytest.raises(UnknownName):
                await registry.face(LOCAL, "Grace", warp, 512, 512)


@pytest.mark.parametrize("delete", [False, True])
async def test_a_consent_is_taken_back(registry: Registry, hopper: bytes, delete: bool) -> None:
    row = await registered(registry, "Grace", hopper)
    await registry.revoke(LOCAL, LOCAL, row.consent, delete=delete)
    (consent,) = await registry.consents(LOCAL)
    assert consent.revoked is not None
    with pytest.raises(UnknownName if delete else ConsentError):
        await registry.portrait(LOCAL, "Grace", 512, 512)
    assert bool(await files(registry)) != delete


async def test_a_voice_is_registered_and_resembled(registry: Registry, recording: bytes) -> None:
    async with await spooled(recording) as spool:
        row = await registry.register_voice(LOCAL, LOCAL, "Henry's", spool, AGREED, language="en")
    assert (row.language, row.gender, row.state) == ("en", "male", "ready")
    assert row.facts.keys() == {"seconds"}
    assert row.facts["seconds"] >= 6
    with closing(Espeak()) as engine:
        assert (await registry.speaker(LOCAL, "emma", engine)).likeness == b""
        voice = await registry.speaker(LOCAL, "Henry's", engine)
        assert (voice.name, voice.gender) == ("Henry's", "male")
        assert voice.likeness
        assert sum(f"{row.id}/{module.LIKENESS}" in file for file in await files(registry)) == 1
        assert await registry.speaker(LOCAL, row.id, engine) == voice
        with pytest.raises(UnknownName, match="Henry's"):
            await registry.speaker(LOCAL, "Henri's", engine)
        await registry.revoke(LOCAL, LOCAL, row.consent)
        with pytest.raises(ConsentError):
            await registry.speaker(LOCAL, "Henry's", engine)
    await registry.delete_voice(LOCAL, LOCAL, "Henry's")
    assert not await files(registry)


async def test_what_was_left_behind_is_swept(registry: Registry, hopper: bytes) -> None:
    row = await registered(registry, "Grace", hopper)
    await registry.vault.put(LOCAL, "0" * 32 + "/picture", b"orphan")
    secret = await registry.vault.secret("api-keys")
    assert await registry.sweep() == 0  # it may be of a registration that is under way
    module.ABANDONED, kept = timedelta(seconds=-1), module.ABANDONED  # type: ignore[misc]
    try:
        assert await registry.sweep() == 1
    finally:
        module.ABANDONED = kept  # type: ignore[misc]
    assert await files(registry) == {f"{row.id}/picture", f"{row.id}/face"}
    assert await registry.vault.secret("api-keys") == secret


async def test_all_that_is_held_is_exported_and_erased(registry: Registry, hopper: bytes) -> None:
    row = await registered(registry, "Grace", hopper)
    content = b"".join([piece async for piece in exported(LOCAL, registry.database, registry.vault)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        records = archive.read("records.json").decode()
        assert "Grace Hopper" in records
        assert row.digest in records
        picture = archive.read(f"files/{row.id}/picture.jpg")
    assert picture == await registry.vault.get(LOCAL, f"{row.id}/picture")
    await erased(LOCAL, LOCAL, registry.database, registry.vault, registry.cache)
    assert not await files(registry, LOCAL)
    assert not await registry.avatars(LOCAL)
    assert not await registry.consents(LOCAL)
    with pytest.raises(NoSuchFile):
        await registry.vault.get(LOCAL, f"{row.id}/picture")


VICTIM = """
import asyncio, sys
from pathlib import Path
from tests.avatars.test_registry import opened, registered

async def main():
    async with opened(Path(sys.argv[1])) as registry:
        content = Path(sys.argv[2]).read_bytes()
        print("begun", flush=True)
        for number in range(100):
            await registered(registry, f"number {number}", content)
            print(number, flush=True)

asyncio.run(main())
"""


def killed(home: Path, photo: Path, moment: float) -> list[bytes]:
    """What is on the disk after a process was killed that registered photos, one after the other."""
    words = [sys.executable, "-c", VICTIM, str(home), str(photo)]
    environment = {**os.environ, "TMPDIR": str(home)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, start_new_session=True) as victim:
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(moment)
        victim.send_signal(signal.SIGKILL)
    return [file.read_bytes() for file in home.rglob("*") if file.is_file()]


@pytest.mark.parametrize("moment", [0.05, 0.4, 0.8, 1.2])
def test_killed_at_any_moment_nothing_is_half_there(tmp_path: Path, photo: Path, moment: float) -> None:
    fetched("face")
    sent = photo.read_bytes()[2000:2032]
    for content in killed(tmp_path, photo, moment):
        assert sent not in content
        assert b"JFIF" not in content

    async def usable() -> None:
        async with opened(tmp_path) as registry:
            for row in await registry.avatars(LOCAL):
                assert (await registry.portrait(LOCAL, row.id, 512, 512)).size == (512, 512)

    asyncio.run(usable())
