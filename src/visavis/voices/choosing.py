"""Which phrases of a recording make the sample: one speaker's, the cleanest of them, in their order."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from visavis.voices.f0 import pitch
from visavis.voices.listening import RATE, Phrase
from visavis.voices.verdict import ENOUGH

MOST: Final = 30.0  # seconds that are kept
AMPLE: Final = 15.0  # seconds after which only what is as clean is added
POOL: Final = 90.0  # seconds that are remembered

_SPOTLESS: Final = 30.0  # dB: with so much of it, there is no need to listen on
_AS_CLEAN, _LESS_CLEAN = 6.0, 12.0  # dB
_APART: Final = 6.0  # semitones between two speakers
_TELLING: Final = 0.8  # seconds of a phrase from which its pitch tells who speaks
_HEARD: Final = 2.0  # seconds of somebody that make a speaker

_cleanness = attrgetter("cleanness")


class Pool(NamedTuple):
    """The cleanest POOL seconds of phrases, and the seconds of speech among all that were listened to."""

    phrases: list[Phrase]
    found: float


def pooled(phrases: Iterable[Phrase]) -> Pool:
    """What is worth remembering; with POOL spotless seconds there is no more listening."""
    pool: list[Phrase] = []
    found = 0.0
    for phrase in phrases:
        pool.append(phrase)
        found += phrase.seconds
        if spoken(pool) > POOL and min(map(_cleanness, pool)) > _SPOTLESS:
            break
        while spoken(pool) > POOL:
            pool.remove(min(pool, key=_cleanness))
    return Pool(pool, found)


def spoken(phrases: Iterable[Phrase]) -> float:
    """Seconds."""
    return sum(phrase.seconds for phrase in phrases)


def one_speaker(pool: Sequence[Phrase]) -> tuple[list[Phrase], float]:
    """The phrases of whoever speaks most, and how high in Hz another one speaks, 0 if there is none.

    Speakers are told apart by the height of their voices alone: there must be two heaps of phrases, half
    an octave apart, with nothing between. Two men, or two women, pass for one.
    """
    heights = [(pitch(phrase.samples, RATE).median, phrase) for phrase in pool if phrase.seconds >= _TELLING]
    voiced = sorted((pair for pair in heights if pair[0]), key=lambda pair: pair[0])
    if len(voiced) < 2:
        return list(pool), 0.0
    steps = 12 * np.log2([height for height, _ in voiced])
    cut = int(np.argmax(np.diff(steps))) + 1
    apart = float(np.median(steps[cut:]) - np.median(steps[:cut]))
    groups = [[phrase for _, phrase in part] for part in (voiced[:cut], voiced[cut:])]
    between = steps[cut] - steps[cut - 1]
    if apart < _APART or between < apart / 2 or min(map(spoken, groups)) < _HEARD:
        return list(pool), 0.0
    low, high = (float(2 ** (np.median(part) / 12)) for part in (steps[:cut], steps[cut:]))
    return (groups[0], high) if spoken(groups[0]) >= spoken(groups[1]) else (groups[1], low)


def cleanest(phrases: Sequence[Phrase]) -> list[Phrase]:
    """At most MOST seconds, in the order in which they were said; what is not clean only if it is needed."""
    kept: list[Phrase] = []
    for phrase in sorted(phrases, key=_cleanness, reverse=True):
        worse = kept[0].cleanness - phrase.cleanness if kept else 0.0
        seconds = spoken(kept)
        wanted = seconds < ENOUGH or worse < (_LESS_CLEAN if seconds < AMPLE else _AS_CLEAN)
        if wanted and seconds + phrase.seconds <= MOST:
            kept.append(phrase)
    return sorted(kept, key=attrgetter("at"))
