"""Faces and voices by name: taken in once, used from then on without looking for anything again.

Owns what a registration is - files in the vault, then consent, row and audit event in one transaction - and
how it is undone. A registration that dies leaves files that nothing names, which `sweep` deletes. Refuses
to know how uploads arrive and what engines are called.
"""

import asyncio
import contextlib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from visavis import arrays
from visavis.avatars.audit import Kind, record
from visavis.avatars.cache import PART as CACHED
from visavis.avatars.cache import Cache, Key
from visavis.avatars.database import Database, naming
from visavis.avatars.database.tables import Avatar, Consent, Rendering, User, Voice, now
from visavis.avatars.people import proper_name
from visavis.avatars.vault import Spool, Vault, new_id
from visavis.contracts import Face, Prepared, Tts, VoiceSample, title_of
from visavis.contracts import Voice as Speaker
from visavis.errors import (
    ConsentError,
    InputError,
    NameTaken,
    NoSuchFile,
    UnknownName,
    UploadError,
    VisavisError,
)
from visavis.intake.clamd import Scanner
from visavis.intake.studies import Answer, study_portrait, study_voice
from visavis.media import LANGUAGES, Language, Portrait
from visavis.streams import Worker, processors

ABANDONED: Final = timedelta(hours=1)
"""How old a file is that no row names before it is taken for left behind: no registration takes as long."""

LIKENESS: Final = "likeness"
"""The part of a voice's files that an engine made of its sample."""

Subject = Literal["face", "voice"]
Row = TypeVar("Row", Avatar, Voice)
_SUBJECTS: Final[dict[type, Subject]] = {Avatar: "face", Voice: "voice"}
_KINDS: Final[dict[type, Kind]] = {Avatar: "avatar", Voice: "voice"}


@dataclass(frozen=True, slots=True)
class Permission:
    """What the person said whose face or voice it is.

    subject: who it is, in the words of whoever registers it. purpose: what it may be used for.
    agreed: whether they did.
    """

    subject: str
    purpose: str
    agreed: bool


class Registry:
    """Everything that is registered, of all owners; one of them sees nothing of another.

    models: the files of the face networks by name, fetched where they are not there yet; blocks.
    scanner: looks for viruses in what arrives.
    face: an engine that faces are made ready for at once, `size` pixels square.
    reserved: gives the names that no voice can have, because an engine's own has it.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        cache: Cache,
        models: Callable[[], Mapping[str, Path]],
        scanner: Scanner | None = None,
        face: Face | None = None,
        size: int = 512,
        reserved: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.database = database
        self.vault = vault
        self.cache = cache
        self._models = models
        self._scanner = scanner
        self._engine = face
        self._size = size
        self._reserved = reserved
        self._worker = Worker("portraits")
        # Each takes a processor, and up to 2 GB: more of them at once would only take longer.
        self._studying = asyncio.Semaphore(processors())

    def close(self) -> None:
        """Free the thread; database and vault are closed by whoever opened them."""
        self._worker.close()

    # Registering

    async def register_avatar(
        self, owner: str, actor: str, name: str, spool: Spool, consent: Permission, label: str = ""
    ) -> Avatar:
        """Take in a photo, a GIF or a clip of a face.

        actor: who asks, for the audit. label: the owner's own word for whom it is made, free to be used.

        Raises:
            ConsentError: nobody agreed. NameTaken: there is an avatar of that name.
            UploadError, PortraitError: the file, or the face on it, cannot be used.
        """
        name, label = _named(name), _worded(label, "user_id")
        since = await self._admitted(Avatar, owner, name, consent)
        models = await self._worker.run(self._models)
        async with self._studying:
            answer = await study_portrait(spool, models, self._scanner)
        facts = dict(answer.facts)
        report = facts.pop("quality")
        if report["verdict"] == "unusable":
            wrong = (score["sentence"] for score in report["scores"] if not score["value"])
            raise UploadError("unusable", _told(wrong, report["advice"]))
        row = Avatar(
            id=new_id(), owner=owner, name=name, label=label, kind=facts.pop("kind"), digest=spool.sha256,
            verdict=report["verdict"], report=report, facts=facts,
        )  # fmt: skip
        await self._kept(row, answer, actor, consent, since)
        if self._engine is not None:
            with contextlib.suppress(VisavisError):  # it is made when it is first used, or refused then
                await self.face(owner, row.id, self._engine, self._size, self._size)
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
        """Take in a recording, or a video, of somebody speaking; language: that is spoken, where it is known.

        Raises:
            ConsentError: nobody agreed. NameTaken: there is a voice of that name.
            UploadError, AudioError: the file, or the voice in it, cannot be used.
        """
        name, label = _named(name), _worded(label, "user_id")
        if name in self._reserved():
            raise NameTaken(f"the voice engine has a voice {name!r} of its own; choose another name")
        since = await self._admitted(Voice, owner, name, consent)
        async with self._studying:
            answer = await study_voice(spool, self._scanner)
        facts = dict(answer.facts)
        report, heard = facts.pop("quality"), facts.pop("language")
        if report["verdict"] == "unusable":
            raise UploadError("unusable", _told(report["sentences"], report["advice"]))
        row = Voice(
            id=new_id(), owner=owner, name=name, label=label, digest=spool.sha256,
            language=language or heard, gender=facts.pop("gender"),
            verdict=report["verdict"], report=report, facts=facts,
        )  # fmt: skip
        await self._kept(row, answer, actor, consent, since)
        return row

    async def _admitted(self, kind: type[Row], owner: str, name: str, consent: Permission) -> datetime:
        """Refuse what can be refused before any work; since when there has been this owner."""
        if not consent.agreed:
            raise ConsentError(
                f"a {_SUBJECTS[kind]} is registered only when the person it belongs to has agreed; "
                "ask them, and say so"
            )
        _worded(consent.subject, "the person", needed=True)
        _worded(consent.purpose, "the purpose", needed=True)
        async with self.database.reading() as session:
            if await session.scalar(select(kind.id).where(kind.owner == owner, kind.name == name)):
                raise NameTaken(_taken(kind, name))
            return (await session.get_one(User, owner)).created

    async def _kept(self, row: Row, answer: Answer, actor: str, consent: Permission, since: datetime) -> None:
        """Put the files into the vault, and then make them visible, all at once or not at all."""
        kind, kind_ = type(row), _KINDS[type(row)]
        try:
            for part, content in answer.blobs.items():
                await self.vault.put(row.owner, f"{row.id}/{part}", content)
            given = Consent(
                owner=row.owner,
                subject=consent.subject.strip(),
                purpose=consent.purpose.strip(),
                kind=_SUBJECTS[kind],
                digest=row.digest,
                statement=_statement(consent, _SUBJECTS[kind]),
            )
            row.state, row.consent = "ready", given.id
            async with self.database.session() as session:
                user = await session.get(User, row.owner)
                if user is None or user.created != since:
                    raise ConsentError("all that was held about this user has been erased meanwhile")
                session.add(given)
                async with naming(session, _taken(kind, row.name)):
                    session.add(row)
                await record(session, row.owner, actor, "registered", kind_, row.id, verdict=row.verdict)
        except BaseException:
            with contextlib.suppress(Exception):  # the sweep finds what cannot be deleted now
                await self._discarded(row)
            raise

    async def _discarded(self, row: Avatar | Voice) -> None:
        """Delete the files of a row that is not there; it may be, where a commit was broken off."""
        kind = type(row)
        async with self.database.reading() as session:
            there = await session.scalar(select(kind.id).where(kind.id == row.id))
        if there is None:
            await self._emptied(row.owner, row.id)

    # Finding

    async def avatars(self, owner: str, label: str | None = None) -> Sequence[Avatar]:
        """An owner's avatars by name; label: only those that are made for somebody."""
        return await self._listed(Avatar, owner, label)

    async def voices(self, owner: str, label: str | None = None) -> Sequence[Voice]:
        """An owner's voices by name; label: only those that are made for somebody."""
        return await self._listed(Voice, owner, label)

    async def avatar(self, owner: str, which: str) -> Avatar:
        """An avatar by its id or its name. Raises UnknownName."""
        return await self._found(Avatar, owner, which)

    async def voice(self, owner: str, which: str) -> Voice:
        """A voice by its id or its name. Raises UnknownName."""
        return await self._found(Voice, owner, which)

    async def consents(self, owner: str) -> Sequence[Consent]:
        """What was agreed to, the latest first."""
        async with self.database.reading() as session:
            chosen = select(Consent).where(Consent.owner == owner).order_by(Consent.given.desc(), Consent.id)
            return (await session.scalars(chosen)).all()

    async def _listed(self, kind: type[Row], owner: str, label: str | None) -> Sequence[Row]:
        chosen = select(kind).where(kind.owner == owner).order_by(kind.name)
        if label is not None:
            chosen = chosen.where(kind.label == label)
        async with self.database.reading() as session:
            return (await session.scalars(chosen)).all()

    async def _found(self, kind: type[Row], owner: str, which: str) -> Row:
        async with self.database.reading() as session:
            by_id, by_name = (
                select(kind).where(kind.owner == owner, column == which) for column in (kind.id, kind.name)
            )
            row = await session.scalar(by_id) or await session.scalar(by_name)
            if row is None:
                names = (await session.scalars(select(kind.name).where(kind.owner == owner))).all()
                raise UnknownName(_KINDS[kind], which, names)
            return row

    # Using

    async def portrait(self, owner: str, which: str, width: int, height: int) -> Portrait:
        """An avatar framed for pictures of a size in pixels; its face is not looked for again.

        Raises UnknownName, ConsentError, or PortraitError where the face is too small for that size.
        """
        row = usable(await self.avatar(owner, which))
        picture = await self.vault.get(owner, f"{row.id}/picture")
        face = await self.vault.get(owner, f"{row.id}/face")
        return await self._worker.run(partial(_framed, picture, face, width, height))

    async def face(self, owner: str, which: str, engine: Face, width: int, height: int) -> Prepared:
        """An avatar as an engine wants it, out of the cache where it is there. Raises as `portrait` does."""
        row = usable(await self.avatar(owner, which))
        key = Key(owner, row.digest, title_of(engine), width, height)

        async def made() -> Prepared:
            portrait = await self.portrait(owner, row.id, width, height)
            return await self._worker.run(partial(engine.prepare, portrait))

        return await self.cache.prepared(key, made, engine.packed, engine.unpacked)

    async def speaker(self, owner: str, which: str, tts: Tts) -> Speaker:
        """A voice of an engine's own by its name, or one that resembles a registered voice.

        Raises UnknownName, ConsentError, or AudioError where the engine cannot use the recording.
        """
        for own in tts.voices:
            if own.name == which:
                return own
        try:
            row = await self.voice(owner, which)
        except UnknownName as error:
            registered = (voice.name for voice in await self.voices(owner))
            raise UnknownName("voice", which, [*(own.name for own in tts.voices), *registered]) from error
        usable(row)
        part = f"{row.id}/{LIKENESS}-{sha256(title_of(tts).encode()).hexdigest()[:16]}"
        try:
            return _speaker(row.name, await self.vault.get(owner, part))
        except NoSuchFile:
            content = await self.vault.get(owner, f"{row.id}/sample")
            sample = await self._worker.run(partial(_sample, content, row.language))
            voice = await self._worker.run(partial(tts.resembling, sample, row.name))
            await self.vault.put(
                owner, part, arrays.packed(_Likeness(voice.language, voice.gender, voice.likeness))
            )
            await self._discarded(row)  # it may have been deleted meanwhile
            return voice

    # Undoing

    async def delete_avatar(self, owner: str, actor: str, which: str) -> None:
        """Delete an avatar, its files and what was prepared from them. Raises UnknownName."""
        await self._deleted(await self.avatar(owner, which), actor)

    async def delete_voice(self, owner: str, actor: str, which: str) -> None:
        """Delete a voice and its files. Raises UnknownName."""
        await self._deleted(await self.voice(owner, which), actor)

    async def _deleted(self, row: Avatar | Voice, actor: str) -> None:
        kind = type(row)
        async with self.database.session() as session:
            await session.execute(delete(kind).where(kind.owner == row.owner, kind.id == row.id))
            await record(session, row.owner, actor, "deleted", _KINDS[kind], row.id)
        await self._emptied(row.owner, row.id)
        await self.cache.forget(row.owner, row.digest)

    async def revoke(self, owner: str, actor: str, consent: str, *, delete: bool = False) -> None:
        """Take a consent back: what rests on it is of no use from now on, and is deleted where that is asked.

        Raises UnknownName.
        """
        async with self.database.session() as session:
            given = await session.scalar(select(Consent).where(Consent.owner == owner, Consent.id == consent))
            if given is None:
                known = await session.scalars(select(Consent.id).where(Consent.owner == owner))
                raise UnknownName("consent", consent, known)
            given.revoked = given.revoked or now()
            rows = await _resting_on(session, owner, consent)
            for row in rows:
                row.state = "revoked"
            await record(session, owner, actor, "revoked", "consent", consent)
        for row in rows:
            await self.cache.forget(owner, row.digest)
            if delete:
                await self._deleted(row, actor)

    async def sweep(self) -> int:
        """Delete files that belong to nothing, left behind by a process that died; how many there were."""
        async with self.database.reading() as session:
            known = {
                row_id
                for kind in (Avatar, Voice, Rendering)
                for row_id in await session.scalars(select(kind.id))
            }
        swept = await self.vault.sweep()
        async with contextlib.aclosing(self.vault.stored()) as files:
            async for stored in files:
                item, _, part = stored.file.partition("/")
                if item not in known and not part.startswith(CACHED) and _is_old(stored.modified):
                    await self.vault.delete(stored.owner, stored.file)
                    swept += 1
        return swept

    async def _emptied(self, owner: str, item: str) -> None:
        async with contextlib.aclosing(self.vault.stored(owner)) as files:
            async for stored in files:
                if stored.file.partition("/")[0] == item:
                    await self.vault.delete(owner, stored.file)


@dataclass(frozen=True, slots=True)
class _Likeness:
    language: Language
    gender: Literal["female", "male"]
    likeness: bytes


def _speaker(name: str, content: bytes) -> Speaker:
    kept = arrays.unpacked(content, _Likeness)
    return Speaker(name, kept.language, kept.gender, kept.likeness)


def _sample(content: bytes, language: str | None) -> VoiceSample:
    """A sample out of the file that was made of it. Blocks."""
    from visavis.sound import read

    chunk = read(content)
    return VoiceSample(
        chunk.samples, chunk.rate, next((known for known in LANGUAGES if known == language), None)
    )


def _framed(picture: bytes, face: bytes, width: int, height: int) -> Portrait:
    """Blocks."""
    from visavis.portrait import framed
    from visavis.portrait.faces import Found
    from visavis.portrait.picture import read

    return framed(read(picture), arrays.unpacked(face, Found), width, height)


async def _resting_on(session: AsyncSession, owner: str, consent: str) -> list[Avatar | Voice]:
    avatars = await session.scalars(select(Avatar).where(Avatar.owner == owner, Avatar.consent == consent))
    voices = await session.scalars(select(Voice).where(Voice.owner == owner, Voice.consent == consent))
    return [*avatars, *voices]


def usable(row: Row) -> Row:
    """The same row. Raises ConsentError where the consent that it rests on was taken back."""
    if row.state != "ready":
        raise ConsentError(
            f"the consent for the {_KINDS[type(row)]} {row.name!r} was taken back, so it cannot be used; "
            "delete it, or register another one with consent"
        )
    return row


def _named(name: str) -> str:
    """A name for people, which no id can be mistaken for."""
    name = proper_name(name)
    if name in {".", ".."} or (len(name) == 32 and set(name) <= set("0123456789abcdef")):
        raise InputError(f"the name {name!r} would be taken for something else; give another one")
    return name


def _worded(text: str, what: str, *, needed: bool = False) -> str:
    text = text.strip()
    if (needed and not text) or len(text) > 200 or any(unicodedata.category(one) == "Cc" for one in text):
        raise InputError(f"{what} has to be said in {1 if needed else 0} to 200 letters, on one line")
    return text


def _statement(consent: Permission, subject: Subject) -> str:
    """The record in words, as it was agreed to."""
    return (
        f"{consent.subject.strip()} agreed that this {subject} is used to make synthetic speech and pictures "
        f"for this purpose: {consent.purpose.strip()}. The consent can be taken back at any time."
    )


def _told(wrong: Iterable[str], advice: str) -> str:
    """What is wrong, and what to do about it, each once."""
    return "; ".join(dict.fromkeys(sentence for sentence in (*wrong, advice) if sentence))


def _taken(kind: type[Row], name: str) -> str:
    return f"the {_KINDS[kind]} {name!r} exists already; choose another name, or delete that one first"


def _is_old(moment: datetime) -> bool:
    return now() - moment > ABANDONED
