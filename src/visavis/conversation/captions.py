"""What of a text was heard, when its sound ends somewhere."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from visavis.language.characters import script
from visavis.language.cutting import seconds

SLOW: Final = 1.5
"""How much slower a voice may be than most, so that no more is taken for heard than was."""


class Cue(NamedTuple):
    """From where on a piece of a text is heard.

    written: as it stands in the text, with the space before it. start: index of the first sample.
    pause: samples of silence that its sound ends with.
    """

    written: str
    start: int
    pause: int


def heard(cues: Sequence[Cue], position: int, made: int, rate: int, whole: bool) -> str:
    """The text that was heard up to a sample: whole pieces, and the words of the last one in proportion.

    made: samples of sound that there are. whole: whether all was said with them; otherwise the last piece is
    taken to be as long as its text, for more of it may come, or it was broken off.
    """
    text = ""
    for place, cue in enumerate(cues):
        if cue.start >= position:
            break
        if place + 1 < len(cues):
            end = cues[place + 1].start
        else:
            end = made if whole else max(made, cue.start + cue.pause + round(rate * _longest(cue.written)))
        text += _begun(cue.written, (position - cue.start) / max(1, end - cue.pause - cue.start))
    return text.strip()


def _longest(text: str) -> float:
    """Seconds that a text takes a slow speaker."""
    return SLOW * sum(map(seconds, text))


def _begun(written: str, share: float) -> str:
    """The whole words within a share of a text's characters."""
    end = int(share * len(written))
    if end >= len(written):
        return written
    while end > 0 and not _parts(written[end - 1], written[end]):
        end -= 1
    return written[:end]


def _parts(before: str, after: str) -> bool:
    """Whether one word may end and another begin between two characters."""
    return before.isspace() or after.isspace() or script(before) == "han"
