"""The client's microphone, from a track to what a session hears; one that is faster than any is none."""

import asyncio
import contextlib
from typing import Final

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from av.audio.resampler import AudioResampler

from visavis.conversation.stage import Talk
from visavis.media import Samples
from visavis.transports.incoming import Budget
from visavis.transports.webrtc.wire import Rude

RATE: Final = 16_000

# Seconds of sound that may come in a second, and at once: what a network has held back.
PACE: Final = 2.0
HELD_BACK: Final = 20.0


async def hear(track: MediaStreamTrack, talk: Talk) -> None:
    """Let a session hear a track until that ends; any rate and number of channels comes as 16 kHz mono.

    Raises:
        Rude: there is more sound than time.
    """
    budget = Budget(PACE * RATE, HELD_BACK * RATE)
    resampler = AudioResampler(format="fltp", rate=RATE)
    with contextlib.suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            assert isinstance(frame, AudioFrame)
            for piece in resampler.resample(frame):
                samples: Samples = piece.to_ndarray().mean(axis=0, dtype=np.float32)
                if not budget.spend(len(samples), asyncio.get_running_loop().time()):
                    raise Rude("it sends more sound than there is time")
                talk.hear(samples)
