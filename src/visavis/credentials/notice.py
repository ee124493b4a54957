"""The visible notice: a small label in a corner that says that a picture is made.

English and Spanish are set in the font that Pillow brings; Chinese and Persian are drawn (`glyphs`), so
that the notice is the same on a machine without any fonts.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.credentials.glyphs import CHINESE, PERSIAN, Lettering
from visavis.media import Language, Pixels

NOTICE: Final = {
    "en": "AI-generated",
    "zh": "AI生成",
    "es": "Generado con IA",
    "fa": "ساخت هوش مصنوعی",
}
"""What the label says."""

_DRAWN: Final = {"zh": CHINESE, "fa": PERSIAN}

# Of the picture's shorter side. China's marking rule (GB 45438-2025) wants characters of 5% of it.
_HEIGHTS: Final = {"en": 0.042, "es": 0.042, "zh": 0.053, "fa": 0.034}
_LEAST: Final = {"en": 12, "es": 12, "zh": 13, "fa": 10}  # pixels, or nobody can read it

_PEN: Final = 9.0  # hundredths of the height
_FINER: Final = 4  # drawn this many times larger, then made smaller
_INK, _PLATE, _VEIL = 250.0, 12.0, 0.62


class Patch(NamedTuple):
    """A label ready to be laid over a picture.

    where: its rows and columns. kept: uint16 [h, w, 1], 0..256, what remains of the picture; added: uint16
    [h, w, 1], 256ths of a level.
    """

    where: tuple[slice, slice]
    kept: NDArray[np.uint16]
    added: NDArray[np.uint16]


def noticed(pixels: Pixels, language: Language) -> Pixels:
    """A copy of a picture, uint8 [h, w, 3], with the label in its lower corner, where a line begins.

    Raises ValueError for a picture too small for it; 256 x 256 is large enough.
    """
    patch = _patch(pixels.shape[1], pixels.shape[0], language)
    marked = pixels.copy()
    window = marked[patch.where]
    window[:] = (window * patch.kept + patch.added) >> 8
    return marked


@lru_cache(maxsize=16)
def _patch(width: int, height: int, language: Language) -> Patch:
    letters = max(_LEAST[language], round(_HEIGHTS[language] * min(width, height)))
    room = letters // 3
    ink = np.pad(_ink(language, letters), room)
    tall, wide = ink.shape
    if tall + room > height or wide + room > width:
        raise ValueError(f"a picture of {width} x {height} is too small for a notice")
    left = width - wide - room if language == "fa" else room
    where = slice(height - tall - room, height - room), slice(left, left + wide)
    veil = _VEIL * _rounded(tall, wide, room)
    kept = (1 - veil) * (1 - ink)
    added = veil * (1 - ink) * _PLATE + ink * _INK
    return Patch(where, *(np.rint(256 * part).astype(np.uint16)[..., None] for part in (kept, added)))


def _ink(language: Language, height: int) -> NDArray[np.float32]:
    """The writing, float32 [h, w], 0..1; height: of its letters, in pixels."""
    if language in _DRAWN:
        return _pen(_DRAWN[language], height)
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=height)
    left, top, right, bottom = font.getbbox(NOTICE[language])
    page = Image.new("L", (int(np.ceil(right - left)), int(np.ceil(bottom - top))))
    ImageDraw.Draw(page).text((-left, -top), NOTICE[language], 255, font)
    return np.asarray(page, np.float32) / np.float32(255)


def _pen(lettering: Lettering, height: int) -> NDArray[np.float32]:
    from PIL import Image, ImageDraw

    unit = _FINER * height / 100
    size = round(lettering.width * unit), round((lettering.high - lettering.low) * unit)
    page = Image.new("L", size)
    draw = ImageDraw.Draw(page)
    for stroke in lettering.strokes():
        line = _smooth(np.array(stroke)) * unit
        # A row of round dots: wherever the pen goes its line is equally thick.
        for x, y in line:
            draw.circle((x, y), (_PEN if len(line) > 1 else 1.3 * _PEN) * unit / 2, 255)
    return np.asarray(page.reduce(_FINER), np.float32) / np.float32(255)


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A Catmull-Rom curve [m, 2] through points [n, 2], in steps of about one unit."""
    if len(points) < 2:
        return points
    ends = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    known = np.vstack([ends[0], points, ends[1]])
    pieces = []
    for before, start, end, after in zip(known, known[1:], known[2:], known[3:], strict=False):
        t = np.linspace(0, 1, int(np.hypot(*(end - start))) + 2)[:, None]
        slope, back = (end - before) / 2, (after - start) / 2
        bend = 2 * (start - end) + slope + back
        pieces.append(start + t * (slope + t * (3 * (end - start) - 2 * slope - back + t * bend)))
    return np.concatenate(pieces)


def _rounded(tall: int, wide: int, radius: int) -> NDArray[np.float32]:
    """1 inside of a plate with round corners, 0 outside, [tall, wide]."""
    y, x = (np.abs(np.arange(n) + 0.5 - n / 2) - (n / 2 - radius) for n in (tall, wide))
    away = np.hypot(np.maximum(x, 0), np.maximum(y, 0)[:, None])
    return np.asarray(np.clip(radius - away + 0.5, 0, 1), np.float32)
