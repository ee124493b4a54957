"""The scripted voice keeps what real voices have to keep, and does as it is told."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.contracts.tts import CHECKS, Check, Stage, collected, joined, phones_of, staged
from tests.fakes.tts import LETTER, ScriptedTts
from visavis.contracts import Clause, VoiceSample
from visavis.errors import EngineError
from visavis.streams import stream_of


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(ScriptedTts()) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


async def test_a_letter_lasts_as_long_as_it_says() -> None:
    tts = ScriptedTts()
    chunks = await collected(tts.speak(stream_of([Clause("Abc", "en", 0.5)]), tts.voices[0]))
    assert joined(chunks).size == round((3 * LETTER + 0.5) * tts.rate)
    assert [(phone.symbol, phone.stress) for phone in phones_of(chunks)] == [
        ("a", 2),
        ("b", 0),
        ("c", 0),
        ("", 0),
    ]


async def test_it_dies_where_it_is_told_to() -> None:
    tts = ScriptedTts(fails_at=1)
    clauses = [Clause("one", "en"), Clause("two", "en")]
    with pytest.raises(EngineError, match="two"):
        await collected(tts.speak(stream_of(clauses), tts.voices[0]))
    assert tts.spoken == clauses[:1]


async def test_it_speaks_for_whom_it_has_heard() -> None:
    tts = ScriptedTts()
    anna = tts.resembling(VoiceSample(np.ones(1200, np.float32), 24_000, "es"), "anna")
    assert (anna.name, anna.language, anna.likeness) == ("anna", "es", b"0.050 s")
    assert await collected(tts.speak(stream_of([Clause("hola", "es")]), anna))
