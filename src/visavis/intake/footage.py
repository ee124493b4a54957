"""Pictures and sound out of a video or a sound file, decoded piece by piece.

Owns FFmpeg on strangers' files: one demuxer, chosen by us, that may open nothing else; codecs of a short
list, looked at before anything is decoded; limits held against what really comes. Refuses files: what is
read is bytes in memory.
"""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Final

import av
import av.error
import av.subtitles.stream  # which PyAV imports when a file has subtitles, and then it is too late
import numpy as np
from av.video.reformatter import Colorspace, Interpolation

from visavis.errors import UploadError
from visavis.intake.kinds import Kind
from visavis.intake.limits import SOUND_CODECS, VIDEO_CODECS, Stated, Tally, check_sound, check_video
from visavis.media import AudioChunk, Pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_DEMUXERS: Final[dict[Kind, str]] = {
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "webm": "matroska",
    "mkv": "matroska",
    "wav": "wav",
    "mp3": "mp3",
    "flac": "flac",
    "ogg": "ogg",
}
_NOTHING_ELSE: Final = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,mp3,flac,ogg",
    "protocol_whitelist": "none",
    # Decoders that may be tried while the file is opened; FFmpeg has none of its own for two of them.
    "codec_whitelist": ",".join(
        sorted(VIDEO_CODECS | SOUND_CODECS | {"libdav1d", "libopus", "mp3float", "pcm_s16le"})
    ),
}
_MOV: Final = {"enable_drefs": "0", "use_absolute_path": "0"}

LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
_UNKNOWN: Final = "something unknown"
_USUAL_RATE: Final = 30.0
_LEAST_RATE: Final = 1.0
_HIGH_DEFINITION: Final = 720


class Footage:
    """The pictures of a video that has been looked at and may be decoded.

    rate: frames a second as it says, or the usual one; 1 at least.
    size: width and height in pixels, as it is shown.
    """

    def __init__(self, container: "InputContainer", stream: "VideoStream") -> None:
        stated = _stated(container, stream)
        check_video(stated)
        self.rate = max(stated.rate or _USUAL_RATE, _LEAST_RATE)
        self._container, self._stream = container, stream
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = 2
        self._frames = self._decoded()
        first = next(self._frames, None)
        if first is None:
            raise UploadError("damaged", "the video holds no picture that can be read; save it anew")
        self._frames = chain([first], self._frames)
        self.size = _shown(first[1], stream.sample_aspect_ratio)

    def frames(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """The frames in their order, each with its time, seconds after the first one. Once.

        Raises UploadError where more comes than is taken.
        """
        return self._frames

    def _decoded(self) -> Iterator[tuple[float, av.VideoFrame]]:
        tally, first, last = Tally(), None, 0.0
        for frame in self._container.decode(self._stream):
            time = frame.time
            if first is None:
                first = time or 0.0
            at = last + 1 / self.rate if time is None else max(time - first, last)
            tally.see(at, frame.width, frame.height)
            yield at, frame
            last = at


@contextlib.contextmanager
def opened(content: bytes, kind: Kind) -> Iterator["InputContainer"]:
    """A container of which the header has been read.

    Raises:
        UploadError: it is damaged, here or anywhere within the block.
    """
    options = _NOTHING_ELSE | (_MOV if _DEMUXERS[kind] == "mov" else {})
    try:
        with av.open(
            BytesIO(content),
            "r",
            format=_DEMUXERS[kind],
            container_options=options,
            metadata_errors="replace",
        ) as container:
            yield container
    except av.error.FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        raise UploadError(
            "damaged", f"the file is damaged, cut short, or not the {kind} that it begins as; save it anew"
        ) from error


def footage(container: "InputContainer") -> Footage:
    """The pictures of a container.

    Raises:
        UploadError: it has none, or they may not be decoded.
    """
    streams = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not streams:
        raise UploadError("no_picture", "the file holds no video; send a photo, or a clip with a face in it")
    return Footage(container, streams[0])


def sound(container: "InputContainer") -> Iterator[AudioChunk]:
    """The sound of a container, mono, from 8 to 48 kHz; its codec is checked before the first chunk.

    Raises:
        UploadError: it has none, may not be decoded, or goes on for too long.
    """
    if not container.streams.audio:
        raise UploadError("no_sound", "the file holds no sound; send a recording of somebody speaking")
    stream = container.streams.audio[0]
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else _UNKNOWN
    check_sound(codec, container.duration / 1e6 if container.duration else None)
    rate = min(max(stream.rate or HIGHEST_RATE, LOWEST_RATE), HIGHEST_RATE)
    mono = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    at = 0
    for frame in chain(container.decode(stream), [None]):
        for made in mono.resample(frame):
            samples = np.clip(np.nan_to_num(made.to_ndarray()[0].astype(np.float32)), -1, 1)
            yield AudioChunk(samples, rate, at)
            at += len(samples)
            check_sound(codec, at / rate)


def pixels(frame: av.VideoFrame, width: int, height: int) -> Pixels:
    """A frame as RGB at a size, upright; see `Footage.size`."""
    quarters = _quarters(frame)
    if quarters % 2:
        width, height = height, width
    made = frame.reformat(
        width, height, "rgb24", src_colorspace=_colours(frame), interpolation=Interpolation.AREA, threads=1
    )
    return np.ascontiguousarray(np.rot90(made.to_ndarray(), quarters))


def _stated(container: "InputContainer", stream: "VideoStream") -> Stated:
    codec, rate = stream.codec_context, stream.average_rate
    if codec is None:  # whatever its type says: FFmpeg does not know what it is
        return Stated(_UNKNOWN, 0, 0, None, None)
    lengths = [container.duration / 1e6] if container.duration else []
    if stream.duration and stream.time_base:
        lengths.append(float(stream.duration * stream.time_base))
    return Stated(
        codec.codec.canonical_name,
        codec.width,
        codec.height,
        float(rate) if rate else None,
        max(lengths, default=None),
    )


def _is_cover(stream: "VideoStream") -> bool:
    """Whether it is the picture on a record's cover."""
    return bool(stream.disposition & stream.disposition.attached_pic)


def _shown(frame: av.VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height upright; aspect: of its pixels, which in old formats are not square."""
    width = round(frame.width * aspect) if aspect and 0.25 <= aspect <= 4 else frame.width
    return (frame.height, width) if _quarters(frame) % 2 else (width, frame.height)


def _quarters(frame: av.VideoFrame) -> int:
    """How often it has to be turned by 90 degrees, anticlockwise."""
    return round(frame.rotation / 90) % 4


def _colours(frame: av.VideoFrame) -> int | None:
    """What its numbers mean, where it does not say: by its size, as players guess."""
    if any(frame.colorspace == known for known in Colorspace):
        return None
    return Colorspace.ITU709 if frame.height >= _HIGH_DEFINITION else Colorspace.ITU601
