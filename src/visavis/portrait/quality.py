"""How good a photo is as a portrait: a score for each thing that matters, a verdict, and advice.

Owns the limits and the sentences; what they are held against is measured elsewhere. A score is 0 where
the photo cannot be used for that reason, as `portrait.take` would say too, and FINE where nobody would
mind. The limits lie where 35 photos, paintings and drawings, sharp and spoiled, changed their looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, prod
from typing import Final, Literal, NamedTuple

import numpy as np

from visavis.errors import PortraitError
from visavis.media import Pixels
from visavis.portrait import fitness, framing
from visavis.portrait.closeup import CloseUp, close_up
from visavis.portrait.detail import blur, grain
from visavis.portrait.expression import eyes_open, mouth_gap
from visavis.portrait.faces import Found
from visavis.portrait.landmarks import CHIN, FOREHEAD
from visavis.portrait.light import light_on

FINE: Final = 0.75
"""The score from which on there is nothing to be said."""

SMALLEST: Final = 256
"""The width and height of the smallest video."""

_SURELY_FRAMED: Final = 120
"""The height of a face, pixels, from which on it is large enough for that in any crop."""

_CAUSE: Final = 0.6
"""The score below which light or blur explains what cannot be made out."""

_SPOILED: Final = 0.05
"""The least that a photo gets for something that spoils it, and yet leaves it usable."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good a photo is in one respect; value: 0..1; sentence: what is wrong, "" when it is fine."""

    name: str
    value: float
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a photo is.

    scores: one for each respect; without a face, the two that need none.
    overall: 0..1, the scores' product, in which some count for less.
    verdict: "good" where every score is fine, "unusable" where one is 0.
    advice: how to take a better picture, by what is worst; "" when it is good.
    """

    scores: tuple[Score, ...]
    overall: float
    verdict: Literal["good", "usable", "unusable"]
    advice: str


class _Mark(NamedTuple):
    """One way to fall short: how well it was avoided, 0..1, what to say of it, and what to do about it."""

    value: float
    sentence: str
    advice: str


_WEIGHTS: Final = {"mouth": 0.5, "faces": 0.3, "resolution": 0.5}


def judged(pixels: Pixels, faces: Sequence[Found]) -> Quality:
    """The quality of a picture [h, w, 3] as a portrait of the first of its faces, the largest one."""
    if not faces:
        return _quality({"face size": _NONE, "resolution": _resolution(pixels)})
    pixels, face = framing.upright(pixels, faces[0])
    near = close_up(pixels, face.landmarks, face.irises)
    return _quality(
        {
            "face size": _size(pixels, face),
            **_passing(near, face),
            "occlusion": _occlusion(pixels, face),
            "faces": _several(faces),
            "resolution": _resolution(pixels),
        }
    )


def glance(pixels: Pixels, face: Found) -> float:
    """The overall quality, 0..1, of what differs from frame to frame: cheap, and blind to the rest."""
    near = close_up(pixels, face.landmarks, face.irises)
    return _quality(_passing(near, face)).overall


def _passing(near: CloseUp, face: Found) -> dict[str, _Mark]:
    """What changes while somebody is filmed."""
    return {
        "sharpness": _sharpness(near),
        "exposure": _exposure(near),
        "pose": _pose(face),
        "mouth": _mouth(face),
        "eyes": _eyes(near),
    }


def _quality(marks: dict[str, _Mark]) -> Quality:
    scores = tuple(
        Score(name, mark.value, mark.sentence if mark.value < FINE else "") for name, mark in marks.items()
    )
    worst = _worst(*marks.values())
    verdict: Literal["good", "usable", "unusable"] = (
        "unusable" if worst.value <= 0 else "good" if worst.value >= FINE else "usable"
    )
    overall = prod(mark.value ** _WEIGHTS.get(name, 1.0) for name, mark in marks.items())
    return Quality(scores, round(overall, 3), verdict, "" if verdict == "good" else _advice(marks, worst))


def _advice(marks: dict[str, _Mark], worst: _Mark) -> str:
    """What to do about the worst; a face or eyes that cannot be made out may just be blurred or badly lit."""
    if any(worst is marks.get(name) for name in ("occlusion", "eyes")):
        cause = _worst(marks["sharpness"], marks["exposure"])
        return cause.advice if cause.value < _CAUSE else worst.advice
    return worst.advice


_NONE: Final = _Mark(
    0.0, fitness.NO_FACE, "take a picture of one person, from near by, who looks straight into the camera"
)


def _size(pixels: Pixels, face: Found) -> _Mark:
    """The face in pixels, and as a part of the picture."""
    closer = "come closer to the camera, until head and shoulders fill the picture"
    across, up = face.box[2] - face.box[0], np.hypot(*(face.landmarks[CHIN] - face.landmarks[FOREHEAD])[:2])
    if up < _SURELY_FRAMED and (sentence := _unframed(pixels, face)):
        return _Mark(0.0, sentence, closer)
    height, width = pixels.shape[:2]
    share = float(max(up / height, across / width))
    return _worst(
        _Mark(
            _between(log(up), log(60), log(200)),
            f"the face is only {up:.0f} pixels high, which will look soft",
            closer,
        ),
        _Mark(
            _between(share, 1.05, 0.65),
            "the face fills the picture, so that hair and shoulders are missing",
            "step back from the camera, until head and shoulders are in the picture",
        ),
    )


def _unframed(pixels: Pixels, face: Found) -> str:
    """Why a face is too small for the smallest video; "" if it is not."""
    try:
        framing.frame(pixels, face, SMALLEST, SMALLEST)
    except PortraitError as error:
        return str(error)
    return ""


def _sharpness(near: CloseUp) -> _Mark:
    return _worst(
        _Mark(
            _between(blur(near), 8.0, 2.2, least=0.0),
            "the face is blurred",
            "hold the camera still, let it focus on the face, and wipe its lens",
        ),
        _Mark(
            _between(grain(near), 40.0, 8.0),
            "the face is grainy",
            "take the picture in brighter light, so that it is less grainy",
        ),
    )


def _exposure(near: CloseUp) -> _Mark:
    light = light_on(near)
    window = "face a window or a lamp"
    return _worst(
        _Mark(_between(light.bright, 10, 48, least=0.0), "the face is too dark", f"{window}, for more light"),
        _Mark(
            _between(light.burnt, 0.97, 0.15, least=0.0),
            "the face is overexposed, and parts of it are burnt out",
            "move out of the glaring light, or touch the face on the screen so that the camera adapts to it",
        ),
        _Mark(
            _between(light.span, 5, 32, least=0.0),
            "the face has hardly any light and shade",
            f"{window} rather than having it behind you, and wipe the camera's lens",
        ),
        _Mark(
            _between(abs(light.aside), 5.0, 1.2),
            f"the light comes strongly from the {'right' if light.aside > 0 else 'left'}",
            f"{window}, so that both sides of the face are lit alike",
        ),
    )


def _pose(face: Found) -> _Mark:
    straight = "look straight into the camera, with the head upright"
    if sentence := fitness.turned(face):
        return _Mark(0.0, sentence, straight)
    yaw, pitch, roll = np.degrees([face.yaw, face.pitch, face.roll])
    roll = (roll + 45) % 90 - 45  # `framing.upright` sees to the rest
    return _worst(
        _Mark(
            _between(abs(yaw), 40, 10),
            f"the head is turned {abs(yaw):.0f} degrees to the picture's {'right' if yaw > 0 else 'left'}",
            straight,
        ),
        _Mark(
            _between(abs(pitch), 34, 12),
            f"the head is tilted {abs(pitch):.0f} degrees {'down' if pitch > 0 else 'up'}",
            "hold the camera at the height of the eyes, and look straight into it",
        ),
        _Mark(
            _between(abs(roll), 60, 12), f"the head leans to the side by {abs(roll):.0f} degrees", straight
        ),
    )


def _occlusion(pixels: Pixels, face: Found) -> _Mark:
    if sentence := fitness.cut_off(pixels, face):
        return _Mark(0.0, sentence, "move so that the whole head is in the picture")
    bare = "show the whole face: no hair, hand, mask, dark glasses or microphone before it"
    seen = fitness.signs(pixels, face)
    if sentence := fitness.covered(seen):
        return _Mark(0.0, sentence, bare)
    value = min(
        _between(seen.spread, 0.027, 0.019),
        _between(seen.lips_spread, 0.026, 0.021),
        _between(seen.eye_spread, 0.027, 0.021),
        _between(seen.eyes_alike, 0.35, 0.6),
        _between(seen.around_eyes, 0.4, 0.55),
        _between(seen.seam, 0.05, 0.08),
    )
    return _Mark(value, "a part of the face cannot be made out well; it may be covered or in the shade", bare)


def _mouth(face: Found) -> _Mark:
    gap = float(mouth_gap(face.landmarks))
    return _Mark(
        _between(gap, 0.3, 0.04),
        "the mouth is open",
        "close the lips, lightly, and look friendly without showing the teeth",
    )


def _eyes(near: CloseUp) -> _Mark:
    return _Mark(
        _between(eyes_open(near), 0.2, 1.5),
        "the eyes are shut, or nearly",
        "open the eyes, look into the camera, and take several pictures in case of a blink",
    )


def _several(faces: Sequence[Found]) -> _Mark:
    largest, *others = (face.size for face in faces)
    value = _between(max(others) / largest, 1.3, 0.3) if others else 1.0
    return _Mark(
        value,
        f"{len(faces)} faces found; the largest was taken",
        "take the picture with one person alone in it",
    )


def _resolution(pixels: Pixels) -> _Mark:
    height, width = pixels.shape[:2]
    return _Mark(
        _between(log(min(height, width)), log(180), log(480)),
        f"the picture has only {width} x {height} pixels",
        "send the picture as the camera took it, neither scaled down nor cut out of another one",
    )


def _between(value: float, bad: float, good: float, least: float = _SPOILED) -> float:
    """1 at a good value and beyond, falling to `least` at a bad one and beyond."""
    share = (float(value) - bad) / (good - bad)
    return round(min(max(share, least), 1.0), 3)


def _worst(*marks: _Mark) -> _Mark:
    return min(marks, key=lambda mark: mark.value)
