import asyncio

import numpy as np
import pytest

from visavis.errors import EngineError
from visavis.evaluate.client import microphone
from visavis.evaluate.client.microphone import PIECE, RATE, Voice

SIZE = round(PIECE * RATE)


async def test_a_voice_is_silent_until_it_speaks_and_afterwards() -> None:
    voice = Voice()
    assert not voice.piece(1.0).any()
    speaking = asyncio.create_task(voice.speak(np.ones(SIZE + 5, np.float32)))
    await asyncio.sleep(0)
    assert voice.piece(2.0).all()
    last = voice.piece(2.02)
    assert (last.sum(), len(last)) == (5, SIZE)
    assert not voice.piece(2.04).any()
    assert await speaking == 2.0 - PIECE


async def test_who_speaks_to_nobody_is_told() -> None:
    voice = Voice()
    speaking = asyncio.create_task(voice.speak(np.ones(SIZE, np.float32)))
    await asyncio.sleep(0)
    voice.lose(EngineError("gone"))
    with pytest.raises(EngineError, match="gone"):
        await speaking
    with pytest.raises(EngineError, match="gone"):
        await voice.speak(np.ones(SIZE, np.float32))


async def test_a_microphone_that_stands_still_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "TAKEN", 0.01)
    with pytest.raises(EngineError, match="has taken no sound for"):
        await Voice().speak(np.ones(SIZE, np.float32))
