"""Holds the names of aiortc that are not public."""

import asyncio

import pytest
from aiortc import RTCPeerConnection, RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    pack_remb_fci,
)

from visavis.transports.webrtc.overhearing import Overhearing, round_trip
from visavis.transports.webrtc.repairing import Repairs
from visavis.transports.webrtc.stepping import Counts


class Ear:
    """What was overheard of one sender. passed: packets that aiortc got to see."""

    def __init__(self) -> None:
        self.counts: list[Counts] = []
        self.whole = 0
        self.passed: list[AnyRtcpPacket] = []
        self.sender: RTCRtpSender = RTCPeerConnection().addTransceiver("video").sender
        self.sender._handle_rtcp_packet = self._pass  # type: ignore[method-assign]
        Overhearing(self.sender, Repairs(lambda: 80_000), self.counts.append, self._want)

    async def hear(self, packet: AnyRtcpPacket) -> None:
        await self.sender._handle_rtcp_packet(packet)

    async def _pass(self, packet: AnyRtcpPacket) -> None:
        self.passed.append(packet)

    def _want(self) -> None:
        self.whole += 1


def reported(ssrc: int, lost: int, highest: int) -> RtcpRrPacket:
    info = RtcpReceiverInfo(ssrc, 0, lost, highest, jitter=0, lsr=0, dlsr=0)
    return RtcpRrPacket(1, [info])


async def test_reports_about_this_sender_are_counted() -> None:
    ear = Ear()
    await ear.hear(reported(ear.sender._ssrc, 3, 70_000))
    await ear.hear(reported(ear.sender._ssrc ^ 1, 9, 80_000))
    assert [(count.lost, count.highest, count.sent, count.rtt) for count in ear.counts] == [
        (3, 70_000, 0, None)
    ]
    assert ear.counts[0].at == pytest.approx(asyncio.get_running_loop().time(), abs=5)
    assert len(ear.passed) == 2


@pytest.mark.parametrize("kind", [RTCP_PSFB_PLI, RTCP_PSFB_FIR])
async def test_a_whole_picture_is_wanted(kind: int) -> None:
    ear = Ear()
    await ear.hear(RtcpPsfbPacket(kind, 1, ear.sender._ssrc))
    assert ear.whole == 1


async def test_the_last_estimate_is_kept() -> None:
    ear = Ear()
    for estimate in (500_000, 300_000):
        await ear.hear(RtcpPsfbPacket(RTCP_PSFB_APP, 1, 0, pack_remb_fci(estimate, [ear.sender._ssrc])))
    await ear.hear(RtcpPsfbPacket(RTCP_PSFB_APP, 1, 0, b"none"))
    await ear.hear(reported(ear.sender._ssrc, 0, 1))
    assert ear.counts[0].estimate == pytest.approx(300_000, rel=0.01)


async def test_lost_packets_are_asked_for_within_limits_and_a_whole_picture_takes_their_place() -> None:
    ear = Ear()
    for lost in ([1, 2], list(range(10, 40))):
        packet = RtcpRtpfbPacket(RTCP_RTPFB_NACK, 1, ear.sender._ssrc)
        packet.lost = lost
        await ear.hear(packet)
    sent = [packet.lost for packet in ear.passed if isinstance(packet, RtcpRtpfbPacket)]
    assert sent[0] == [2, 1]
    assert 0 < len(sent[1]) < 10
    assert ear.whole == 1


@pytest.mark.parametrize(
    ("asked", "waited", "answered", "expected"),
    [(10.0, 0.5, 10.75, 0.25), (65535.9, 0.0, 65536.1, 0.2), (10.0, 0.5, 10.4, 0.0)],
)
def test_a_round_trip_is_what_is_left_when_the_wait_is_taken_away(
    asked: float, waited: float, answered: float, expected: float
) -> None:
    middle = int(asked * 2**16) & 0xFFFFFFFF
    assert round_trip(int(answered * 2**32), middle, int(waited * 2**16)) == pytest.approx(expected, abs=1e-3)


def test_without_a_question_there_is_no_round_trip() -> None:
    assert round_trip(2**40, 0, 0) is None
