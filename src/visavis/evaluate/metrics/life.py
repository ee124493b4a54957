"""Whether a face lives: it blinks, holds its head as people do, and looks about."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._faces import NO_FACE, eye_openness, gaze, is_seen
from visavis.evaluate.takes import Take

Curve = NDArray[np.float64]

HALF: Final = 0.85
SHUT: Final = 0.8
"""The parts of the usual opening of the eyes that are half shut, and below which it is a blink: shut eyes
still measure 0.6 to 0.75 of it, for the mesh expects open ones."""

LONGEST_BLINK: Final = 0.7
"""Seconds from which on shut eyes are no blink."""

FEWEST: Final = 4.0
"""Seconds of pictures below which a rate of blinks means nothing."""

NODDING: Final = 0.12
"""Seconds over which a pose is smoothed: no head turns faster, and the mesh trembles."""


def blink_rate(take: Take) -> Reading:
    """Blinks a minute."""
    if not is_seen(take.seen):
        return NO_FACE
    times, openness = _eyes(take)
    seconds = len(times) / take.fps
    if seconds < FEWEST:
        return Reading(None, f"{seconds:.1f} s are too short for a rate")
    found = blinks(times, openness)
    series = {"time": times.tolist(), "openness": openness.tolist()}
    return Reading(60 * len(found) / seconds, f"{len(found)} in {seconds:.1f} s", series)


def blink_length(take: Take) -> Reading:
    """How long the eyes are shut in a blink, more than half, milliseconds, the median."""
    if not is_seen(take.seen):
        return NO_FACE
    found = blinks(*_eyes(take))
    if not found:
        return Reading(None, "there is no blink in it")
    return Reading(1000 * float(np.median([end - start for start, end in found])), f"of {len(found)}")


def head_motion(take: Take) -> Reading:
    """How far the head turns from its usual pose, degrees: yaw, pitch and roll together, root mean square."""
    if not is_seen(take.seen):
        return NO_FACE
    pose = _poses(take)
    series = {
        "time": take.seen.times[take.seen.found].tolist(),
        **{name: pose[:, axis].tolist() for axis, name in enumerate(("yaw", "pitch", "roll"))},
    }
    return Reading(float(np.sqrt(np.square(pose - pose.mean(0)).sum(1).mean())), series=series)


def head_speed(take: Take) -> Reading:
    """How fast the head turns, degrees a second, the mean."""
    if not is_seen(take.seen):
        return NO_FACE
    times = take.seen.times[take.seen.found]
    steps = np.diff(times)
    turned = np.linalg.norm(np.diff(_poses(take), axis=0), axis=1)
    near = steps < 2.5 / take.fps
    return Reading(float(turned[near].sum() / steps[near].sum())) if near.any() else NO_FACE


def gaze_motion(take: Take) -> Reading:
    """How far the eyes turn from where they usually look, percent of an eye's width, root mean square."""
    if not is_seen(take.seen):
        return NO_FACE
    _, openness = _eyes(take)
    looks = gaze(take.seen)[take.seen.found]
    looks = looks[openness > 0.85 * np.median(openness)]
    return Reading(100 * float(np.sqrt(np.square(looks - np.median(looks, 0)).sum(1).mean())))


def blinks(times: Curve, openness: Curve) -> list[tuple[float, float]]:
    """From when to when the eyes are more than half shut, in seconds; they have to be open before and after.

    times: rising. openness: of the same pictures.
    """
    usual = float(np.median(openness))
    half = HALF * usual
    edges = np.diff((openness < half).astype(int))
    found: list[tuple[float, float]] = []
    for falls in np.flatnonzero(edges > 0):
        rises = next(iter(np.flatnonzero(edges[falls:] < 0) + falls), None)
        if rises is None or openness[falls + 1 : rises + 1].min() > SHUT * usual:
            continue
        start, end = (_crossed(times, openness, int(at), half) for at in (falls, rises))
        if end - start <= LONGEST_BLINK:
            found.append((start, end))
    return found


def _crossed(times: Curve, values: Curve, at: int, level: float) -> float:
    """When a level is crossed between one picture and the next."""
    share = (level - values[at]) / (values[at + 1] - values[at])
    return float(times[at] + share * (times[at + 1] - times[at]))


def _eyes(take: Take) -> tuple[Curve, Curve]:
    found = take.seen.found
    return take.seen.times[found], eye_openness(take.seen)[found]


def _poses(take: Take) -> Curve:
    """Yaw, pitch and roll in degrees, smoothed, [n, 3]."""
    pose = np.degrees(take.seen.pose[take.seen.found].astype(float))
    reach = max(1, round(NODDING * take.fps / 2))
    padded = np.pad(pose, ((reach, reach), (0, 0)), "edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(2))


METRICS: Final = (
    Metric(
        name="blink_rate",
        title="Blinks",
        unit="/min",
        better="near",
        target=26.0,
        source="the eye aspect ratio (Soukupová and Čech 2016) falling below 0.8 of its median; people blink "
        "17 times a minute at rest, and 26 in conversation (Bentivoglio et al. 1997)",
        limits="In ten seconds there are one to six by chance; judge the median of many.",
        of=Take,
        measure=blink_rate,
        same_within=1.0,
    ),
    Metric(
        name="blink_length",
        title="Length of a blink",
        unit="ms",
        better="near",
        target=170.0,
        source="from half shut to half open; people take 100 to 400 ms from beginning to end (Schiffman "
        "2001), and half of that within",
        limits="To a third of a picture's time.",
        of=Take,
        measure=blink_length,
        same_within=10.0,
    ),
    Metric(
        name="head_motion",
        title="Motion of the head",
        unit="degrees",
        better="none",
        source="the pose of the mesh, smoothed over three pictures, root mean square about its mean",
        limits="The mesh's own noise is 0.3 to 0.5.",
        of=Take,
        measure=head_motion,
        same_within=0.1,
    ),
    Metric(
        name="head_speed",
        title="Speed of the head",
        unit="degrees/s",
        better="none",
        source="the mean way of the pose, smoothed over three pictures",
        limits="The mesh's own noise is 3 to 5.",
        of=Take,
        measure=head_speed,
        same_within=0.1,
    ),
    Metric(
        name="gaze_motion",
        title="Motion of the eyes",
        unit="%",
        better="none",
        source="the irises' centres between the corners of open eyes, root mean square about their median, "
        "of an eye's width",
        limits="A head that turns moves the irises against the picture's corners a little.",
        of=Take,
        measure=gaze_motion,
        same_within=0.1,
    ),
)
