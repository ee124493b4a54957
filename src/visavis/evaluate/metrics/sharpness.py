"""Whether the pictures are as sharp as the portrait, and stay so."""

from functools import partial
from typing import Final

import numpy as np

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, is_seen
from visavis.evaluate.metrics._pictures import regions
from visavis.evaluate.metrics.identity import NO_PORTRAIT
from visavis.evaluate.takes import Take

AFTER: Final = 95
"""The percentile of the steps from picture to picture that is told: an encoder's key frames are rare."""


def sharpness(part: str, take: Take) -> Reading:
    """The finest details of a part of the face against the portrait's: 1 as sharp, less is blurred."""
    if take.portrait is None:
        return NO_PORTRAIT
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    seen = take.seen.found
    against = found.detail[part][seen] / max(found.own[part], 1e-6)
    series = {"time": take.seen.times[seen].tolist(), "sharpness": against.tolist()}
    return Reading(float(np.median(against)), series=series)


def pulsing(take: Take) -> Reading:
    """How much the sharpness of the face jumps from picture to picture, percent."""
    if not is_seen(take.seen):
        return NO_FACE
    found = regions(take)
    steps = np.abs(np.diff(np.log(np.maximum(found.detail["face"], 1e-6))))[np.diff(found.span) == 0]
    steps = steps[np.isfinite(steps)]
    if not len(steps):
        return Reading(None, "there are too few pictures for it")
    return Reading(100 * float(np.percentile(steps, AFTER)))


_ENERGY: Final = (
    "the root mean square of what a blur of 1.2 pixels takes away, against the portrait's at the same "
    "size: the energy of details, as measures of focus have it (Pertuz et al. 2013)"
)


def _of(part: str, title: str, limits: str) -> Metric:
    return Metric(
        name=f"sharpness_{part}",
        title=title,
        unit="",
        better="higher",
        source=_ENERGY,
        limits="Noise counts as detail; above 1 it is grainier or has been sharpened. " + limits,
        of=Take,
        measure=partial(sharpness, part),
        same_within=0.01,
    )


METRICS: Final = (
    _of("face", "Sharpness of the face", "From the eyes to the mouth."),
    _of("mouth", "Sharpness of the mouth", "Open lips have edges that the portrait's may not have."),
    _of("eyes", "Sharpness of the eyes", "Blinks are in it, but hardly in the median."),
    Metric(
        name="sharpness_pulsing",
        title="Pulsing of the sharpness",
        unit="%",
        better="lower",
        source="the step of the details of the face from picture to picture, at the 95th percentile",
        limits="A blink and a mouth that opens fast are such a step too, of 5 to 8.",
        of=Take,
        measure=pulsing,
        same_within=0.5,
    ),
)
