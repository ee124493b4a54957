"""A conversation becomes a video of its owner's, or nothing at all."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import Blank, ScriptedFace
from tests.fakes.llm import ScriptedLlm
from tests.fakes.talk import picture
from tests.fakes.tts import ScriptedTts
from tests.fakes.vad import ScriptedVad
from tests.renderings.scripted import ScriptedStudio, house, storage
from tests.renderings.test_studio import FACE, VOICE, Cast
from tests.transports.test_recording import numbers
from visavis.avatars.database.tables import Rendering as Row
from visavis.avatars.holdings import exported
from visavis.conversation.cast import Engines, Role
from visavis.conversation.onlookers import Recorder
from visavis.conversation.stage import Event, Moment, Recording
from visavis.credentials import Signer, inspected
from visavis.errors import ConsentError, StorageError, UnknownName
from visavis.media import Pixels, sample_at
from visavis.render import Film
from visavis.render import Progress as Telling
from visavis.renderings import rows
from visavis.renderings.jobs import Renderings
from visavis.renderings.order import NoSuchRendering, Progress, Take
from visavis.renderings.recordings import DISCARDED, Camera, Recordings
from visavis.streams import Worker
from visavis.transports.file import VideoFile

RATE = 24_000


class Session:
    """A session that performs what a test says."""

    fps, rate, size = 25, RATE, (64, 64)

    def __init__(self, uses: frozenset[str] = frozenset()) -> None:
        self.role = Role(Blank(64, 64), self.size, language="es", uses=uses)
        self.recorders: set[Recorder] = set()
        self.announced: list[Event] = []
        self.told = asyncio.Event()
        self.at = 0

    def announce(self, event: Event) -> None:
        self.announced.append(event)
        self.told.set()

    async def perform(self, moments: int) -> None:
        for at in range(self.at, self.at + moments):
            samples = np.zeros(sample_at(at + 1, RATE, 25) - sample_at(at, RATE, 25), np.float32)
            for recorder in list(self.recorders):
                recorder.performed(Moment(at, samples, picture(at), spoken=False))
                recorder.overheard(np.zeros(640, np.float32), at / 25)
            await asyncio.sleep(0.002)
        self.at += moments

    async def outcome(self) -> Recording:
        """What is told of a recording, when it is."""
        async with asyncio.timeout(20):
            await self.told.wait()
        [event] = self.announced
        assert isinstance(event, Recording)
        return event


@dataclass
class Premises:
    folder: Path
    renderings: Renderings
    recordings: Recordings
    cast: Cast

    async def recorded(self, session: Session, moments: int = 60) -> Recording:
        """Record so much of a session."""
        async with self.client(session) as camera:
            assert await camera.record(True) == Recording("on")
            await session.perform(moments)
            assert await camera.record(False) == Recording("saving")
            return await session.outcome()

    @contextlib.asynccontextmanager
    async def client(self, session: Session, owner: str = "ada") -> AsyncIterator[Camera]:
        """The camera of a client, which leaves with the block."""
        left = asyncio.Event()
        try:
            yield self.recordings.camera(owner, owner, session, left.wait)
        finally:
            left.set()

    def in_the_clear(self) -> list[Path]:
        return [
            path for path in (self.folder / "scratch").rglob("*") if path.is_file() and path.stat().st_size
        ]


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with contextlib.closing(Worker("draws")) as draws:
        yield Engines(ScriptedVad(), ScriptedAsr(), ScriptedLlm(), ScriptedTts(), ScriptedFace(), draws)


@pytest.fixture
async def premises(tmp_path: Path, engines: Engines) -> AsyncIterator[Premises]:
    async with house(tmp_path, ScriptedStudio()) as renderings:
        cast = Cast()
        signer = Signer.local(tmp_path / "credentials")
        async with Recordings(renderings, cast, signer, lambda: engines) as recordings:
            yield Premises(tmp_path, renderings, recordings, cast)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_it_becomes_a_video_like_any_other(premises: Premises, tmp_path: Path) -> None:
    session = Session()
    kept = await premises.recorded(session)
    assert kept == Recording("kept", kept.filename, 2.4)
    [row] = await premises.renderings.list("ada")
    assert (row.filename, row.progress.state, row.language) == (kept.filename, "done", "es")
    assert row.options == {"width": 64, "height": 64, "fps": 25, "recorded": True}
    assert row == await premises.renderings.by_filename("ada", kept.filename)
    film = tmp_path / "film.mp4"
    content = b"".join([piece async for piece in premises.renderings.video(row)])
    film.write_bytes(content)
    assert numbers(film) == list(range(60))
    assert row.facts["bytes"] == len(content)
    assert row.facts["frames"] == 60
    assert inspected(film).state == "valid"
    assert premises.in_the_clear() == []
    assert session.recorders == set()
    with pytest.raises(NoSuchRendering):
        await premises.renderings.by_filename("bob", kept.filename)
    await premises.renderings.delete("ada", "ada", row.id)
    assert await premises.renderings.list("ada") == []


async def test_it_is_exported_with_all_that_its_owner_has(premises: Premises, tmp_path: Path) -> None:
    kept = await premises.recorded(Session())
    async with storage(tmp_path) as (database, vault):
        archive = b"".join([piece async for piece in exported("ada", database, vault)])
    assert f"files/{kept.filename.removesuffix('.mp4')}/video.mp4".encode() in archive


async def test_who_is_seen_and_heard_is_named(premises: Premises, tmp_path: Path) -> None:
    kept = await premises.recorded(Session(frozenset({FACE, VOICE})))
    row = await premises.renderings.by_filename("ada", kept.filename)
    assert (row.avatar, row.voice) == (FACE, VOICE)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"".join([piece async for piece in premises.renderings.video(row)]))
    report = repr(inspected(film))
    assert "consent to a" in report
    assert "consent to b" in report


@pytest.mark.parametrize("which", [FACE, VOICE])
async def test_nobody_is_recorded_who_does_not_agree(premises: Premises, which: str) -> None:
    premises.cast.rows[which].state = "revoked"
    async with premises.client(Session(frozenset({which}))) as camera:
        with pytest.raises(ConsentError, match="was taken back"):
            await camera.record(True)
        assert not camera.is_on
    async with premises.client(Session(frozenset({FACE})), "bob") as camera:
        with pytest.raises(UnknownName):
            await camera.record(True)
    assert await premises.renderings.list("ada") == []


@pytest.mark.parametrize("recast", [False, True])
async def test_a_consent_that_is_taken_back_meanwhile_leaves_nothing(
    premises: Premises, recast: bool
) -> None:
    """Also of somebody who was seen in the middle only."""
    session = Session(frozenset() if recast else frozenset({FACE}))
    before = session.role
    async with premises.client(session) as camera:
        await camera.record(True)
        await session.perform(10)
        session.role = replace(before, uses=frozenset({FACE}))
        await session.perform(10)
        session.role = before
        await session.perform(10)
        premises.cast.rows[FACE].state = "revoked"
        await camera.record(False)
        outcome = await session.outcome()
    assert outcome.state == "failed"
    assert "was taken back" in outcome.detail
    [row] = await premises.renderings.list("ada")
    assert row.progress.state == "failed"
    assert premises.in_the_clear() == []


async def test_what_is_cancelled_is_gone(premises: Premises) -> None:
    session = Session(frozenset({FACE}))
    async with premises.client(session) as camera:
        await camera.record(True)
        await session.perform(20)
        await premises.renderings.cancel_using("ada", "ada", FACE)
        assert await session.outcome() == Recording("failed", detail=DISCARDED)
        assert not camera.is_on
        await session.perform(5)
    [row] = await premises.renderings.list("ada")
    assert row.progress.state == "cancelled"
    assert premises.in_the_clear() == []


async def test_it_can_be_begun_and_ended_twice(premises: Premises) -> None:
    session = Session()
    async with premises.client(session) as camera:
        assert await camera.record(False) == Recording("off")
        for _ in range(2):
            assert await camera.record(True) == Recording("on")
        await session.perform(20)
        assert await camera.record(False) == Recording("saving")
        assert await camera.record(False) == Recording("off")
        assert (await session.outcome()).state == "kept"
    assert len(await premises.renderings.list("ada")) == 1


async def test_who_leaves_ends_it_and_it_is_kept(premises: Premises) -> None:
    session = Session()
    async with premises.client(session) as camera:
        await camera.record(True)
        await session.perform(30)
    assert (await session.outcome()).state == "kept"


async def test_the_end_of_the_server_ends_it_and_it_is_kept(tmp_path: Path, engines: Engines) -> None:
    session = Session()
    signer = Signer.local(tmp_path / "credentials")
    async with (
        house(tmp_path, ScriptedStudio()) as renderings,
        Recordings(renderings, Cast(), signer, lambda: engines) as recordings,
    ):
        camera = recordings.camera("ada", "ada", session, asyncio.Event().wait)
        await camera.record(True)
        await session.perform(30)
        renderings.stop()
        await session.perform(30)
        assert not camera.is_on
    async with house(tmp_path, ScriptedStudio()) as renderings:
        [row] = await renderings.list("ada")
        assert (row.progress.state, row.facts["frames"]) == ("done", 30)


async def test_a_session_is_not_held_up_by_a_disk_that_stands_still(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves, write, session = threading.Event(), VideoFile.picture, Session()

    def stuck(file: VideoFile, pixels: Pixels) -> None:
        moves.wait(20)
        write(file, pixels)

    monkeypatch.setattr(VideoFile, "picture", stuck)
    async with premises.client(session) as camera:
        await camera.record(True)
        async with asyncio.timeout(10):
            await session.perform(200)
        moves.set()
        await camera.record(False)
        assert (await session.outcome()).seconds == 8.0


async def test_nothing_to_record_is_told(premises: Premises) -> None:
    outcome = await premises.recorded(Session(), moments=0)
    assert outcome.state == "failed"
    assert "nothing was recorded" in outcome.detail


async def test_what_cannot_be_written_down_is_told(
    premises: Premises, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lost(id_: str, owner: str, take: Take) -> Row:
        raise StorageError("the database at /somewhere/secret cannot be reached")

    monkeypatch.setattr(rows, "recording_of", lost)
    session = Session()
    async with premises.client(session) as camera:
        await camera.record(True)
        outcome = await session.outcome()
        assert not camera.is_on
    assert outcome == Recording(
        "failed", detail="the server cannot reach what it has stored; try again in a minute"
    )
    assert "secret" not in caplog.text
    assert session.recorders == set()


async def test_what_a_killed_server_was_recording_is_told_and_not_made_anew(tmp_path: Path) -> None:
    async with storage(tmp_path) as (database, vault):
        take = Take(None, None, None, (64, 64), 25, _never, lambda: None)
        async with database.session() as session:
            session.add(rows.recording_of("f" * 32, "ada", take))
        await vault.put("ada", f"{'f' * 32}/video", b"half of it")
    async with house(tmp_path, ScriptedStudio()) as renderings:
        [row] = await renderings.list("ada")
        assert row.progress.state == "failed"
        assert "the server ended while this conversation was recorded" in row.progress.error
        with pytest.raises(NoSuchRendering):
            await renderings.by_filename("ada", row.filename)
    async with storage(tmp_path) as (_, vault):
        assert [stored.file async for stored in vault.stored("ada")] == []


async def test_how_long_it_is_can_be_followed(premises: Premises) -> None:
    session, seen = Session(), list[Progress]()
    async with premises.client(session) as camera:
        await camera.record(True)
        await session.perform(60)
        [row] = await premises.renderings.list("ada")
        assert row.progress.state == "running"
        await camera.record(False)
        seen = [progress async for progress in premises.renderings.follow("ada", row.id)]
    assert seen[-1] == Progress("done", 2.4, 2.4)


async def _never(out: Path, progress: Telling) -> Film:
    raise AssertionError
