"""A GIF or a clip, within the sandbox: decoded, watched, and made anew, one frame at a time.

Owns the order of it, and the even rate. Importing this loads all that the work takes: by then nothing can
be opened any more (`child`).
"""

from collections.abc import Iterator
from dataclasses import asdict

from visavis.arrays import packed
from visavis.intake import animation, photos
from visavis.intake.child import Content
from visavis.intake.films import LONGEST, Clip, even, steady, steady_rate
from visavis.intake.footage import footage, opened, pixels
from visavis.intake.messages import Answer, Facts
from visavis.intake.stills import bounded, scaled
from visavis.media import Pixels
from visavis.portrait import picture
from visavis.portrait.clip import Watcher
from visavis.portrait.faces import Finder


def clip(arguments: Facts, content: Content) -> Answer:
    """The task for videos; kind: what it is; models: the face networks' files by their names."""
    finder = photos.loaded(arguments["models"])
    with opened(content(), arguments["kind"]) as container:
        shown = footage(container)
        size = even(*bounded(*shown.size, LONGEST))
        rate = steady_rate(shown.rate)
        moments = (pixels(frame, *size) for frame in steady(shown.frames(), rate, 1 / shown.rate))
        return _watched("clip", moments, size, rate, finder)


def gif(arguments: Facts, content: Content) -> Answer:
    """The task for GIFs; of one that does not move, what is kept of a photo. models: as above."""
    finder = photos.loaded(arguments["models"])
    sent = content()
    held = animation.walked(sent)
    if len(held.delays) < 2:
        return photos.study(picture.read(sent), finder)
    size = even(*bounded(held.width, held.height, LONGEST))
    rate = steady_rate(1 / min(held.delays))
    timed = animation.frames(sent, held)
    moments = (scaled(shown, size) for shown in steady(timed, rate, held.delays[-1]))
    return _watched("gif", moments, size, rate, finder)


def _watched(
    kind: str, moments: Iterator[Pixels], size: tuple[int, int], rate: int, finder: Finder
) -> Answer:
    watcher, made = Watcher(finder, rate), Clip(size, rate)
    for moment in moments:
        watcher.see(moment)
        made.add(moment)
    seen = watcher.finish()
    answer = photos.answer(kind, watcher.picture, watcher.face, seen.quality)
    facts = {
        "fps": rate,
        "seconds": made.frames / rate,
        "loop": asdict(seen.loop),
        "best": list(seen.best),
        "sentences": list(seen.sentences),
    }
    blobs = {"clip": made.finish(), "track": packed(seen.track)}
    return Answer(answer.facts | facts, answer.blobs | blobs)
