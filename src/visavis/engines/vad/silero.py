"""The embedded ear for whether somebody speaks: Silero's network, in any language, on one thread.

The network, and how quiet sound is made loud enough for it, are `voices.spotting`'s, which voices are cut out
of recordings by as well. A step is 0.1 ms of work on the event loop: a thread to do it on would take longer.
"""

import contextlib

import numpy as np

from visavis.contracts import Stream
from visavis.errors import AudioError
from visavis.media import AudioChunk, Samples
from visavis.voices.spotting import RATE, STEP, Spotter


class Silero:
    """The engine. Any number of streams at once: each has a network of its own, some 3 MB."""

    rate = RATE
    step = STEP

    async def listen(self, sound: Stream[AudioChunk]) -> Stream[float]:
        """See contracts.Vad.

        Raises:
            AudioError: the sound has another rate than `rate`.
        """
        spotter = Spotter()
        left: Samples = np.zeros(0, np.float32)
        async with contextlib.aclosing(sound):
            async for chunk in sound:
                if chunk.rate != RATE:
                    raise AudioError(
                        f"silero hears at {RATE} Hz, not at {chunk.rate}; convert the sound first"
                    )
                left = np.concatenate([left, chunk.samples])
                while len(left) >= STEP:
                    step, left = left[:STEP], left[STEP:]
                    yield spotter.probability(step)

    def close(self) -> None:
        """There is nothing to free."""
