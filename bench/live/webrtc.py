"""A client on WebRTC, of aiortc: a microphone, both tracks, the data channel, and a heartbeat each second.

What it takes for received is what comes out of aiortc's receiver, which holds back four pieces of sound (80
ms) for those that may come late, and decodes on a thread. That is about what a browser's jitter buffer
does, which is not measured here; nor is the time to a loudspeaker and a screen.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from typing import Any, Final
from unittest.mock import patch

import httpx
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    codecs,
)
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtp import RtcpSrPacket
from av import AudioFrame, Packet, VideoFrame

from bench.live.rtp import Times
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.loudness import levels
from visavis.evaluate.client.microphone import RATE, Pace, Voice
from visavis.evaluate.client.received import Client, Fields, Heard, Look, Refused, Seen, Told, ended_well, now
from visavis.media import Samples
from visavis.streams import Crew
from visavis.transports.webrtc.gathering import Sockets, gather

HERE: Final = Sockets(("127.0.0.1",))

BEAT: Final = 1.0
"""Seconds between two signs of life; the page's."""

SILENCE: Final = b"\xf8\xff\xfe"
"""20 ms of it in Opus (RFC 6716): one frame at 48 kHz without any bits that say more."""

TICKS: Final = {"audio": 48_000, "video": 90_000}

PICTURE: Final = 0.04
"""Seconds of a picture: the two tracks begin at the same moment, give or take pictures that were dropped."""


class _Counted(Decoder):
    """Stands for a decoder where whole pictures are counted as they come."""

    def decode(self, encoded_frame: JitterFrame) -> list[Any]:
        frame = VideoFrame(2, 2, "yuv420p")
        frame.pts, frame.time_base = encoded_frame.timestamp, Fraction(1, TICKS["video"])
        return [frame]


@contextlib.contextmanager
def undecoded() -> Iterator[None]:
    """Clients that connect within it count pictures and decode none: a server is measured, and on the same
    processors six decoders would take as much as it does. Sound is decoded all the same.
    """

    def chosen(codec: Any) -> Decoder:
        return _Counted() if codec.mimeType.startswith("video/") else codecs.get_decoder(codec)

    with patch("aiortc.rtcrtpreceiver.get_decoder", chosen):
        yield


class Microphone(MediaStreamTrack):
    """What a voice says. Silence is not encoded over and over: that would take what is to be measured."""

    kind = "audio"

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice, self._pace, self._at = voice, Pace(), 0

    async def recv(self) -> "AudioFrame | Packet[Any]":
        piece = self._voice.piece(await self._pace.wait())
        if not piece.any():
            packet: Packet[Any] = Packet(SILENCE)
            packet.pts, packet.time_base = self._at, Fraction(1, RATE)
            self._at += len(piece)
            return packet
        frame = AudioFrame.from_ndarray((piece * 32767).astype(np.int16)[np.newaxis], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += len(piece)
        return frame


class WebRtcClient(Client):
    """look: at each picture; None: nobody looks. times: of its two tracks."""

    def __init__(self, look: Look | None = None) -> None:
        super().__init__()
        self.peer = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.times = {kind: Times(ticks) for kind, ticks in TICKS.items()}
        self._look = look
        self._tracks = list[MediaStreamTrack]()
        self.peer.on("track", self._tracks.append)
        self.peer.addTransceiver(Microphone(self.voice), "sendrecv")
        self.peer.addTransceiver("video", "recvonly")
        self._channel = self.peer.createDataChannel("events")
        self._channel.on("message", self._message)

    async def send(self, message: Fields) -> None:
        self._channel.send(json.dumps(message))

    async def connect(self, address: Address) -> None:
        """Offer, and take the answer. Raises Refused."""
        offer = await self.peer.createOffer()
        await gather(self.peer, HERE)
        await self.peer.setLocalDescription(offer)
        wish = {"type": "offer", "sdp": self.peer.localDescription.sdp}
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.post(address.at("/api/v1/webrtc/offer"), json=wish)
        if answer.status_code != 200:
            raise Refused(answer.status_code)
        await self.peer.setRemoteDescription(RTCSessionDescription(answer.json()["sdp"], "answer"))
        for receiver in self.peer.getReceivers():
            self._overhear(receiver)

    async def run(self, crew: Crew) -> None:
        """Receive, and give signs of life."""
        for track in self._tracks:
            crew.begin(self._receive(track))
        while True:
            await asyncio.sleep(BEAT)
            if self._channel.readyState == "open":
                await self.send({"type": "alive"})

    async def clocked(self) -> None:
        """Wait until both tracks' clocks are known."""
        await self.until(lambda: all(times.told for times in self.times.values()))
        between = self.times["video"].sent(0.0) - self.times["audio"].sent(0.0)
        self.offset = round(between / PICTURE) * PICTURE

    async def leave(self) -> None:
        await self.peer.close()

    def vanish(self) -> None:
        """Its sockets are closed under it."""
        for transceiver in self.peer.getTransceivers():
            for protocol in transceiver.receiver.transport.transport._connection._protocols:
                protocol.transport.abort()

    def _message(self, message: str) -> None:
        self.told.append(Told(now(), json.loads(message)))
        self.note()

    def _overhear(self, receiver: Any) -> None:
        """Note the times of packets on their way; aiortc tells of them to nobody."""
        times = self.times[receiver.track.kind]
        packets, reports = receiver._handle_rtp_packet, receiver._handle_rtcp_packet

        async def packet(packet: Any, arrival_time_ms: int) -> None:
            times.packet(packet.timestamp)
            await packets(packet, arrival_time_ms=arrival_time_ms)

        async def report(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket):
                times.report(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp)
                self.note()
            await reports(packet)

        receiver._handle_rtp_packet, receiver._handle_rtcp_packet = packet, report

    async def _receive(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame | VideoFrame)
                self._take(frame, now())
                self.note()

    def _take(self, frame: AudioFrame | VideoFrame, came: float) -> None:
        assert frame.pts is not None
        assert frame.time_base is not None
        at = float(frame.pts * frame.time_base)
        if isinstance(frame, AudioFrame):
            left = frame.to_ndarray().reshape(-1, 2)[:, 0]
            samples: Samples = (left / 32768).astype(np.float32)
            rate, sent = TICKS["audio"], self.times["audio"].sent(at)
            self.heard.append(Heard(came, came, at, len(samples) / rate, levels(samples, rate), sent))
        else:
            opened = float("nan") if self._look is None else self._look(frame)
            self.seen.append(Seen(came, came, at, opened, self.times["video"].sent(at)))


@contextlib.asynccontextmanager
async def connected(address: Address, look: Look | None = None) -> AsyncIterator[WebRtcClient]:
    """A client that has been greeted, and has a first picture.

    Raises:
        Refused: it was not let in.
    """
    client = WebRtcClient(look)
    try:
        await client.connect(address)
        async with Crew() as crew:
            running = crew.begin(client.run(crew))
            try:
                await client.until(lambda: client.messages("session") and client.seen)
                yield client
            finally:
                crew.dismiss()
        ended_well(running)
    finally:
        await client.peer.close()
        for receiver in client.peer.getReceivers():
            if receiver.track is not None:
                receiver.track.stop()
