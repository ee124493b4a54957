"""Whether what is said live comes in time: its pieces as they reached a client, against a player's clock.

The player begins with the first piece, holds nothing back, stands still where it has nothing, and goes on
with what comes next: the page's does the same.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from visavis.evaluate.client.player import Player
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.takes import Take

FILE: Final = "it came as a file, and not in pieces"


def margins(take: Take) -> list[float]:
    """Seconds that the player still had when each piece came, but for the first; negative: it stood still."""
    player = Player()
    left = [player.arrived(piece.start, piece.duration, piece.came, cut=False) for piece in take.arrivals]
    return [seconds for seconds in left if seconds is not None]


def first_chunk(take: Take) -> Reading:
    """Milliseconds from asking to the first piece."""
    if not take.arrivals:
        return Reading(None, FILE)
    return Reading(1000 * take.arrivals[0].came)


def starved(take: Take) -> Reading:
    """How often the player stood still."""
    if not take.arrivals:
        return Reading(None, FILE)
    return Reading(float(sum(margin < 0 for margin in margins(take))))


def longest_wait(take: Take) -> Reading:
    """Milliseconds for which the player stood still at the most; 0: it never did."""
    if not take.arrivals:
        return Reading(None, FILE)
    found = margins(take)
    times = [piece.came for piece in take.arrivals[1:]]
    least = f"the least that it had left was {1000 * min(found):.0f} ms" if found else "there is one piece"
    return Reading(
        1000 * max([0.0, *(-margin for margin in found)]),
        least,
        {"time": times, "left": [1000 * margin for margin in found]},
    )


def longest_gap(take: Take) -> Reading:
    """Milliseconds between two pieces at the most."""
    if len(take.arrivals) < 2:
        return Reading(None, FILE if not take.arrivals else "there is one piece")
    came = [piece.came for piece in take.arrivals]
    gaps = [1000 * (later - earlier) for earlier, later in pairwise(came)]
    return Reading(max(gaps), "", {"ms": gaps})


def _metric(
    name: str, title: str, unit: str, measure: Callable[[Take], Reading], limits: str, same_within: float
) -> Metric:
    return Metric(
        name=name,
        title=title,
        unit=unit,
        better="lower",
        source="arrivals at a client on the WebSocket, against a player that holds nothing back",
        limits=limits + " Only of what a server said live.",
        of=Take,
        measure=measure,
        timing=True,
        same_within=same_within,
    )


METRICS: Final = (
    _metric("first_chunk", "First chunk", "ms", first_chunk, "The player's own start is not in it.", 50.0),
    _metric("starved", "Times that playback stands still", "", starved, "For however short a time.", 0.0),
    _metric(
        "longest_wait",
        "Longest time that playback stands still",
        "ms",
        longest_wait,
        "0 does not tell how narrow it was; the note does.",
        10.0,
    ),
    _metric(
        "longest_gap",
        "Longest time between two chunks",
        "ms",
        longest_gap,
        "Chunks grow while the player has plenty, so gaps are as long as they are.",
        50.0,
    ),
)
