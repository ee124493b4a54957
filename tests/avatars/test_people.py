import asyncio
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.avatars.audit import events
from visavis.avatars.database import Database
from visavis.avatars.database.tables import ApiKey, User
from visavis.avatars.people import (
    LOCAL,
    LONGEST_NAME,
    KeyOwner,
    create_key,
    create_user,
    ensure_local,
    keys,
    keys_of,
    known_user,
    note_use,
    owner_of,
    proper_name,
    refused_among,
    revoke_key,
    user_named,
)
from visavis.errors import InputError, NameTaken, UnknownName

PEPPER = bytes(range(32))


async def ada_with_key(session: AsyncSession) -> tuple[User, str]:
    user = await create_user(session, "Ada")
    return user, await create_key(session, user.id, "laptop", PEPPER)


async def test_there_is_one_local_user_however_often_it_is_asked_for(database: Database) -> None:
    async def ensure() -> str:
        async with database.session() as session:
            return (await ensure_local(session)).id

    assert await asyncio.gather(*(ensure() for _ in range(8))) == [LOCAL] * 8
    async with database.reading() as session:
        assert (await session.scalars(select(User.name))).all() == [LOCAL]


async def test_a_user_has_a_name_of_their_own(database: Database) -> None:
    async with database.session() as session:
        ada = await create_user(session, " Ada ")
        with pytest.raises(NameTaken, match="there is a user 'Ada' already; choose another name"):
            await create_user(session, "Ada")
        assert await user_named(session, "Ada") is ada
        ben = await user_named(session, "Ben")
        assert await known_user(session, "Ben") is ben
        with pytest.raises(UnknownName, match="unknown user 'Cyd'; there is: Ada, Ben"):
            await known_user(session, "Cyd")
    assert (ada.name, ben.name) == ("Ada", "Ben")
    async with database.reading() as session:
        assert [(one.action, one.kind) for one in await events(session, ben.id)] == [("created", "user")]


@pytest.mark.parametrize(
    "name", ["", "  ", "a/b", "a\\b", "a\nb", "a\0b", "\ud800", "x" * (LONGEST_NAME + 1)]
)
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(InputError, match="cannot be a name"):
        proper_name(name)


@given(st.text(max_size=80))
@example("é")
def test_a_name_is_the_same_when_it_is_given_again(text: str) -> None:
    try:
        name = proper_name(text)
    except InputError:
        return
    assert proper_name(name) == name
    assert 1 <= len(name) <= LONGEST_NAME


async def test_a_key_stands_for_its_owner(database: Database) -> None:
    async with database.session() as session:
        ada, first = await ada_with_key(session)
        second = await create_key(session, ada.id, "", PEPPER)
        ben = await create_user(session, "Ben")
        other = await create_key(session, ben.id, "phone", PEPPER)
    assert len({first, second, other}) == 3
    async with database.session() as session:
        of_ada = await keys_of(session, ada.id)
        assert [key.name for key in of_ada] == ["laptop", ""]
        assert await owner_of(session, first, PEPPER) == KeyOwner(ada.id, of_ada[0].id, None)
        assert await owner_of(session, second, PEPPER) == KeyOwner(ada.id, of_ada[1].id, None)
        found = await owner_of(session, other, PEPPER)
        assert found is not None
        assert found.owner == ben.id
        assert [(key.name, user) for key, user in await keys(session)] == [
            ("laptop", "Ada"),
            ("", "Ada"),
            ("phone", "Ben"),
        ]


async def test_a_key_holds_256_bits_and_shows_its_beginning(database: Database) -> None:
    async with database.session() as session:
        ada, key = await ada_with_key(session)
        (row,) = await keys_of(session, ada.id)
    assert re.fullmatch(r"vv_[A-Za-z0-9_-]{43}", key)
    assert key.startswith(row.prefix)
    assert len(row.prefix) == 9


@pytest.mark.parametrize("change", [str.upper, str.strip, lambda key: key[:-1], lambda key: key + "a"])
async def test_what_is_nearly_a_key_is_none(database: Database, change: Callable[[str], str]) -> None:
    async with database.session() as session:
        _, key = await ada_with_key(session)
        changed = change(key)
        assert (await owner_of(session, changed, PEPPER) is None) == (changed != key)


@pytest.mark.parametrize("key", ["", "vv_", "é" * 46, "vv_" + "\0" * 43, "vv_" + "ä" * 43, "x" * 10_000_000])
async def test_what_is_no_key_at_all_is_none(database: Database, key: str) -> None:
    async with database.session() as session:
        assert await owner_of(session, key, PEPPER) is None


async def test_a_key_is_worth_nothing_under_another_pepper(database: Database) -> None:
    async with database.session() as session:
        _, key = await ada_with_key(session)
        assert await owner_of(session, key, bytes(32)) is None


async def test_a_revoked_key_is_refused_at_once_and_for_good(database: Database) -> None:
    async with database.session() as session:
        ada, key = await ada_with_key(session)
        (row,) = await keys_of(session, ada.id)
    async with database.session() as session:
        await revoke_key(session, row.id)
        assert await owner_of(session, key, PEPPER) is None
    async with database.session() as session:
        await revoke_key(session, row.id, ada.id)
        assert await owner_of(session, key, PEPPER) is None
        done = [(one.action, one.kind, one.target) for one in await events(session, ada.id)]
        assert done.count(("revoked", "key", row.id)) == 1


async def test_which_of_many_keys_are_refused_is_one_question(database: Database) -> None:
    async with database.session() as session:
        ada, _ = await ada_with_key(session)
        await create_key(session, ada.id, "", PEPPER)
        kept, revoked = [key.id for key in await keys_of(session, ada.id)]
        await revoke_key(session, revoked)
    async with database.reading() as session:
        asked = {kept, revoked, "unknown"}
        assert await refused_among(session, asked) == {revoked, "unknown"}


async def test_nobody_revokes_anothers_key(database: Database) -> None:
    async with database.session() as session:
        ada, key = await ada_with_key(session)
        (row,) = await keys_of(session, ada.id)
        ben = await create_user(session, "Ben")
        with pytest.raises(UnknownName, match=r"unknown key .*; there is: none"):
            await revoke_key(session, row.id, ben.id)
        assert await owner_of(session, key, PEPPER) is not None


async def test_there_is_no_key_for_nobody(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(UnknownName, match="unknown user 'nobody'"):
            await create_key(session, "nobody", "laptop", PEPPER)


async def test_the_use_of_a_key_is_written_down_once_a_minute(database: Database) -> None:
    async with database.session() as session:
        ada, key = await ada_with_key(session)
    async with database.reading() as session:
        owner = await owner_of(session, key, PEPPER)
    assert owner is not None
    assert owner.is_due
    start = datetime.now(UTC)
    noted = []
    for _ in range(3):
        async with database.session() as session:
            await note_use(session, owner.key)
        async with database.reading() as session:
            (row,) = await keys_of(session, ada.id)
            noted.append(row.used)
            known = await owner_of(session, key, PEPPER)
            assert known is not None
            assert not known.is_due
    assert noted[0] is not None
    assert start <= noted[0] <= datetime.now(UTC)
    assert len(set(noted)) == 1
    async with database.session() as session:
        (row,) = await keys_of(session, ada.id)
        row.used = start - timedelta(seconds=61)
    async with database.session() as session:
        late = await owner_of(session, key, PEPPER)
        assert late is not None
        assert late.is_due
        await note_use(session, late.key)
    async with database.reading() as session:
        (row,) = await keys_of(session, ada.id)
        assert row.used is not None
        assert row.used >= start


async def test_a_stolen_database_holds_no_key_that_can_be_used(
    database: Database, dump: Callable[[], str]
) -> None:
    async with database.session() as session:
        ada, key = await ada_with_key(session)
    async with database.session() as session:
        await owner_of(session, key, PEPPER)
        (row,) = await keys_of(session, ada.id)
    stolen = dump()
    assert row.digest in stolen
    assert row.prefix in stolen
    for start in range(3, len(key) - 7):
        assert key[start : start + 7] not in stolen, "no more of it than what is shown"
    for guess in (key, key[3:], row.digest):
        assert hashlib.sha256(guess.encode()).hexdigest() not in stolen
    words = set(re.findall(r"[\w-]+", stolen))
    tried = {*words, *(f"vv_{word}"[:46] for word in words), f"vv_{row.digest}"[:46]}
    assert len(tried) > 50
    async with database.session() as session:
        for word in tried:
            assert await owner_of(session, word, PEPPER) is None
    async with database.reading() as session:
        assert await session.scalar(select(ApiKey.digest)) == row.digest
