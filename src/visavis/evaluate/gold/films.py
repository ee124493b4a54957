"""Films, listened to one after the other, with the subtitles beside them.

Owns what becomes of a film that cannot be read to its end: what was heard until then counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from visavis.errors import AudioError, InputError
from visavis.evaluate.gold.listening import Stretch, Voiceprint, stretches
from visavis.evaluate.gold.subtitles import Subtitles, beside, cues
from visavis.media import AudioChunk, Samples
from visavis.sound import Recording, recording


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What was heard in a film.

    seconds: of its sound, as far as it could be read. trouble: why no further; "" where it was read whole.
    subtitles: None: there are none.
    """

    recording: Recording
    seconds: float
    stretches: tuple[Stretch, ...]
    trouble: str = ""
    subtitles: Subtitles | None = None

    @property
    def path(self) -> Path:
        return self.recording.path

    @property
    def said(self) -> float:
        """Seconds of speech."""
        return sum(stretch.said for stretch in self.stretches)

    def may_part(self, start: float, end: float) -> bool:
        """Whether its subtitles allow it to be cut between two moments."""
        return self.subtitles is None or self.subtitles.may_part(start, end)


def listened(
    path: Path,
    voiceprint: Callable[[Samples, int], Voiceprint] | None,
    note: Callable[[str], None],
    progress: Callable[[float, float | None], None] = lambda done, total: None,
) -> Film:
    """What is heard in a film or a recording. Blocks, some seconds for ten minutes; memory is bounded.

    Raises:
        AudioError: nothing of it can be read.
    """
    found = recording(path)
    subtitles = _subtitles(path, note)
    seconds, trouble = 0.0, ""

    def counted() -> Iterator[AudioChunk]:
        nonlocal seconds, trouble
        try:
            for chunk in found.chunks():
                seconds = chunk.end / chunk.rate
                progress(seconds, found.seconds)
                yield chunk
        except AudioError as error:
            if not seconds:
                raise
            trouble = str(error)

    spoken = tuple(stretches(counted(), voiceprint))
    return Film(found, seconds, spoken, trouble, subtitles)


def _subtitles(path: Path, note: Callable[[str], None]) -> Subtitles | None:
    file = beside(path)
    if file is None:
        return None
    try:
        return Subtitles(cues(file))
    except InputError as error:
        note(f"its subtitles are passed over: {error}")
        return None
