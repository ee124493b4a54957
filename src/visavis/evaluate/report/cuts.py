"""What a page leaves out where it would become too large.

The first scenarios stay whole as long as can be: the last ones lose their player, then what is drawn of them;
what happened in them goes only after that. Figures and what was told of them always stay.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from visavis.evaluate.report.clips import Clip
from visavis.evaluate.report.scenes import Scene
from visavis.evaluate.report.words import count

Cut: TypeAlias = tuple[str, int]
"""What is left out, by its name here, and the place of the scene that loses it."""


def _player(shown: Scene) -> Scene:
    return replace(shown, clip=replace(shown.clip, player=b""))


def _stills(shown: Scene) -> Scene:
    return replace(shown, clip=replace(shown.clip, strips=()))


def _sound(shown: Scene) -> Scene:
    return replace(shown, clip=replace(shown.clip, peaks=()))


def _curves(shown: Scene) -> Scene:
    readings = {name: replace(one, series={}) for name, one in shown.found.readings.items()}
    return replace(shown, found=replace(shown.found, readings=readings))


def _course(shown: Scene) -> Scene:
    return replace(shown, found=replace(shown.found, text="", facts={}), clip=Clip())


CLIP: Final[dict[str, Callable[[Scene], Scene]]] = {
    "player": _player,
    "stills": _stills,
    "sound": _sound,
    "curves": _curves,
}
COURSE: Final[dict[str, Callable[[Scene], Scene]]] = {"text and course": _course}


def cuts(scenes: Sequence[Scene]) -> list[Cut]:
    """All that can be left out, in the order in which it is; what is not there is not among it."""
    return [
        (what, place)
        for group in (CLIP, COURSE)
        for place in reversed(range(len(scenes)))
        for what, without in group.items()
        if without(scenes[place]) != scenes[place]
    ]


def shortened(scenes: Sequence[Scene], left_out: Sequence[Cut]) -> list[Scene]:
    """The scenes without that."""
    short = list(scenes)
    for what, place in left_out:
        short[place] = (CLIP | COURSE)[what](short[place])
    return short


def told(left_out: Sequence[Cut]) -> str:
    """What is not on the page, in sentences; "" where nothing was left out."""
    if not left_out:
        return ""
    amounts = Counter(what for what, _ in left_out)
    parts = ", ".join(f"{what} of {count(amount, 'scenario')}" for what, amount in amounts.items())
    return (
        f"This page would have become too large. Left out, from the last scenario on: {parts}. "
        "The clips lie beside it, and results.json has everything."
    )
