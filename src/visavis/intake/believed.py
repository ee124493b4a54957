"""What comes out of the sandbox, held against what was asked for.

A process that was taken over says anything. Owns the shapes, down to the last number. Refuses what differs
from them in anything; whether it is true of what was sent, nobody can tell. Takes numpy and the networks'
libraries to import.
"""

from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any, Final, Literal, TypeVar

import numpy as np

from visavis.arrays import packed, unpacked
from visavis.intake.kinds import Kind, kind_of
from visavis.intake.limits import VIDEO_RATE, VIDEO_SECONDS
from visavis.intake.messages import Answer, Facts
from visavis.intake.stills import LONGEST
from visavis.media import Language
from visavis.portrait.clip import Loop, Track
from visavis.portrait.faces import Found
from visavis.portrait.quality import Quality
from visavis.voices import Measures, VoiceQuality
from visavis.voices.sounding import Gender

T = TypeVar("T")

_KINDS: Final[dict[str, Kind]] = {"picture": "jpeg", "clip": "mp4", "sample": "flac"}
_FAR: Final = 1e5
"""No point of a face lies further off, in pixels."""


@dataclass(frozen=True, slots=True)
class _Still:
    kind: Literal["photo"]
    width: int
    height: int
    quality: Quality


@dataclass(frozen=True, slots=True)
class _Moving:
    kind: Literal["gif", "clip"]
    width: int
    height: int
    quality: Quality
    fps: int
    seconds: float
    loop: Loop
    best: tuple[int, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Spoken:
    language: Language | None
    gender: Gender
    seconds: float
    quality: VoiceQuality


def check_portrait(answer: Answer) -> None:
    """Raises ValueError or OverflowError for an answer that is none of `studies.study_portrait`."""
    if answer.facts.get("kind") == "photo":
        _check_blobs(answer, {"picture", "face"})
        still = _read(answer.facts, _Still)
        _check_face(answer, still.width, still.height)
    else:
        _check_blobs(answer, {"picture", "face", "clip", "track"})
        moving = _read(answer.facts, _Moving)
        _check_face(answer, moving.width, moving.height)
        _check_track(unpacked(answer.blobs["track"], Track), moving)


def check_voice(answer: Answer) -> None:
    """Raises ValueError or OverflowError for an answer that is none of `studies.study_voice`."""
    _check_blobs(answer, {"sample"})
    _read(answer.facts | {"quality": _parted(answer.facts.get("quality"))}, _Spoken)


def _parted(quality: object) -> Facts:
    """A voice's quality with its measures by themselves again, as `recordings` finds it."""
    if not isinstance(quality, dict):
        raise ValueError("a quality that is none")
    names = {field.name for field in fields(Measures)}
    measures = {name: value for name, value in quality.items() if name in names}
    return {"measures": measures, **{name: value for name, value in quality.items() if name not in names}}


def _check(holds: object) -> None:
    if not holds:
        raise ValueError("an answer that cannot be")


def _check_blobs(answer: Answer, names: set[str]) -> None:
    _check(answer.blobs.keys() == names)
    for name, blob in answer.blobs.items():
        _check(name not in _KINDS or kind_of(blob) == _KINDS[name])


def _read(facts: Any, kind: type[T]) -> T:
    """Facts as what they are to be."""
    return unpacked(packed(_frozen(facts)), kind)


def _frozen(facts: Any) -> Any:
    """JSON's lists as tuples."""
    match facts:
        case dict():
            return {name: _frozen(value) for name, value in facts.items()}
        case list() | tuple():
            return tuple(map(_frozen, facts))
    return facts


def _check_face(answer: Answer, width: int, height: int) -> None:
    _check(0 < width <= LONGEST and 0 < height <= LONGEST)
    face = unpacked(answer.blobs["face"], Found)
    _check_shapes(face, {"box": (4,), "landmarks": (468, 3), "irises": (2, 5, 2), "spread": (468,)})


def _check_track(track: Track, moving: _Moving) -> None:
    """A track belongs to its clip: frame by frame, and all frames that are named are in it."""
    _check(0 < moving.fps <= VIDEO_RATE and track.fps == moving.fps)
    count = track.found.size
    _check(0 < count == round(moving.seconds * moving.fps) <= (VIDEO_SECONDS + 1) * moving.fps)
    _check_shapes(track, {"boxes": (count, 4), "landmarks": (count, 468, 3), "found": (count,)})
    _check(0 <= moving.loop.first <= moving.loop.last < count)
    _check(all(0 <= number < count for number in moving.best))


def _check_shapes(tree: object, shapes: dict[str, tuple[int, ...]]) -> None:
    """Arrays of these shapes, and every number in the tree one that can be."""
    assert is_dataclass(tree)
    for field in fields(tree):
        value = getattr(tree, field.name)
        if field.name in shapes:
            _check(value.shape == shapes[field.name] and (np.abs(value) <= _FAR).all())
        else:
            _check(isfinite(value))
