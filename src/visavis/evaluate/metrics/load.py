"""Whether many visitors at once are served as one is."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import mean, median
from typing import Final

from visavis.evaluate.metrics import Direction, Metric, Reading
from visavis.evaluate.takes import Crowd, CrowdSession

SHARED: Final = (
    "Clients on the server's own machine take from the same processors; they decode sound and no pictures. "
)

NOBODY: Final = "nobody was let in"

BUSY: Final = "503"
"""What somebody is to be answered for whom there is no room (RFC 9110, section 15.6.4)."""


def is_served(session: CrowdSession) -> bool:
    """Whether somebody was let in, and heard what he had asked for."""
    return not session.refused and bool(session.firsts)


def expected(crowd: Crowd) -> list[CrowdSession]:
    """Those who were to be served: all but those who were told that there was no room."""
    return [session for session in crowd.sessions if not session.refused.startswith(BUSY)]


def inside(crowd: Crowd) -> list[CrowdSession]:
    """Those who were let in."""
    return [session for session in crowd.sessions if not session.refused]


def slowest(rate: Callable[[CrowdSession], float], crowd: Crowd) -> Reading:
    """The least that one of them got a second; who heard nothing got nothing, whatever was shown."""
    found = [rate(session) if is_served(session) else 0.0 for session in expected(crowd)]
    if not found:
        return Reading(None, NOBODY)
    return Reading(min(found), f"{mean(found):.3g} on the average of {len(found)}", {"each": found})


def first(crowd: Crowd) -> Reading:
    """Milliseconds to the first chunk of what is said, the median of all texts of all visitors."""
    visitors = inside(crowd)
    silent = sum(not session.firsts for session in visitors)
    if not visitors or silent:
        return Reading(None, f"{silent} visitors heard nothing" if silent else NOBODY)
    times = [1000 * time for session in visitors for time in session.firsts]
    return Reading(median(times), f"of {len(times)} texts", {"ms": times})


def worst_first(crowd: Crowd) -> Reading:
    """The same, of the slowest text."""
    typical = first(crowd)
    return replace(typical, value=max(typical.series.get("ms", ()), default=None), series={})


def unserved(crowd: Crowd) -> Reading:
    """How many of a hundred who were to be served got no first chunk of what they had asked for."""
    found = expected(crowd)
    if not found:
        return Reading(None, NOBODY)
    alone = [session for session in found if not is_served(session)]
    return Reading(100 * len(alone) / len(found), f"{len(alone)} of {len(found)}")


def starved(crowd: Crowd) -> Reading:
    """How often a player stood still, a minute and visitor."""
    found = inside(crowd)
    if not found or crowd.seconds <= 0:
        return Reading(None, NOBODY)
    times = sum(len(session.gaps) for session in found)
    return Reading(60 * times / crowd.seconds / len(found), f"{times} times")


def longest_gap(crowd: Crowd) -> Reading:
    """Milliseconds for which a player stood still at the most; 0: none did."""
    if not inside(crowd):
        return Reading(None, NOBODY)
    found = [1000 * gap for session in inside(crowd) for gap in session.gaps]
    return Reading(max(found, default=0.0), "", {"ms": found})


def refused(crowd: Crowd) -> Reading:
    """How many of a hundred found no room."""
    away = [session.refused for session in crowd.sessions if session.refused]
    return Reading(100 * len(away) / len(crowd.sessions), "; ".join(sorted(set(away))))


def rudely(crowd: Crowd) -> Reading:
    """How many of a hundred who found no room were not told when to come back."""
    away = [session.refused for session in crowd.sessions if session.refused]
    if not away:
        return Reading(None, "there was room for everybody")
    rude = [why for why in away if not (why.startswith(BUSY) and "come back in" in why)]
    return Reading(100 * len(rude) / len(away), "; ".join(sorted(set(rude))))


def processor(crowd: Crowd) -> Reading:
    """Percent of one processor that the server takes for each visitor."""
    if crowd.processor is None or not inside(crowd):
        return Reading(None, "the server does not tell what it uses")
    return Reading(100 * crowd.processor / len(inside(crowd)), f"{100 * crowd.processor:.0f} % for all")


def memory(crowd: Crowd) -> Reading:
    """Megabytes of memory that the server has."""
    if crowd.memory is None:
        return Reading(None, "the server does not tell what it uses")
    return Reading(crowd.memory / 2**20)


def _metric(
    name: str,
    title: str,
    unit: str,
    better: Direction,
    measure: Callable[[Crowd], Reading],
    limits: str,
    same_within: float = 0.0,
    source: str = "counted at the clients, which play as the web page does",
    *,
    timing: bool = True,
) -> Metric:
    return Metric(
        name=name,
        title=title,
        unit=unit,
        better=better,
        source=source,
        limits=SHARED + limits,
        of=Crowd,
        measure=measure,
        timing=timing,
        same_within=same_within,
    )


SYSTEM: Final = "the system's figures of the server's processes; of a server by URL, its own of /metrics"

METRICS: Final = (
    _metric(
        "load_pictures",
        "Pictures a second, for whom they are fewest",
        "/s",
        "higher",
        partial(slowest, lambda session: session.pictures),
        "What came, whether a picture was new or late: a picture that is late stands for two. Speech that is "
        "sent ahead makes it more than there are in a second.",
        1.0,
    ),
    _metric(
        "load_sound",
        "Pieces of sound of 20 ms a second, for whom they are fewest",
        "/s",
        "higher",
        partial(slowest, lambda session: session.sounds),
        "Silence counts as well.",
        1.0,
    ),
    _metric(
        "load_first",
        "Text to first chunk, the median of all visitors",
        "ms",
        "lower",
        first,
        "The first texts, which all visitors send at the same moment, are in it as the others are.",
        50.0,
    ),
    _metric(
        "load_first_worst",
        "Text to first chunk, the slowest of all",
        "ms",
        "lower",
        worst_first,
        "All visitors send their first text at the same moment. One moment decides it, so that it is another "
        "in each run.",
        150.0,
    ),
    _metric(
        "load_unserved",
        "Visitors who hear nothing of what they ask for",
        "%",
        "lower",
        unserved,
        "Who is told that there is no room is refused, and not counted here. A text that is sent within the "
        "last five seconds need not be heard.",
        timing=False,
    ),
    _metric(
        "load_starved",
        "Times that playback stands still, a minute and visitor",
        "/min",
        "lower",
        starved,
        "A player begins with the first chunk and holds nothing back; the page does the same.",
    ),
    _metric(
        "load_longest_gap",
        "Longest time that playback stands still",
        "ms",
        "lower",
        longest_gap,
        "As with the times that it does.",
        20.0,
    ),
    _metric(
        "load_refused",
        "Visitors for whom there is no room",
        "%",
        "lower",
        refused,
        "How many there is room for is the server's own guess, or its setting.",
        timing=False,
    ),
    _metric(
        "load_rudely_refused",
        "Refused without being told when to come back",
        "%",
        "lower",
        rudely,
        "Only told where somebody was refused.",
        source="RFC 9110, sections 10.2.3 and 15.6.4: 503 with Retry-After",
        timing=False,
    ),
    _metric(
        "load_processor",
        "Processor for each visitor",
        "%",
        "lower",
        processor,
        "Of a server by URL it is that of its own process, without those that draw faces for it.",
        3.0,
        SYSTEM,
    ),
    _metric(
        "load_memory",
        "Memory of the server",
        "MB",
        "lower",
        memory,
        "Of a server by URL it is that of its own process. What two processes share is counted once.",
        20.0,
        SYSTEM,
    ),
)
