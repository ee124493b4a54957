from collections.abc import Iterator
import pytest
from tests.contracts.tts import CHECKS, Check, Stage, staged
from visavis.engines.tts.espeak import Espeak
@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)
