import asyncio

import numpy as np

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
