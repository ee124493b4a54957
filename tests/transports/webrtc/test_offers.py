import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transports.webrtc.browsers import FIREFOX, chromium, host
from visavis.transports.webrtc.offers import LONGEST, MOST_CANDIDATES, Offer, OfferError, read

SECTION = re.compile(r"(?=^m=)", re.MULTILINE)


def anybody(address: str, port: int) -> bool:
    return True


def nobody(address: str, port: int) -> bool:
    return False


def lines(offer: Offer, start: str) -> list[str]:
    return [line for line in offer.sdp.splitlines() if line.startswith(start)]


def without(sdp: str, start: str) -> str:
    return "".join(line for line in sdp.splitlines(keepends=True) if not line.startswith(start))


def without_h264() -> str:
    return without(chromium(), "a=rtpmap:103")


def test_a_chromium_is_understood() -> None:
    offer = read(chromium(host("192.0.2.2")), anybody)
    assert offer.microphone
    assert offer.candidates == 1
    assert lines(offer, "m=") == [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "m=video 9 UDP/TLS/RTP/SAVPF 103 104",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    ]
    assert lines(offer, "a=rtpmap") == [
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:103 H264/90000",
        "a=rtpmap:104 rtx/90000",
    ]
    assert lines(offer, "a=fmtp") == [
        "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
        "a=fmtp:104 apt=103",
    ]
    assert lines(offer, "a=rtcp-fb") == [
        "a=rtcp-fb:103 nack",
        "a=rtcp-fb:103 nack pli",
        "a=rtcp-fb:103 goog-remb",
    ]
    assert lines(offer, "a=group") == ["a=group:BUNDLE 0 1 2"]
    assert lines(offer, "a=candidate") == ["a=candidate:1 1 udp 2122194687 192.0.2.2 40000 typ host"] * 3


def test_pictures_are_h264_only_where_it_is_of_a_kind_that_is_sent() -> None:
    assert read(chromium(), anybody).pictures == "H264"
    for known, other in [
        ("packetization-mode=1", "packetization-mode=0"),
        ("profile-level-id=42001f", "profile-level-id=640c1f"),
        ("profile-level-id=42001f", "profile-level-id=42001f;evil\x00"),
        ("fmtp:103 ", "fmtp:99 "),
        ("rtpmap:103 H264", "rtpmap:103 H265"),
    ]:
        offer = read(chromium().replace(known, other), anybody)
        assert offer.pictures == "VP8"
        assert "m=video 9 UDP/TLS/RTP/SAVPF 96 97" in lines(offer, "m=")
        assert lines(offer, "a=fmtp") == ["a=fmtp:97 apt=96"]


def test_a_firefox_is_understood() -> None:
    offer = read(FIREFOX, lambda address, port: address.startswith("93."))
    assert not offer.microphone
    assert lines(offer, "a=mid") == ["a=mid:data", "a=mid:sound", "a=mid:video"]
    assert lines(offer, "a=group") == ["a=group:BUNDLE data sound video"]
    assert lines(offer, "a=candidate") == ["a=candidate:2 1 udp 1686052351 93.184.216.34 55310 typ srflx"] * 3
    assert len(lines(offer, "a=fingerprint")) == 3


def test_what_is_not_needed_gets_no_further() -> None:
    strange = chromium().replace("a=mid:1", "a=mid:1\r\na=x-secret:1\r\na=end-of-candidates\r\na=ice-lite")
    told = read(strange, anybody).sdp
    assert not any(
        word in told for word in ("secret", "end-of", "lite", "VP9", "VP8", "transport", "msid", "red")
    )


@pytest.mark.parametrize(
    "candidate",
    [
        "1 1 tcp 1518214911 1.1.1.1 9 typ host tcptype active",
        "1 2 udp 2122194687 1.1.1.1 40000 typ host",
        "1 1 udp 2122194687 1.1.1.1 40000 typ prflx",
        "1 1 udp 2122194687 a0f5cf26-4c4e-4d0a-9ee6-3c40cd8b6d2e.local 40000 typ host",
        "1 1 udp 2122194687 example.org 40000 typ host",
        "1 1 udp -1 1.1.1.1 40000 typ host",
        "1 1 udp 2122194687 1.1.1.1 400000 typ host",
        "nonsense",
        "",
    ],
)
def test_candidates_that_are_none_are_left_out(candidate: str) -> None:
    assert read(chromium(candidate), anybody).candidates == 0


def test_candidates_are_kept_where_packets_may_go_each_once_and_not_too_many() -> None:
    assert read(chromium(host("1.1.1.1")), nobody).candidates == 0
    assert read(chromium(host("1.1.1.1"), host("1.1.1.1")), anybody).candidates == 1
    many = [host(f"1.1.{number}.1") for number in range(100)]
    assert read(chromium(*many), anybody).candidates == MOST_CANDIDATES
    with pytest.raises(OfferError, match="300 ICE candidates"):
        read(chromium(*many, *many, *many), anybody)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ("", "no SDP offer"),
        ("hello", "no SDP offer"),
        ("v=0\r\n" * 2000, "no SDP offer"),
        ("v=0\r\n" + "a" * LONGEST, "64 KB"),
        (chromium().replace("s=-", "s=ä"), "ASCII"),
        ("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n", "0 sections"),
        ("".join(SECTION.split(chromium())[:3]), "2 sections"),
        (chromium() + SECTION.split(chromium())[1], "4 sections"),
        (without(chromium(), "a=group"), "not bundled"),
        (chromium().replace("BUNDLE 0 1 2", "BUNDLE 0 1"), "not bundled"),
        (chromium().replace("BUNDLE 0 1 2", "BUNDLE 0 1 1"), "not bundled"),
        (chromium().replace("a=mid:1", "a=mid:0"), "not bundled"),
        (chromium().replace("m=video 9", "m=video 0"), "switched off"),
        (chromium().replace("m=video 9", "m=text 9"), "switched off"),
        (without(chromium(), "a=mid"), "a=mid"),
        (without(chromium(), "a=ice-ufrag"), "a=ice-ufrag"),
        (chromium().replace("ufrag:WDHp", "ufrag:W p"), "a=ice-ufrag"),
        (chromium().replace("pwd:8K0C", "pwd:"), "a=ice-pwd"),
        (without(chromium(), "a=fingerprint"), "a=fingerprint"),
        (chromium().replace("sha-256 00", "sha-1 00"), "a=fingerprint"),
        (without(chromium(), "a=setup"), "a=setup"),
        (chromium().replace("actpass", "holdconn"), "a=setup"),
        (without(chromium(), "a=rtcp-mux"), "a=rtcp-mux"),
        (chromium().replace("opus/48000", "isac/16000"), "opus"),
        (without_h264().replace("VP8/90000", "VP9/90000"), "VP8"),
        (without_h264().replace("rtpmap:96 VP8", "rtpmap:95 VP8"), "VP8"),
        (chromium().replace("recvonly", "sendonly"), "takes nothing"),
        (chromium().replace("a=sendrecv", "a=inactive"), "takes nothing"),
        (chromium().replace("UDP/DTLS/SCTP webrtc", "DTLS/SCTP 5000"), "data section"),
        (chromium().replace("sctp-port:5000", "sctp-port:70000"), "70000"),
        (chromium().replace("extmap:4", "extmap:2"), "one number"),
    ],
)
def test_what_cannot_be_answered_is_told_in_a_sentence(changed: str, because: str) -> None:
    with pytest.raises(OfferError, match=because):
        read(changed, anybody)


def test_a_direction_that_is_not_told_is_both() -> None:
    assert read(without(chromium(), "a=sendrecv"), anybody).microphone


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_comes_it_is_told_anew_or_refused(data: st.DataObject) -> None:
    sdp = data.draw(st.sampled_from([chromium(host("1.1.1.1")), FIREFOX]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(sdp)))
        stop = start + data.draw(st.integers(0, 40))
        sdp = sdp[:start] + data.draw(st.text(max_size=10)) + sdp[stop:]
    with contextlib.suppress(OfferError):
        offer = read(sdp, anybody)
        assert read(offer.sdp, anybody) == offer
