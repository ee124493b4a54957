from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.avatars.audit import Action, Kind, events, record
from visavis.avatars.database import Database
from visavis.avatars.people import LOCAL, create_key, create_user

ID = "0123456789abcdef" * 2
SECRETS = (
    "The quick brown fox",
    "/home/ada/photo.jpg",
    "photo.jpg",
    "vv_" + "Ab-9_" * 8 + "xyz",
    "Ada Lovelace",
    "ada@example.org",
    "你好",
    "two words",
    "a\nb",
    "x" * 65,
)


async def test_what_was_done_is_told_the_latest_first(database: Database) -> None:
    async with database.session() as session:
        first = await record(session, LOCAL, LOCAL, "registered", "avatar", ID, verdict="good", seconds=2.5)
        second = await record(session, LOCAL, ID, "deleted", "avatar", ID)
        await record(session, "ada", "ada", "erased", "user", "ada", count=3)
        second.at = first.at + timedelta(microseconds=1)
    async with database.reading() as session:
        found = await events(session, LOCAL)
        assert [one.id for one in await events(session, LOCAL, most=1)] == [second.id]
    assert [(one.actor, one.action, one.kind, one.target, one.facts) for one in found] == [
        (ID, "deleted", "avatar", ID, {}),
        (LOCAL, "registered", "avatar", ID, {"verdict": "good", "seconds": 2.5}),
    ]


async def test_an_event_goes_with_what_it_tells_of(database: Database) -> None:
    async def fail() -> None:
        async with database.session() as session:
            await record(session, LOCAL, LOCAL, "deleted", "avatar", ID)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.reading() as session:
        assert await events(session, LOCAL) == []


@pytest.mark.parametrize(
    "where", ["owner", "actor", "action", "kind", "target", "verdict", "media", "size", "note"]
)
async def test_no_text_path_name_or_key_gets_in(database: Database, where: str) -> None:
    event = {"owner": LOCAL, "actor": LOCAL, "action": "deleted", "kind": "avatar", "target": ID}
    async with database.session() as session:
        for secret in SECRETS:
            planted: dict[str, Any] = {**event, where: secret}
            with pytest.raises(ValueError, match="that an audit event may hold") as raised:
                await record(session, **planted)
            assert secret not in str(raised.value)
    async with database.reading() as session:
        assert await events(session, LOCAL) == []


NOWHERE: Any = None  # refused before it is touched

odd = st.one_of(
    st.text(),
    st.binary(),
    st.none(),
    st.booleans(),
    st.sampled_from([float("nan"), float("inf"), -float("inf")]),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@given(
    name=st.sampled_from(["size", "seconds", "width", "height", "count", "verdict", "language"]), value=odd
)
async def test_a_fact_is_a_number_or_a_word_of_ours(name: str, value: object) -> None:
    facts: dict[str, Any] = {name: value}
    if value in ("good", "usable", "unusable", "en", "zh", "es", "fa"):
        return
    with pytest.raises(ValueError, match=f"no {name} that"):
        await record(NOWHERE, LOCAL, LOCAL, "deleted", "avatar", ID, **facts)


async def test_every_action_and_kind_fits_into_its_column(database: Database) -> None:
    async with database.session() as session:
        for action in get_args(Action):
            await record(session, LOCAL, LOCAL, action, "avatar", ID)
        for kind in get_args(Kind):
            await record(session, LOCAL, LOCAL, "deleted", kind, ID)
    async with database.reading() as session:
        assert len(await events(session, LOCAL)) == len(get_args(Action)) + len(get_args(Kind))


async def test_names_and_keys_are_not_in_what_people_leave_behind(
    database: Database, dump: Callable[[], str]
) -> None:
    async with database.session() as session:
        ada = await create_user(session, "Ada Lovelace")
        key = await create_key(session, ada.id, "laptop", b"pepper")
    async with database.reading() as session:
        told = repr([(one.actor, one.target, one.facts) for one in await events(session, ada.id)])
    for secret in ("Ada", "laptop", key, key[:9]):
        assert secret not in told
    assert "Ada Lovelace" in dump()
