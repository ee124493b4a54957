"""The best still of a face in a film: a portrait of who speaks in its pieces.

The film is watched, as a clip is that somebody registers (`portrait.clip`), where its longest pieces are: who
is heard there is mostly seen there, and an hour of film need not be watched. Refuses to keep more than one
picture at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from visavis.errors import PortraitError
from visavis.evaluate.footage import Span, opened
from visavis.media import Pixels
from visavis.sound import FORMATS
from visavis.transports.place import placing, sentences

if TYPE_CHECKING:
    from visavis.portrait.quality import Quality

AROUND: Final = 0.8
"""Seconds before and after a piece that are watched as well: a mouth that is about to speak is shut."""

PIECES: Final = 4
"""Pieces that are watched."""

LONGEST: Final = 1600
"""Pixels of a still's longer side."""

LOOKS: Final = 10
"""Pictures a second that are looked at."""

A_MOMENT: Final = 0.002
"""Seconds by which a picture may be early: ticks of a file do not divide all rates."""


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture with a face in it, uint8 [h, w, 3] RGB, and how good it is as a portrait; at: its seconds."""

    pixels: Pixels
    quality: "Quality"
    at: float


def best(film: Path, spans: Sequence[Span], networks: Mapping[str, Path]) -> Still:
    """The best picture of the longest of these parts of a film. Blocks.

    networks: the files of the catalogue's "face".

    Raises:
        PortraitError: no face can be made out in them. InputError: the film has no pictures.
    """
    from visavis.portrait.clip import Watcher
    from visavis.portrait.faces import Finder

    finder = Finder(networks)
    longest = sorted(spans, key=lambda span: span[0] - span[1])[:PIECES]
    found: list[Still] = []
    refused: list[PortraitError] = []
    for start, end in sorted(longest):
        watcher = Watcher(finder, LOOKS)
        for pixels in pictures(film, (max(0.0, start - AROUND), end + AROUND)):
            watcher.see(pixels)
        try:
            seen = watcher.finish()
        except PortraitError as error:
            refused.append(error)
        else:
            found.append(Still(watcher.picture, seen.quality, start))
    if not found:
        raise refused[0] if refused else PortraitError(f"there is nothing to watch in {film}")
    return max(found, key=lambda still: still.quality.overall)


def pictures(film: Path, span: Span) -> Iterator[Pixels]:
    """LOOKS pictures a second of a part of a film, upright, RGB, no side longer than LONGEST. Blocks.

    Raises:
        InputError: it has no pictures, or they cannot be read.
    """
    from visavis.intake.footage import pixels
    from visavis.intake.stills import bounded

    with opened(film, FORMATS, "leave --portrait out") as (container, stream):
        stream.thread_type = "AUTO"
        tick, begin = float(stream.time_base or 1), stream.start_time or 0
        start, end = span
        if start > 0:
            container.seek(begin + int(start / tick), stream=stream)
        due = start
        for frame in container.decode(stream):
            at = ((frame.pts or 0) - begin) * tick
            if at > end:
                return
            if at > due - A_MOMENT:
                due = max(due + 1 / LOOKS, at)
                sideways = round(frame.rotation / 90) % 2
                size = (frame.height, frame.width) if sideways else (frame.width, frame.height)
                yield pixels(frame, *bounded(*size, LONGEST))


def write_still(path: Path, pixels: Pixels) -> None:
    """A PNG file. Blocks. Raises OutputError where it cannot be written."""
    from PIL import Image

    with placing(path, (".png",)) as part, sentences(path):
        Image.fromarray(pixels).save(part, format="PNG")
