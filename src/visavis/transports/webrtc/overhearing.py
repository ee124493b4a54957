"""What a receiver tells of the packets that it got: how many were lost, how long they took, what it needs.

aiortc keeps these reports (RTCP) to its own encoders, has no public way to hear them, and sends again
whatever is asked for; this is the one place that listens in and thins that out, and its tests hold it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from aiortc import RTCRtpSender
from aiortc.clock import current_ntp_time
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
    RtcpSrPacket,
    unpack_remb_fci,
)
from aiortc.stats import RTCTransportStats

from visavis.transports.webrtc.repairing import Repairs
from visavis.transports.webrtc.stepping import Counts

_WHOLE: Final = (RTCP_PSFB_PLI, RTCP_PSFB_FIR)


class Overhearing:
    """Listens in on the reports about one sender's packets.

    repairs: which lost packets are sent again. reported: called for each report. whole: called when a picture
    is wanted that needs none before it.
    """

    def __init__(
        self,
        sender: RTCRtpSender,
        repairs: Repairs,
        reported: Callable[[Counts], None],
        whole: Callable[[], None],
    ) -> None:
        self._sender, self._repairs = sender, repairs
        self._reported, self._whole = reported, whole
        self._estimate: int | None = None
        self._handle = sender._handle_rtcp_packet
        sender._handle_rtcp_packet = self._heard  # type: ignore[method-assign]

    async def _heard(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            packet.lost = self._repaired(packet.lost)
        await self._handle(packet)
        match packet:
            case RtcpPsfbPacket():
                self._wanted(packet)
            case RtcpRrPacket() | RtcpSrPacket():
                for report in packet.reports:
                    if report.ssrc == self._sender._ssrc:
                        await self._report(report)

    def _repaired(self, lost: list[int]) -> list[int]:
        """The packets to send again; where that would be too many, a whole picture takes their place."""
        due, given_up = self._repairs.due(lost, asyncio.get_running_loop().time())
        if given_up:
            self._whole()
        return due

    def _wanted(self, packet: RtcpPsfbPacket) -> None:
        if packet.fmt in _WHOLE:
            self._whole()
        elif packet.fmt == RTCP_PSFB_APP:
            try:
                self._estimate = unpack_remb_fci(packet.fci)[0]
            except ValueError:
                return

    async def _report(self, report: RtcpReceiverInfo) -> None:
        stats = (await self._sender.getStats()).values()
        transport = next((stat for stat in stats if isinstance(stat, RTCTransportStats)), None)
        if transport is not None:
            rtt = round_trip(current_ntp_time(), report.lsr, report.dlsr)
            now = asyncio.get_running_loop().time()
            lost, highest = report.packets_lost, report.highest_sequence
            self._reported(Counts(now, lost, highest, transport.bytesSent, rtt, self._estimate))


def round_trip(now: int, asked: int, waited: int) -> float | None:
    """Seconds there and back (RFC 3550, section 6.4.1); None where the question has not arrived yet.

    now: NTP time in 2^-32 s. asked: the middle 32 bits of when the question was sent, which aiortc takes from
    the packet before it, up to the time of a picture earlier. waited: 2^-16 s until it was answered.
    """
    if not asked:
        return None
    passed = ((now >> 16) - asked - waited) & 0xFFFFFFFF
    return passed / 2**16 if passed < 2**31 else 0.0
