"""Speech for ears to listen to, as the embedded voice reads it."""

import asyncio
import contextlib
from functools import cache

import numpy as np

from visavis.contracts import Clause
from visavis.engines.tts.espeak import Espeak
from visavis.media import Samples
from visavis.streams import stream_of
from visavis.voices.rates import Resampler

RATE = 16_000


@cache
def spoken(text: str, voice: str = "james") -> Samples:
    """A text in English, float32 at RATE, the same every time."""

    async def read() -> Samples:
        with contextlib.closing(Espeak()) as tts:
            (speaker,) = (known for known in tts.voices if known.name == voice)
            speech = tts.speak(stream_of([Clause(text, "en")]), speaker)
            return np.concatenate([chunk.samples async for chunk in speech])

    resampler = Resampler(Espeak.rate, RATE)
    return np.concatenate([resampler.feed(asyncio.run(read())), resampler.finish()])
