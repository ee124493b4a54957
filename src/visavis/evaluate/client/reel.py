"""What was seen and heard in a conversation, as it was played, in one MP4: for people to look at afterwards.

Pictures are kept as they were encoded; the sound is mixed with what the visitor said, and encoded anew. What
was thrown away before it was played is not in it. Refuses to keep more than LONGEST.
"""

import io
from collections import deque
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import numpy as np

from visavis.errors import InputError
from visavis.evaluate.client.fragments import RATE, Sample
from visavis.evaluate.client.microphone import RATE as HEARS
from visavis.media import Samples
from visavis.transports.montage import mixed
from visavis.transports.place import placing, sentences
from visavis.voices.spectrum import at_rate

LONGEST: Final = 180.0
"""Seconds of a conversation that are kept; some 25 MB."""

OPTIONS: Final = {"movflags": "+faststart"}

TICKS: Final = 90_000
"""A second, for pictures."""

APART: Final = 10
"""Ticks between two pictures at the least: a file may count in some that are seven times as long."""


class _Shown(NamedTuple):
    plays: float
    lasts: float
    content: bytes
    is_key: bool


class _Heard(NamedTuple):
    plays: float
    samples: Samples


class Reel:
    """One conversation. Times are of the client's clock, in seconds."""

    def __init__(self) -> None:
        self._init = b""
        self._pictures: deque[_Shown] = deque()
        self._sounds: deque[_Heard] = deque()
        self._voice: list[_Heard] = []

    @property
    def begin(self) -> float | None:
        """When its first picture was seen; None: nothing was."""
        return self._pictures[0].plays if self._pictures else None

    def seen(self, picture: Sample, plays: float, init: bytes) -> None:
        """A picture is to be shown then; init: what it is decoded with. Only the first size is kept."""
        self._init = self._init or init
        if init == self._init and self._has_room(plays):
            self._pictures.append(_Shown(plays, picture.duration, picture.content, _is_key(picture.content)))

    def heard(self, samples: Samples, plays: float) -> None:
        """A piece of the avatar's sound, float32 [n] at fragments.RATE, is to be heard from then on."""
        if self._has_room(plays):
            self._sounds.append(_Heard(plays, samples))

    def spoken(self, samples: Samples, at: float) -> None:
        """A piece of what the microphone hears, float32 [n] at microphone.RATE, which began then."""
        if samples.any() and self._has_room(at):
            self._voice.append(_Heard(at, samples))

    def cut(self, now: float) -> None:
        """What was to come from now on will not."""
        while self._pictures and self._pictures[-1].plays >= now:
            self._pictures.pop()
        while self._sounds and self._sounds[-1].plays >= now:
            self._sounds.pop()

    def write(self, path: Path) -> None:
        """An MP4 that begins with the first picture. Blocks.

        Raises:
            InputError: nothing was seen. OutputError: it cannot be written there.
        """
        begin = self.begin
        if begin is None:
            raise InputError("nothing was seen of the conversation, so there is no film of it")
        said = at_rate(self._visitor(begin), HEARS, RATE).astype(np.float32)
        sound = mixed(*_even(self._track(begin), said))
        with (
            placing(path, (".mp4",)) as part,
            sentences(path),
            av.open(io.BytesIO(self._init), "r", format="mov") as source,
            av.open(str(part), "w", format="mp4", options=OPTIONS) as container,
        ):
            video = container.add_stream_from_template(source.streams.video[0])
            audio = container.add_stream("aac", rate=RATE, layout="mono")
            self._mux_pictures(container, video, begin)
            for packet in [*audio.encode(_framed(sound)), *audio.encode(None)]:
                container.mux(packet)

    def _mux_pictures(self, container: Any, video: Any, begin: float) -> None:
        last = -APART
        for shown in self._pictures:
            packet = av.Packet(shown.content)
            last = max(round((shown.plays - begin) * TICKS), last + APART)
            packet.pts = packet.dts = last
            packet.duration = round(shown.lasts * TICKS)
            packet.time_base = Fraction(1, TICKS)
            packet.stream = video
            packet.is_keyframe = shown.is_key
            container.mux(packet)

    def _track(self, begin: float) -> Samples:
        """The avatar's sound, from the first picture on."""
        return _laid(self._sounds, begin, RATE)

    def _visitor(self, begin: float) -> Samples:
        return _laid(self._voice, begin, HEARS)

    def _has_room(self, at: float) -> bool:
        begin = self.begin
        return begin is None or at - begin < LONGEST


def joined(chunks: list[bytes], path: Path) -> None:
    """Chunks of one reply, the first of them with its init segment, as one MP4, encoded as they were. Blocks.

    Raises:
        InputError: there are none. OutputError: it cannot be written there.
    """
    if not chunks:
        raise InputError("no picture came from the server, so there is no video")
    with (
        placing(path, (".mp4",)) as part,
        sentences(path),
        av.open(io.BytesIO(b"".join(chunks)), "r", format="mov") as source,
        av.open(str(part), "w", format="mp4", options=OPTIONS) as container,
    ):
        streams = {stream.index: container.add_stream_from_template(stream) for stream in source.streams}
        begin: Fraction | None = None
        for packet in source.demux():
            if packet.pts is None or packet.dts is None:
                continue
            begin = packet.pts * packet.time_base if begin is None else begin
            shift = round(begin / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = streams[packet.stream.index]
            container.mux(packet)


def _laid(pieces: Any, begin: float, rate: int) -> Samples:
    """Pieces, each where it is heard; silence between."""
    placed = [
        (round((piece.plays - begin) * rate), piece.samples)
        for piece in pieces
        if piece.plays - begin < LONGEST
    ]
    track = np.zeros(max((at + len(samples) for at, samples in placed), default=0), np.float32)
    for at, samples in placed:
        kept = samples[max(0, -at) :]
        track[max(0, at) : max(0, at) + len(kept)] = kept
    return track


def _even(one: Samples, other: Samples) -> tuple[Samples, Samples]:
    """Both, of which the first is as long as the other at least."""
    return np.pad(one, (0, max(0, len(other) - len(one)))), other


def _framed(samples: Samples) -> "av.AudioFrame":
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples)[np.newaxis], "fltp", "mono")
    frame.sample_rate = RATE
    frame.pts = 0
    return frame


def _is_key(content: bytes) -> bool:
    """Whether a player can begin with it: a unit in it is an IDR picture (ITU-T H.264, table 7-1)."""
    at = 0
    while at + 4 < len(content):
        if content[at + 4] & 31 == 5:
            return True
        at += 4 + int.from_bytes(content[at : at + 4], "big")
    return False
