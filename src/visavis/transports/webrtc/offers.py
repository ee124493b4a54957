"""What a stranger's SDP offer asks for, written anew so that nothing but that gets any further. Pure.

An offer is read for the few lines that matter (RFC 8866, 8829, 8839, 8841, 8843), each held against its
grammar, and told again in a form that has nothing else in it: one bundled transport, Opus, H.264 or VP8, one
data channel, and of the ICE candidates those that packets may be sent to. The names of sections and the
numbers of formats stay, so the answer to the new offer is one to the old.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from visavis.errors import InputError

# Characters of an offer, its lines, and its candidates in all sections together; browsers send 10 KB.
LONGEST: Final = 64 * 2**10
MOST_LINES: Final = 1_000
MOST_TOLD: Final = 128

# Candidates that are kept.
MOST_CANDIDATES: Final = 32

KINDS: Final = ("audio", "video", "application")

# What the packets' extra fields may be used for.
_EXTENSIONS: Final = (
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
)
_FEEDBACK: Final = ("nack", "nack pli", "goog-remb")

_MEDIA: Final = re.compile(
    r"(?P<kind>audio|video|application) (?P<port>\d{1,5}) (?P<rest>[A-Z/]{1,32} .{1,2000})"
)
_MID: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}")
_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_PRINT: Final = re.compile(
    r"sha-256 [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}"
    r"|sha-384 [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){47}"
    r"|sha-512 [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){63}"
)
_SETUP: Final = re.compile(r"actpass|active|passive")
_FORMAT: Final = re.compile(r"(?P<number>\d{1,3}) (?P<name>[A-Za-z0-9-]{1,32})/(?P<rate>\d{1,6})(/\d)?")
_APT: Final = re.compile(r"(?P<number>\d{1,3}) apt=(?P<apt>\d{1,3})")
_PARAMETERS: Final = re.compile(r"(?P<number>\d{1,3}) (?P<told>[A-Za-z0-9=;, -]{1,256})")
# Baseline, of which what is sent is the constrained part, that everybody decodes (H.264, A.2.1).
_PROFILE: Final = re.compile(r"(?i:42[0-9a-f]0[0-9a-f]{2})")
_EXTENSION: Final = re.compile(r"(?P<number>\d{1,2})(/[a-z]+)? (?P<uri>\S{1,128})")
_SCTP_PORT: Final = re.compile(r"\d{1,5}")
_CANDIDATE: Final = re.compile(
    r"(?P<foundation>[A-Za-z0-9+/]{1,32}) 1 (?i:udp) (?P<priority>\d{1,10}) (?P<host>[0-9A-Fa-f:.]{2,45}) "
    r"(?P<port>\d{1,5}) typ (?P<type>host|srflx|relay)( .*)?"
)

Coding: TypeAlias = Literal["H264", "VP8"]

Admits: TypeAlias = Callable[[str, int], bool]


class OfferError(InputError):
    """An offer that cannot be answered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that can be answered.

    sdp: written anew. microphone: whether sound may come as well. pictures: how they are sent.
    candidates: how many were kept.
    """

    sdp: str
    microphone: bool
    pictures: Coding
    candidates: int


class _Pictures(NamedTuple):
    """How pictures are sent, by which number, and with which parameters; "" for none."""

    coding: Coding
    number: str
    parameters: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One m= line and the attributes that hold for it: its own, and then those of the whole offer."""

    kind: str
    formats: tuple[str, ...]
    lines: tuple[str, ...]

    def all(self, name: str) -> Iterator[str]:
        """The values of an attribute, in order; an empty one for one without a value."""
        for line in self.lines:
            found, _, value = line.partition(":")
            if found == name:
                yield value

    def one(self, name: str, grammar: re.Pattern[str]) -> str:
        """The first value of an attribute that there has to be."""
        value = next(self.all(name), None)
        if value is None or not grammar.fullmatch(value):
            raise OfferError(
                f"the {self.kind} section has no a={name} that can be read; send a browser's offer"
            )
        return value


def read(sdp: str, admits: Admits) -> Offer:
    """What an offer asks for. admits: whether packets may be sent to an address and port.

    Raises:
        OfferError: it is too large, no offer, or asks for something that is not there to be had.
    """
    if len(sdp) > LONGEST or not sdp.isascii():
        raise OfferError(
            f"the offer is no text of at most {LONGEST // 1024} KB in ASCII; send a browser's offer"
        )
    sections = _sections(sdp.splitlines())
    if sorted(section.kind for section in sections) != sorted(KINDS):
        raise OfferError(
            f"the offer has {len(sections)} sections; it needs one for sound, one for video, one for data"
        )
    order = {section.one("mid", _MID): section for section in sections}
    bundled = _bundled(sections[0], order)
    main = order[bundled[0]]
    candidates = list(_candidates(sections, admits))
    transport = [*_transport(main), *candidates]
    by_kind = {section.kind: section for section in sections}
    written = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(bundled)}"]
    for mid, section in order.items():
        written += [*_WRITERS[section.kind](section), f"a=mid:{mid}", *transport]
    microphone = _direction(by_kind["audio"]) == "sendrecv"
    pictures = _pictures(by_kind["video"])
    return Offer("\r\n".join([*written, ""]), microphone, pictures.coding, len(candidates))


def _sections(lines: list[str]) -> list[_Section]:
    if len(lines) > MOST_LINES or lines[:1] != ["v=0"]:
        raise OfferError(
            "the text is no SDP offer; send the sdp of a browser's RTCPeerConnection.createOffer()"
        )
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            groups.append([line])
        else:
            groups[-1].append(line)
    common, *own = groups
    if len(own) > len(KINDS):
        raise OfferError(
            f"the offer has {len(own)} sections; it needs one for sound, one for video, one for data"
        )
    return [_section(group, _attributes(common)) for group in own]


def _section(lines: list[str], common: list[str]) -> _Section:
    found = _MEDIA.fullmatch(lines[0][2:])
    if found is None or found["port"] == "0":
        raise OfferError("a section of the offer is switched off, or none for audio, video or application")
    return _Section(found["kind"], tuple(found["rest"].split()), (*_attributes(lines), *common))


def _attributes(lines: Iterable[str]) -> list[str]:
    """Without a=; the four directions become values of one attribute."""
    directions = ("sendrecv", "recvonly", "sendonly", "inactive")
    names = [line[2:] for line in lines if line.startswith("a=")]
    return [f"direction:{name}" if name in directions else name for name in names]


def _bundled(section: _Section, order: dict[str, _Section]) -> list[str]:
    """The names of the sections, the one that the others share the transport of first (RFC 8843)."""
    for group in section.all("group"):
        semantics, *mids = group.split(" ")
        if semantics == "BUNDLE" and len(order) == len(KINDS) and sorted(mids) == sorted(order):
            return mids
    raise OfferError("the sections of the offer are not bundled; use the bundlePolicy max-bundle")


def _transport(main: _Section) -> list[str]:
    return [
        f"a=ice-ufrag:{main.one('ice-ufrag', _UFRAG)}",
        f"a=ice-pwd:{main.one('ice-pwd', _PASSWORD)}",
        f"a=fingerprint:{main.one('fingerprint', _PRINT)}",
        f"a=setup:{main.one('setup', _SETUP)}",
    ]


def _candidates(sections: Iterable[_Section], admits: Admits) -> Iterator[str]:
    """The addresses that packets may be sent to, each once."""
    told = [value for section in sections for value in section.all("candidate")]
    if len(told) > MOST_TOLD:
        raise OfferError(f"the offer names {len(told)} ICE candidates; at most {MOST_TOLD} can be told")
    places: dict[tuple[str, int], re.Match[str]] = {}
    for found in filter(None, map(_CANDIDATE.fullmatch, told)):
        places.setdefault((found["host"].lower(), int(found["port"])), found)
    admitted = [found for place, found in places.items() if admits(*place)]
    for found in admitted[:MOST_CANDIDATES]:
        yield (
            f"a=candidate:{found['foundation']} 1 udp {min(int(found['priority']), 2**31 - 1)} "
            f"{found['host']} {int(found['port'])} typ {found['type']}"
        )


def _audio(section: _Section) -> list[str]:
    number = _number_of(section, "opus", 48000)
    return [
        f"m=audio 9 UDP/TLS/RTP/SAVPF {number}",
        f"a={_direction(section)}",
        *_extensions(section),
        *_muxed(section),
        f"a=rtpmap:{number} opus/48000/2",
    ]


def _video(section: _Section) -> list[str]:
    _direction(section)
    coding, number, parameters = _pictures(section)
    repeated = [again for again, of in _repeating(section) if of == number and again in section.formats[1:]][
        :1
    ]
    told = set(section.all("rtcp-fb"))
    return [
        f"m=video 9 UDP/TLS/RTP/SAVPF {' '.join([number, *repeated])}",
        "a=recvonly",
        *_extensions(section),
        *_muxed(section),
        f"a=rtpmap:{number} {coding}/90000",
        *(f"a=fmtp:{number} {parameters}" for _ in parameters[:1]),
        *(f"a=rtcp-fb:{number} {kind}" for kind in _FEEDBACK if f"{number} {kind}" in told),
        *(
            line
            for again in repeated
            for line in (f"a=rtpmap:{again} rtx/90000", f"a=fmtp:{again} apt={number}")
        ),
    ]


def _pictures(section: _Section) -> _Pictures:
    """How pictures are sent: as H.264 where it is understood, which takes less work, and else as VP8."""
    for found in filter(None, map(_PARAMETERS.fullmatch, section.all("fmtp"))):
        told = dict(part.strip().partition("=")[::2] for part in found["told"].split(";"))
        profile = told.get("profile-level-id", "")
        if (
            found["number"] in _numbers_of(section, "H264", 90000)
            and told.get("packetization-mode") == "1"
            and _PROFILE.fullmatch(profile)
        ):
            parameters = f"level-asymmetry-allowed=1;packetization-mode=1;profile-level-id={profile}"
            return _Pictures("H264", found["number"], parameters)
    return _Pictures("VP8", _number_of(section, "VP8", 90000), "")


def _application(section: _Section) -> list[str]:
    if section.formats != ("UDP/DTLS/SCTP", "webrtc-datachannel"):
        raise OfferError("the data section is no UDP/DTLS/SCTP webrtc-datachannel; send a browser's offer")
    port = int(section.one("sctp-port", _SCTP_PORT))
    if not 0 < port < 2**16:
        raise OfferError(f"the SCTP port {port} is none; it is from 1 to 65535")
    return [
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        f"a=sctp-port:{port}",
        f"a=max-message-size:{LONGEST}",
    ]


_WRITERS: Final = {"audio": _audio, "video": _video, "application": _application}


def _direction(section: _Section) -> str:
    """Whether something comes besides what goes; without a word about it, it does (RFC 8866)."""
    direction = next(section.all("direction"), "sendrecv")
    if direction not in ("sendrecv", "recvonly"):
        raise OfferError(f"the {section.kind} section takes nothing; make it sendrecv or recvonly")
    return direction


def _number_of(section: _Section, name: str, rate: int) -> str:
    """The number of a format in the section's packets."""
    for number in _numbers_of(section, name, rate):
        return number
    raise OfferError(
        f"the {section.kind} section does not offer {name}, which every browser has; let it offer it"
    )


def _numbers_of(section: _Section, name: str, rate: int) -> list[str]:
    """All numbers of a format, in order; dynamic ones (RFC 3551)."""
    return [
        found["number"]
        for found in filter(None, map(_FORMAT.fullmatch, section.all("rtpmap")))
        if (found["name"].lower(), int(found["rate"])) == (name.lower(), rate)
        and found["number"] in section.formats[1:]
        and 96 <= int(found["number"]) <= 127
    ]


def _repeating(section: _Section) -> Iterator[tuple[str, str]]:
    """The numbers of formats that repeat what was lost of another one, and that one's (RFC 4588)."""
    rtx = {
        found["number"]
        for found in filter(None, map(_FORMAT.fullmatch, section.all("rtpmap")))
        if found["name"].lower() == "rtx" and 96 <= int(found["number"]) <= 127
    }
    for found in filter(None, map(_APT.fullmatch, section.all("fmtp"))):
        if found["number"] in rtx:
            yield found["number"], found["apt"]


def _extensions(section: _Section) -> list[str]:
    """Known header extensions; numbers beyond 14 would need the longer headers (RFC 8285)."""
    told = {
        found["uri"]: int(found["number"])
        for found in filter(None, map(_EXTENSION.fullmatch, section.all("extmap")))
        if found["uri"] in _EXTENSIONS and 1 <= int(found["number"]) <= 14
    }
    if len(set(told.values())) < len(told):
        raise OfferError("two header extensions of the offer have one number; send a browser's offer")
    return [f"a=extmap:{number} {uri}" for uri, number in told.items()]


def _muxed(section: _Section) -> list[str]:
    if "rtcp-mux" not in section.lines:
        raise OfferError(f"the {section.kind} section has no a=rtcp-mux; send a browser's offer")
    return ["a=rtcp-mux"]
