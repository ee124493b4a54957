"""Which stretches of speech are clean, whose they are, and how they are joined to pieces of a few seconds.

All of it is arithmetic over figures. A stretch is refused for one reason, the gravest; clean ones that follow
each other within PAUSE are joined, so that as much speech as can be is in pieces of SHORTEST to LONGEST.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from statistics import median
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from visavis.evaluate.gold.listening import Stretch, Voiceprint

Reason: TypeAlias = Literal[
    "music", "clipped", "noisy", "faint", "another", "short", "torn", "dull", "surplus"
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

SHORTEST, LONGEST = 3.0, 12.0
"""Seconds of a piece, without the quiet at its ends."""

USUAL: Final = 6.0
"""Seconds that pieces come near to, where pauses allow."""

PAUSE: Final = 1.2
"""Seconds between two stretches that may be one sentence still."""

MARGIN: Final = 0.16
"""Seconds of quiet that stretches have at their ends."""

NOISY: Final = 15.0
"""dB."""

CLIPPED: Final = 0.005
"""Share of the samples; below that nobody hears it."""

FLAT: Final = 0.08
"""See `listening.flatness`."""

DULL: Final = 2.2
"""DNSMOS OVRL; a speech of 1961 in the open, before a crowd, has 2.5, a good recording 3.3."""

FAINT: Final = -45.0
"""LUFS."""

APART: Final = 6.0
"""Semitones between the heights of two voices that are surely two people's."""

UNLIKE: Final = 0.72
"""The cosine between voiceprints below which they are two people's; one person's lie at .88 and above."""

_PER_PAUSE: Final = 4.0
"""Seconds of a piece's length that a second of pause at its end makes up for."""

_AWKWARD: Final = 8.0
"""Seconds of a piece's length that are worth a cut where a subtitle ends."""

SENTENCES: Final[Mapping[Reason, str]] = {
    "music": "with music or tones behind it",
    "clipped": "cut off at the top, because the microphone was turned up too far",
    "noisy": f"with noise less than {NOISY:g} dB below it",
    "faint": f"too quiet, below {FAINT:g} LUFS",
    "another": "of another voice",
    "short": f"in pieces shorter than {SHORTEST:g} s, between pauses or what is not clean",
    "torn": "that begins or ends within a word, without a pause to cut at",
    "dull": f"that would sound poor to listeners, below {DULL:g} of 5 (DNSMOS)",
    "surplus": "clean, and less so than the pieces that were asked for",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """What is cut out: stretches of a film that follow each other."""

    film: int
    parts: tuple[Stretch, ...]

    @property
    def start(self) -> float:
        return self.parts[0].start

    @property
    def end(self) -> float:
        return self.parts[-1].end

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def said(self) -> float:
        """Seconds of speech in it."""
        return sum(part.said for part in self.parts)

    @property
    def snr(self) -> float:
        """dB, that of its worst part."""
        return min(part.snr for part in self.parts)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is left out. seconds: of speech. film: its number among those that were given."""

    film: int
    start: float
    end: float
    seconds: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken of some films, in their order, and what is not."""

    pieces: tuple[Piece, ...]
    refusals: tuple[Refusal, ...]


def chosen(
    films: Sequence[Sequence[Stretch]],
    may_part: Callable[[int, float, float], bool] = lambda film, start, end: True,
    most: int | None = None,
) -> Choice:
    """The pieces of some films in which the one who speaks most speaks clearly.

    may_part: whether a film is well cut between two moments in which nobody speaks; subtitles can be against.
    most: pieces that are wanted, the cleanest; None: all.
    """
    clean = [stretch for film in films for stretch in film if not _spoiled(stretch)]
    mine = whose(clean)
    pieces: list[Piece] = []
    refusals: list[Refusal] = []
    for number, film in enumerate(films):
        run: list[Stretch] = []
        for stretch in film:
            reason = _spoiled(stretch) or (None if mine(stretch) else "another")
            if reason is not None:
                refusals.append(refused(number, (stretch,), reason))
            if run and (reason is not None or stretch.start - run[-1].end > PAUSE - 2 * MARGIN):
                _join(number, run, may_part, pieces, refusals)
                run = []
            if reason is None:
                run.append(stretch)
        _join(number, run, may_part, pieces, refusals)
    if most is not None and len(pieces) > most:
        kept = set(sorted(range(len(pieces)), key=lambda n: (-pieces[n].snr, n))[:most])
        refusals += [refused(p.film, p.parts, "surplus") for n, p in enumerate(pieces) if n not in kept]
        pieces = [piece for n, piece in enumerate(pieces) if n in kept]
    return Choice(tuple(pieces), tuple(sorted(refusals, key=lambda r: (r.film, r.start))))


def _spoiled(stretch: Stretch) -> Reason | None:
    """Why a stretch is not clean; None where it is."""
    reasons: tuple[tuple[Reason, bool], ...] = (
        ("music", stretch.music),
        ("clipped", stretch.clipped > CLIPPED or stretch.flat > FLAT),
        ("noisy", stretch.snr < NOISY),
        ("faint", stretch.level < FAINT),
    )
    return next((reason for reason, holds in reasons if holds), None)


def refused(film: int, parts: Sequence[Stretch], reason: Reason) -> Refusal:
    """That these stretches are left out."""
    said = sum(part.said for part in parts)
    return Refusal(film, parts[0].start, parts[-1].end, said, reason)


def whose(stretches: Sequence[Stretch]) -> Callable[[Stretch], bool]:
    """Tells whether a stretch is of the person who speaks most in these.

    By voiceprints, where there are some: the person is where most speech is near. Else by the height of the
    voice alone: two heaps, half an octave apart with nothing between, are two people; two men pass for one.
    """
    prints = [(stretch.voice, stretch.said) for stretch in stretches if stretch.voice is not None]
    if prints:
        middle = _densest(prints)
        return lambda stretch: stretch.voice is None or float(stretch.voice @ middle) >= UNLIKE
    lowest, highest = _heap(stretches)
    return lambda stretch: not stretch.height or lowest <= stretch.height <= highest


def _densest(prints: Sequence[tuple[Voiceprint, float]]) -> Voiceprint:
    """The middle of those voiceprints that lie nearest to each other, weighted by their seconds."""
    points = np.stack([point for point, _ in prints])
    seconds = np.array([said for _, said in prints])
    near = points @ points.T >= UNLIKE
    best = near[int(np.argmax(near @ seconds))]
    middle = (points[best] * seconds[best, None]).sum(0)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), np.float32)


def _heap(stretches: Sequence[Stretch]) -> tuple[float, float]:
    """From which height to which, in Hz, the one speaks who speaks most."""
    voiced = sorted((s for s in stretches if s.height), key=lambda s: s.height)
    steps = [12 * log2(s.height) for s in voiced]
    gaps = [after - before for before, after in pairwise(steps)]
    everything = 0.0, float("inf")
    if not gaps:
        return everything
    cut = gaps.index(max(gaps)) + 1
    apart = median(steps[cut:]) - median(steps[:cut])
    if apart < APART or gaps[cut - 1] < apart / 2:
        return everything
    low, high = (sum(s.said for s in part) for part in (voiced[:cut], voiced[cut:]))
    return (0.0, voiced[cut - 1].height) if low >= high else (voiced[cut].height, float("inf"))


def _join(
    film: int,
    run: Sequence[Stretch],
    may_part: Callable[[int, float, float], bool],
    pieces: list[Piece],
    refusals: list[Refusal],
) -> None:
    """Make pieces of clean stretches that follow each other."""
    if not run:
        return
    between = list(pairwise(run))
    places = [run[0].begins, *(a.ends and b.begins for a, b in between), run[-1].ends]
    awkward = [not may_part(film, a.end, b.start) for a, b in between]
    kept = parted(run, places, [False, *awkward, False])
    left = 0
    for first, last in [*kept, (len(run), len(run))]:
        for lost in run[left:first]:
            refusals.append(refused(film, (lost,), "short" if lost.begins and lost.ends else "torn"))
        left = last
    pieces += [Piece(film, tuple(run[first:last])) for first, last in kept]


def parted(run: Sequence[Stretch], places: Sequence[bool], awkward: Sequence[bool]) -> list[tuple[int, int]]:
    """Which stretches of a run make a piece each, first and one behind the last; in order.

    places: whether it may be cut before each of them, and behind the last one. awkward: whether it had better
        not be.
    By dynamic programming: as much speech as can be, then lengths near to USUAL and cuts at long pauses.
    """
    best: list[tuple[float, float]] = [(0.0, 0.0)]
    steps: list[tuple[int, bool]] = [(0, False)]
    for end in range(1, len(run) + 1):
        options = [(*best[end - 1], end - 1, False)]
        for first in _firsts(run, places, end):
            said = sum(part.said for part in run[first:end])
            worth = best[first][1] - _oddness(run, first, end) - _AWKWARD * (awkward[first] + awkward[end])
            options.append((best[first][0] + said, worth, first, True))
        said, worth, first, is_piece = max(options)
        best.append((said, worth))
        steps.append((first, is_piece))
    found = []
    end = len(run)
    while end:
        first, is_piece = steps[end]
        if is_piece:
            found.append((first, end))
        end = first
    return found[::-1]


def _firsts(run: Sequence[Stretch], places: Sequence[bool], end: int) -> Iterator[int]:
    """The stretches that a piece may begin with which ends before `end`."""
    for first in range(end - 1, -1, -1):
        seconds = run[end - 1].end - run[first].start - 2 * MARGIN
        if seconds > LONGEST:
            return
        if seconds >= SHORTEST and places[first] and places[end]:
            yield first


def _oddness(run: Sequence[Stretch], first: int, end: int) -> float:
    """How far a piece is from what is wanted, in seconds."""
    pause = run[end].start - run[end - 1].end if end < len(run) else PAUSE
    return abs(run[end - 1].end - run[first].start - USUAL) - _PER_PAUSE * pause


def reasons(refusals: Sequence[Refusal]) -> Mapping[Reason, tuple[Refusal, ...]]:
    """What was refused for which reason, in the order of REASONS."""
    found = {reason: tuple(r for r in refusals if r.reason == reason) for reason in REASONS}
    return {reason: some for reason, some in found.items() if some}
