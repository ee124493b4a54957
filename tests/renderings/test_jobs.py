import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.renderings.scripted import CLEAR, SECONDS, ScriptedStudio, content, house, storage, waited
from visavis.avatars.database.tables import AuditEvent
from visavis.avatars.database.tables import Rendering as Row
from visavis.avatars.vault import MasterKeys, vault_at
from visavis.errors import StorageError, UnknownName
from visavis.renderings import jobs
from visavis.renderings.jobs import Renderings
from visavis.renderings.line import LineFull
from visavis.renderings.order import NoSuchRendering, Order, Progress, Rendering, State


@pytest.fixture
def studio() -> ScriptedStudio:
    return ScriptedStudio()


@pytest.fixture
async def renderings(tmp_path: Path, studio: ScriptedStudio) -> AsyncIterator[Renderings]:
    async with house(tmp_path, studio) as renderings:
        yield renderings


async def ordered(renderings: Renderings, text: str, owner: str = "ada") -> str:
    return (await renderings.submit(owner, owner, Order(text))).id


async def ends(renderings: Renderings, id_: str, owner: str = "ada") -> State:
    async with asyncio.timeout(20):
        return (await waited(renderings, owner, id_)).progress.state


async def running(studio: ScriptedStudio, text: str) -> None:
    """Wait until a film is being made."""
    async with asyncio.timeout(20):
        while text not in studio.begun:
            studio.begins.clear()
            await studio.begins.wait()


@contextlib.asynccontextmanager
async def lost() -> AsyncIterator[AsyncSession]:
    """Stands in for a database that has gone away."""
    raise StorageError("the database cannot be reached")
    yield


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]


def holds(folder: Path, what: bytes) -> bool:
    return any(what in path.read_bytes() for path in files_of(folder))


async def test_an_order_becomes_a_video_that_can_be_had_in_pieces(
    renderings: Renderings, studio: ScriptedStudio, tmp_path: Path
) -> None:
    vault = vault_at(tmp_path / "vault", MasterKeys.of(bytes(32)))
    order = Order("good morning", "en", "a" * 32, "mei", 576, 1024, 30, notice=True, seed=7)
    taken = await renderings.submit("ada", "ada", order)
    assert taken.progress.state in {"queued", "running"}
    done = await waited(renderings, "ada", taken.id)
    assert done.progress == Progress("done", SECONDS, SECONDS)
    assert done.filename == f"{taken.id}.mp4"
    assert (done.avatar, done.voice, done.language) == ("a" * 32, "mei", "en")
    assert done.options == {"width": 576, "height": 1024, "fps": 30, "notice": True, "seed": 7}
    assert done.facts["seconds"] == SECONDS
    assert done.facts["frames"] == 60
    assert set(done.facts["timings"]) >= {"text", "speech", "render", "encode", "total"}
    assert done.created <= (done.started or done.created) <= (done.finished or done.created)

    film = content("good morning")
    assert done.facts["bytes"] == len(film)
    assert b"".join([piece async for piece in renderings.video(done)]) == film
    assert (
        b"".join([piece async for piece in renderings.video(done, 2**20 - 5, 2**20 + 5)])
        == film[2**20 - 5 : 2**20 + 5]
    )
    assert await renderings.find("ada", taken.id) == done
    assert await renderings.by_filename("ada", done.filename) == done
    assert Order.unpacked(await vault.get("ada", f"{taken.id}/order")) == order
    assert files_of(tmp_path / "scratch") == []
    assert not holds(tmp_path, CLEAR)
    assert not holds(tmp_path, b"good morning")


async def test_what_is_somebody_elses_is_not_there(renderings: Renderings) -> None:
    mine = await ordered(renderings, "mine")
    await waited(renderings, "ada", mine)
    for asking in (
        renderings.find("bob", mine),
        waited(renderings, "bob", mine),
        renderings.cancel("bob", "bob", mine),
        renderings.delete("bob", "bob", mine),
        renderings.by_filename("bob", f"{mine}.mp4"),
        renderings.find("ada", "../../etc/passwd"),
        renderings.delete("ada", "ada", "'; drop table renderings; --"),
    ):
        with pytest.raises(NoSuchRendering, match="there is no video"):
            await asking
    with pytest.raises(NoSuchRendering):
        await anext(renderings.follow("bob", mine))
    assert await renderings.list("bob") == []
    assert [one.id for one in await renderings.list("ada")] == [mine]


async def test_a_running_one_of_somebody_else_is_not_there_either(
    renderings: Renderings, studio: ScriptedStudio
) -> None:
    mine = await ordered(renderings, "endless")
    await running(studio, "endless")
    with pytest.raises(NoSuchRendering):
        await anext(renderings.follow("bob", mine))
    with pytest.raises(NoSuchRendering):
        await renderings.cancel("bob", "bob", mine)
    assert (await renderings.find("ada", mine)).progress.state == "running"


async def test_the_newest_is_listed_first(renderings: Renderings) -> None:
    ids = [await ordered(renderings, text) for text in ("one", "two", "three")]
    for id_ in ids:
        await ends(renderings, id_)
    assert [one.id for one in await renderings.list("ada")] == ids[::-1]


async def test_owners_take_turns_and_know_their_places(
    renderings: Renderings, studio: ScriptedStudio
) -> None:
    first = await ordered(renderings, "held")
    await running(studio, "held")
    waiting = {
        text: await ordered(renderings, text, owner)
        for text, owner in [("a1", "ada"), ("a2", "ada"), ("a3", "ada"), ("b1", "bob"), ("c1", "cyn")]
    }
    places = {
        one.id: one.progress.place for owner in ("ada", "bob", "cyn") for one in await renderings.list(owner)
    }
    assert {text: places[id_] for text, id_ in waiting.items()} == {
        "b1": 1,
        "c1": 2,
        "a1": 3,
        "a2": 4,
        "a3": 5,
    }
    assert renderings.running == 1
    studio.release.set()
    await ends(renderings, first)
    await ends(renderings, waiting["a3"])
    # Somebody who was served last comes behind those who wait, and never twice before them.
    assert studio.begun == ["held", "a1", "b1", "c1", "a2", "a3"]


async def test_two_at_once(tmp_path: Path, studio: ScriptedStudio) -> None:
    async with house(tmp_path, studio, at_once=2) as renderings:
        ids = [await ordered(renderings, f"held {number}") for number in range(3)]
        await running(studio, "held 0")
        await running(studio, "held 1")
        assert renderings.running == 2
        assert (await renderings.find("ada", ids[2])).progress.place == 1
        studio.release.set()
        assert [await ends(renderings, id_) for id_ in ids] == ["done"] * 3


async def test_followers_see_it_happen_and_late_ones_the_end(
    renderings: Renderings, studio: ScriptedStudio
) -> None:
    id_ = await ordered(renderings, "held")
    seen = list[Progress]()
    async with asyncio.timeout(20):
        async for progress in renderings.follow("ada", id_):
            seen.append(progress)
            if progress.done:
                studio.release.set()
    assert [progress.state for progress in seen][-2:] == ["running", "done"]
    assert seen[-2] == Progress("running", SECONDS / 2, SECONDS)
    assert [progress async for progress in renderings.follow("ada", id_)] == [seen[-1]]


@pytest.mark.parametrize("begun", [True, False])
async def test_cancelling_leaves_nothing_and_lets_the_next_begin(
    renderings: Renderings, studio: ScriptedStudio, tmp_path: Path, begun: bool
) -> None:
    blocking = "unwanted" if begun else "held"
    first = await ordered(renderings, "endless unwanted" if begun else "held")
    await running(studio, "endless unwanted" if begun else "held")
    unwanted = first if begun else await ordered(renderings, "unwanted")
    following = asyncio.create_task(ends(renderings, unwanted))
    await asyncio.sleep(0)
    cancelled = await renderings.cancel("ada", "key-1", unwanted)
    assert cancelled.progress == Progress("cancelled")
    assert await following == "cancelled"
    studio.release.set()
    assert await ends(renderings, await ordered(renderings, "next")) == "done"
    assert [path for path in files_of(tmp_path / "vault") if unwanted in str(path)] == []
    assert [path for path in (tmp_path / "scratch").rglob("*") if unwanted in str(path)] == []
    again = await renderings.cancel("ada", "key-1", unwanted)
    assert again.progress.state == "cancelled", blocking


async def test_what_is_done_is_not_cancelled_any_more(renderings: Renderings) -> None:
    id_ = await ordered(renderings, "done")
    await ends(renderings, id_)
    assert (await renderings.cancel("ada", "ada", id_)).progress.state == "done"


@pytest.mark.parametrize("hops", range(0, 60, 3))
async def test_cancelled_at_any_moment_it_is_either_done_or_gone(
    renderings: Renderings, tmp_path: Path, hops: int
) -> None:
    id_ = await ordered(renderings, "a word")
    for _ in range(hops):
        await asyncio.sleep(0.0005)
    async with asyncio.timeout(20):
        ended = await renderings.cancel("ada", "ada", id_)
    stored = {path.name for path in files_of(tmp_path / "vault") if id_ in str(path)}
    assert (ended.progress.state, len(stored)) in {("cancelled", 0), ("done", 2)}
    assert await ends(renderings, await ordered(renderings, "next")) == "done"


async def test_what_shows_a_face_that_was_taken_back_is_stopped(
    renderings: Renderings, studio: ScriptedStudio
) -> None:
    face, voice = "f" * 32, "e" * 32
    shown = await renderings.submit("ada", "ada", Order("endless", avatar=face))
    heard = await renderings.submit("ada", "ada", Order("a word", voice=voice))
    other = await renderings.submit("bob", "bob", Order("a word", avatar=face))
    await renderings.cancel_using("ada", "ada", face)
    await renderings.cancel_using("ada", "ada", voice)
    assert await ends(renderings, shown.id) == "cancelled"
    assert await ends(renderings, heard.id) in {"cancelled", "done"}
    assert await ends(renderings, other.id, "bob") == "done"


async def test_stopping_what_somebody_deletes_at_the_same_time_goes_on(
    renderings: Renderings, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = "f" * 32
    ids = [(await renderings.submit("ada", "ada", Order("endless", avatar=face))).id for _ in range(3)]
    cancel = renderings.cancel

    async def cancel_too_late(owner: str, actor: str, id_: str) -> Rendering:
        if id_ == ids[1]:
            monkeypatch.setattr(renderings, "cancel", cancel)
            await renderings.delete(owner, actor, id_)
        return await cancel(owner, actor, id_)

    monkeypatch.setattr(renderings, "cancel", cancel_too_late)
    await renderings.cancel_using("ada", "ada", face)
    assert [one.progress.state for one in await renderings.list("ada")] == ["cancelled", "cancelled"]


async def test_deleting_deletes_also_what_is_being_made(
    renderings: Renderings, studio: ScriptedStudio, tmp_path: Path
) -> None:
    done = await ordered(renderings, "a word")
    await ends(renderings, done)
    await renderings.delete("ada", "ada", done)
    endless = await ordered(renderings, "endless")
    await running(studio, "endless")
    await renderings.delete("ada", "ada", endless)
    assert await renderings.list("ada") == []
    assert files_of(tmp_path / "vault") == []
    with pytest.raises(NoSuchRendering):
        await renderings.delete("ada", "ada", done)


async def test_a_failure_is_the_orders_own_and_the_line_goes_on(
    renderings: Renderings, studio: ScriptedStudio, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wordless = await waited(renderings, "ada", await ordered(renderings, "wordless secretly"))
    assert (wordless.progress.state, wordless.progress.code) == ("failed", "text")
    assert "there are no words in 'wordless secretly'" in wordless.progress.error
    kept = await renderings.find("ada", wordless.id)
    assert kept.progress.error == "there are no words in '…'; say it in other words"
    assert (kept.progress.code, kept.facts) == ("text", {})
    assert caplog.records == []
    assert await ends(renderings, await ordered(renderings, "next")) == "done"
    assert not holds(tmp_path, b"secretly")


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("crashing secretly", "failed", "it is in the server's log"),
        ("full secretly", "no_room", "the server cannot write"),
        ("lacking secretly", "models", "the server lacks a model"),
        ("stumbling secretly", "engine", "an engine failed"),
    ],
)
async def test_what_is_the_servers_business_is_logged_once_without_anybodys_words(
    renderings: Renderings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    text: str,
    code: str,
    sentence: str,
) -> None:
    failed = await waited(renderings, "ada", await ordered(renderings, text))
    assert failed.progress.state == "failed"
    assert failed.progress.code == code
    assert sentence in failed.progress.error
    assert (await renderings.find("ada", failed.id)).progress.code == code
    assert "secret" not in failed.progress.error
    [told] = caplog.records
    assert told.levelno == logging.ERROR
    assert "scripted.py" in caplog.text
    assert "secret" not in caplog.text
    assert await ends(renderings, await ordered(renderings, "next")) == "done"
    assert files_of(tmp_path / "scratch") == []


async def test_the_line_is_bounded_for_each_owner_and_for_all(tmp_path: Path, studio: ScriptedStudio) -> None:
    async with house(tmp_path, studio, most_of_one=2, most=3) as renderings:
        await ordered(renderings, "endless")
        await running(studio, "endless")
        await ordered(renderings, "one")
        await ordered(renderings, "two")
        with pytest.raises(LineFull, match="2 of your videos wait already") as own:
            await ordered(renderings, "three")
        await ordered(renderings, "three", "bob")
        with pytest.raises(LineFull, match="3 videos wait to be made") as anybodys:
            await ordered(renderings, "four", "cyn")
        assert (own.value.own, anybodys.value.own) == (True, False)
        assert len(await renderings.list("ada")) == 3
        assert await renderings.list("cyn") == []


async def test_what_is_not_there_is_told_when_it_is_ordered(renderings: Renderings, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="unknown voice 'nobody'; there is: mei"):
        await renderings.submit("ada", "ada", Order("a word", voice="nobody"))
    assert await renderings.list("ada") == []
    assert files_of(tmp_path / "vault") == []


async def test_a_client_that_goes_away_while_it_orders_leaves_no_order_that_nobody_makes(
    renderings: Renderings, studio: ScriptedStudio
) -> None:
    for hops in range(0, 30, 3):
        going = asyncio.create_task(renderings.submit("ada", "ada", Order(f"word {hops}")))
        for _ in range(hops):
            await asyncio.sleep(0.0005)
        going.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await going
    await ends(renderings, await ordered(renderings, "last"))
    async with asyncio.timeout(20):
        for one in await renderings.list("ada"):
            await ends(renderings, one.id)
    assert {one.progress.state for one in await renderings.list("ada")} == {"done"}


async def test_every_change_is_written_down(tmp_path: Path, studio: ScriptedStudio) -> None:
    async with house(tmp_path, studio) as renderings:
        done = await ordered(renderings, "secret words")
        await ends(renderings, done)
        await renderings.delete("ada", "key-1", done)
        endless = await ordered(renderings, "endless")
        await renderings.cancel("ada", "key-2", endless)
    async with storage(tmp_path) as (database, _), database.reading() as session:
        events = (await session.scalars(select(AuditEvent).order_by(AuditEvent.at))).all()
    assert [(event.actor, event.action, event.target) for event in events] == [
        ("ada", "ordered", done),
        ("key-1", "deleted", done),
        ("ada", "ordered", endless),
        ("key-2", "cancelled", endless),
    ]


async def test_when_the_server_ends_everybody_is_told_and_the_next_one_goes_on(
    tmp_path: Path, studio: ScriptedStudio
) -> None:
    async with storage(tmp_path) as (database, vault):
        async with Renderings(database, vault, studio, tmp_path / "scratch") as renderings:
            made = await ordered(renderings, "held")
            waits = await ordered(renderings, "waits")
            await running(studio, "held")
            following = [asyncio.create_task(ends(renderings, id_)) for id_ in (made, waits)]
            await asyncio.sleep(0)
        assert [await told for told in following] == ["queued", "queued"]
    assert studio.ended == ["held"]
    assert files_of(tmp_path / "scratch") == []
    for _ in range(3):  # ending in peace is no attempt
        async with house(tmp_path, endless := ScriptedStudio()):
            await running(endless, "held")
    studio.release.set()
    async with house(tmp_path, studio) as renderings:
        assert [await ends(renderings, id_) for id_ in (made, waits)] == ["done", "done"]


async def test_told_to_stop_it_tells_all_who_wait_and_takes_orders_for_the_next_one(
    tmp_path: Path, studio: ScriptedStudio
) -> None:
    async with house(tmp_path, studio) as renderings:
        made, waits = await ordered(renderings, "endless"), await ordered(renderings, "waits")
        await running(studio, "endless")
        renderings.stop()
        late = await ordered(renderings, "late")
        assert [await ends(renderings, id_) for id_ in (made, waits, late)] == ["queued"] * 3
        assert studio.begun == ["endless"]
    async with house(tmp_path, studio := ScriptedStudio()) as renderings:
        await running(studio, "endless")
        await renderings.cancel("ada", "ada", made)
        assert [await ends(renderings, id_) for id_ in (waits, late)] == ["done", "done"]


async def test_what_is_cancelled_while_the_server_ends_is_cancelled(
    tmp_path: Path, studio: ScriptedStudio
) -> None:
    async with asyncio.timeout(20), storage(tmp_path) as (database, vault):
        async with Renderings(database, vault, studio, tmp_path / "scratch") as renderings:
            ids = [await ordered(renderings, text) for text in ("endless", "waits")]
            await running(studio, "endless")
            cancelling = [asyncio.create_task(renderings.cancel("ada", "ada", id_)) for id_ in ids]
            await asyncio.sleep(0)
        assert [(await one).progress.state for one in cancelling] == ["cancelled", "cancelled"]


async def test_two_servers_do_not_make_videos_in_one_folder(tmp_path: Path, studio: ScriptedStudio) -> None:
    async with house(tmp_path, studio):
        with pytest.raises(StorageError, match=r"another visavis makes videos in .*; end it, or"):
            async with house(tmp_path, studio):
                pass


async def test_a_database_that_is_lost_fails_the_order_and_nothing_else(
    tmp_path: Path, studio: ScriptedStudio, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        storage(tmp_path) as (database, vault),
        Renderings(database, vault, studio, tmp_path / "scratch") as renderings,
    ):
        id_ = await ordered(renderings, "held")
        await running(studio, "held")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(jobs, "PAUSES", (0.01, 0.01))
            patched.setattr(database, "session", lost)
            studio.release.set()
            last = [progress async for progress in renderings.follow("ada", id_)][-1]
            assert last.state == "failed"
            assert "try again later" in last.error
        assert await ends(renderings, await ordered(renderings, "next")) == "done"
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "ERROR"]
    async with house(tmp_path, studio) as renderings:
        assert await ends(renderings, id_) == "done", "the next process knows only that it was being made"


async def test_a_database_that_comes_back_is_told_how_it_ended(
    tmp_path: Path, studio: ScriptedStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PAUSES", (0.05,) * 100)
    async with (
        storage(tmp_path) as (database, vault),
        Renderings(database, vault, studio, tmp_path / "scratch") as renderings,
    ):
        id_ = await ordered(renderings, "held")
        await running(studio, "held")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(database, "session", lost)
            studio.release.set()
            await asyncio.sleep(0.2)
        assert await ends(renderings, id_) == "done"
        assert (await renderings.find("ada", id_)).progress.state == "done"


async def test_an_owner_who_is_erased_while_a_video_is_made_leaves_nothing(
    tmp_path: Path, studio: ScriptedStudio
) -> None:
    async with (
        storage(tmp_path) as (database, vault),
        Renderings(database, vault, studio, tmp_path / "scratch") as renderings,
    ):
        id_ = await ordered(renderings, "held")
        await running(studio, "held")
        async with database.session() as session:
            await session.delete(await session.get_one(Row, id_))
        studio.release.set()
        assert [progress async for progress in renderings.follow("ada", id_)][-1].state == "done"
        with pytest.raises(NoSuchRendering):
            await renderings.find("ada", id_)
    assert files_of(tmp_path / "vault") == []
