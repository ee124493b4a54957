"""A GIF's frames: counted without decoding any, then one at a time.

Owns the walk over the file's blocks (GIF89a specification, CompuServe 1990). Refuses more frames and
pixels than `limits` allow, in the walk and once more of what the decoder really gives.
"""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from visavis.intake.limits import check_gif
from visavis.media import Pixels

_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_CONTROL: Final = 0xF9
_HEADER: Final = 13

# Browsers show frames that ask for less than 20 ms for 100.
_LEAST_DELAY, _USUAL_DELAY = 0.02, 0.1
_BACKDROP: Final = (217, 217, 217, 255)


class Animation(NamedTuple):
    """What a GIF holds: its size in pixels, and how long each frame is shown, seconds."""

    width: int
    height: int
    delays: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return sum(self.delays)


def walked(content: bytes) -> Animation:
    """What a GIF holds, as far as it goes; found block by block, with nothing decoded.

    Raises:
        UploadError: there is more in it than is taken; the walk ends where it becomes so.
    """
    width, height = struct.unpack_from("<HH", content.ljust(_HEADER, b"\0"), 6)
    delays: list[float] = []
    seconds = 0.0
    for right, bottom, delay in _images(content):
        width, height = max(width, right), max(height, bottom)  # decoders enlarge the canvas for it
        delays.append(delay)
        seconds += delay
        check_gif(width, height, len(delays), seconds)
    return Animation(width, height, tuple(delays))


def frames(content: bytes, animation: Animation) -> Iterator[tuple[float, Pixels]]:
    """The frames as they are shown, each with the time at which, seconds; transparent is light grey.

    Raises UploadError where more comes than the walk has seen.
    """
    with Image.open(BytesIO(content), formats=["GIF"]) as image:
        at = 0.0
        for number, delay in enumerate(animation.delays):
            try:
                image.seek(number)
            except EOFError:
                return
            check_gif(*image.size, number + 1, at)
            shown = image.convert("RGBA")
            backdrop = Image.new("RGBA", shown.size, _BACKDROP)
            yield at, np.asarray(Image.alpha_composite(backdrop, shown).convert("RGB"))
            at += delay


def _images(content: bytes) -> Iterator[tuple[int, int, float]]:
    """Right edge, lower edge and delay of each image; ends where the file does, whole or not."""
    delay = _USUAL_DELAY
    at = _HEADER + _table(content, _HEADER - 3)
    while at < len(content) and content[at] != _TRAILER:
        kind = content[at]
        if kind == _EXTENSION:
            if content[at + 1 : at + 3] == bytes((_CONTROL, 4)):
                delay = _shown_for(content[at + 4 : at + 6])
            at = _after_blocks(content, at + 2)
        elif kind == _IMAGE and at + 10 <= len(content):
            left, top, width, height = struct.unpack_from("<4H", content, at + 1)
            yield left + width, top + height, delay
            delay = _USUAL_DELAY
            at = _after_blocks(content, at + 10 + _table(content, at + 9) + 1)
        else:
            at += 1


def _shown_for(hundredths: bytes) -> float:
    delay = int.from_bytes(hundredths, "little") / 100
    return delay if delay >= _LEAST_DELAY else _USUAL_DELAY


def _table(content: bytes, at: int) -> int:
    """Bytes of the colour table that the flags at a place announce."""
    flags = content[at] if at < len(content) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """The place after a chain of sub-blocks, or the end of the file."""
    while at < len(content) and content[at]:
        at += content[at] + 1
    return at + 1
