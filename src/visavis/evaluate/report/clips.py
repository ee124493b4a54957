"""Small players for a page: clips encoded anew, stills of them, and how loud they are.

Owns what a page holds of a video, and how it becomes small enough. Refuses to know what is said in it. The
same video gives the same bytes.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, takewhile
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from visavis.errors import InputError
from visavis.evaluate.footage import Footage, footage, pictures_of
from visavis.media import Pixels, Samples

if TYPE_CHECKING:
    import av

PEAKS: Final = 100
"""Peaks a second."""

SOUND: Final = 24_000
"""Hz of a player's sound at most: so few bits are better spent on less."""

STILL: Final = 64
"""The height of a still, in pixels."""

QUALITY: Final = 60
"""Of a still, as WebP counts."""

Peak: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fineness:
    """How good a player is. side: the longer one, in pixels. crf: of x264. sound: bit/s.

    usual: bytes for a second of a talking head, measured, sound and all.
    """

    side: int
    crf: int
    sound: int
    usual: int


FINENESSES: Final = (
    Fineness(256, 28, 40_000, 14_500),
    Fineness(224, 31, 32_000, 9_000),
    Fineness(192, 33, 28_000, 6_900),
    Fineness(160, 35, 24_000, 5_400),
    Fineness(128, 38, 20_000, 4_100),
)
"""From the best to the smallest."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What a page shows of a video.

    seconds: of the video. held: of it in `player`, from its beginning on.
    peaks: the least and the most of the sound, -1..1, PEAKS a second, of what is held.
    strips: a strip of stills, as WebP, for each row of the page. size: of a player, width and height.
    player: an MP4; b"" where there is no room for it.
    trouble: why there is nothing of it, as a sentence.
    """

    seconds: float = 0.0
    held: float = 0.0
    peaks: tuple[Peak, ...] = ()
    strips: tuple[bytes, ...] = ()
    size: tuple[int, int] = (1, 1)
    player: bytes = b""
    trouble: str = ""


def fineness(seconds: float, room: float) -> int:
    """Which fineness fits that many seconds into so many bytes; the last one where none does."""
    fitting = (n for n, one in enumerate(FINENESSES) if one.usual * seconds <= room)
    return next(fitting, len(FINENESSES) - 1)


def length(video: Path) -> float:
    """How long a video is, in seconds; 0 where it cannot be read. Blocks."""
    try:
        made = footage(video)
    except InputError:
        return 0.0
    return len(made.shown) / made.fps


def clip(video: Path, most: float, row: float, wanted: Fineness) -> Clip:
    """What a page shows of a video: `most` seconds at most, stills for rows of `row` seconds. Blocks."""
    try:
        made = footage(video)
        return _clip(video, made, most, row, wanted)
    except InputError as error:
        # A page may be passed on, and where it was made is nobody's business.
        return Clip(trouble=str(error).replace(str(video), video.name))


def peaks(samples: Samples, rate: int, held: float) -> tuple[Peak, ...]:
    """The least and the most of the sound in each hundredth of a second."""
    edges = [round(n * rate / PEAKS) for n in range(ceil(held * PEAKS) + 1)]
    parts = (samples[start:end] for start, end in pairwise(edges))
    kept = takewhile(len, parts)
    return tuple((_bound(part.min()), _bound(part.max())) for part in kept)


def _bound(value: float) -> float:
    return round(float(np.clip(value, -1.0, 1.0)), 3)


def _clip(video: Path, made: Footage, most: float, row: float, wanted: Fineness) -> Clip:
    whole = len(made.shown) / made.fps
    held = min(whole, most)
    size = scaled(made.size, wanted.side)
    stills = Stills(made.size, row, held)
    sound = made.samples[: round(held * made.rate)]
    pictures = stills.watched(pictures_of(video, (0.0, held)), made.fps)
    player = encoded(pictures, made.fps, size, sound, made.rate, wanted)
    return Clip(whole, held, peaks(sound, made.rate, held), stills.strips(), size, player)


def scaled(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size with its longer side so long at most, and both even."""
    factor = min(1.0, side / max(size))
    width, height = (max(2, round(length * factor / 2) * 2) for length in size)
    return width, height


class Stills:
    """Takes stills of pictures that pass: as many beside each other in a row as have room there.

    size: of the pictures. row: seconds of one. held: seconds in all.
    """

    def __init__(self, size: tuple[int, int], row: float, held: float) -> None:
        from visavis.evaluate.report.charts import WIDTH

        self._width = max(8, round(STILL * size[0] / size[1]))
        self._abreast = max(1, WIDTH // self._width)
        self._width = WIDTH // self._abreast
        self._every = row / self._abreast
        self._rows = max(1, ceil(held / row - 1e-6))
        self._taken: list[Pixels] = []

    def watched(self, pictures: Iterator[Pixels], fps: int) -> Iterator[Pixels]:
        """The same pictures; of each moment that a still shows, the one in the middle is kept."""
        import cv2

        for number, picture in enumerate(pictures):
            if number / fps >= (len(self._taken) + 0.5) * self._every - 0.5 / fps:
                small = cv2.resize(picture, (self._width, STILL), interpolation=cv2.INTER_AREA)
                self._taken.append(np.asarray(small, np.uint8))
            yield picture

    def strips(self) -> tuple[bytes, ...]:
        """The rows, as WebP; a row that is not full is short."""
        rows = (self._taken[n * self._abreast : (n + 1) * self._abreast] for n in range(self._rows))
        return tuple(_webp(np.concatenate(row, 1)) for row in rows if row)


def _webp(picture: Pixels) -> bytes:
    import cv2

    _, content = cv2.imencode(".webp", picture[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return content.tobytes()


def encoded(
    pictures: Iterator[Pixels], fps: int, size: tuple[int, int], sound: Samples, rate: int, wanted: Fineness
) -> bytes:
    """An MP4 with H.264 and AAC. sound: float32 [n] at rate Hz. Blocks."""
    import av

    from visavis.transports.file import rate_for

    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        film = _film(container, size, fps, wanted)
        voice = container.add_stream("aac", rate=min(rate_for(rate), SOUND), layout="mono", format="fltp")
        voice.bit_rate = wanted.sound
        for number, picture in enumerate(pictures):
            frame = _small(picture, size)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(film.encode(frame))
            container.mux(voice.encode(_heard(sound, rate, number, fps)))
        container.mux(film.encode(None))
        container.mux(voice.encode(None))
    return file.getvalue()


def _film(
    container: "av.container.OutputContainer", size: tuple[int, int], fps: int, wanted: Fineness
) -> "av.video.VideoStream":
    """The pictures' encoder; one thread, so that it gives the same bytes again."""
    from visavis.transports.file import tell_colours

    options = {"preset": "veryfast", "crf": str(wanted.crf), "threads": "1", "tune": "animation"}
    # With mbtree, x264 reads memory that nobody has written to, and the bytes are others now and then.
    options["x264-params"] = "mbtree=0"
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = Fraction(1, fps)
    # A click in the middle is answered at once, and a talking head costs little to begin anew.
    stream.codec_context.gop_size = 2 * fps
    tell_colours(stream.codec_context)
    return stream


def _small(picture: Pixels, size: tuple[int, int]) -> "av.VideoFrame":
    import cv2

    from visavis.transports.file import yuv420

    return yuv420(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))


def _heard(sound: Samples, rate: int, number: int, fps: int) -> "av.AudioFrame":
    """What is heard while a picture is seen; silence where there is nothing more."""
    import av

    start, end = round(number * rate / fps), round((number + 1) * rate / fps)
    piece = np.zeros(end - start, np.float32)
    known = sound[start:end]
    piece[: len(known)] = known
    frame = av.AudioFrame.from_ndarray(piece[None], format="fltp", layout="mono")
    frame.sample_rate = rate
    frame.pts, frame.time_base = start, Fraction(1, rate)
    return frame
