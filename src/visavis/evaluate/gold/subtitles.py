"""Subtitles beside a film, read: what is said from when to when.

SubRip and WebVTT (W3C, WebVTT: The Web Video Text Tracks Format). What is not spoken - names of speakers,
noises, tags - is left out, and lines that roll up and are shown twice are taken once.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

from visavis.errors import InputError
from visavis.evaluate.gold.tables import LARGEST, Trouble, decoded

ENDINGS: Final = (".srt", ".vtt")

EARLY: Final = 0.4
"""Seconds by which subtitles may come before the words, or stay behind them."""

_TIME: Final = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES: Final = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_ASIDE: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|♪[^♪]*♪?|♫[^♫]*♫?")
_SPEAKER: Final = re.compile(r"^(?:[-–—]\s*|>>+\s*)?(?:[A-Z][A-Z .'’-]{1,24}:\s+)?")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from when to when, in seconds."""

    start: float
    end: float
    text: str


def beside(film: Path) -> Path | None:
    """The subtitles of a film: talk.srt or talk.en.vtt beside talk.mp4."""
    try:
        files = sorted(film.parent.iterdir())
    except OSError:
        return None
    fitting = (f for f in files if f.suffix.lower() in ENDINGS and f.name.startswith(f"{film.stem}."))
    return min(fitting, key=lambda file: len(file.name), default=None)


def cues(path: Path) -> tuple[Cue, ...]:
    """What subtitles say, in order. Blocks.

    Raises:
        InputError: they cannot be read, or there is nothing in them.
    """
    text = decoded(path, str(path), LARGEST)
    if isinstance(text, Trouble):
        raise InputError(str(text))
    found = tuple(sorted(_once(_blocks(text.split("\n"))), key=lambda cue: cue.start))
    if not found:
        raise InputError(f"there are no subtitles in {path}; give SubRip or WebVTT, or take it away")
    return found


def _blocks(lines: Sequence[str]) -> Iterator[tuple[float, float, list[str]]]:
    """Times, and the lines below them up to an empty one."""
    number = 0
    while number < len(lines):
        times = _TIMES.match(lines[number])
        number += 1
        if times is None:
            continue
        shown = []
        while number < len(lines) and lines[number].strip() and not _TIMES.match(lines[number]):
            shown.append(lines[number])
            number += 1
        start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
        if end > start:
            yield start, end, shown


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _once(blocks: Iterator[tuple[float, float, list[str]]]) -> Iterator[Cue]:
    before: list[str] = []
    for start, end, lines in blocks:
        spoken = [line for line in map(_spoken, lines) if line]
        new = [line for line in spoken if line not in before[-1:]]
        before = spoken or before
        if new:
            yield Cue(start, end, " ".join(new))


def _spoken(line: str) -> str:
    words = _ASIDE.sub(" ", unescape(_TAG.sub("", line)))
    return " ".join(_SPEAKER.sub("", words.strip()).split())


class Subtitles:
    """Subtitles of one film, asked for moments of it."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._cues = cues
        self._middles = [(cue.start + cue.end) / 2 for cue in cues]

    def may_part(self, start: float, end: float) -> bool:
        """Whether no subtitle is shown on both sides of a pause."""
        middle = (start + end) / 2
        near = self._cues[max(0, bisect_left(self._middles, middle) - 3) :][:6]
        return not any(cue.start < middle - EARLY and cue.end > middle + EARLY for cue in near)

    def text(self, start: float, end: float) -> str:
        """What is said between two moments; "" where a subtitle goes on beyond one of them."""
        first, last = bisect_left(self._middles, start), bisect_left(self._middles, end)
        within = self._cues[first:last]
        around = (*self._cues[max(0, first - 1) : first], *self._cues[last : last + 1])
        crossing = any(cue.end > start + EARLY and cue.start < end - EARLY for cue in around)
        spilling = any(cue.start < start - 2 * EARLY or cue.end > end + 4 * EARLY for cue in within)
        return "" if crossing or spilling else " ".join(cue.text for cue in within)
