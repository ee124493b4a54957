"""The client's microphone, from a track to what a session hears; one that is faster than any is none."""

import asyncio
import contextlib
from typing import Final

import numpy as np
from aiortc import MediaStreamTrack, RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer
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

# Pieces within which one that is missing is waited for; a power of two.
_MISORDERED: Final = 8


def prompt(receiver: RTCRtpReceiver) -> None:
    """Let a microphone's pieces come as they arrive, in their order.

    aiortc keeps four of them back against jitter, as for a loudspeaker, and has no public way to say that
    nobody listens for a smooth sound here: an interruption would come 80 ms later. Its tests hold this.
    """
    receiver._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=_MISORDERED)  # type: ignore[attr-defined]


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
