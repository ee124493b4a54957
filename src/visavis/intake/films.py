"""The clip that is kept of an upload: made here from pixels, so that nothing else can be in it.

Owns its even rate and its encoder. Refuses bytes: nothing that was sent is copied, no sound, no metadata,
no streams of data. The same pixels make the same file.
"""

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from typing import Final, TypeVar

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from visavis.intake.limits import VIDEO_SECONDS
from visavis.media import Pixels
from visavis.transports.file import X264, X264_PARAMS, yuv420

T = TypeVar("T")

LONGEST: Final = 1280
HIGHEST_RATE: Final = 30

# The encoder's settings for drawn faces serve filmed ones too. With a second thread x264 makes the same
# pictures into different files. The cap keeps two minutes of anything below 45 MB.
_X264: Final = X264 | {
    "x264-params": X264_PARAMS,
    "threads": "1",
    "maxrate": "2500k",
    "bufsize": "5000k",
}


def even(width: int, height: int) -> tuple[int, int]:
    """The nearest smaller size with even sides, as H.264 wants them."""
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def steady_rate(rate: float) -> int:
    """The whole rate of at most 30 frames a second that shows frames of a rate evenly: 50 becomes 25.

    A camera that takes 31 is taken for one that means to take 30.
    """
    if rate <= 1.1 * HIGHEST_RATE:
        return min(max(1, round(rate)), HIGHEST_RATE)
    return round(rate / math.ceil(rate / (1.02 * HIGHEST_RATE)))


def steady(timed: Iterable[tuple[float, T]], rate: int, seconds: float = 0.0) -> Iterator[T]:
    """At each of a clip's even moments the frame that is nearest before it, by half a moment at most.

    timed: seconds from the first one, never falling, and what is shown from then on.
    seconds: how long the last one is shown at least; for one moment in any case. Whatever the times say,
        what is given does not last longer than a video may.
    """
    made, shown, at, most = 0, None, 0.0, VIDEO_SECONDS * rate
    for at, item in timed:
        while shown is not None and made < most and (made + 0.5) / rate < at:
            yield shown[0]
            made += 1
        shown = (item,)
    end = min(max(made + 1, round((at + seconds) * rate)), most)
    while shown is not None and made < end:
        yield shown[0]
        made += 1


class Clip:
    """A silent H.264 video in MP4, on its way.

    size: width and height, even. rate: frames a second.
    """

    def __init__(self, size: tuple[int, int], rate: int) -> None:
        self._out = BytesIO()
        self._container = av.open(self._out, "w", format="mp4", options={"fflags": "+bitexact"})
        self._stream = self._container.add_stream("libx264", rate=rate, options=_X264)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        codec = self._stream.codec_context
        codec.time_base = Fraction(1, rate)
        codec.gop_size = rate  # so that any moment of an idle loop is soon found
        codec.color_range = ColorRange.MPEG
        codec.colorspace = Colorspace.ITU709
        codec.color_primaries = ColorPrimaries.BT709
        codec.color_trc = ColorTrc.BT709
        self.frames = 0

    def add(self, pixels: Pixels) -> None:
        """Append a frame: RGB [h, w, 3] of the clip's size."""
        frame = yuv420(pixels)
        frame.pts = self.frames
        frame.time_base = self._stream.codec_context.time_base
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> bytes:
        """The file; nothing can follow."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._out.getvalue()
