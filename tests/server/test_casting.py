"""Whom a conversation shows and lets speak."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.face import ScriptedFace, blank_portrait
from tests.server.house import House, house, registered, scripted
from visavis.contracts import Prepared
from visavis.conversation.cast import Engines
from visavis.errors import ConsentError, PortraitError, UnknownName
from visavis.media import Portrait
from visavis.renderings.failure import UnusableDefault
from visavis.server.answers import Loading
from visavis.server.casting import Casting
from visavis.transports.messages import Select


@pytest.fixture
def made() -> House:
    return house()


def casting(made: House) -> Casting:
    cast = made.app.state.parts.casting
    assert isinstance(cast, Casting)
    return cast


async def test_nobody_selected_is_the_default_portrait(made: House) -> None:
    role = await casting(made)("local", Select())
    assert (role.size, role.voice, role.language, role.uses) == ((64, 64), None, None, frozenset())


async def test_who_is_registered_is_used_and_remembered(made: House) -> None:
    async with made.client() as http:
        face = await registered(http, "Ada")
        voice = await registered(http, "Bea", "voice")
    cast = casting(made)
    for which in ("Ada", face["avatar_id"]):
        role = await cast("local", Select(avatar_id=which, voice="Bea", language="fa"))
        assert role.uses == {face["avatar_id"], voice["voice_id"]}
        assert role.language == "fa"
    own = await cast("local", Select(voice="carla"))
    assert own.voice is not None
    assert (own.voice.name, own.uses) == ("carla", frozenset())


async def test_who_is_not_there_or_has_not_agreed_is_not_cast(made: House) -> None:
    cast = casting(made)
    with pytest.raises(UnknownName):
        await cast("local", Select(avatar_id="nobody"))
    with pytest.raises(UnknownName):
        await cast("local", Select(voice="nobody"))
    async with made.client() as http:
        face = await registered(http, "Ada")
        voice = await registered(http, "Bea", "voice")
        with pytest.raises(UnknownName):
            await cast("bob", Select(avatar_id=face["avatar_id"]))
        for thing in (face, voice):
            await http.post(f"/consent/{thing['consent_id']}/revoke")
    with pytest.raises(ConsentError):
        await cast("local", Select(avatar_id="Ada"))
    with pytest.raises(ConsentError):
        await cast("local", Select(voice="Bea"))
    with pytest.raises(ConsentError):
        await cast.picture("local", "Ada")


class Counting(ScriptedFace):
    """Counts what it prepares."""

    prepared = 0

    def prepare(self, portrait: Portrait) -> "Prepared":  # type: ignore[override]
        self.prepared += 1
        return super().prepare(portrait)


def casting_with(made: House, engines: Engines, portrait: Portrait | PortraitError) -> Casting:
    def given(width: int, height: int) -> Portrait:
        if isinstance(portrait, PortraitError):
            raise portrait
        return blank_portrait(width, height)

    return Casting(made.shelf, lambda: engines, given, 256, "Be kind.", marked=True)


async def test_the_default_portrait_is_prepared_once_however_many_come(made: House) -> None:
    face = Counting()
    cast = casting_with(made, replace(scripted(), face=face), blank_portrait())
    roles = await asyncio.gather(*(cast("local", Select()) for _ in range(5)))
    assert face.prepared == 1
    assert len({id(role.prepared) for role in roles}) == 1
    assert roles[0].system == "Be kind."


async def test_a_mark_is_drawn_where_it_is_set(made: House) -> None:
    cast = casting_with(made, scripted(), blank_portrait())
    plain = np.full((256, 256, 3), 128, np.uint8)
    english = (await cast("local", Select())).finish(plain)
    persian = (await cast("local", Select(language="fa"))).finish(plain)
    assert not np.array_equal(english, plain)
    assert not np.array_equal(english, persian)
    assert (await casting(made)("local", Select())).finish(plain) is plain


async def test_a_default_portrait_that_is_none_is_nobody_elses_fault(made: House) -> None:
    cast = casting_with(made, scripted(), PortraitError("/home/somebody/x.png holds no face"))
    for asked in (cast("local", Select()), cast.picture("local", None)):
        with pytest.raises(UnusableDefault):
            await asked


async def test_pictures_are_as_large_as_in_a_conversation(made: House) -> None:
    from visavis.portrait.picture import read

    cast = casting(made)
    async with made.client() as http:
        await registered(http, "Ada")
    for which in (None, "Ada"):
        assert read(await cast.picture("local", which)).shape == (64, 64, 3)


async def test_nobody_is_cast_before_the_engines_are_open(made: House) -> None:
    def loading() -> Engines:
        raise Loading("wait", 3)

    cast = Casting(made.shelf, loading, blank_portrait, 64)
    with pytest.raises(Loading):
        await cast("local", Select())
