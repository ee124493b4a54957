"""How high a voice is, how lively, and whether it rises and falls as a person did who said the same.

Owns comparing melodies. The tracker is `voices.f0`; where nothing is voiced there is no pitch.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._mel import mel
from visavis.evaluate.takes import Take
from visavis.media import Samples
from visavis.voices.f0 import HOP, contour
from visavis.voices.spectrum import at_rate

Floats = NDArray[np.float64]

LEAST: Final = 0.3
"""Seconds of voice that there have to be."""

WIDE: Final = 7.0
"""Semitones around the median within which F0 is believed: beyond lie octave errors."""

UNVOICED: Final = "there is no voice in it that has a pitch"

RATE: Final = 16_000
CEPSTRA: Final = 13


def height(take: Take) -> Reading:
    """The mean F0 in Hz, as the ear takes means."""
    track = contour(take.samples, take.rate)
    voiced = _voiced(track)
    if voiced is None:
        return Reading(None, UNVOICED)
    times = np.arange(len(track)) * HOP
    series = {"time": times.tolist(), "hertz": track.tolist()}
    return Reading(float(np.exp(np.log(voiced).mean())), series=series)


def liveliness(take: Take) -> Reading:
    """Semitones between the lowest and the highest twentieth of F0."""
    voiced = _voiced(contour(take.samples, take.rate))
    if voiced is None:
        return Reading(None, UNVOICED)
    low, high = np.percentile(voiced, [5, 95])
    return Reading(float(12 * np.log2(high / low)))


def melody(take: Take) -> Reading:
    """How alike the rise and fall of F0 is in the take and its twin, -1..1."""
    if take.twin is None:
        return Reading(None, "there is no recording of the same text to compare with")
    mine, theirs = _sounds(take), _sounds(take.twin)
    if mine is None or theirs is None:
        return Reading(None, UNVOICED)
    here, there = warped(mine.cepstra, theirs.cepstra)
    ours, other = mine.semitones[here], theirs.semitones[there]
    both = np.isfinite(ours) & np.isfinite(other)
    if both.sum() * HOP < LEAST:
        return Reading(None, "the two have too few voiced sounds in common")
    ours, other = ours[both], other[both]
    if ours.std() < 1e-3 or other.std() < 1e-3:
        return Reading(0.0, "one of them stays on one pitch")
    series = {"time": (here[both] * HOP).tolist(), "take": ours.tolist(), "twin": other.tolist()}
    return Reading(float(np.corrcoef(ours, other)[0, 1]), series=series)


def _voiced(track: Floats) -> Floats | None:
    """F0 in Hz without octave errors; None where there is too little voice."""
    voiced = track[track > 0]
    if len(voiced) * HOP < LEAST:
        return None
    return np.asarray(voiced[np.abs(12 * np.log2(voiced / np.median(voiced))) <= WIDE])


class _Sounds(NamedTuple):
    """A sound, 100 times a second.

    cepstra: [n, CEPSTRA - 1]. semitones: of F0 above its median, [n], NaN where it has none.
    """

    cepstra: Floats
    semitones: Floats


def _sounds(take: Take) -> _Sounds | None:
    track = contour(take.samples, take.rate)
    voiced = _voiced(track)
    if voiced is None:
        return None
    middle = np.median(voiced)
    semitones = 12 * np.log2(np.where(track > 0, track, np.nan) / middle)
    semitones[np.abs(semitones) > WIDE] = np.nan
    return _Sounds(_cepstra(take.samples, take.rate)[: len(track)], semitones)


def _cepstra(samples: Samples, rate: int) -> Floats:
    """Mel cepstra without loudness, each of them with a mean of 0 and a deviation of 1."""
    sound = at_rate(samples, rate, RATE).astype(np.float32)
    bands = np.log(mel(sound, RATE, 400, round(HOP * RATE), 40) + 1e-8)
    order = np.arange(1, CEPSTRA)[:, None] * (np.arange(40) + 0.5) * np.pi / 40
    cepstra = bands @ np.cos(order).T
    return np.asarray((cepstra - cepstra.mean(0)) / np.maximum(cepstra.std(0), 1e-6))


def warped(one: Floats, other: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows of two arrays [n, k] and [m, k] belong together, in order.

    Dynamic time warping with steps of one row in either or both (Sakoe and Chiba 1978), worked out one
    diagonal after the other.
    """
    n, m = len(one), len(other)
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    apart = np.sqrt(np.maximum(squares, 0)).astype(np.float32)
    rows = np.arange(n)
    best = np.full((n + m - 1, n + 1), np.inf, np.float32)
    for diagonal in range(n + m - 1):
        inside = rows[max(0, diagonal - m + 1) : diagonal + 1]
        before = (
            np.stack(
                [best[diagonal - 1, inside + 1], best[diagonal - 1, inside], best[diagonal - 2, inside]]
            ).min(0)
            if diagonal
            else np.zeros(1, np.float32)
        )
        best[diagonal, inside + 1] = apart[inside, diagonal - inside] + before
    return _path(best, n, m)


def _path(best: NDArray[np.float32], n: int, m: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The way back from the end; best[i + j, i + 1] is the cost of the way to rows i and j."""
    i, j = n - 1, m - 1
    way = [(i, j)]
    while i or j:
        steps = [(i - 1, j - 1), (i, j - 1), (i - 1, j)]
        i, j = min((s for s in steps if min(s) >= 0), key=lambda s: best[s[0] + s[1], s[0] + 1])
        way.append((i, j))
    here, there = zip(*reversed(way), strict=True)
    return np.array(here), np.array(there)


_ERRORS: Final = "A creaking voice, music and loud noise mislead the tracker. "

METRICS: Final = (
    Metric(
        name="pitch_mean",
        title="Height of the voice",
        unit="Hz",
        better="none",
        source="de Cheveigné and Kawahara, YIN, JASA 111 (2002): the geometric mean of F0",
        limits=_ERRORS + "What lies 7 semitones off the median is taken for an error.",
        of=Take,
        measure=height,
        same_within=2.0,
    ),
    Metric(
        name="pitch_range",
        title="Liveliness of the voice",
        unit="semitones",
        better="none",
        source="as pitch_mean: from the 5th to the 95th percentile of F0",
        limits=_ERRORS + "Mandarin has more of it for its tones; 14 semitones at most are seen.",
        of=Take,
        measure=liveliness,
        same_within=0.5,
    ),
    Metric(
        name="pitch_contour",
        title="Melody, against a recording",
        unit="",
        better="higher",
        source="Pearson's correlation of F0 in semitones, where both are voiced, along the path of dynamic "
        "time warping over mel cepstra (Sakoe and Chiba 1978)",
        limits=_ERRORS + "There are several good ways to say a sentence, and this knows one of them.",
        of=Take,
        measure=melody,
        same_within=0.03,
    ),
)
