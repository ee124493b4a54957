"""A photo, within the sandbox: read, scaled, its face found and judged, and made anew.

Owns the order of it. Importing this loads all that the work takes, also what libraries would look for only
when a picture asks for it: by then nothing can be opened any more (`child`).
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from visavis.arrays import packed
from visavis.errors import UploadError
from visavis.intake.child import Content, early
from visavis.intake.limits import check_webp
from visavis.intake.messages import Answer, Facts
from visavis.intake.stills import LONGEST, bounded, jpeg, scaled
from visavis.media import Pixels
from visavis.portrait import framing, picture
from visavis.portrait.faces import Finder, Found
from visavis.portrait.quality import Quality, judged

Image.preinit()
early("PIL.ImageColor", "PIL.MpoImagePlugin", "PIL.TiffImagePlugin", "PIL.WebPImagePlugin")


def photo(arguments: Facts, content: Content) -> Answer:
    """The task for JPEG, PNG and WebP; models: the face networks' files by their names."""
    finder = loaded(arguments["models"])
    sent = content()
    check_webp(sent)
    return study(picture.read(sent), finder)


def loaded(models: Mapping[str, str]) -> Finder:
    """The networks that find faces. Raises ModelError."""
    return Finder({name: Path(path) for name, path in models.items()})


def study(pixels: Pixels, finder: Finder) -> Answer:
    """What is kept of a photo. Raises UploadError where there is no face on it."""
    height, width = pixels.shape[:2]
    pixels = scaled(pixels, bounded(width, height, LONGEST))
    faces = finder.faces(pixels)
    quality = judged(pixels, faces)
    if not faces:
        raise _no_face(quality)
    return answer("photo", *framing.upright(pixels, faces[0]), quality)


def answer(kind: str, pixels: Pixels, face: Found, quality: Quality) -> Answer:
    """A picture and the face on it, with what was said of it."""
    height, width = pixels.shape[:2]
    return Answer(
        {"kind": kind, "width": width, "height": height, "quality": asdict(quality)},
        {"picture": jpeg(pixels), "face": packed(face)},
    )


def _no_face(quality: Quality) -> UploadError:
    """The sentence about a picture without a face."""
    said = next(score.sentence for score in quality.scores if score.sentence)
    return UploadError("no_face", said)
