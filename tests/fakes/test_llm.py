"""The scripted mind keeps what real minds have to keep, and does as it is told."""

from collections.abc import Iterator

import pytest

from tests.contracts.llm import CHECKS, Check, Stage, collected, staged, user
from tests.fakes.llm import ScriptedLlm
from visavis.errors import EngineError


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(ScriptedLlm()) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


async def test_it_says_what_it_was_told_to_and_remembers_what_it_was_asked() -> None:
    llm = ScriptedLlm(["one ", "two"])
    assert await collected(llm.reply((user("a"),))) == ["one ", "two"]
    assert llm.asked == [(user("a"),)]
    assert (llm.opened, llm.closed) == (1, 1)


@pytest.mark.parametrize("piece", [0, 1, 2])
async def test_it_dies_where_it_is_told_to(piece: int) -> None:
    llm = ScriptedLlm(["one", "two"], fails_at=piece)
    thought = llm.reply((user("a"),))
    assert [await anext(thought) for _ in range(piece)] == ["one", "two"][:piece]
    with pytest.raises(EngineError, match="told"):
        await anext(thought)
    assert (llm.opened, llm.closed) == (1, 1)


async def test_a_thought_that_is_given_up_is_closed() -> None:
    llm = ScriptedLlm()
    thought = llm.reply((user("a"),))
    await anext(thought)
    await thought.aclose()
    assert (llm.opened, llm.closed) == (1, 1)
