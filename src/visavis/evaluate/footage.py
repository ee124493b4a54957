"""Video files, opened: what is heard and shown in them and when, and the end of one as a file of its own.

Owns decoding and the time of a file: zero is when the first picture is shown. Refuses to know what is filmed.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.errors import InputError
from visavis.media import Pixels, Samples
from visavis.transports.place import placing, sentences

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

Span: TypeAlias = tuple[float, float]
"""From when to when, in seconds."""

FORMATS: Final = "mov,matroska"
SILENT_RATE: Final = 16_000
HALF_A_MILLISECOND: Final = 0.0005
"""Ticks of a file do not divide all rates."""


@dataclass(frozen=True, slots=True)
class Footage:
    """What a video file holds.

    samples: float32 [n], mono, -1..1; the first one is heard when the first picture is shown, and there is
        silence where the file has no sound. rate: Hz.
    shown: float64 [pictures], when each picture is shown: seconds from the first one, rising.
    fps: pictures a second, see `rhythm`. size: width and height in pixels.
    """

    samples: Samples
    rate: int
    shown: NDArray[np.float64]
    fps: int
    size: tuple[int, int]


def footage(video: Path) -> Footage:
    """What a video file holds, without its pictures. Blocks.

    Raises:
        InputError: it cannot be read, or has no pictures.
    """
    with opened(video) as (container, stream):
        tick = float(stream.time_base or 1)
        fps = float(stream.average_rate or 25)
        size = stream.width, stream.height
        shown = np.array(
            sorted(
                packet.pts * tick
                for packet in container.demux(stream)
                if packet.pts is not None and not packet.is_discard
            )
        )
    if not len(shown):
        raise InputError(f"there are no pictures in {video}; make it anew")
    samples, rate = _sound(video, float(shown[0]))
    return Footage(samples, rate, shown - shown[0], round(rhythm(shown, fps)), size)


def rhythm(shown: NDArray[np.float64], average: float) -> float:
    """Pictures a second as they were meant to come: by the times between those that are there, of which the
    shortest tell, for where pictures are missing the others are longer.

    shown: seconds, rising. average: that of the file, for one of a picture or two.
    """
    return float(1 / np.percentile(np.diff(shown), 10)) if len(shown) > 2 else average


def pictures_of(video: Path, span: Span | None = None) -> Iterator[Pixels]:
    """The pictures of a video, or those that begin within a span of it; uint8 [h, w, 3] RGB. Blocks.

    A span is decoded from the key frame before it on, so the end of an hour does not take an hour.
    """
    with opened(video) as (container, stream):
        tick, begin = float(stream.time_base or 1), (stream.start_time or 0)
        first, last = span if span is not None else (0.0, inf)
        if first > 0:
            container.seek(begin + int(first / tick), stream=stream)
        for frame in container.decode(stream):
            at = ((frame.pts or 0) - begin) * tick
            if _is_before(at, last):
                if not _is_before(at, first):
                    yield _rgb(frame)
            else:
                return


def within(shown: NDArray[np.float64], span: Span) -> NDArray[np.int64]:
    """The numbers of those pictures that `pictures_of` gives of a span. shown: when each of all is."""
    first, last = span
    return np.array(
        [n for n, at in enumerate(shown) if not _is_before(at, first) and _is_before(at, last)], int
    )


def _is_before(at: float, time: float) -> bool:
    return at <= time - HALF_A_MILLISECOND


def cut(video: Path, start: float, out: Path) -> None:
    """An MP4 of what is heard and shown from `start` seconds on, encoded as it was. Blocks.

    What has to be decoded before that, from a key frame on, is in the file and is not played (an edit list,
    ISO/IEC 14496-12, 8.6.6).

    Raises:
        OutputError: it cannot be written.
    """
    import av

    with opened(video) as (source, picture), placing(out, (".mp4",)) as part, sentences(out):
        begin = (picture.start_time or 0) * float(picture.time_base or 1) + start
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            streams = {stream.index: container.add_stream_from_template(stream) for stream in source.streams}
            source.seek(int(begin / float(picture.time_base or 1)), stream=picture)
            for packet in source.demux():
                if packet.dts is None or packet.pts is None:
                    continue
                shift = round(begin / float(packet.time_base))
                # A piece of AAC is decoded with the help of the one before it.
                if packet.stream.type == "video" or packet.pts + 2 * (packet.duration or 0) > shift:
                    packet.stream = streams[packet.stream.index]
                    packet.pts -= shift
                    packet.dts -= shift
                    container.mux(packet)


def _rgb(frame: "av.VideoFrame") -> Pixels:
    """The colours as a player shows them: by the matrix that the file names."""
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _sound(video: Path, begin: float) -> tuple[Samples, int]:
    """Samples from `begin` seconds of a file's time on, each where the file has it, and their rate in Hz."""
    with opened(video) as (container, _):
        if not container.streams.audio:
            return np.zeros(0, np.float32), SILENT_RATE
        stream = container.streams.audio[0]
        rate, tick = stream.rate, float(stream.time_base or 1)
        end = None if stream.duration is None else (stream.start_time or 0) * tick + stream.duration * tick
        pieces = [
            (round(((frame.pts or 0) * tick - begin) * rate), _mono(frame))
            for frame in container.decode(stream)
        ]
    length = max((at + len(piece) for at, piece in pieces), default=0)
    if end is not None:
        length = min(length, round((end - begin) * rate))
    samples = np.zeros(max(length, 0), np.float32)
    for at, piece in pieces:
        kept = piece[max(0, -at) : max(0, length - at)]
        samples[max(0, at) : max(0, at) + len(kept)] = kept
    return samples, rate


def _mono(frame: "av.AudioFrame") -> Samples:
    """The mean of its channels, float32 [n]."""
    import av

    found = frame.to_ndarray() if frame.format.name == "fltp" else None
    if found is None:
        resampler = av.AudioResampler(format="fltp", layout=frame.layout, rate=frame.sample_rate)
        found = np.concatenate([made.to_ndarray() for made in resampler.resample(frame)], 1)
    mixed: Samples = found.mean(0, dtype=np.float32)
    return mixed


@contextlib.contextmanager
def opened(
    video: Path, formats: str = FORMATS, advice: str = "make it anew"
) -> Iterator[tuple["InputContainer", "VideoStream"]]:
    """A video, and its moving pictures: no picture on a record's cover.

    formats: the demuxers that may open it, parted by commas. advice: what to do where it is of no use.

    Raises:
        InputError: it has no pictures, or cannot be read, here or anywhere within the block.
    """
    import av

    try:
        # Absolute, because FFmpeg takes what stands before a colon for a protocol.
        with av.open(str(video.absolute()), "r", options={"format_whitelist": formats}) as container:
            moving = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
            if not moving:
                raise InputError(f"there are no pictures in {video}; {advice}")
            yield container, moving[0]
    except (OSError, av.FFmpegError) as error:
        said = (error.strerror or str(error)).lower()
        raise InputError(f"cannot read {video}: {said}; {advice}") from error
