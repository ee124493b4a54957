"""The tables, as typed classes. A row knows its columns and nothing else.

Times are aware and in UTC in both databases. Ids are 32 hex digits that the program made; names are what
people gave. A JSON column is replaced as a whole: a change inside of it is not noticed.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from visavis.avatars.ids import new_id

AvatarKind = Literal["photo", "gif", "clip"]
Likeness = Literal["face", "voice"]
State = Literal["ready", "revoked"]
RenderingState = Literal["queued", "running", "done", "failed", "cancelled"]
Verdict = Literal["good", "usable", "unusable"]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite, which knows no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database.

        Raises:
            ValueError: a time without a zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The time at which something is written down."""
    return datetime.now(UTC)


Id = Annotated[str, mapped_column(String(32), primary_key=True)]
Owner = Annotated[str, mapped_column(String(64), ForeignKey("users.id", ondelete="CASCADE"))]
Agreed = Annotated[str, mapped_column(String(32), ForeignKey("consents.id"), index=True)]
Name = Annotated[str, mapped_column(String(64))]
Word = Annotated[str, mapped_column(String(16))]
Digest = Annotated[str, mapped_column(String(64))]
Long = Annotated[str, mapped_column(Text)]
Object = dict[str, Any]


class Row(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """What all rows share: made by keyword, and never printed with what is in them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, float: Double, Object: JSON}


class User(Row, kw_only=True):
    """Somebody who owns rows; with the user go all rows but those of the audit."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default_factory=new_id)
    name: Mapped[Name] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(default_factory=now)


class ApiKey(Row, kw_only=True):
    """A key that lets its bearer act for a user; only its digest is known.

    prefix: the first letters of the key, by which people tell theirs apart.
    """

    __tablename__ = "api_keys"

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    owner: Mapped[Owner] = mapped_column(index=True)
    name: Mapped[Name]
    prefix: Mapped[Word]
    digest: Mapped[Digest] = mapped_column(unique=True)
    created: Mapped[datetime] = mapped_column(default_factory=now)
    used: Mapped[datetime | None] = mapped_column(default=None)
    revoked: Mapped[datetime | None] = mapped_column(default=None)


class Consent(Row, kw_only=True):
    """That somebody agreed to have their face or voice used.

    subject: who. purpose: what for. statement: the words that were agreed to. digest: of the media.
    """

    __tablename__ = "consents"
    __table_args__ = (Index(None, "owner", "given"),)

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    owner: Mapped[Owner]
    subject: Mapped[Long]
    purpose: Mapped[Long]
    kind: Mapped[Likeness] = mapped_column(String(16))
    digest: Mapped[Digest]
    statement: Mapped[Long]
    given: Mapped[datetime] = mapped_column(default_factory=now)
    revoked: Mapped[datetime | None] = mapped_column(default=None)


class Avatar(Row, kw_only=True):
    """A face that was registered; its files lie in the vault under the same id.

    label: for whom it is made, in the owner's words. digest: of what was sent. report: the quality, as told
        to the user. consent: has to be set before the row is written; the foreign key refuses none.
    """

    __tablename__ = "avatars"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    owner: Mapped[Owner]
    name: Mapped[Name]
    label: Mapped[Long] = mapped_column(default="")
    kind: Mapped[AvatarKind] = mapped_column(String(16))
    state: Mapped[State] = mapped_column(String(16), default="ready")
    digest: Mapped[Digest]
    verdict: Mapped[Verdict] = mapped_column(String(16))
    report: Mapped[Object] = mapped_column(default_factory=dict)
    facts: Mapped[Object] = mapped_column(default_factory=dict)
    created: Mapped[datetime] = mapped_column(default_factory=now)
    consent: Mapped[Agreed] = mapped_column(default="")


class Voice(Row, kw_only=True):
    """A voice that was registered; its sample lies in the vault under the same id."""

    __tablename__ = "voices"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    owner: Mapped[Owner]
    name: Mapped[Name]
    label: Mapped[Long] = mapped_column(default="")
    language: Mapped[Word | None] = mapped_column(default=None)
    gender: Mapped[Word | None] = mapped_column(default=None)
    state: Mapped[State] = mapped_column(String(16), default="ready")
    digest: Mapped[Digest]
    verdict: Mapped[Verdict] = mapped_column(String(16))
    report: Mapped[Object] = mapped_column(default_factory=dict)
    facts: Mapped[Object] = mapped_column(default_factory=dict)
    created: Mapped[datetime] = mapped_column(default_factory=now)
    consent: Mapped[Agreed] = mapped_column(default="")


class Rendering(Row, kw_only=True):
    """One video that was asked for; it outlives the avatar and the voice that it shows.

    avatar: an id, voice: an id or an engine's own name; None for what the settings say.
    progress: 0..1. expected: seconds of video, where that is known. error: a sentence, where it failed.
    attempts: how often it was begun.
    """

    __tablename__ = "renderings"
    __table_args__ = (Index(None, "owner", "created"), Index(None, "state", "created"))

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    owner: Mapped[Owner]
    avatar: Mapped[Name | None] = mapped_column(default=None)
    voice: Mapped[Name | None] = mapped_column(default=None)
    language: Mapped[Word] = mapped_column(default="auto")
    state: Mapped[RenderingState] = mapped_column(String(16), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    expected: Mapped[float | None] = mapped_column(default=None)
    error: Mapped[Long] = mapped_column(default="")
    filename: Mapped[Name | None] = mapped_column(unique=True, default=None)
    options: Mapped[Object] = mapped_column(default_factory=dict)
    facts: Mapped[Object] = mapped_column(default_factory=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(default_factory=now)
    started: Mapped[datetime | None] = mapped_column(default=None)
    finished: Mapped[datetime | None] = mapped_column(default=None)


class AuditEvent(Row, kw_only=True):
    """Something that somebody changed. It outlives its owner: no foreign key leads from here."""

    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "owner", "at"),)

    id: Mapped[Id] = mapped_column(default_factory=new_id)
    at: Mapped[datetime] = mapped_column(default_factory=now)
    owner: Mapped[Name]
    actor: Mapped[Name]
    action: Mapped[Word]
    kind: Mapped[Word]
    target: Mapped[Name]
    facts: Mapped[Object] = mapped_column(default_factory=dict)
