import asyncio

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket
from av import AudioFrame

from tests.transports.webrtc.scripted import ScriptedTalk
from visavis.transports.webrtc.hearing import HELD_BACK, hear, prompt
from visavis.transports.webrtc.wire import Rude


class Hasty(MediaStreamTrack):
    """So many seconds of sound, all at once."""

    kind = "audio"

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.left = round(seconds * 50)

    async def recv(self) -> AudioFrame:
        if not self.left:
            raise MediaStreamError
        self.left -= 1
        frame = AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 16_000, 0
        return frame


async def test_what_a_network_has_held_back_is_heard() -> None:
    talk = ScriptedTalk()
    await asyncio.wait_for(hear(Hasty(HELD_BACK / 2), talk), 20)
    assert sum(map(len, talk.heard)) == pytest.approx(HELD_BACK / 2 * 16_000, abs=1_000)


async def test_more_sound_than_time_is_none() -> None:
    talk = ScriptedTalk()
    with pytest.raises(Rude, match="more sound than there is time"):
        await asyncio.wait_for(hear(Hasty(1_000), talk), 20)
    assert sum(map(len, talk.heard)) < 100 * 16_000


def kept_back(receiver: RTCRtpReceiver) -> int:
    """How many pieces come in before the first of them goes on."""
    buffer = receiver._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    for number in range(8):
        packet = RtpPacket(sequence_number=number, timestamp=960 * number)
        packet._data = b""  # type: ignore[attr-defined]
        if buffer.add(packet)[1] is not None:
            return number
    raise AssertionError("none went on")


async def test_a_piece_is_kept_back_until_the_next_one_and_no_longer() -> None:
    peer = RTCPeerConnection()
    as_it_is, prompted = (peer.addTransceiver("audio").receiver for _ in range(2))
    prompt(prompted)
    assert (kept_back(as_it_is), kept_back(prompted)) == (4, 1)
    await peer.close()
