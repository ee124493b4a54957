"""What a face does when it does nothing: it sways, breathes, blinks and looks about.

A pure function of the frame number and a seed, so that resting, listening and talking are one unbroken
movement, and any frame can be made without those before it.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Final, NamedTuple

import numpy as np

from visavis.motion.chance import Recurrence, Wander, scrambled, uniform
from visavis.motion.ease import ease_at
from visavis.motion.frames import Head

EYE_RANGE: Final = 0.35
"""Radians that the eyes turn by at gaze 1: what they give back when the head turns under a steady look."""

_DEGREE: Final = pi / 180
_OCTAVES: Final = {
    "yaw": ((0.09, 3.6 * _DEGREE), (0.23, 1.7 * _DEGREE), (0.61, 0.5 * _DEGREE)),
    "pitch": ((0.11, 2.2 * _DEGREE), (0.27, 1.1 * _DEGREE), (0.67, 0.4 * _DEGREE)),
    "roll": ((0.07, 1.7 * _DEGREE), (0.19, 0.8 * _DEGREE), (0.53, 0.25 * _DEGREE)),
    "x": ((0.08, 0.03), (0.21, 0.012), (0.57, 0.003)),
    "y": ((0.1, 0.014), (0.25, 0.006), (0.59, 0.002)),
    "brows": ((0.13, 0.14), (0.37, 0.08), (0.83, 0.03)),
    "gaze_x": ((0.7, 0.02), (1.9, 0.012), (4.3, 0.006)),
    "gaze_y": ((0.6, 0.015), (1.7, 0.01), (4.1, 0.005)),
    "breath": ((0.05, 0.5), (0.11, 0.25), (0.17, 0.1)),
    "depth": ((0.06, 0.25), (0.15, 0.12), (0.31, 0.05)),
}
"""Channels of noise: rate in Hz and amplitude of each octave, in the units of Head.

"breath" shifts the phase of breathing, in breaths; "depth" is how much less than full a breath is.
"""

_BREATHS: Final = 0.25
_INHALING: Final = 0.42
_EXHALING: Final = 0.48
"""Breaths a second, and the parts of a breath that air flows in and out; the rest is a pause."""


class Ease(NamedTuple):
    """How something follows an event: seconds after which it starts, and that it takes."""

    delay: float
    duration: float


_GLANCE: Final = Ease(0.0, 0.04)
_FLICK: Final = Ease(0.0, 0.03)
_TURN: Final = Ease(0.12, 0.7)
_SHIFT: Final = Ease(0.0, 1.6)
"""The eyes' jump to where they look, their tiny steps, the head's turn after them, a change of posture."""

_HEAD_GAIN: Final = 0.09
_NEAR: Final = 0.2
"""The head follows the eyes: radians a unit of gaze, and the gaze up to which it need not move."""

_CLOSING: Final = 0.09
_CLOSED: Final = 0.03
_DOUBLE: Final = 0.12
_SECOND_BLINK: Final = 0.36
_BLINK_APART: Final = 0.9
"""A blink: seconds for the lids to fall and to stay; the part of blinks that are double, the second one
so many seconds later; and how far from others a blink must be that goes with a turn of the eyes.

After Bentivoglio et al., "Analysis of blink rate patterns in normal subjects" (1997), and VanderWerf et
al., "Eyelid movements" (2003).
"""

_FAR: Final = 0.25
_REMEMBERED: Final = 6.0
"""Seconds after which an old fixation or posture has no part in the present one."""


class _Temper(NamedTuple):
    """All that a seed decides."""

    seed: int
    sway: Wander
    blinks: Recurrence
    looks: Recurrence
    flicks: Recurrence
    postures: Recurrence


@lru_cache(maxsize=64)
def _temper(seed: int) -> _Temper:
    octaves = np.array(list(_OCTAVES.values()))
    return _Temper(
        seed,
        Wander(scrambled(seed, 0), octaves[..., 0], octaves[..., 1]),
        Recurrence(scrambled(seed, 1), 1.0, 3.8),
        Recurrence(scrambled(seed, 2), 0.4, 1.1),
        Recurrence(scrambled(seed, 3), 0.2, 0.55),
        Recurrence(scrambled(seed, 4), 9.0, 22.0),
    )


def life(frame: int, fps: int, seed: int, eyes: float = 1.0, head: float = 1.0) -> Head:
    """The idle movement at a frame of a session: about 3 degrees of sway, a blink every 3 to 4 seconds.

    eyes, head: 0..1, how much of their looking about and swaying there is.
    """
    temper, t = _temper(seed), frame / fps
    sway = dict(zip(_OCTAVES, temper.sway.at(t).tolist(), strict=True))
    looks = temper.looks.between(t - _REMEMBERED, t + 1.0)
    look_x, look_y = followed(looks, t, _GLANCE, _look)
    head_x, head_y = followed(looks, t, _TURN, _turn)
    flick_x, flick_y = followed(temper.flicks.between(t - 2, t), t, _FLICK, _flick)
    lean, tilt = followed(temper.postures.between(t - 60, t), t, _SHIFT, _posture)
    breath = _breath(_BREATHS * t + sway["breath"]) * (0.8 + 0.5 * sway["depth"])
    yaw = head * (sway["yaw"] + _HEAD_GAIN * head_x) + 0.02 * lean
    pitch = head * (sway["pitch"] + _HEAD_GAIN * head_y) - 0.004 * breath
    return Head(
        yaw=yaw,
        pitch=pitch,
        roll=head * sway["roll"] + 0.015 * tilt,
        x=head * sway["x"] + 0.02 * lean,
        y=head * sway["y"] - 0.012 * breath,
        blink=_lids(frame, fps, temper, looks),
        gaze_x=_held(eyes * look_x + flick_x + sway["gaze_x"] - yaw / EYE_RANGE),
        gaze_y=_held(eyes * look_y + flick_y + sway["gaze_y"] - pitch / EYE_RANGE),
        brows=_held(sway["brows"] - 0.25 * eyes * look_y),
        breath=breath,
    )


def combine(idle: Head, spoken: Head) -> Head:
    """What speech adds to the idle movement, within what a neck and a brow can do."""
    return Head(
        yaw=_held(idle.yaw + spoken.yaw, 0.35),
        pitch=_held(idle.pitch + spoken.pitch, 0.25),
        roll=_held(idle.roll + spoken.roll, 0.25),
        x=idle.x + spoken.x,
        y=idle.y + spoken.y,
        blink=max(idle.blink, spoken.blink),
        gaze_x=_held(idle.gaze_x + spoken.gaze_x),
        gaze_y=_held(idle.gaze_y + spoken.gaze_y),
        brows=_held(idle.brows + spoken.brows),
        breath=min(max(idle.breath + spoken.breath, 0.0), 1.0),
    )


def lid(dt: float, opening: float = 0.14) -> float:
    """The course of a blink, 0..1, `dt` seconds after the lids met: fast down, slower up.

    opening: seconds that the way up takes; 0.12 to 0.18 is human.
    """
    if dt <= 0:
        return ease_at(1 + dt / _CLOSING)
    return 1.0 - ease_at((dt - _CLOSED) / opening)


def blinks_near(t: float, seed: int) -> bool:
    """Whether there is a blink so near to a time, in seconds, that another one would be too many."""
    temper = _temper(seed)
    turns = _turning(temper.looks.between(t - _REMEMBERED, t + _BLINK_APART))
    return _near_blink(temper, t) or any(abs(turn - t) < _BLINK_APART for turn in turns)


Point = tuple[float, float]


def followed(events: list[float], t: float, course: Ease, aim: Callable[[float], Point]) -> Point:
    """Where something stands at a time that, after each event, goes to what the event aims at.

    events: in seconds and in order; the first one's aim has been reached.
    """
    if not events:
        return 0.0, 0.0
    x, y = aim(events[0])
    for before, event in pairwise(events):
        if (done := ease_at((t - event - course.delay) / course.duration)) == 0:
            break
        (from_x, from_y), (to_x, to_y) = aim(before), aim(event)
        x += (to_x - from_x) * done
        y += (to_y - from_y) * done
    return x, y


def _key(event: float) -> int:
    return round(event * 1e9)


@lru_cache(maxsize=1024)
def _look(event: float) -> Point:
    """What the eyes rest on after an event: mostly the viewer, now and then something further off."""
    key = _key(event)
    choice = uniform(key, 0)
    far = 0.05 if choice < 0.6 else 0.15 if choice < 0.87 else 0.42
    angle = 2 * pi * uniform(key, 1)
    radius = far * (0.4 + 0.6 * uniform(key, 2))
    return radius * cos(angle), 0.6 * radius * sin(angle)


def _turn(event: float) -> Point:
    """Where the head turns to after an event: after the eyes, if they look far enough."""
    x, y = _look(event)
    return (x, y) if hypot(x, y) > _NEAR else (0.0, 0.0)


@lru_cache(maxsize=1024)
def _flick(event: float) -> Point:
    """The tiny steps of the eyes within a fixation."""
    key = _key(event)
    return 0.024 * (uniform(key, 0) - 0.5), 0.016 * (uniform(key, 1) - 0.5)


@lru_cache(maxsize=1024)
def _posture(event: float) -> Point:
    """How the body has settled after an event: lean and tilt, -1..1."""
    key = _key(event)
    return 2 * uniform(key, 0) - 1, 2 * uniform(key, 1) - 1


def _breath(phase: float) -> float:
    """How full the chest is: in, out a little longer, and a short rest."""
    phase %= 1.0
    if phase < _INHALING:
        return ease_at(phase / _INHALING)
    return 1.0 - ease_at((phase - _INHALING) / _EXHALING)


def _lids(frame: int, fps: int, temper: _Temper, looks: list[float]) -> float:
    """How far the lids are down; they are wholly shut at the frame nearest to each blink."""
    t = frame / fps
    blinks = _blinks(temper, t - 1.0, t + 0.2)
    blinks += [turn for turn in _turning(looks) if abs(turn - t) < 1 and not _near_blink(temper, turn)]
    shut = 0.0
    for blink in blinks:
        opening = 0.12 + 0.06 * uniform(_key(blink), 5)
        shut = max(shut, lid((frame - round(blink * fps)) / fps, opening))
    return shut


def _blinks(temper: _Temper, begin: float, end: float) -> list[float]:
    singles = temper.blinks.between(begin, end)
    return singles + [one + _SECOND_BLINK for one in singles if uniform(_key(one), 6) < _DOUBLE]


def _turning(looks: list[float]) -> list[float]:
    """The turns of the eyes that are far enough for a blink to go with them, by chance."""
    return [
        event
        for before, event in pairwise(looks)
        if uniform(_key(event), 7) < 0.5
        and hypot(_look(event)[0] - _look(before)[0], _look(event)[1] - _look(before)[1]) > _FAR
    ]


def _near_blink(temper: _Temper, t: float) -> bool:
    return bool(temper.blinks.between(t - _SECOND_BLINK - _BLINK_APART, t + _BLINK_APART))


def _held(value: float, limit: float = 1.0) -> float:
    return min(max(value, -limit), limit)
