"""Whether every picture comes, once and at its time, and as long as there is sound."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._pictures import regions
from visavis.evaluate.takes import Take

Curve = NDArray[np.float64]

SAME: Final = 0.04
SAME_SHARE: Final = 0.05
"""The mean difference of two pictures up to which they show the same: of 255, and of what it usually is. Of a
picture that was given to an encoder twice 0.02 is left, and a face that only breathes has 0.1."""

BLACK: Final = 6.0
"""The mean light, of 255, up to which a picture is black."""


def dropped(take: Take) -> Reading:
    """Pictures that are missing in the rhythm of the others, percent of those that there should be."""
    missing = missed(take.shown, take.fps)
    return Reading(100 * missing / (missing + take.frames), f"{missing} pictures")


def repeated(take: Take) -> Reading:
    """Pictures that show the same as the one before while somebody speaks, percent of all then."""
    found, times = regions(take), take.seen.times
    speaking = np.isfinite(found.change) & _speaking(take, times)
    if not speaking.any():
        return Reading(None, "nobody speaks in the pictures that were looked at")
    return Reading(100 * float(same(found.change)[speaking].mean()))


def frozen(take: Take) -> Reading:
    """The longest time for which the same picture is shown, while somebody speaks or not, milliseconds."""
    found = regions(take)
    longest = 1
    for one in np.unique(found.span):
        still = np.concatenate([[False], same(found.change)[found.span == one], [False]])
        edges = np.flatnonzero(np.diff(still.astype(int)))
        longest = max([longest, *(1 + edges[1::2] - edges[::2])])
    return Reading(1000 * longest / take.fps)


def black(take: Take) -> Reading:
    """Black pictures, percent."""
    return Reading(100 * float((regions(take).light <= BLACK).mean()))


def lengths(take: Take) -> Reading:
    """Milliseconds by which the pictures last longer than the sound."""
    if not len(take.samples):
        return Reading(None, "it has no sound")
    return Reading(1000 * (float(take.shown[-1]) + 1 / take.fps - take.seconds))


def same(change: Curve) -> NDArray[np.bool_]:
    """Which pictures show the same as the one before, by their difference from it; none does for NaN."""
    usual = float(np.nanmedian(change)) if np.isfinite(change).any() else 0.0
    return np.asarray(change <= max(SAME, SAME_SHARE * usual))


def missed(shown: Curve, fps: int) -> int:
    """How many pictures are missing between those that are shown."""
    return int(np.maximum(np.rint(np.diff(shown) * fps) - 1, 0).sum())


def _speaking(take: Take, times: Curve) -> NDArray[np.bool_]:
    """Whether somebody speaks at some times; always, where that is not known."""
    if not take.phones:
        return np.ones(len(times), bool)
    starts = np.array([(phone.start, phone.end) for phone in take.phones if phone.symbol]).reshape(-1, 2)
    return np.asarray(((times[:, None] >= starts[:, 0]) & (times[:, None] < starts[:, 1])).any(1))


_EXCERPT: Final = "Of the twelve seconds that are looked at."

METRICS: Final = (
    Metric(
        name="frames_dropped",
        title="Pictures missing",
        unit="%",
        better="lower",
        source="the times at which pictures are shown, against a steady rhythm",
        limits="The rhythm is that of the shortest times: where every second picture is missing, none is.",
        of=Take,
        measure=dropped,
        same_within=0.1,
    ),
    Metric(
        name="frames_repeated",
        title="Pictures shown twice in speech",
        unit="%",
        better="lower",
        source="the mean difference of luma from the picture before, up to 0.04 of 255 or a twentieth of the "
        "usual one, while a phone lasts; as freezes are told in ITU-T J.247",
        limits=_EXCERPT,
        of=Take,
        measure=repeated,
        same_within=0.5,
    ),
    Metric(
        name="frames_frozen",
        title="Longest still picture",
        unit="ms",
        better="lower",
        source="the longest run of pictures of which each shows the same as the one before",
        limits=_EXCERPT + " A recording that stands still at its end has one.",
        of=Take,
        measure=frozen,
        same_within=40.0,
    ),
    Metric(
        name="frames_black",
        title="Black pictures",
        unit="%",
        better="lower",
        source="a mean luma of 6 of 255 at most",
        limits=_EXCERPT,
        of=Take,
        measure=black,
        same_within=0.1,
    ),
    Metric(
        name="length_difference",
        title="Pictures longer than the sound",
        unit="ms",
        better="near",
        target=0.0,
        source="the end of the last picture's time less that of the last sample's",
        limits="A picture lasts 40 ms at 25 a second, so that the sound may end within one.",
        of=Take,
        measure=lengths,
        same_within=5.0,
    ),
)
