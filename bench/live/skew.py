"""By how much pictures of a mouth come after their sound, out of what was received. Pure."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from visavis.evaluate.client.loudness import STEP

FARTHEST: Final = 0.4
"""Seconds by which they are looked for in both directions."""

WINDOW: Final = 4.0
"""Seconds of speech that are compared at a time."""

ALIKE: Final = 0.6
"""Of the correlation: what is less alike was no speech."""

Series = NDArray[np.floating[Any]]


def grid(times: Series, values: Series) -> tuple[float, Series]:
    """Levels at their times, as one array with a level for every STEP from the first time on.

    Where there are none they are 0; of several for one step the loudest is taken.
    """
    begin = float(times.min())
    whole = np.zeros(round((times.max() - begin) / STEP) + 1)
    np.maximum.at(whole, np.round((times - begin) / STEP).astype(int), values)
    return begin, whole


def skews(
    pictures: tuple[Series, Series], sound: tuple[Series, Series], fps: int
) -> Iterator[tuple[float, float]]:
    """When, and by how many seconds the pictures come after their sound, for each WINDOW with speech in it.

    pictures: when each is shown, and how far its mouth is open, which is to follow how loud the sound is at
    its loudest while the picture is on show. sound: when each level begins, and the level.
    """
    begin, loudness = grid(*sound)
    span = round(1 / fps / STEP)
    loudest = np.max(np.lib.stride_tricks.sliding_window_view(np.pad(loudness, (0, span - 1)), span), axis=1)
    times, opened = pictures
    for start in np.arange(times.min(), times.max() - WINDOW, WINDOW):
        chosen = (times >= start) & (times < start + WINDOW)
        lag = _lag(times[chosen] - begin, opened[chosen], loudest)
        if lag is not None:
            yield float(start), lag


def _lag(times: Series, opened: Series, loudest: Series) -> float | None:
    """Seconds by which a mouth that opens at these times is behind what is loudest from each step on."""
    reach = round(FARTHEST / STEP)
    places = np.round(times / STEP).astype(int)
    if len(places) < 3 or places[0] < reach or places[-1] + reach >= len(loudest) or not opened.std():
        return None
    alike = np.array([_alike(opened, loudest[places - lag]) for lag in range(-reach, reach + 1)])
    best = int(alike.argmax())
    if alike[best] < ALIKE or not 0 < best < 2 * reach:
        return None
    return (best - reach + _vertex(*alike[best - 1 : best + 2])) * STEP


def _alike(one: Series, other: Series) -> float:
    """Pearson's correlation; 0 where one of them does not change."""
    return float(np.corrcoef(one, other)[0, 1]) if other.std() else 0.0


def _vertex(before: float, top: float, after: float) -> float:
    """Where the parabola through three values a step apart is highest, from the middle one."""
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend else 0.0
