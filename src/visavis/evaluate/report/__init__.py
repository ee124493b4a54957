"""The report of an evaluation: one page for people, and JUnit's XML for programs, beside the results.

Owns that the page stays small. Sees `results.json` and the clips beside it, and nothing else; what is missing
of them is told in the page. The same results and clips give the same bytes.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from visavis.evaluate.report import clips
from visavis.evaluate.report.clips import FINENESSES, Clip
from visavis.evaluate.report.cuts import cuts, shortened, told
from visavis.evaluate.report.html import page
from visavis.evaluate.report.junit import junit
from visavis.evaluate.report.scenes import Scene, most_of, row_of
from visavis.evaluate.report.tables import anchors
from visavis.evaluate.results import FILE, Measured, Results
from visavis.transports.place import placing, sentences

PAGE: Final = "report.html"
JUNIT: Final = "junit.xml"

LARGEST: Final = 5_000_000
"""Bytes of a page."""

BESIDE: Final = 500_000, 5_500
"""What a page has beside its players, about: once, and for each second."""

BASE64: Final = 4 / 3

Progress: TypeAlias = Callable[[float, float | None], None]


def write(folder: Path, progress: Progress = lambda done, total: None) -> Path:
    """Write the report of a folder's results beside them, and give the page's place. Blocks, for seconds.

    Raises:
        InputError: there are no results in the folder, or those of another version.
        OutputError: it cannot be written.
    """
    results = Results.read(folder / FILE)
    content = fitting(results, folder, progress)
    _write(folder / JUNIT, junit(results))
    _write(folder / PAGE, content)
    return folder / PAGE


def fitting(results: Results, folder: Path, progress: Progress) -> str:
    """A page that is small enough: clips become coarser, and then the last ones are left out."""
    lengths = [min(_length(folder, found), most_of(found)) for found in results.scenarios]
    once, each = BESIDE
    room = (LARGEST - once - each * sum(lengths)) / BASE64
    for level in range(clips.fineness(sum(lengths), room), len(FINENESSES)):
        scenes = _scenes(results, folder, level, progress)
        content = page(results, scenes)
        if len(content.encode()) <= LARGEST:
            return content
    return _without_most(results, scenes)


def _without_most(results: Results, scenes: Sequence[Scene]) -> str:
    """A page from which as little is left out as makes it small enough, and which tells what."""
    known = cuts(scenes)

    def content(amount: int) -> str:
        left_out = known[:amount]
        return page(results, shortened(scenes, left_out), told(left_out))

    fits = bisect_left(range(len(known)), True, key=lambda amount: len(content(amount).encode()) <= LARGEST)
    return content(fits)


def _scenes(results: Results, folder: Path, level: int, progress: Progress) -> Sequence[Scene]:
    scenes = []
    places = anchors(results)
    for done, found in enumerate(results.scenarios):
        progress(done, len(results.scenarios))
        scenes.append(Scene(found, _clip(folder, found, level), places[found.name]))
    return scenes


def _clip(folder: Path, found: Measured, level: int) -> Clip:
    video = _video(folder, found)
    if video is None:
        return Clip(trouble="there is no clip of it")
    return clips.clip(video, most_of(found), row_of(found), FINENESSES[level])


def _length(folder: Path, found: Measured) -> float:
    video = _video(folder, found)
    return clips.length(video) if video is not None else 0.0


def _video(folder: Path, found: Measured) -> Path | None:
    """The clip beside the results; a name that leads elsewhere is none."""
    name = str(found.facts.get("clip") or "")
    return folder / name if name and Path(name).name == name else None


def _write(path: Path, content: str) -> None:
    with placing(path, (path.suffix,)) as part, sentences(path):
        part.write_text(content, "utf-8", newline="\n")
