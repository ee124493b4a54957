"""One life of some orders in PostgreSQL, through two servers."""

import asyncio
from pathlib import Path

import pytest

from tests.renderings.scripted import ScriptedStudio, storage, waited
from tests.servers.postgres import missing, serving
from visavis.renderings.jobs import Renderings
from visavis.renderings.order import Order


@pytest.mark.servers
async def test_orders_live_in_postgresql_as_well(tmp_path: Path) -> None:
    if why := missing():
        pytest.skip(why)
    studio, scratch = ScriptedStudio(), tmp_path / "scratch"
    with serving() as server:
        url = server.new_database()
        async with (
            asyncio.timeout(60),
            storage(tmp_path, url) as (database, vault),
            Renderings(database, vault, studio, scratch) as renderings,
        ):
            texts = ("one", "held", "three")
            ids = [(await renderings.submit("ada", "ada", Order(text))).id for text in texts]
            unwanted = (await renderings.submit("bob", "bob", Order("endless"))).id
            assert (await waited(renderings, "ada", ids[0])).progress.state == "done"
            assert (await renderings.cancel("bob", "bob", unwanted)).progress.state == "cancelled"
        studio.release.set()
        async with (
            asyncio.timeout(60),
            storage(tmp_path, url) as (database, vault),
            Renderings(database, vault, studio, scratch) as renderings,
        ):
            ended = [await waited(renderings, "ada", id_) for id_ in ids]
            assert [one.progress.state for one in ended] == ["done", "done", "done"]
            assert await renderings.list("ada") == ended[::-1]
            assert [one.started < one.finished for one in ended if one.started and one.finished] == [True] * 3
            await renderings.delete("ada", "ada", ids[0])
            assert len(await renderings.list("ada")) == 2
