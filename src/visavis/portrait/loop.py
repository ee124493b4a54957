"""The idle loop of a film: the stretch in which somebody is silent and still, and that can be repeated.

Owns what counts as silent, how well two moments join, and the search. It knows landmarks and thumbnails
and no pixels; lengths are in distances between the eyes, but for what says seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.portrait.expression import mouth_gap

SHORTEST: Final = 2.0
LONGEST: Final = 10.0
"""Seconds."""

SEAMLESS: Final = 0.025
"""The seam from which on it is better to go back the way one came."""

_THERE: Final = 3.0
_EYES, _CORNERS, _NOSE = [33, 263], [61, 291], 1
_EVERY_POINT = 4
_WINDOW = 0.25
_RESTING = 20
_PARTED, _MOVING = 0.025, 0.025
_THUMB_WEIGHT, _JERK, _STILLNESS, _LENGTH = 2.0, 2.0, 0.5, 0.03

_TALKATIVE = (
    "nobody is silent for two seconds, so that the face at rest may seem to speak; "
    "begin with five seconds in which you look into the camera and say nothing"
)

_SHORT = "one face is seen for only {:.1f} seconds; give a clip of five seconds or more in a single piece"

_Row: TypeAlias = NDArray[np.float64]
_Indices: TypeAlias = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Loop:
    """Frames of a film that are shown again and again.

    first, last: frame numbers, both of them shown; after `last` comes `first`, or, there and back,
        the way from `last` - 1 down to `first` + 1.
    seam: how much is seen of the joint, 0 nothing and above 0.025 a jerk; there and back, 0.
    """

    first: int
    last: int
    seam: float
    there_and_back: bool


class Stretch(NamedTuple):
    """Looks at one face, in a row.

    numbers: int [n], of frames, rising. landmarks: float32 [n, 468, 3].
    thumbs: float32 [n, h, w], on a scale of 255.
    """

    numbers: _Indices
    landmarks: NDArray[np.float32]
    thumbs: NDArray[np.float32]


class Idle(NamedTuple):
    """The loop, and what is wrong with it, as a sentence; "" if nothing is."""

    loop: Loop
    sentence: str


class _Joint(NamedTuple):
    """Two looks of which the second looks like the first."""

    first: int
    last: int
    seam: float
    cost: float


class _Sums(NamedTuple):
    """Running sums of rows of numbers and of their squares, each [n + 1, m], from nothing to all."""

    plain: _Row
    squares: _Row

    @classmethod
    def of(cls, rows: _Row) -> "_Sums":
        padded = np.concatenate([np.zeros_like(rows[:1]), rows - rows.mean(0)])
        return cls(np.cumsum(padded, axis=0), np.cumsum(padded**2, axis=0))

    def spread(self, first: _Indices, last: _Indices) -> _Row:
        """How far rows first..last are from their middle."""
        count = (last - first + 1)[:, None]
        mean, square = ((sums[last + 1] - sums[first]) / count for sums in self)
        return np.asarray(np.sqrt(np.maximum((square - mean**2).sum(1), 0)))


def idle(stretch: Stretch, fps: float) -> Idle:
    """The best idle loop of a stretch of one look or more, at so many frames a second."""
    times = stretch.numbers / fps
    unit = max(float(np.median(_apart(stretch.landmarks, _EYES))), 1e-6)
    poses = _poses(stretch.landmarks) / unit
    lips = _lips(stretch.landmarks)
    silent = _runs(_silent(lips, times), stretch.numbers)
    runs = [run for run in silent if times[run[-1]] - times[run[0]] >= SHORTEST]
    if not runs:
        seen = list(_runs(np.ones(len(times), np.bool_), stretch.numbers))
        loop = _there_and_back(stretch.numbers, lips, times, seen)
        length = times[-1] - times[0]
        return Idle(loop, _TALKATIVE if length >= SHORTEST else _SHORT.format(length))
    joints = [joint for run in runs if (joint := _best_joint(stretch, unit, poses, times, run))]
    best = min(joints, key=lambda joint: joint.cost, default=None)
    if best is None or best.seam > SEAMLESS:
        return Idle(_there_and_back(stretch.numbers, poses, times, runs), "")
    first, last = (int(stretch.numbers[look]) for look in (best.first, best.last))
    return Idle(Loop(first, last - 1, round(best.seam, 4), False), "")


def _poses(landmarks: NDArray[np.float32]) -> _Row:
    """Where the head is and which way it looks [n, 4], pixels: the eyes' middle, the nose against it."""
    middle = landmarks[:, _EYES, :2].astype(float).mean(1)
    return np.concatenate([middle, landmarks[:, _NOSE, :2] - middle], axis=1)


def _lips(landmarks: NDArray[np.float32]) -> _Row:
    """How far lips are apart, and half as much as their corners are [n, 2]."""
    width = _apart(landmarks, _CORNERS) / np.maximum(_apart(landmarks, _EYES), 1e-6)
    return np.stack([mouth_gap(landmarks), width / 2], axis=1)


def _apart(landmarks: NDArray[np.float32], pair: list[int]) -> _Row:
    one, other = (landmarks[:, index].astype(float) for index in pair)
    return np.asarray(np.linalg.norm(other - one, axis=1))


def _silent(lips: _Row, times: _Row) -> NDArray[np.bool_]:
    """Where the lips are about as near to each other as they ever get, and hold still for half a second."""
    first = np.searchsorted(times, times - _WINDOW - 1e-9)
    last = np.searchsorted(times, times + _WINDOW + 1e-9)
    moving = np.array([np.ptp(lips[a:b], axis=0).max() for a, b in zip(first, last, strict=True)])
    shut = lips[:, 0] < np.percentile(lips[:, 0], _RESTING) + _PARTED
    return np.asarray(shut & (moving < _MOVING))


def _runs(flags: NDArray[np.bool_], numbers: _Indices) -> Iterator[_Indices]:
    """The indices of each run of flags that are set, of looks between which none is missing."""
    indices = np.nonzero(flags)[0]
    if len(indices):
        usual = np.diff(numbers).min(initial=np.iinfo(np.int_).max)
        breaks = (np.diff(indices) > 1) | (np.diff(numbers[indices]) > usual)
        yield from np.split(indices, np.nonzero(breaks)[0] + 1)


def _best_joint(stretch: Stretch, unit: float, poses: _Row, times: _Row, run: _Indices) -> _Joint | None:
    """The two looks of a run that join best, with a long and still stretch between them."""
    shapes = stretch.landmarks[run, ::_EVERY_POINT, :2] / np.float32(unit)
    thumbs = stretch.thumbs[run].reshape(len(run), -1) / np.float32(255)
    speeds = np.gradient(poses[run, :2], axis=0)
    sums, joints = _Sums.of(poses[run]), []
    for lag in range(1, len(run)):
        lengths = times[run[lag:]] - times[run[:-lag]]
        one = np.nonzero((lengths >= SHORTEST) & (lengths <= LONGEST))[0]
        if not len(one):
            continue
        two = one + lag
        seams = (
            np.linalg.norm(shapes[two] - shapes[one], axis=2).mean(1)
            + np.linalg.norm(speeds[two] - speeds[one], axis=1)
            + _THUMB_WEIGHT * np.abs(thumbs[two] - thumbs[one]).mean(1)
        )
        costs = _JERK * seams + _STILLNESS * sums.spread(one, two) - _LENGTH * np.sqrt(lengths[one] / LONGEST)
        at = int(np.argmin(costs))
        joints.append(_Joint(int(run[one[at]]), int(run[two[at]]), float(seams[at]), float(costs[at])))
    return min(joints, key=lambda joint: joint.cost, default=None)


def _there_and_back(numbers: _Indices, rows: _Row, times: _Row, runs: list[_Indices]) -> Loop:
    """Up to three seconds of one of the runs, those in which some rows of numbers vary least."""
    sums, choices = _Sums.of(rows), []
    for run in runs:
        ends = np.minimum(np.searchsorted(times, times[run] + _THERE + 1e-9) - 1, run[-1])
        starts = run[: int(np.argmax(ends == run[-1])) + 1]
        spreads = sums.spread(starts, ends[: len(starts)])
        at = int(np.argmin(spreads))
        choices.append((float(spreads[at]), int(starts[at]), int(ends[at])))
    _, first, last = min(choices)
    return Loop(int(numbers[first]), int(numbers[last]), 0.0, True)
