import numpy as np
import pytest

from visavis.contracts import Utterance
from visavis.conversation.absent import NoAsr, NoLlm, NoVad
from visavis.errors import EngineError
from visavis.media import AudioChunk
from visavis.streams import stream_of

LOUD = [AudioChunk(np.ones(1_000, np.float32), 16_000, at) for at in range(0, 5_000, 1_000)]


async def test_ears_that_are_not_there_hear_silence() -> None:
    told = [probability async for probability in NoVad().listen(stream_of(LOUD))]
    assert told == [0.0] * (5_000 // NoVad.step)
    (said,) = [transcript async for transcript in NoAsr().transcribe(stream_of(LOUD), "fa")]
    assert (said.text, said.language, said.final, said.end) == ("", "fa", True, 5_000 / 16_000)


async def test_a_mind_that_is_not_there_says_so() -> None:
    with pytest.raises(EngineError, match="no mind that answers; send text"):
        async for _ in NoLlm().reply((Utterance("user", "Hello?"),)):
            pass
