"""A photo to a Portrait: read it safely, find the face, say what is wrong with it, frame it.

Importing this loads neither cv2 nor the runtime of the networks; `take` and `framed` do.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.errors import PortraitError
from visavis.media import Pixels, Portrait

if TYPE_CHECKING:
    from visavis.portrait.faces import Finder, Found


def take(source: Path | bytes, finder: "Finder", width: int, height: int) -> Portrait:
    """The portrait of the largest face on a photo, framed for pictures of width x height.

    source: a file, or its content: JPEG, PNG, WebP, GIF, HEIC ... up to 25 megapixels and 50 MB.
    finder: used by one thread at a time.
    width, height: pixels, even, 256 to 1024.

    Raises:
        PortraitError: no picture, no face, or a face that is too small, turned away, covered or cut off;
            the sentence says which, and what to do.
    """
    from visavis.portrait import fitness, framing, picture

    _check_size(width, height)
    pixels = picture.read(source)
    faces = finder.faces(pixels)
    if not faces:
        raise PortraitError(fitness.NO_FACE)
    pixels, face = framing.upright(pixels, faces[0])
    if sentence := fitness.objection(pixels, face):
        raise PortraitError(sentence)
    several = (f"{len(faces)} faces found; the largest was taken",) if len(faces) > 1 else ()
    return replace(framed(pixels, face, width, height), notes=several)


def framed(pixels: Pixels, found: "Found", width: int, height: int) -> Portrait:
    """The portrait of a face that has been found and judged before, framed for pictures of width x height.

    pixels: the picture [h, w, 3] that it was found in, RGB, turned any way.
    width, height: pixels, even, 256 to 1024.

    Raises:
        PortraitError: a size that is none, or a face that is too small for it.
    """
    from visavis.portrait import framing

    _check_size(width, height)
    return framing.frame(*framing.upright(pixels, found), width, height)


def _check_size(width: int, height: int) -> None:
    for name, length in (("width", width), ("height", height)):
        if length % 2 or not 256 <= length <= 1024:
            raise PortraitError(f"a picture's {name} is an even number from 256 to 1024, not {length}")
