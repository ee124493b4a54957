"""Offers as browsers write them, shortened by formats and extensions that nothing here looks at."""

from typing import Final

PRINT: Final = ":".join(f"{byte:02X}" for byte in range(32))

_CHROMIUM: Final = f"""\
v=0
o=- 6727513096656640746 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 34950 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.2
a=rtcp:9 IN IP4 0.0.0.0
CANDIDATES
a=ice-ufrag:WDHp
a=ice-pwd:8K0Cd7nFRUWu2XuJtNABev0O
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:- caef4411-ddfa-4579-a5a9-67c165346d1f
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=ssrc:3393951252 cname:NK4VgQCknuNFkSLO
m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 103 104
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:WDHp
a=ice-pwd:8K0Cd7nFRUWu2XuJtNABev0O
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:1
a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:98 VP9/90000
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
a=rtpmap:103 H264/90000
a=rtcp-fb:103 goog-remb
a=rtcp-fb:103 transport-cc
a=rtcp-fb:103 nack
a=rtcp-fb:103 nack pli
a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:104 rtx/90000
a=fmtp:104 apt=103
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:WDHp
a=ice-pwd:8K0Cd7nFRUWu2XuJtNABev0O
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:2
a=sctp-port:5000
a=max-message-size:262144
"""

# The fingerprint is told once for all, the data come first, and the names of sections are words.
FIREFOX: Final = f"""\
v=0
o=mozilla...THIS_IS_SDPARTA-99.0 5390 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 {PRINT}
a=group:BUNDLE data sound video
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:0 1 UDP 2122252543 a0f5cf26-4c4e-4d0a-9ee6-3c40cd8b6d2e.local 55310 typ host
a=candidate:1 1 UDP 1686052351 198.18.0.7 55310 typ srflx raddr 0.0.0.0 rport 0
a=candidate:2 1 UDP 1686052351 93.184.216.34 55310 typ srflx raddr 0.0.0.0 rport 0
a=sendrecv
a=ice-pwd:3bd8c4e5b1a54f0c9e2f6d7a8b9c0d1e
a=ice-ufrag:5f3a9c1d
a=mid:data
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=ice-pwd:3bd8c4e5b1a54f0c9e2f6d7a8b9c0d1e
a=ice-ufrag:5f3a9c1d
a=mid:sound
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=setup:actpass
m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127
c=IN IP4 0.0.0.0
a=recvonly
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=fmtp:124 apt=120
a=fmtp:125 apt=121
a=ice-pwd:3bd8c4e5b1a54f0c9e2f6d7a8b9c0d1e
a=ice-ufrag:5f3a9c1d
a=mid:video
a=rtcp-fb:120 nack
a=rtcp-fb:120 nack pli
a=rtcp-fb:120 ccm fir
a=rtcp-fb:120 goog-remb
a=rtcp-mux
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:121 VP9/90000
a=rtpmap:125 rtx/90000
a=setup:actpass
"""


def chromium(*candidates: str) -> str:
    """An offer of Chromium's, with the candidates that it is given."""
    told = "\n".join(f"a=candidate:{candidate}" for candidate in candidates)
    return _CHROMIUM.replace("CANDIDATES\n", f"{told}\n" if told else "").replace("\n", "\r\n")


def host(address: str, port: int = 40000, number: int = 1) -> str:
    """A host candidate."""
    return f"{number} 1 udp 2122194687 {address} {port} typ host generation 0 network-id 1"
