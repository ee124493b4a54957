"""How well the mouth follows voices that it never heard, how still it lies without one, and what that costs.

Needs `pip install -e '.[bench]'`, and Debian's flite and gcin-voice for some of the voices.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import material
from bench.figures import Figure
from visavis.errors import VisavisError
from visavis.media import AudioChunk, Phone, Samples
from visavis.motion.articulation import Articulation
from visavis.motion.ear import touching
from visavis.motion.hearing import Hearing
from visavis.motion.visemes import parts

if TYPE_CHECKING:
    from bench.recordings import Spoken

RATE: Final = 16_000

FPS: Final = 100
"""Frames a second at which courses are compared; a live picture has 25."""

FARTHEST: Final = 20
"""Frames up to which a lag is looked for."""

GOALS: Final = {
    "English, J. F. Kennedy": (">= .80", ">= .78", ">= .72"),
    "English, flite": (">= .75", "", ">= .75"),
}
"""For openness, width and closure."""

Course = NDArray[np.float64]


class Courses(NamedTuple):
    """What is seen of a mouth, frame by frame.

    openness: the gap between the lips. width: how far apart the corners are, as the warp face draws them.
    closure: how nearly the lips touch, for a sound or in a pause; 1 without a gap, 0 from that of an [s] on.
    """

    openness: Course
    width: Course
    closure: Course


def measure() -> Iterator[Figure]:
    from bench.recordings import VOICES

    for voice in VOICES:
        try:
            recordings = list(voice.recordings())
        except (OSError, ImportError, VisavisError) as error:
            print(f"{voice.name} is left out ({error}); it takes: {voice.needs}", file=sys.stderr)
            continue
        yield from _followed(voice.name, "", recordings, [_heard(s.samples) for s in recordings])
        if recordings[0].reading:
            mouths = [_heard(s.samples, s.reading) for s in recordings]
            yield from _followed(voice.name, ", words known", recordings, mouths)
    yield from _still()
    loads = [float(load) for load in material.pinned("bench.hearing").split()]
    yield Figure("hearing, of one processor in real time", "%", loads, "< 1")


def _followed(
    name: str, how: str, recordings: Sequence["Spoken"], mouths: Sequence[Course]
) -> Iterator[Figure]:
    """Mouths [n, 7] against the articulation of the phones that were really said."""
    goals = next((goal for start, goal in GOALS.items() if name.startswith(start)), ("", "", ""))
    truth = _courses([_articulated(spoken) for spoken in recordings])
    shown = _courses(mouths)
    for what, goal, seen, true in zip(Courses._fields, goals, shown, truth, strict=True):
        yield Figure(f"{name}{how}: {what}", "", [_alike(seen, true)], goal)
    yield Figure(f"{name}{how}: lips after the sound by", "ms", [_lag(shown, truth)], "within 40")
    yield Figure(f"{name}{how}: p b m with lips shut", "%", [_sealed(mouths, recordings)], "")


def _heard(samples: Samples, reading: tuple[Phone, ...] | None = None) -> Course:
    hearing = Hearing(FPS, following=reading is not None)
    return np.array(hearing.feed(AudioChunk(samples, RATE, reading=reading)) + hearing.finish())


def _articulated(spoken: "Spoken") -> Course:
    articulation = Articulation(FPS)
    return np.array(
        articulation.feed(AudioChunk(spoken.samples, RATE, 0, spoken.phones)) + articulation.finish()
    )


def _courses(mouths: Sequence[Course]) -> Courses:
    _, gap, wide, ring, *_ = np.concatenate(mouths).T
    return Courses(gap, 0.12 * wide - 0.4 * ring, touching(gap))


def _alike(one: Course, other: Course) -> float:
    """Pearson's correlation."""
    return float(np.corrcoef(one, other)[0, 1])


def _lag(shown: Courses, truth: Courses) -> float:
    """Milliseconds by which openness comes later than it should, where it is most alike."""
    middle = slice(FARTHEST, len(truth.openness) - FARTHEST)
    lags = range(-FARTHEST, FARTHEST + 1)
    alike = [_alike(np.roll(shown.openness, -lag)[middle], truth.openness[middle]) for lag in lags]
    return 1000 * lags[int(np.argmax(alike))] / FPS


def _sealed(mouths: Sequence[Course], recordings: Sequence["Spoken"]) -> float:
    """How many of the sounds that are made with lips shut see them shut, or nearly so, at some frame."""
    gaps = []
    for mouth, spoken in zip(mouths, recordings, strict=True):
        for phone in spoken.phones:
            if any(part.viseme.seal == "press" and part.viseme.grip > 0.5 for part in parts(phone.symbol)):
                shown = mouth[round(phone.start * FPS) - 3 : round(phone.end * FPS) + 3, 1]
                gaps.append(shown.min() if len(shown) else 1.0)
    return 100 * float(np.mean(np.array(gaps) < 0.1)) if gaps else 100.0


def _still() -> Iterator[Figure]:
    """Frames with the lips apart while nobody speaks."""
    from bench import noises

    for name, sounds in noises.SOUNDS.items():
        opened = [100 * float(np.mean(_heard(sound)[:, 1] > 0.05)) for sound in sounds()]
        yield Figure(f"lips apart in {name}", "%", opened, "< 2")


def _loads() -> Iterator[float]:
    """Per cent of real time that hearing a minute in pieces of 20 ms takes, with 25 frames a second."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, 60 * 24_000).astype(np.float32)
    pieces = [AudioChunk(samples[at : at + 480], 24_000, at) for at in range(0, len(samples), 480)]
    Hearing(25).feed(pieces[0])
    for _ in range(5):
        hearing, began = Hearing(25), time.process_time()
        for piece in pieces:
            hearing.feed(piece)
        yield 100 * (time.process_time() - began) / 60


if __name__ == "__main__":
    print(*_loads())
