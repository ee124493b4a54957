"""Who changed what, and when.

Owns which facts may be kept of a change: numbers, and words out of lists that stand here. Refuses anything
else, so that no text, path, name or key of anybody gets into an event.
"""

import re
from collections.abc import Sequence
from math import isfinite
from typing import Final, Literal, TypedDict, Unpack, get_args, get_type_hints

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.database.tables import AuditEvent, RenderingState, Verdict
from visavis.media import Language

Action = Literal[
    "created", "registered", "ordered", RenderingState, "revoked", "refused", "exported", "deleted", "erased"
]  # fmt: skip
Kind = Literal["user", "key", "avatar", "voice", "consent", "rendering"]


class Facts(TypedDict, total=False):
    """All that an event may hold beside who, what and when.

    media: what kind of thing was sent. size: bytes. count: how many things it was done to.
    """

    verdict: Verdict
    media: Literal["photo", "gif", "clip", "sound"]
    language: Language
    size: int
    seconds: float
    width: int
    height: int
    count: int


_ALLOWED: Final = get_type_hints(Facts)
_ACCOUNT: Final = re.compile(r"[a-z0-9-]{1,64}")
_ID: Final = re.compile(r"[0-9a-f]{32}")


async def record(
    session: AsyncSession,
    owner: str,
    actor: str,
    action: Action,
    kind: Kind,
    target: str,
    **facts: Unpack[Facts],
) -> AuditEvent:
    """Write an event into the transaction of what it tells of: there are both, or neither.

    owner: the user whose things they are. actor: the id of the user or key who did it. target: the id of
    what it was done to.

    Raises:
        ValueError: something that an event may not hold; it is not said again.
    """
    _require(_ACCOUNT.fullmatch(owner) and _ACCOUNT.fullmatch(actor), "owner or actor")
    _require(action in get_args(Action), "action")
    _require(kind in get_args(Kind), "kind")
    _require(target in (owner, "") or _ID.fullmatch(target), "target")
    for name, value in facts.items():
        _require(name in _ALLOWED, "name of a fact")
        _require(_fits(value, _ALLOWED[name]), name)
    event = AuditEvent(owner=owner, actor=actor, action=action, kind=kind, target=target, facts={**facts})
    session.add(event)
    await session.flush()
    return event


async def events(session: AsyncSession, owner: str, most: int | None = None) -> Sequence[AuditEvent]:
    """What was done to an owner's things, the latest first."""
    latest = select(AuditEvent).where(AuditEvent.owner == owner)
    return (await session.scalars(latest.order_by(AuditEvent.at.desc(), AuditEvent.id).limit(most))).all()


def _require(fine: object, what: str) -> None:
    if not fine:
        raise ValueError(f"this is no {what} that an audit event may hold")


def _fits(value: object, kind: object) -> bool:
    """Whether a value is one of the words that are allowed, or a number that can be written down."""
    if words := get_args(kind):
        return isinstance(value, str) and value in words
    return type(value) in (int, float) and isfinite(value)  # type: ignore[arg-type]
