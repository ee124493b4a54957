"""The client's microphone, from a track to what a session hears."""

import contextlib
from typing import Final

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from av.audio.resampler import AudioResampler

from visavis.conversation.stage import Talk
from visavis.media import Samples

RATE: Final = 16_000


async def hear(track: MediaStreamTrack, talk: Talk) -> None:
    """Let a session hear a track until that ends; any rate and number of channels comes as 16 kHz mono."""
    resampler = AudioResampler(format="fltp", rate=RATE)
    with contextlib.suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            assert isinstance(frame, AudioFrame)
            for piece in resampler.resample(frame):
                samples: Samples = piece.to_ndarray().mean(axis=0, dtype=np.float32)
                talk.hear(samples)
