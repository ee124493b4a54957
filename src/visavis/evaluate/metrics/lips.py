"""Whether lips move as what is heard: in step, shut where they should be, and in the shape of the vowels.

Needs no weights but those that find faces: the gap and the width of the lips come from the mesh in the video
as it is played, and what they should be from the phones, which are looked for in the sound of that video
first. So a file whose sound is late is told from lips that are early by nobody, as it should be.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import is_seen, mouth_widths
from visavis.evaluate.metrics._speech import (
    HZ,
    LAGS,
    follows,
    heard_late,
    is_open,
    is_pressed,
    loudness,
    moved,
    openness,
    pauses,
    spread,
    summit,
)
from visavis.evaluate.seeing import Seen
from visavis.evaluate.takes import Take
from visavis.media import Phone, Samples
from visavis.portrait.expression import mouth_gap

Curve = NDArray[np.float64]

SHUT: Final = 0.15
RESTING: Final = 0.2
"""The share of an open vowel's gap under which lips are shut: at a sound, and in a pause."""

MESH: Final = 0.013
RESTING_MESH: Final = 0.017
"""What the mesh makes of shut lips differs by so much, in distances between the eyes: at its best within the
frames of a closure, and in any frame."""

MOVES: Final = 0.02
"""A gap of open vowels, in distances between the eyes, below which lips do not speak."""

AROUND: Final = 0.04
"""Seconds before and after a sound in which its gap is looked for."""

SHORTEST: Final = 1.0
"""Seconds of speech that it takes to tell a lag."""

NO_PHONES: Final = "nobody knows what is said when"


@dataclass(frozen=True, slots=True, eq=False)
class Lips:
    """What is seen of lips, and what is heard.

    times: seconds, [n], of the pictures with a face. gap, width: of the lips there, in distances between the
    eyes. phones: when they are heard. loud: the sound's loudness, HZ times a second. seconds: of the sound.
    shut: the gap of the lips on the portrait; inf where there is none.
    """

    times: Curve
    gap: Curve
    width: Curve
    phones: tuple[Phone, ...]
    loud: Curve
    seconds: float
    shut: float = inf

    @property
    def rest(self) -> float:
        """The gap of shut lips: that of the twentieth part of the pictures where it is the smallest; but no
        more than on the portrait, for a mouth may hang open all the time.
        """
        return float(min(np.percentile(self.gap, 5), self.shut + MESH))

    @property
    def opened(self) -> float:
        """How much more it is in open vowels: the median of their widest; without such, of the widest
        tenth.
        """
        widest = [gap.max() for phone in self.phones if is_open(phone) and len(gap := self.at(phone, 0.0))]
        wide = float(np.median(widest)) if widest else float(np.percentile(self.gap, 95))
        return wide - self.rest

    def at(self, phone: Phone, before: float = AROUND) -> Curve:
        """The gap while a phone is heard, and a frame around it."""
        return self.gap[(self.times >= phone.start - before) & (self.times <= phone.end + AROUND)]

    @property
    def expected(self) -> Curve:
        return openness(self.phones, self.seconds)

    def lag(self) -> tuple[float, float]:
        """Seconds by which the lips come after the sound, and how well they follow it then."""
        expected = self.expected
        return summit(LAGS, np.array([follows(self.times, self.gap, expected, lag) for lag in LAGS]))


def lips_in(seen: Seen, phones: tuple[Phone, ...], samples: Samples, rate: int, shut: float = inf) -> Lips:
    """The lips of a face, and the phones where they are heard; shut: as in Lips. Blocks, for a hundredth of
    the sound's time.
    """
    late = heard_late(phones, samples, rate)
    found = seen.found
    return Lips(
        seen.times[found],
        mouth_gap(seen.landmarks[found]),
        mouth_widths(seen)[found],
        moved(phones, late),
        loudness(samples, rate),
        len(samples) / rate,
        shut,
    )


@lru_cache(maxsize=1)
def lips(take: Take) -> Lips | str:
    """A take's lips, worked out once for all of the metrics; a sentence where there are none. Blocks."""
    if not take.phones:
        return NO_PHONES
    if sum(phone.end - phone.start for phone in take.phones if phone.symbol) < SHORTEST:
        return "too little is said for it"
    if not is_seen(take.seen):
        return "no face is seen in most of the pictures"
    shut = inf if take.portrait is None else float(mouth_gap(take.portrait.landmarks[np.newaxis])[0])
    return lips_in(take.seen, take.phones, take.samples, take.rate, shut)


def correlation(take: Take) -> Reading:
    """How well the gap of the lips follows what is heard, at the lag at which it does so best."""
    found = lips(take)
    if isinstance(found, str):
        return Reading(None, found)
    grid = np.arange(len(found.loud)) / HZ
    series = {
        "time": found.times.tolist(),
        "gap": found.gap.tolist(),
        "expected": np.interp(found.times, np.arange(len(found.expected)) / HZ, found.expected).tolist(),
        "loudness": np.interp(found.times, grid, found.loud).tolist(),
        "width": found.width.tolist(),
    }
    if found.opened < MOVES:
        return Reading(0.0, "the lips hardly move", series)
    return Reading(found.lag()[1], series=series)


def lag(take: Take) -> Reading:
    """Milliseconds by which the lips come after the sound."""
    found = lips(take)
    if isinstance(found, str):
        return Reading(None, found)
    late, follow = found.lag()
    if found.opened < MOVES:
        return Reading(None, "the lips hardly move")
    if follow < 0.3:
        return Reading(None, f"the lips do not follow what is heard at any lag: {follow:.2f} at best")
    return Reading(1000 * late)


def closure(take: Take) -> Reading:
    """The share of p, b and m at which the lips are seen to shut, percent."""
    found = lips(take)
    if isinstance(found, str):
        return Reading(None, found)
    gaps = [gap.min() for phone in found.phones if is_pressed(phone) and len(gap := found.at(phone))]
    if not gaps:
        return Reading(None, "there is no p, b or m in it")
    if found.opened < MOVES:
        return Reading(0.0, "the lips hardly move, so none of their closures is seen")
    bound = found.rest + max(SHUT * found.opened, MESH)
    shut = [float(gap) < bound for gap in gaps]
    return Reading(100 * sum(shut) / len(shut), f"{sum(shut)} of {len(shut)}")


def rest(take: Take) -> Reading:
    """The share of the pictures in pauses, and after the last sound, in which the mouth is shut, percent."""
    found = lips(take)
    if isinstance(found, str):
        return Reading(None, found)
    inside = np.zeros(len(found.times), bool)
    for start, end in pauses(found.phones, found.seconds):
        inside |= (found.times >= start) & (found.times <= end)
    if not inside.any():
        return Reading(None, "there is no pause in it")
    bound = found.rest + max(RESTING * found.opened, RESTING_MESH)
    return Reading(100 * float((found.gap[inside] < bound).mean()), f"{inside.sum()} pictures")


def width(take: Take) -> Reading:
    """How well the mouth's width follows spread and rounded vowels, at the lag of the lips."""
    found = lips(take)
    if isinstance(found, str):
        return Reading(None, found)
    wanted = spread(found.phones, found.seconds)
    late = found.lag()[0]
    here = np.interp(found.times - late, np.arange(len(wanted)) / HZ, wanted)
    if np.ptp(here) < 0.3:
        return Reading(None, "there are no spread and rounded vowels in it")
    return Reading(follows(found.times, found.width, wanted, late))


PHONES: Final = (
    "Phones are those that the voice tells or that are found in the sound, within 20 ms then; the mesh "
    "sees the lips of a face from the front to within 0.01 of the distance between its eyes. "
)


METRICS: Final = (
    Metric(
        name="lip_correlation",
        title="Lips follow the speech",
        unit="",
        better="higher",
        source="Pearson's correlation of the gap between the lips with the openness of what is said, by the "
        "visemes of Jeffers and Barley (1971), at the best lag",
        limits=f"{PHONES}Real speakers and good engines reach 0.6 to 0.85, for people articulate "
        "differently; lips of another text still have 0.2 to 0.4, for syllables come at the same pace.",
        of=Take,
        measure=correlation,
        same_within=0.02,
    ),
    Metric(
        name="lip_lag",
        title="Lag of the lips",
        unit="ms",
        better="near",
        target=0.0,
        source="the lag of the highest correlation; below 0 lips are early. ITU-R BT.1359-1: noticed from 45 "
        "ms late and 125 ms early on, in pictures against sound; of people's own lips, sound comes from 20 "
        "ms before to 70 ms behind, and later still in running speech (Schwartz and Savariaux 2014)",
        limits=PHONES + "Told within 0.6 s, to 10 ms.",
        of=Take,
        measure=lag,
        same_within=8.0,
    ),
    Metric(
        name="lip_closure",
        title="Lips shut at p, b, m",
        unit="%",
        better="higher",
        source="the smallest gap at each, against that of shut lips and of open vowels, as McGurk and "
        "MacDonald (1976) show that a missed one is heard as another sound",
        limits=PHONES + "A closure of less than a frame is missed; each is one of a dozen.",
        of=Take,
        measure=closure,
        same_within=5.0,
    ),
    Metric(
        name="lip_rest",
        title="Mouth shut in silence",
        unit="%",
        better="higher",
        source="the gap in pauses of 0.4 s and more, without their first 0.2 s and their last 0.12 s",
        limits=PHONES + "A smile with teeth at rest counts as shut.",
        of=Take,
        measure=rest,
        same_within=5.0,
    ),
    Metric(
        name="lip_width",
        title="Mouth spread and rounded",
        unit="",
        better="higher",
        source="Pearson's correlation of the mouth's width with the spreading of i and the rounding of o, "
        "u and w",
        limits=PHONES + "A mouth that opens narrows a little too.",
        of=Take,
        measure=width,
        same_within=0.03,
    ),
)
