"""Makes the videos that are ordered, one after the other, and remembers all of them.

Owns the line, the tasks and the scratch folder. An order's text lies in the vault, and so does its video; the
database says how it stands. One process makes the videos of a database: when it begins, what the one before
it left running is begun anew, once. Refuses to know how a video is made: that is the studio's.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeAlias

from visavis.avatars.audit import record
from visavis.avatars.database import Database, tables
from visavis.avatars.vault import Vault, new_id
from visavis.contracts import Stream
from visavis.errors import StorageError
from visavis.render import Film
from visavis.render import Progress as Telling
from visavis.renderings import rows
from visavis.renderings.failure import BROKEN_OFF, DIED, NOT_STORED, failed, traced
from visavis.renderings.job import Job, Stopped
from visavis.renderings.line import MOST, MOST_OF_ONE, Line
from visavis.renderings.order import NoSuchRendering, Order, Progress, Rendering, State, Take
from visavis.renderings.scratch import room_in, scratch_in
from visavis.streams import Crew, stepped

PIECE: Final = 2**20

# What there is of a rendering in the vault, by how it stands.
PARTS: Final = {"order", "video"}
KEPT: Final[dict[State, Set[str]]] = {
    "queued": {"order"},
    "running": {"order"},
    "failed": {"order"},
    "cancelled": set(),
    "done": PARTS,
}

# Makes a video in a file, and tells how far it is.
Make: TypeAlias = Callable[[Path, Telling], Awaitable[Film]]

MOST_ATTEMPTS: Final = 2

PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds between tries to write down how a rendering ended."""


class Studio(Protocol):
    """Makes one film at a time, or several at once if the renderings are told so."""

    async def check(self, owner: str, order: Order) -> None:
        """Refuse at once what is known not to be there. Raises VisavisError, with a sentence."""
        ...

    async def film(self, owner: str, order: Order, out: Path, progress: Telling) -> Film:
        """Make what was ordered, in the file `out`, which is not there yet; cancelled, it leaves none.

        progress: called with seconds of video done, and how many it will be as far as that is known.

        Raises:
            VisavisError: with a sentence for the owner.
        """
        ...


class Renderings:
    """Everything that was ordered, of all owners; a context manager, and only within it is anything made.

    scratch: a folder to make videos in. at_once: how many are made at the same time.
    most_of_one, most: how many of one owner, and of all, may wait.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        studio: Studio,
        scratch: Path,
        at_once: int = 1,
        most_of_one: int = MOST_OF_ONE,
        most: int = MOST,
    ) -> None:
        self._database = database
        self._vault = vault
        self._studio = studio
        self._scratch = scratch
        self._at_once = at_once
        self._line = Line[Job](most_of_one, most)
        self._jobs: dict[str, Job] = {}
        self._busy: Counter[str] = Counter()
        self._entering = asyncio.Lock()
        self._open = contextlib.AsyncExitStack()
        self._closing = False

    async def __aenter__(self) -> Self:
        """Go on where the last process ended.

        Raises:
            StorageError: the scratch folder cannot be used, or the database or the vault be reached.
        """
        async with contextlib.AsyncExitStack() as stack:
            self._room = stack.enter_context(scratch_in(self._scratch))
            self._crew = await stack.enter_async_context(Crew())
            await self._resume()
            self._open = stack.pop_all()
        self._go_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and wait until nothing is being made any more."""
        self.stop()
        await self._open.aclose()

    def stop(self) -> None:
        """Stop making; what is not done waits for the next process. Followers end with how it stands.

        What is being made ends by itself, a little later. Orders are still taken, for the next process.
        """
        self._closing = True
        for job in self._jobs.values():
            job.stop(None)
        self._go_on()

    @property
    def running(self) -> int:
        """How many videos are being made."""
        return self._busy.total()

    @property
    def waiting(self) -> int:
        """How many wait to be made."""
        return len(self._line)

    # Ordering

    async def submit(self, owner: str, actor: str, order: Order) -> Rendering:
        """Take an order; it is made when its turn has come.

        Raises:
            UnknownName: there is no such avatar or voice.
            LineFull: too many wait.
            StorageError: it could not be written down.
        """
        await self._studio.check(owner, order)
        return await asyncio.shield(self._crew.begin(self._submit(owner, actor, order)))

    async def _submit(self, owner: str, actor: str, order: Order) -> Rendering:
        """Not to be interrupted: an order that is written down has to stand in the line as well."""
        id_ = new_id()
        async with self._entering:
            self._line.check(owner)
            try:
                await self._vault.put(owner, f"{id_}/order", order.packed())
                async with self._database.session() as session:
                    row = rows.row_of(id_, owner, order)
                    session.add(row)
                    await record(session, owner, actor, "ordered", "rendering", id_)
                    await session.flush()
                    taken = rows.rendering_of(row)
            except BaseException:
                with contextlib.suppress(StorageError):
                    await self._vault.delete(owner, f"{id_}/order")
                raise
            job = self._enter(taken)
        self._go_on()
        return replace(taken, progress=job.progress.value)

    async def record(self, owner: str, actor: str, take: Take) -> Rendering:
        """Let a take be made, beside the line; how it ended. Cancelling who waits does not end it.

        Raises:
            StorageError: it could not be written down.
        """
        return await asyncio.shield(self._crew.begin(self._record(owner, actor, take)))

    async def _record(self, owner: str, actor: str, take: Take) -> Rendering:
        id_ = new_id()
        async with self._database.session() as session:
            session.add(row := rows.recording_of(id_, owner, take))
            await record(session, owner, actor, "created", "rendering", id_)
            await session.flush()
            taken = rows.rendering_of(row)
        job = self._jobs[id_] = Job(id_, owner, take.uses, take.finish)
        if self._closing:
            job.stop(None)
        job.begins()
        progress, facts = await self._outcome(job, self._stored(job, take.film))
        await self._end(job, progress, facts)
        return replace(taken, progress=progress, facts=facts)

    async def cancel(self, owner: str, actor: str, id_: str) -> Rendering:
        """Stop what waits or is being made, and wait until it has; what has ended stays as it is.

        Raises:
            NoSuchRendering: there is none, or it is another owner's.
        """
        if (job := self._job(owner, id_)) is not None:
            await asyncio.shield(self._crew.begin(self._cancel(job, actor)))
        return await self.find(owner, id_)

    async def _cancel(self, job: Job, actor: str) -> None:
        job.stop(actor)
        if self._leave_line(job):
            await self._end(job, Progress("cancelled"), {})
        else:
            await last_of(job.progress.follow())

    async def cancel_using(self, owner: str, actor: str, item: str) -> None:
        """Stop whatever shows an avatar or speaks with a voice, by its id: a consent was taken back."""
        for job in list(self._jobs.values()):
            if job.owner == owner and item in job.uses:
                with contextlib.suppress(NoSuchRendering):  # somebody deletes it at the same time
                    await self.cancel(owner, actor, job.id)

    async def delete(self, owner: str, actor: str, id_: str) -> None:
        """Stop it if need be, and delete its order, its video and what is known of it.

        Raises:
            NoSuchRendering: there is none, or it is another owner's.
        """
        await self.cancel(owner, actor, id_)
        await asyncio.shield(self._crew.begin(self._delete(owner, actor, id_)))

    async def _delete(self, owner: str, actor: str, id_: str) -> None:
        async with self._database.session() as session:
            await session.delete(await rows.one(session, owner, id_))
            await record(session, owner, actor, "deleted", "rendering", id_)
        await self._keep(owner, id_, set())

    # Asking

    async def find(self, owner: str, id_: str) -> Rendering:
        """How it stands. Raises NoSuchRendering."""
        async with self._database.reading() as session:
            return self._told(await rows.one(session, owner, id_))

    async def by_filename(self, owner: str, filename: str) -> Rendering:
        """The one whose finished video has this name. Raises NoSuchRendering."""
        async with self._database.reading() as session:
            return self._told(await rows.one_by_filename(session, owner, filename))

    async def list(self, owner: str) -> "Sequence[Rendering]":
        """All of an owner's, the newest first."""
        async with self._database.reading() as session:
            return [self._told(row) for row in await rows.all_of(session, owner)]

    def video(self, rendering: Rendering, start: int = 0, stop: int | None = None) -> Stream[bytes]:
        """The bytes of a finished video, or a range of them; how many there are is in its facts."""
        return self._vault.read(rendering.owner, f"{rendering.id}/video", start, stop)

    async def follow(self, owner: str, id_: str) -> Stream[Progress]:
        """How it stands, at once and then whenever that changes, to its end, or the server's.

        Raises:
            NoSuchRendering: when the first is asked for.
        """
        job = self._job(owner, id_)
        if job is None:
            yield (await self.find(owner, id_)).progress
            return
        async with contextlib.aclosing(job.progress.follow()) as changes:
            async for progress in changes:
                yield progress

    # Making

    async def _resume(self) -> None:
        """Take in what the last process left behind, and delete files that belong to nothing."""
        async with self._database.session() as session:
            for row in await rows.unended(session):
                if rows.is_recorded(row):
                    rows.end(row, BROKEN_OFF, {})
                elif row.state == "running" and row.attempts >= MOST_ATTEMPTS:
                    rows.end(row, DIED, {})
                else:
                    row.state, row.started = "queued", None
                    self._enter(rows.rendering_of(row))
            await session.flush()
            states = await rows.states(session)
        async with contextlib.aclosing(self._vault.stored()) as files:
            async for stored in files:
                id_, _, part = stored.file.partition("/")
                if part in PARTS and (id_ not in states or part not in KEPT[states[id_]]):
                    await self._vault.delete(stored.owner, stored.file)

    def _enter(self, rendering: Rendering) -> Job:
        uses = frozenset(filter(None, (rendering.avatar, rendering.voice)))
        job = self._jobs[rendering.id] = Job(rendering.id, rendering.owner, uses)
        self._line.add(job.owner, job)
        return job

    def _leave_line(self, job: Job) -> bool:
        """Take it out of the line; False if it is not there any more."""
        if job not in self._line.order(self._busy):
            return False
        self._line.remove(job.owner, job)
        self._tell_places()
        return True

    def _go_on(self) -> None:
        """Begin what can be begun; where the server ends, let nobody wait for it."""
        while not self._closing and self.running < self._at_once and self._line:
            job = self._line.order(self._busy)[0]
            self._line.remove(job.owner, job)
            self._busy[job.owner] += 1
            self._crew.begin(self._run(job))
        self._tell_places()
        if self._closing:
            for job in self._line.order(self._busy):
                job.progress.end(job.progress.value)

    def _tell_places(self) -> None:
        for place, job in enumerate(self._line.order(self._busy), 1):
            job.waits_at(place)

    async def _run(self, job: Job) -> None:
        """Make it, whatever comes, and begin the next."""
        job.begins()
        try:
            progress, facts = await self._outcome(job, self._made(job))
            if progress.state == "queued":
                await self._put_back(job)
            else:
                await self._end(job, progress, facts)
        except Exception as error:
            logging.error("how a rendering ended could not be written down: %s", traced(error))
        finally:
            self._busy[job.owner] -= 1
            self._go_on()

    async def _outcome(self, job: Job, made: Awaitable[dict[str, Any]]) -> tuple[Progress, dict[str, Any]]:
        """How making it ends; where the server ends first, it waits again."""
        try:
            facts = await made
        except Stopped:
            return Progress("cancelled" if job.stopped_by else "queued"), {}
        except Exception as error:
            return failed(error), {}
        return Progress("done", facts["seconds"], facts["seconds"]), facts

    async def _made(self, job: Job) -> dict[str, Any]:
        """Make what was ordered; the facts about it."""
        async with self._database.session() as session:
            rows.begin(await rows.one(session, job.owner, job.id))
        order = Order.unpacked(await self._vault.get(job.owner, f"{job.id}/order"))
        return await self._stored(job, partial(self._studio.film, job.owner, order))

    async def _stored(self, job: Job, make: Make) -> dict[str, Any]:
        """Make a video in a room of its own and put it into the vault; the facts about it."""
        with job.stoppable(), room_in(self._room, job.id) as room:
            out = room / "video.mp4"
            film = await make(out, job.is_at)
            async with (
                self._vault.writing(job.owner, f"{job.id}/video") as writer,
                contextlib.aclosing(stepped(_pieces(out), "storing")) as pieces,
            ):
                async for piece in pieces:
                    await writer.write(piece)
            return _facts(film, out)

    async def _end(self, job: Job, progress: Progress, facts: dict[str, Any]) -> None:
        """Write down how it ended, delete what is not to be kept, and tell it."""
        try:
            await self._write_down(job, progress, facts)
            await self._keep(job.owner, job.id, KEPT[progress.state])
        except NoSuchRendering:  # everything about its owner was deleted meanwhile
            await self._keep(job.owner, job.id, set())
        except BaseException:
            progress = NOT_STORED
            raise
        finally:
            del self._jobs[job.id]
            job.progress.end(progress)

    async def _write_down(self, job: Job, progress: Progress, facts: dict[str, Any]) -> None:
        """Into its row; where the database is away, for some minutes again: the video is made already."""
        pauses = iter(PAUSES)
        while True:
            try:
                async with self._database.session() as session:
                    rows.end(await rows.one(session, job.owner, job.id), progress, facts)
                    if progress.state == "cancelled":
                        actor = job.stopped_by or job.owner
                        await record(session, job.owner, actor, "cancelled", "rendering", job.id)
                return
            except StorageError as error:
                pause = next(pauses, None)
                if pause is None or self._closing:
                    raise
                logging.warning("how a rendering ended waits to be written down: %s", traced(error))
            await asyncio.sleep(pause)

    async def _put_back(self, job: Job) -> None:
        """Let it wait for the next server."""
        try:
            async with self._database.session() as session:
                rows.put_back(await rows.one(session, job.owner, job.id))
            await self._keep(job.owner, job.id, KEPT["queued"])
        finally:
            del self._jobs[job.id]
            job.progress.end(Progress("queued"))

    async def _keep(self, owner: str, id_: str, parts: Set[str]) -> None:
        """Delete what else there may be of it in the vault."""
        for part in PARTS - parts:
            await self._vault.delete(owner, f"{id_}/{part}")

    def _job(self, owner: str, id_: str) -> Job | None:
        """What waits or is being made, if it is the owner's."""
        job = self._jobs.get(id_)
        return job if job is not None and job.owner == owner else None

    def _told(self, row: tables.Rendering) -> Rendering:
        job = self._jobs.get(row.id)
        return rows.rendering_of(row, job.progress.value if job else None)


async def last_of(changes: Stream[Progress]) -> Progress:
    """The last one of them, when it comes; there is one."""
    async with contextlib.aclosing(changes):
        last = await anext(changes)
        async for progress in changes:
            last = progress
    return last


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _facts(film: Film, out: Path) -> dict[str, Any]:
    timings = {stage: round(spent, 4) for stage, spent in asdict(film.timings).items()}
    size = out.stat().st_size
    return {"seconds": film.seconds, "frames": film.frames, "bytes": size, "timings": timings}
