import pytest

from tests.fakes.llm import ScriptedLlm
from visavis.contracts import Utterance
from visavis.errors import EngineError
from visavis.server.discreet import MINDLESS, Discreet


async def test_what_is_wrong_with_a_mind_is_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    pieces = Discreet(ScriptedLlm(fails_at=1)).reply((Utterance("user", "Well?"),))
    assert await anext(pieces)
    with pytest.raises(EngineError, match=MINDLESS):
        await anext(pieces)
    assert "the scripted mind is gone" in caplog.text
