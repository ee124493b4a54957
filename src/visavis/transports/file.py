"""A video file: H.264 and AAC in MP4, MOV or Matroska, written as it comes.

Owns the encoders and the colours. Refuses to know where pictures and sound come from: it is handed
them in order and holds none of them.
"""

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.audio
import av.container
import av.error
import av.video
import cv2
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from visavis.media import Pixels, Samples
from visavis.transports.place import placing, sentences

CONTAINERS: Final = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"}
OPTIONS: Final = {"mp4": {"movflags": "+faststart"}, "mov": {"movflags": "+faststart"}, "matroska": {}}

AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
OTHER_RATE: Final = 48000

# Measured on drawn faces, 512x512, one processor: 0.9 ms a picture, 0.9 Mbit/s and 42 dB PSNR around the
# mouth. superfast takes 1.4 ms for 41 dB, and with mbtree it starves the very mouth that moves. What makes
# ultrafast good here is motion to half a pixel (subme), and three plain B frames without deliberation.
X264: Final = {"preset": "ultrafast", "crf": "20"}
X264_PARAMS: Final = "subme=1:bframes=3:b-adapt=0:b-pyramid=none:weightb=0:chromaloc=1"
SECONDS_BETWEEN_KEY_FRAMES: Final = 4


def _bt709() -> NDArray[np.float32]:
    """RGB 0..255 to Y, Cb, Cr in the narrow range: ITU-R BT.709-6, items 3.2 to 3.4 and 4.6, as [3, 4]."""
    kr, kb = 0.2126, 0.0722
    kg = 1 - kr - kb
    analogue = np.array(
        [
            [kr, kg, kb],
            [-kr / (2 - 2 * kb), -kg / (2 - 2 * kb), 0.5],
            [0.5, -kg / (2 - 2 * kr), -kb / (2 - 2 * kr)],
        ]
    )
    digital = np.diag([219 / 255, 224 / 255, 224 / 255]) @ analogue
    return np.column_stack([digital, [16, 128, 128]]).astype(np.float32)


BT709: Final = _bt709()


def rate_for(rate: int) -> int:
    """The rate in Hz at which sound of this rate is stored: its own where AAC has it."""
    return rate if rate in AAC_RATES else OTHER_RATE


class VideoFile:
    """A video on its way into a file. Blocks while it encodes: call it from a Worker, one call at a time.

    bytes: of pictures and sound so far.
    """

    def __init__(
        self,
        path: Path,
        container: av.container.OutputContainer,
        size: tuple[int, int],
        fps: int,
        rate: int,
        threads: int,
    ) -> None:
        self._path = path
        self._container = container
        self._size = size
        self._rate = rate
        self._pictures = 0
        self._samples = 0
        self._finished = False
        self.bytes = 0
        self._video = _video_stream(container, size, fps, threads)
        self._audio = _audio_stream(container, rate_for(rate))

    def picture(self, pixels: Pixels) -> None:
        """Append one picture: uint8 [h, w, 3] RGB of the file's size.

        Raises OutputError when it cannot be written, as do the two below.
        """
        if pixels.shape != (self._size[1], self._size[0], 3):
            raise ValueError(f"a picture of shape {pixels.shape} in a video of {self._size}")
        frame = yuv420(pixels)
        frame.pts = self._pictures
        frame.time_base = self._video.codec_context.time_base
        self._pictures += 1
        with sentences(self._path):
            self._mux(self._video.encode(frame))

    def sound(self, samples: Samples) -> None:
        """Append mono sound: float32 [n], -1..1, at the file's rate."""
        if not len(samples):
            return
        plane = np.ascontiguousarray(samples, np.float32)[None]
        frame = av.AudioFrame.from_ndarray(plane, format="fltp", layout="mono")
        frame.sample_rate = self._rate
        frame.pts = self._samples
        frame.time_base = Fraction(1, self._rate)
        self._samples += len(samples)
        with sentences(self._path):
            self._mux(self._audio.encode(frame))

    def finish(self) -> None:
        """Write what the encoders still hold, and the index before it all; nothing can follow."""
        if self._finished:
            return
        with sentences(self._path):
            self._container.mux(self._video.encode(None))
            self._container.mux(self._audio.encode(None))
            self._container.close()
        self._finished = True

    def _mux(self, packets: "Sequence[av.Packet[Any]]") -> None:
        self._container.mux(packets)
        self.bytes += sum(packet.size for packet in packets)


@contextlib.contextmanager
def writing(
    path: Path, size: tuple[int, int], fps: int, rate: int, *, threads: int = 1, comment: str = ""
) -> Iterator[VideoFile]:
    """A video file that is in its place when the block is left, or, with an error, leaves no trace.

    size: width and height in pixels, both even. rate: of the sound, in Hz. threads: for encoding.
    A file of that name is replaced at the very end.

    Raises:
        OutputError: it cannot be written there, or not any further.
    """
    with placing(path, CONTAINERS) as part:
        kind = CONTAINERS[path.suffix.lower()]
        with sentences(path):
            container = av.open(str(part), "w", format=kind, options=OPTIONS[kind])
        try:
            container.metadata.update({"encoding_tool": "visavis", "comment": comment})
            film = VideoFile(path, container, size, fps, rate, threads)
            yield film
            film.finish()
        except BaseException:
            # Gone before it is closed: the index of an hour is then not moved to its front in vain.
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        finally:
            with contextlib.suppress(OSError, av.FFmpegError):
                container.close()


def yuv420(pixels: Pixels) -> av.VideoFrame:
    """RGB uint8 [h, w, 3], even sides, as planar BT.709 4:2:0 in the narrow range, chroma centred."""
    height, width = pixels.shape[:2]
    frame = av.VideoFrame(width, height, "yuv420p")
    luma, cb, cr = (_view(plane) for plane in frame.planes)
    full = cv2.transform(pixels, BT709)
    half = cv2.resize(full, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    cv2.extractChannel(full, 0, luma)
    cv2.extractChannel(half, 1, cb)
    cv2.extractChannel(half, 2, cr)
    return frame


def _view(plane: VideoPlane) -> Pixels:
    rows: Pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _video_stream(
    container: av.container.OutputContainer, size: tuple[int, int], fps: int, threads: int
) -> av.video.VideoStream:
    options = {**X264, "threads": str(threads), "x264-params": X264_PARAMS}
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    codec = stream.codec_context
    codec.time_base = Fraction(1, fps)
    codec.gop_size = SECONDS_BETWEEN_KEY_FRAMES * fps
    tell_colours(codec)
    return stream


def tell_colours(codec: av.VideoCodecContext) -> None:
    """Let an encoder say how the colours of `yuv420` are meant."""
    codec.color_range = ColorRange.MPEG
    codec.colorspace = Colorspace.ITU709
    codec.color_primaries = ColorPrimaries.BT709
    codec.color_trc = ColorTrc.BT709


def _audio_stream(container: av.container.OutputContainer, rate: int) -> av.audio.AudioStream:
    # From 96 kbit/s on, this search is as good as the thorough one and takes less than half of its time.
    options = {"aac_coder": "fast"}
    stream = container.add_stream("aac", rate=rate, layout="mono", format="fltp", options=options)
    stream.bit_rate = 128_000 if rate > 24_000 else 96_000
    return stream
