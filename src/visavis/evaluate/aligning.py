"""What is said when, where nobody tells: a voice reads the same words, and its reading is found in the sound.

It is found as a mouth finds it (`motion.following`), 50 times a second, and so to within a fiftieth at best.
Owns turning places in a reading into times of its phones. Where words and sound do not belong together, the
phones mean nothing, and `fit` tells.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.contracts import Tts
from visavis.evaluate.footage import Span
from visavis.language import clauses
from visavis.media import AudioChunk, Language, Phone, Samples
from visavis.motion.ear import STEPS, Ear, Heard
from visavis.motion.following import SMOOTH, Place, Reading, Tracking
from visavis.reading import Reader
from visavis.streams import Worker, closing

READER: Final = "espeak"
"""The voice that reads: it knows its phones, in all languages."""

FITTING: Final = -2.1
"""The fit below which words are taken not to be those that are heard. An old recording has -1.2, synthetic
voices -0.5 to 0, other words -5.9 to -2.8."""

SILENCE: Final = 0
QUIET: Final = log(0.5)
"""The logarithm of silence's probability from which on nobody speaks."""

NOWHERE: Final = -8.0
"""The fit of sound before the words begin, the same as that of the worst words."""

PAUSE: Final = 0.16
"""Seconds of silence that no phone is as long as."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Phones in order, in seconds of the sound.

    fit: how well they belong to it, a natural logarithm: 0 altogether; -inf where there is nothing to find.
    """

    phones: tuple[Phone, ...]
    fit: float


async def phones_of(text: str, language: Language | None, samples: Samples, rate: int) -> tuple[Phone, ...]:
    """The phones of a text in a recording of it; () where the two do not belong together.

    samples: float32 [n], mono, at rate Hz.

    Raises:
        TextError: there is nothing to be said in the text. EngineError: the voice that reads cannot be had.
    """
    from visavis.plugins import engine

    async with closing(engine("tts", READER)()) as tts:
        reading = await read(text, language, tts)
    async with closing(Worker("aligning")) as worker:
        found = await worker.run(lambda: aligned(samples, rate, reading))
    return found.phones if found.fit >= FITTING else ()


async def read(text: str, language: Language | None, tts: Tts) -> tuple[Phone, ...]:
    """The phones of a text as a voice reads it."""
    return await Reader(lambda: tts).read(clauses(text, language))


def aligned(samples: Samples, rate: int, reading: tuple[Phone, ...]) -> Aligned:
    """A reading's phones at the times at which they are heard in a recording. Blocks.

    samples: float32 [n], mono, at rate Hz.
    """
    if not reading or not len(samples):
        return Aligned((), -inf)
    heard = _heard(samples, rate)
    places = _places(heard, reading)
    quiet = np.array([step.kinds[SILENCE] > QUIET for step in heard])
    fits = np.array([place.fit if place.at >= 0 else NOWHERE for place in places])[~quiet]
    times = _times(np.array([place.at for place in places], np.float64))
    phones = (replace(phone, start=times(phone.start), end=times(phone.end)) for phone in reading)
    return Aligned(tuple(_rested(phones, _runs(quiet))), float(fits.mean()) if len(fits) else -inf)


def _heard(samples: Samples, rate: int) -> list[Heard]:
    ear = Ear()
    return ear.feed(AudioChunk(samples, rate)) + ear.finish(len(samples) * STEPS // rate)


def _places(heard: list[Heard], reading: tuple[Phone, ...]) -> list[Place]:
    """Where in the reading each step lies."""
    whole = Reading()
    whole.extend(reading)
    tracking = Tracking(whole)
    return [place for step in heard for place in tracking.feed(step)] + tracking.finish()


def _times(at: NDArray[np.float64]) -> Callable[[float], float]:
    """When the speaker comes to a moment of the reading; at: the step of it that each of his steps lies at.

    The pace is evened out as `motion.following` does it; within a step, moments lie evenly.
    """
    near = np.lib.stride_tricks.sliding_window_view(np.pad(at, SMOOTH, "edge"), 2 * SMOOTH + 1)
    even = near.mean(1)

    def when(moment: float) -> float:
        step = int(np.searchsorted(even, moment * STEPS))
        if not 0 < step < len(even):
            return step / STEPS
        before, after = even[step - 1 : step + 1]
        return float(step - 1 + (moment * STEPS - before) / (after - before)) / STEPS

    return when


def _runs(quiet: NDArray[np.bool_]) -> list[Span]:
    """The pauses: from when to when it is quiet for as long as PAUSE at least."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8))) / STEPS
    return [(start, end) for start, end in edges.reshape(-1, 2).tolist() if end - start >= PAUSE]


def _rested(phones: Iterable[Phone], pauses: list[Span]) -> Iterator[Phone]:
    """The phones, with pauses of the speaker's where the reading has none.

    A sound that such a pause lies in ends there, and what is heard behind it is the next one's.
    """
    goes_on: float | None = None
    for phone in phones:
        here = phone if goes_on is None else replace(phone, start=goes_on)
        inside = (p for p in pauses if phone.symbol and here.start <= p[0] and p[1] <= here.end)
        pause = next(inside, None)
        goes_on = pause and pause[1]
        if pause is None:
            yield here
        else:
            yield replace(here, end=pause[0])
            yield Phone("", *pause)
