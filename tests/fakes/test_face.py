"""The scripted face keeps the contract itself, so that what passes with it means something."""

from collections.abc import Iterator

import pytest

from tests.contracts.face import CHECKS, Check, Stage, staged
from tests.fakes.face import ScriptedFace, blank_portrait


@pytest.fixture(scope="module", params=[25, 30])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(ScriptedFace(request.param), blank_portrait()) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)
