"""A real rendering that pictures are spoiled of: the demo portrait, espeak's English, warp, 256 x 256."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import fetched
from visavis.config import load
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.spoiling.pictures import spoiled
from visavis.evaluate.subjects import Setup
from visavis.evaluate.subjects.engines import opened
from visavis.evaluate.takes import Take
from visavis.portrait import take as taken
from visavis.portrait.faces import Finder

SIDE = 256
TEXT = "Papa put a map by the blue box, and mama moved it. Who are you?"


@pytest.fixture(scope="session")
def rendered(finder: Finder, photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Take:
    """Some four seconds in which somebody speaks. Faces are found in it once for all tests."""
    fetched("face")
    setup = Setup(load(), portrait=lambda w, h: taken(photo, finder, w, h), size=(SIDE, SIDE))
    folder = tmp_path_factory.mktemp("rendered")
    scenario = Scenario("papa", "", "utterance", "en", ("short",), Saying(TEXT))

    async def performed() -> Take:
        async with opened(setup) as engines:
            take = await engines.perform(scenario, folder, lambda done, expected: None)
            assert take.source is not None
            return replace(take, source=take.source.rename(folder / "kept.mov"))

    take = asyncio.run(performed())
    assert take.seen.found.all()
    return take


@pytest.fixture(scope="session")
def again(rendered: Take, tmp_path_factory: pytest.TempPathFactory) -> Take:
    """The same, encoded a second time as all that is spoiled is."""
    return spoiled(
        rendered, tmp_path_factory.mktemp("again") / "a.mp4", lambda number, pixels: pixels, moves=False
    )
