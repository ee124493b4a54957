"""How long the stages of a video take, against the time that it lasts.

Each figure is what `stopwatch` measured within one performance on this machine, and of what is short the
median of three.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.takes import Take

STOPWATCH: Final = (
    "visavis.stopwatch: how long the next stage waited for this one, without what it waited for"
)

ONE_RUN: Final = "one run, of what is short the median of three; what else the machine does is in it. "

REMOTE: Final = "a server does not tell how long its stages take"


def share(stages: tuple[str, ...], lasts: Callable[[Take], float], take: Take) -> Reading:
    """Seconds of work in some stages for a second of what they made."""
    if not take.stages:
        return Reading(None, REMOTE)
    seconds = lasts(take)
    if seconds <= 0:
        return Reading(None, "nothing was made")
    return Reading(sum(take.stages.get(stage, 0.0) for stage in stages) / seconds)


def real_time_factor(take: Take) -> Reading:
    """Seconds from asking to the end, for a second of video."""
    if take.whole <= 0 or take.took <= 0:
        return Reading(None, "it is not known how long it took")
    if take.filmed < take.whole - 1.0:
        return Reading(None, "only the end of it was filmed")
    return Reading(take.took / take.whole)


def first_picture(take: Take) -> Reading:
    """Milliseconds from asking to the first picture."""
    if take.first is None:
        return Reading(None, "only the end of it was filmed")
    return Reading(1000 * take.first)


def spent(stage: str, take: Take) -> Reading:
    """Milliseconds of work in a stage that is done once."""
    return Reading(1000 * take.stages[stage]) if stage in take.stages else Reading(None, REMOTE)


def speaking_rate(take: Take) -> Reading:
    """Sounds a second, of the time in which somebody speaks."""
    sounds = [phone for phone in take.phones if phone.symbol]
    seconds = sum(phone.end - phone.start for phone in sounds)
    return Reading(len(sounds) / seconds) if seconds > 0 else Reading(None, "nobody knows what is said when")


def _whole(take: Take) -> float:
    return take.whole


def _filmed(take: Take) -> float:
    return take.filmed


def _timing(
    name: str, title: str, unit: str, measure: Callable[[Take], Reading], same_within: float, limits: str
) -> Metric:
    return Metric(
        name=name,
        title=title,
        unit=unit,
        better="lower",
        timing=True,
        source=STOPWATCH,
        limits=ONE_RUN + limits,
        of=Take,
        measure=measure,
        same_within=same_within,
    )


METRICS: Final = (
    _timing(
        "real_time_factor",
        "Work for a second of video",
        "s/s",
        real_time_factor,
        0.05,
        "Preparing the portrait is in it, and weighs more in a short video; stages run beside each other.",
    ),
    _timing("first_picture", "First picture", "ms", first_picture, 100.0, "The portrait is framed before."),
    _timing(
        "text_share",
        "Text for a second of speech",
        "s/s",
        partial(share, ("text",), _whole),
        0.005,
        "Cutting only.",
    ),
    _timing(
        "speech_share",
        "Voice for a second of speech",
        "s/s",
        partial(share, ("speech",), _whole),
        0.005,
        "A voice in another process may have worked ahead while nobody waited for it.",
    ),
    _timing(
        "render_share",
        "Face for a second of video",
        "s/s",
        partial(share, ("render",), _filmed),
        0.02,
        "Pictures that were drawn while the encoder worked are not waited for, and count as nothing.",
    ),
    _timing(
        "encode_share",
        "Encoding for a second of video",
        "s/s",
        partial(share, ("encode",), _filmed),
        0.02,
        "The time that its thread was at work, waiting for a processor included.",
    ),
    _timing(
        "prepare",
        "Preparing the portrait",
        "ms",
        partial(spent, "prepare"),
        100.0,
        "A registered avatar is prepared once, and not for every video.",
    ),
    Metric(
        name="speaking_rate",
        title="Pace of speech",
        unit="sounds/s",
        better="none",
        source="counting the phones",
        limits="Counts phones as the voice, or the one that reads along, has them; pauses are left out.",
        of=Take,
        measure=speaking_rate,
        same_within=0.1,
    ),
)
