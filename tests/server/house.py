"""A registry and renderings that live in memory and tell who acted, and an app around them.

Conversations in it are real ones with scripted engines; whoever holds one enters `House.lobby` first.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from fastapi import FastAPI

from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import ScriptedFace, blank_portrait
from tests.fakes.llm import ScriptedLlm
from tests.fakes.tts import ScriptedTts
from tests.fakes.vad import ScriptedVad
from visavis.avatars.cache import Status
from visavis.avatars.database.tables import AuditEvent, Avatar, Consent, Voice
from visavis.avatars.registry import Permission, usable
from visavis.avatars.vault import Spool, new_id
from visavis.config import Settings
from visavis.contracts import Face, Prepared, Stream, Tts
from visavis.contracts import Voice as Speaker
from visavis.conversation.cast import Engines, Role
from visavis.conversation.dictation import samples_of
from visavis.conversation.lobby import Lobby
from visavis.errors import ConsentError, NameTaken, NoSuchFile, UnknownName
from visavis.media import Language, Portrait, Samples
from visavis.renderings.order import ENDED, NoSuchRendering, Order, Progress, Rendering
from visavis.server.app import create
from visavis.server.casting import Casting
from visavis.server.keys import Caller
from visavis.server.log import opened
from visavis.server.parts import Condition, Engaged, Parts
from visavis.streams import Latest, Worker

if TYPE_CHECKING:
    from visavis.conversation.session import Session

ADA, BOB = "vv_ada", "vv_bob"
FILE = b"\xff\xd8\xff" + bytes(range(256)) * 40
VIDEO = bytes(range(256)) * 300
ENGAGED = {kind: Engaged("scripted", "works") for kind in ("vad", "asr", "llm", "tts", "face")}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

Row = TypeVar("Row", Avatar, Voice)


class Shelf:
    """A registry: what it is sent is taken as it is. changes: who did what."""

    def __init__(self) -> None:
        self.rows: list[Avatar | Voice] = []
        self.given: list[Consent] = []
        self.media: dict[str, bytes] = {}
        self.changes: list[tuple[str, str]] = []

    async def register_avatar(
        self, owner: str, actor: str, name: str, spool: Spool, consent: Permission, label: str = ""
    ) -> Avatar:
        agreed = await self._agreed(owner, name, spool, consent, "face")
        row = Avatar(
            owner=owner, name=name, label=label, kind="photo", digest=spool.sha256, verdict="good",
            report={"overall": 0.9, "advice": ""}, facts={"width": 640}, consent=agreed.id, created=NOW,
        )  # fmt: skip
        await self._keep(row, actor, spool)
        return row

    async def register_voice(
        self,
        owner: str,
        actor: str,
        name: str,
        spool: Spool,
        consent: Permission,
        label: str = "",
        language: Language | None = None,
    ) -> Voice:
        agreed = await self._agreed(owner, name, spool, consent, "voice")
        row = Voice(
            owner=owner, name=name, label=label, language=language, gender="female", digest=spool.sha256,
            verdict="good", report={"f0": 200}, facts={"seconds": 8.0}, consent=agreed.id, created=NOW,
        )  # fmt: skip
        await self._keep(row, actor, spool)
        return row

    async def avatars(self, owner: str, label: str | None = None) -> Sequence[Avatar]:
        return self._listed(Avatar, owner, label)

    async def voices(self, owner: str, label: str | None = None) -> Sequence[Voice]:
        return self._listed(Voice, owner, label)

    async def avatar(self, owner: str, which: str) -> Avatar:
        return self._found(Avatar, owner, which)

    async def voice(self, owner: str, which: str) -> Voice:
        return self._found(Voice, owner, which)

    async def delete_avatar(self, owner: str, actor: str, which: str) -> None:
        self._delete(self._found(Avatar, owner, which), actor)

    async def delete_voice(self, owner: str, actor: str, which: str) -> None:
        self._delete(self._found(Voice, owner, which), actor)

    async def portrait(self, owner: str, which: str, width: int, height: int) -> Portrait:
        usable(self._found(Avatar, owner, which))
        return blank_portrait(width, height)

    async def face(self, owner: str, which: str, engine: Face, width: int, height: int) -> Prepared:
        usable(self._found(Avatar, owner, which))
        return engine.prepare(blank_portrait(width, height))

    async def speaker(self, owner: str, which: str, tts: Tts) -> Speaker:
        own = [voice for voice in tts.voices if voice.name == which]
        row = None if own else usable(self._found(Voice, owner, which))
        return own[0] if row is None else Speaker(row.name, "en", "female", b"likeness")

    async def consents(self, owner: str) -> Sequence[Consent]:
        return [consent for consent in self.given if consent.owner == owner]

    async def revoke(self, owner: str, actor: str, consent: str, *, delete: bool = False) -> None:
        found = [given for given in self.given if (given.owner, given.id) == (owner, consent)]
        if not found:
            raise UnknownName("consent", consent, ())
        found[0].revoked = NOW
        self.changes.append((actor, "revoked"))
        for row in [row for row in self.rows if row.consent == consent]:
            row.state = "revoked"
            if delete:
                self._delete(row, actor)

    async def exported(self, owner: str, actor: str) -> Stream[bytes]:
        self.changes.append((actor, "exported"))
        for row in self.rows:
            if row.owner == owner:
                yield json.dumps({"name": row.name}).encode()

    async def erased(self, owner: str, actor: str) -> None:
        self.rows = [row for row in self.rows if row.owner != owner]
        self.given = [given for given in self.given if given.owner != owner]
        self.changes.append((actor, "erased"))

    async def audited(self, owner: str, most: int) -> Sequence[AuditEvent]:
        return [
            AuditEvent(at=NOW, owner=owner, actor=actor, action=action, kind="avatar", target="0" * 32)
            for actor, action in self.changes[:most]
            if actor.startswith(owner)
        ]

    async def _agreed(self, owner: str, name: str, spool: Spool, consent: Permission, kind: Any) -> Consent:
        if not consent.agreed:
            raise ConsentError("nobody agreed; ask them")
        if any((row.owner, row.name, given.kind) == (owner, name, kind) for row, given in self._agreed_on()):
            raise NameTaken(f"there is {name!r} already; choose another name")
        given = Consent(
            owner=owner, subject=consent.subject, purpose=consent.purpose, kind=kind, digest=spool.sha256,
            statement="yes", given=NOW,
        )  # fmt: skip
        self.given.append(given)
        return given

    async def _keep(self, row: Avatar | Voice, actor: str, spool: Spool) -> None:
        self.media[row.id] = b"".join([piece async for piece in spool.read()])
        self.rows.append(row)
        self.changes.append((actor, "registered"))

    def _agreed_on(self) -> list[tuple[Avatar | Voice, Consent]]:
        by_id = {given.id: given for given in self.given}
        return [(row, by_id[row.consent]) for row in self.rows]

    def _delete(self, row: Avatar | Voice, actor: str) -> None:
        self.rows.remove(row)
        self.changes.append((actor, "deleted"))

    def _listed(self, kind: type[Row], owner: str, label: str | None) -> list[Row]:
        rows = [row for row in self.rows if isinstance(row, kind) and row.owner == owner]
        return [row for row in rows if label is None or row.label == label]

    def _found(self, kind: type[Row], owner: str, which: str) -> Row:
        for row in self._listed(kind, owner, None):
            if which in (row.id, row.name):
                return row
        raise UnknownName("avatar", which, [row.name for row in self._listed(kind, owner, None)])


class Screen:
    """Renderings whose videos are there at once, or when a test says so.

    reading, following: how many videos and jobs are being read and followed.
    deleted_beside: what is deleted by somebody else as soon as it has been listed.
    """

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.jobs: dict[str, Rendering] = {}
        self.orders: dict[str, Order] = {}
        self.progress: dict[str, Latest[Progress]] = {}
        self.stopped_for: list[str] = []
        self.reading = self.following = 0
        self.content = VIDEO
        self.gone = False
        self.deleted_beside: str | None = None
        self.ordered = asyncio.Event()

    @property
    def running(self) -> int:
        return sum(progress.value.state == "running" for progress in self.progress.values())

    @property
    def waiting(self) -> int:
        return sum(progress.value.state == "queued" for progress in self.progress.values())

    async def submit(self, owner: str, actor: str, order: Order) -> Rendering:
        id_ = new_id()
        self.orders[id_] = order
        self.progress[id_] = Latest(Progress("queued", place=1))
        self.jobs[id_] = Rendering(
            id=id_, owner=owner, avatar=order.avatar, voice=order.voice, language=order.language,
            filename=f"{id_}.mp4", options={"width": order.width}, progress=Progress("queued", place=1),
            facts={}, created=NOW, started=None, finished=None,
        )  # fmt: skip
        self.ordered.set()
        if self.at_once:
            self.end(id_, Progress("done", 2.0, 2.0))
        return self.jobs[id_]

    def at(self, id_: str, progress: Progress) -> None:
        self.progress[id_].set(progress)

    def end(self, id_: str, progress: Progress) -> None:
        facts: dict[str, Any] = {}
        if progress.state == "done":
            facts = {"seconds": 2.0, "timings": {"render": 0.5}, "bytes": len(self.content)}
        self.jobs[id_] = replace(self.jobs[id_], progress=progress, facts=facts, finished=NOW)
        self.progress[id_].end(progress)

    async def find(self, owner: str, id_: str) -> Rendering:
        job = self.jobs.get(id_)
        if job is None or job.owner != owner:
            raise NoSuchRendering(id_)
        return replace(job, progress=self.progress[id_].value)

    async def list(self, owner: str) -> Sequence[Rendering]:
        listed = [job for job in self.jobs.values() if job.owner == owner]
        self.jobs.pop(self.deleted_beside or "", None)
        return listed

    async def by_filename(self, owner: str, filename: str) -> Rendering:
        job = await self.find(owner, filename.removesuffix(".mp4"))
        if job.progress.state != "done":
            raise NoSuchRendering(filename)
        return job

    async def cancel(self, owner: str, actor: str, id_: str) -> Rendering:
        if (await self.find(owner, id_)).progress.state not in ENDED:
            self.end(id_, Progress("cancelled"))
        return await self.find(owner, id_)

    async def cancel_using(self, owner: str, actor: str, item: str) -> None:
        self.stopped_for.append(item)

    async def delete(self, owner: str, actor: str, id_: str) -> None:
        await self.find(owner, id_)
        del self.jobs[id_]

    def stop(self) -> None:
        for id_, progress in self.progress.items():
            if progress.value.state not in ENDED:
                self.end(id_, Progress("queued", place=1))

    async def follow(self, owner: str, id_: str) -> Stream[Progress]:
        await self.find(owner, id_)
        self.following += 1
        try:
            async for progress in self.progress[id_].follow():
                yield progress
        finally:
            self.following -= 1

    async def video(self, rendering: Rendering, start: int = 0, stop: int | None = None) -> Stream[bytes]:
        if self.gone:
            raise NoSuchFile(f"there is no {rendering.id} in /var/lib")
        self.reading += 1
        try:
            content = io.BytesIO(self.content[start:stop])
            while piece := content.read(2**16):
                yield piece
                await asyncio.sleep(0)
        finally:
            self.reading -= 1


class Ring:
    """Two keys, of two users."""

    async def caller(self, key: str) -> Caller | None:
        return {ADA: Caller("ada", "ada-key"), BOB: Caller("bob", "bob-key")}.get(key)


@dataclass
class House:
    """An app, what it was made of, and what it has logged."""

    app: FastAPI
    shelf: Shelf
    screen: Screen
    log: io.StringIO
    lobby: Lobby
    engines: Engines
    condition: list[Condition] = field(default_factory=list)

    def client(self, key: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client that shows a key."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=("127.0.0.1", 5)),
            base_url="http://localhost:8000",
            headers=headers | ({"X-API-Key": key} if key else {}),
        )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def scripted() -> Engines:
    """Engines that do as they are told; a test may put others in their place."""
    return Engines(
        vad=ScriptedVad(),
        asr=ScriptedAsr(),
        llm=ScriptedLlm(),
        tts=ScriptedTts(),
        face=ScriptedFace(),
        draws=Worker("rest"),
    )


def parts_of(
    settings: Settings,
    shelf: Shelf,
    screen: Screen,
    condition: list[Condition],
    lobby: Lobby,
    engines: Engines,
    *,
    keys: bool,
) -> Parts:
    async def now() -> Condition:
        return condition[-1]

    async def recorded(spool: Spool) -> Samples:
        content = b"".join([piece async for piece in spool.read()])
        return samples_of(content[: len(content) // 2 * 2])

    return Parts(
        registry=shelf,
        renderings=screen,
        cached=lambda: Status(1, 2_000, 10_000, 6, 2, 2, 1, 3_000),
        exported=shelf.exported,
        erased=shelf.erased,
        audited=shelf.audited,
        spool=Spool,
        condition=now,
        lobby=lobby,
        casting=Casting(shelf, lambda: engines, blank_portrait, 64, settings.system_prompt),
        engines=lambda: engines,
        recorded=recorded,
        keys=Ring() if keys else None,
    )


def house(
    settings: Settings | None = None,
    *,
    keys: bool = False,
    at_once: bool = True,
    places: int = 3,
    engines: Engines | None = None,
) -> House:
    """A new house. keys: whether everybody has to show one. at_once: videos are made at once.

    places: how many may talk. engines: that they talk with; None: scripted ones.
    """
    settings, engines = settings or Settings(), engines or scripted()
    shelf, screen, log = Shelf(), Screen(at_once=at_once), io.StringIO()
    condition = [Condition("cpu", "warp", tts=True, avatar=True, engines=ENGAGED)]

    @asynccontextmanager
    async def session(role: Role) -> AsyncIterator["Session"]:
        from visavis.conversation.session import Session

        async with Session.opened(engines, role) as made:
            yield made

    lobby = Lobby(places, session)
    parts = parts_of(settings, shelf, screen, condition, lobby, engines, keys=keys)
    app = create(settings, parts, opened(log))
    return House(app, shelf, screen, log, lobby, engines, condition)


def agreed(name: str, kind: str = "avatar", **fields: str) -> dict[str, str]:
    """The fields of a form that registers something."""
    return {f"{kind}_name": name, "consent": "true", "subject": "Ada", "purpose": "tests"} | fields


async def registered(
    client: httpx.AsyncClient, name: str, kind: str = "avatar", **fields: str
) -> dict[str, Any]:
    """Register something; what was answered."""
    answer = await client.post(
        f"/{kind}/register", data=agreed(name, kind, **fields), files={"file": ("a.bin", FILE)}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@asynccontextmanager
async def opened_house(
    *, keys: bool = False, at_once: bool = True
) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """A house and one client in it."""
    made = house(keys=keys, at_once=at_once)
    async with made.client(ADA if keys else None) as client:
        yield made, client
