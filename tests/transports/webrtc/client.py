"""A client in the same process: aiortc, as a browser would use it, and what it received."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcconfiguration import RTCBundlePolicy
from av import AudioFrame, VideoFrame

from tests.transports.webrtc.scripted import is_flash, number_of
from visavis.media import Pixels, Samples
from visavis.streams import Crew
from visavis.transports.webrtc.gathering import Sockets, gather

HERE = Sockets(("127.0.0.1",))


class Microphone(MediaStreamTrack):
    """A tone in stereo at 48 kHz, 20 ms at a time."""

    kind = "audio"

    def __init__(self, pitch: float = 440.0) -> None:
        super().__init__()
        self.pitch = pitch
        self.at = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)
        wave = 0.5 * np.sin(2 * np.pi * self.pitch * np.arange(self.at, self.at + 960) / 48000)
        frame = AudioFrame.from_ndarray(
            np.repeat((wave * 32767).astype(np.int16), 2)[np.newaxis], format="s16", layout="stereo"
        )
        frame.sample_rate, frame.pts = 48000, self.at
        self.at += 960
        return frame


class Client:
    """numbers, times, flashes, sizes: of the pictures. sound: 48 kHz mono, with the time of each piece.

    messages: what came over the data channel. arrived: set by each of them.
    """

    def __init__(self, microphone: MediaStreamTrack | None = None) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.numbers: list[int] = []
        self.times: list[float] = []
        self.flashes: list[float] = []
        self.sizes: list[tuple[int, int]] = []
        self.arrivals: list[float] = []
        self.sound: list[tuple[float, Samples]] = []
        self.messages: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self.peer.addTransceiver(microphone or "audio", "sendrecv" if microphone else "recvonly")
        self.peer.addTransceiver("video", "recvonly")
        self.channel: RTCDataChannel = self.peer.createDataChannel("events")
        self.channel.on("message", self._message)
        self._crew = Crew()
        self.peer.on("track", lambda track: self._crew.begin(self._receive(track)))

    async def offer(self, sockets: Sockets = HERE) -> str:
        offer = await self.peer.createOffer()
        await gather(self.peer, sockets)
        await self.peer.setLocalDescription(offer)
        return str(self.peer.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    def send(self, **message: Any) -> None:
        self.channel.send(json.dumps(message))

    async def until(self, holds: Callable[[], object], seconds: float = 15.0) -> None:
        """Wait for something that was received."""
        async with asyncio.timeout(seconds):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def typed(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    async def close(self) -> None:
        await self.peer.close()

    def vanish(self) -> None:
        """Without a word: its sockets are closed under it."""
        for transceiver in self.peer.getTransceivers():
            connection = transceiver.receiver.transport.transport._connection
            for protocol in connection._protocols:
                protocol.transport.abort()

    async def lose_a_picture(self) -> None:
        """Say that a picture was lost, and that one is needed that can be read without it (a PLI)."""
        receiver = next(found for found in self.peer.getReceivers() if found.track.kind == "video")
        (stats,) = [stat for stat in (await receiver.getStats()).values() if stat.type == "inbound-rtp"]
        await receiver._send_rtcp_pli(stats.ssrc)

    def _message(self, message: str) -> None:
        self.messages.append(json.loads(message))
        self.changed.set()

    async def _receive(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert frame.pts is not None
                assert frame.time_base is not None
                if isinstance(frame, VideoFrame):
                    self._seen(frame, float(frame.pts * frame.time_base))
                elif isinstance(frame, AudioFrame):
                    left = frame.to_ndarray().reshape(-1, 2)[:, 0]
                    samples: Samples = (left / 32768).astype(np.float32)
                    self.sound.append((float(frame.pts * frame.time_base), samples))
                self.changed.set()

    def _seen(self, frame: VideoFrame, seconds: float) -> None:
        pixels: Pixels = frame.to_ndarray(format="rgb24").astype(np.uint8)
        self.numbers.append(number_of(pixels))
        self.times.append(seconds)
        self.sizes.append((frame.width, frame.height))
        self.arrivals.append(asyncio.get_running_loop().time())
        if is_flash(pixels):
            self.flashes.append(seconds)


Exchange = Callable[[str], Awaitable[str]]


@contextlib.asynccontextmanager
async def connected(
    answer: Exchange, microphone: MediaStreamTrack | None = None, sockets: Sockets = HERE
) -> AsyncIterator[Client]:
    """A client that has been answered; it need not be connected yet."""
    client = Client(microphone)
    try:
        await client.accept(await answer(await client.offer(sockets)))
        yield client
    finally:
        await client.close()
        for track in (receiver.track for receiver in client.peer.getReceivers()):
            if track is not None:
                track.stop()
