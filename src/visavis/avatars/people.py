"""Who uses this: users, and the API keys that let programs act for them.

A key is 256 random bits that are shown once. What is kept is a digest that needs a second secret, the
pepper, which is not in the database: whoever steals the database can neither use a key nor try out guesses.
"""

import hmac
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.audit import record
from visavis.avatars.database import naming
from visavis.avatars.database.tables import ApiKey, User, now
from visavis.errors import InputError, NameTaken, UnknownName

LOCAL: Final = "local"
"""The user of a server that asks for no keys."""

PEPPER: Final = "api-keys"
"""The purpose for which the vault keeps the pepper."""

LONGEST_NAME: Final = 64

_PREFIX: Final = "vv_"
_SHOWN: Final = len(_PREFIX) + 6
_KEY: Final = re.compile(r"vv_[A-Za-z0-9_-]{43}")
_UNUSED: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whom a key stands for.

    owner: the id of the user. key: the id of the key, for the audit. used: when it was last written down
    that it was used.
    """

    owner: str
    key: str
    used: datetime | None

    @property
    def is_due(self) -> bool:
        """Whether its use is to be written down again: once a minute, for a disk wants to be left alone."""
        return self.used is None or now() - self.used >= _UNUSED


async def ensure_local(session: AsyncSession) -> User:
    """The local user, made at first use; any number of processes may do so at once."""
    if user := await session.get(User, LOCAL):
        return user
    try:
        async with naming(session, "there is a local user already"):
            session.add(user := User(id=LOCAL, name=LOCAL))
        return user
    except NameTaken:
        return await session.get_one(User, LOCAL)


async def create_user(session: AsyncSession, name: str, actor: str = LOCAL) -> User:
    """A new user.

    Raises:
        InputError: this cannot be a name. NameTaken: there is a user of that name.
    """
    user = User(name=proper_name(name))
    async with naming(session, f"there is a user {user.name!r} already; choose another name"):
        session.add(user)
    await record(session, user.id, actor, "created", "user", user.id)
    return user


async def user_named(session: AsyncSession, name: str, actor: str = LOCAL) -> User:
    """The user of a name, made where there is none.

    Raises:
        InputError: this cannot be a name.
    """
    return await _user(session, name) or await create_user(session, name, actor)


async def known_user(session: AsyncSession, name: str) -> User:
    """The user of a name; for the operator, who is told the others' names.

    Raises:
        InputError: this cannot be a name. UnknownName: there is none.
    """
    if user := await _user(session, name):
        return user
    raise UnknownName("user", name, await session.scalars(select(User.name)))


async def create_key(session: AsyncSession, owner: str, name: str, pepper: bytes, actor: str = LOCAL) -> str:
    """A new key for a user; this is the only time at which anybody can see it.

    name: what it is for, or nothing. pepper: the vault's secret for PEPPER.

    Raises:
        InputError: this cannot be a name. UnknownName: there is no such user.
    """
    if await session.get(User, owner) is None:
        raise UnknownName("user", owner, await session.scalars(select(User.id)))
    name = proper_name(name) if name else ""
    key = _PREFIX + token_urlsafe(32)
    row = ApiKey(owner=owner, name=name, prefix=key[:_SHOWN], digest=_digest(key, pepper))
    session.add(row)
    await record(session, owner, actor, "created", "key", row.id)
    return key


async def owner_of(session: AsyncSession, key: str, pepper: bytes) -> KeyOwner | None:
    """Whom a key stands for; None for what is no key, and for one that was revoked. Changes nothing.

    Whoever measures the time that this takes learns nothing about other keys: what is looked for is a
    digest that cannot be steered without the pepper, and the last comparison is of constant time.
    """
    if not is_key(key):
        return None
    digest = _digest(key, pepper)
    row = await session.scalar(select(ApiKey).where(ApiKey.digest == digest))
    if row is None or not hmac.compare_digest(row.digest, digest) or row.revoked is not None:
        return None
    return KeyOwner(row.owner, row.id, row.used)


async def refused_among(session: AsyncSession, ids: Collection[str]) -> frozenset[str]:
    """Those of the keys, by their ids, that were revoked, or are none."""
    valid = select(ApiKey.id).where(ApiKey.id.in_(ids), ApiKey.revoked.is_(None))
    return frozenset(ids) - frozenset(await session.scalars(valid))


def is_key(text: str) -> bool:
    """Whether a text looks like a key; what does not need not be looked for."""
    return _KEY.fullmatch(text) is not None


async def note_use(session: AsyncSession, key_id: str) -> None:
    """Write down that a key was used, unless somebody did within the last minute."""
    moment = now()
    before = or_(ApiKey.used.is_(None), ApiKey.used <= moment - _UNUSED)
    await session.execute(update(ApiKey).where(ApiKey.id == key_id, before).values(used=moment))


async def revoke_key(
    session: AsyncSession, key_id: str, owner: str | None = None, actor: str = LOCAL
) -> None:
    """Let a key be refused from now on; revoking twice is revoking once.

    owner: whose it has to be; None, for the operator, is anybody's.

    Raises:
        UnknownName: there is no such key.
    """
    held = [key for key, _ in await keys(session)] if owner is None else await keys_of(session, owner)
    row = next((key for key in held if key.id == key_id), None)
    if row is None:
        raise UnknownName("key", key_id, (key.id for key in held))
    if row.revoked is None:
        row.revoked = now()
        await record(session, row.owner, actor, "revoked", "key", row.id)


async def keys(session: AsyncSession) -> Sequence[tuple[ApiKey, str]]:
    """Everybody's keys with their users' names, by those; for the operator."""
    chosen = select(ApiKey, User.name).join(User, ApiKey.owner == User.id)
    ordered = chosen.order_by(User.name, ApiKey.created, ApiKey.id)
    return [(key, name) for key, name in await session.execute(ordered)]


async def keys_of(session: AsyncSession, owner: str) -> Sequence[ApiKey]:
    """An owner's keys, the oldest first, revoked ones too; none of them can be read out of it."""
    oldest = select(ApiKey).where(ApiKey.owner == owner).order_by(ApiKey.created, ApiKey.id)
    return (await session.scalars(oldest)).all()


def proper_name(name: str) -> str:
    """A name as people give it, composed and without spaces around.

    Raises:
        InputError: it is too short, too long, or has letters that cannot be seen or mean a folder.
    """
    name = unicodedata.normalize("NFC", name).strip()
    odd = any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Cn"} or letter in "/\\" for letter in name)
    if odd or not 1 <= len(name) <= LONGEST_NAME:
        raise InputError(
            f"{name[:LONGEST_NAME]!r} cannot be a name; give 1 to {LONGEST_NAME} characters without slashes"
        )
    return name


async def _user(session: AsyncSession, name: str) -> User | None:
    found: User | None = await session.scalar(select(User).where(User.name == proper_name(name)))
    return found


def _digest(key: str, pepper: bytes) -> str:
    return hmac.digest(pepper, key.encode("ascii"), "sha256").hex()
