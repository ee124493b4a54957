"""What a face is at while it does not speak: it rests, it listens, or it thinks.

Owns how each mood bears the head, and how one goes over into the next. Like `life`, to which it adds, it is a
pure function of the frame number: continuous, with its velocity, whatever changes come when.

Listeners look at who speaks, tilt the head, raise the brows a little and nod now and then, singly or twice
(Kendon, "Some functions of gaze-direction in social interaction", 1967; Hadar, Steiner and Rose, "Head
movement during listening turns in conversation", 1985). Who thinks of an answer looks away, mostly upwards
(Glenberg, Schroeder and Robertson, "Averting the gaze disengages the environment", 1998).
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import inf, pi
from typing import Final, NamedTuple

from visavis.contracts import RESTING
from visavis.media import Look, Mood
from visavis.motion.chance import Recurrence, scrambled, uniform
from visavis.motion.ease import ease_at
from visavis.motion.frames import Head
from visavis.motion.life import EYE_RANGE, Ease, blinks_near, combine, followed, lid, life

_DEGREE: Final = pi / 180

_EYES: Final = 0.08
_BROWS: Final = 0.35
_HEAD: Final = 0.5
"""Seconds in which a mood takes hold of each, and lets go of it: eyes jump, a head is heavy."""

_EYES_ABOUT: Final[dict[Mood, float]] = {"resting": 1.0, "listening": 0.3, "thinking": 0.4}
_HEAD_ABOUT: Final[dict[Mood, float]] = {"resting": 1.0, "listening": 0.7, "thinking": 0.85}
"""What is left of life's looking about, and of the head's swaying."""

_TILT: Final = 2.8 * _DEGREE
_LISTENING: Final = Head(pitch=0.7 * _DEGREE, y=0.008, brows=0.4)
"""How a listener bears the head, with a tilt of _TILT to the side that is this head's habit."""

_NODS: Final = (2.2, 4.6)
_SETTLED: Final = 0.9
_DIP: Final = 0.2
_NODDING: Final = 0.48
_AGAIN: Final = 0.45
"""Nods: the shortest and the mean time between them; seconds of listening before the first one; from the
beginning of one to its lowest point and to its end; and the part of them that are followed by a second."""

_NOD: Final = (2.0 * _DEGREE, 3.4 * _DEGREE)

_AVERTED: Final = (0.9, 2.2)
_REMEMBERED: Final = 6.0
_AWAY_X: Final = (0.55, 0.8)
_AWAY_Y: Final = (-0.85, -0.5)
_OTHER_SIDE: Final = 0.3
"""Where one looks while thinking: the shortest and the mean time before the eyes go elsewhere, and after how
long an old place has no part in it; the range of places; and how often they are on the other side."""

_HEAD_TO_GAZE: Final = 0.1
_THINKING_TILT: Final = 1.8 * _DEGREE
_THINKING_BROWS: Final = 0.3

_TURN: Final = Ease(delay=0.05, duration=0.6)
_JUMP: Final = Ease(delay=0.0, duration=0.06)

_WITH_BLINK: Final = 0.6
_LONG: Final = 0.8
"""How often the eyes blink as they are averted, and as they come back from where they were so long."""


class _Spell(NamedTuple):
    """A time spent in one mood, in seconds of the session; the last one has no end as yet."""

    mood: Mood
    begin: float
    end: float
    key: int

    def hold(self, t: float, duration: float) -> float:
        """0..1: how much a mood has of what takes `duration` to come and to go."""
        come = ease_at((t - self.begin) / duration)
        return come * (1.0 - ease_at((t - self.end) / duration)) if come else 0.0


def alive(frame: int, fps: int, seed: int, look: Look = RESTING) -> Head:
    """What the head does at a frame of a session: what `life` says, and what it is at."""
    t = frame / fps
    spells = [spell for spell in _spells(look, fps, seed) if spell.begin <= t < spell.end + _HEAD]
    if not spells:
        return life(frame, fps, seed)
    eyes = 1.0 + sum((_EYES_ABOUT[spell.mood] - 1.0) * spell.hold(t, _EYES) for spell in spells)
    sway = 1.0 + sum((_HEAD_ABOUT[spell.mood] - 1.0) * spell.hold(t, _HEAD) for spell in spells)
    head = life(frame, fps, seed, eyes, sway)
    for spell in spells:
        head = combine(head, _bearing(spell, t, frame, fps, seed))
    return head


def _spells(look: Look, fps: int, seed: int) -> Iterator[_Spell]:
    """The times spent in other moods than resting."""
    for (begin, mood), (end, _) in pairwise((*look.changes, (inf, "resting"))):
        if mood != "resting":
            yield _Spell(mood, begin / fps, end / fps, scrambled(seed, 6, int(begin)))


def _bearing(spell: _Spell, t: float, frame: int, fps: int, seed: int) -> Head:
    """What one spell adds to life, with eyes that stay on what they look at while the head moves."""
    if spell.mood == "listening":
        head, gaze = _listening(spell, t, seed), (0.0, 0.0)
    else:
        head, gaze = _thinking(spell, t, seed), _averted(spell, t, _JUMP)
    eyes = spell.hold(t, _EYES)
    return head._replace(
        gaze_x=eyes * gaze[0] - head.yaw / EYE_RANGE,
        gaze_y=eyes * gaze[1] - head.pitch / EYE_RANGE,
        blink=_lids(spell, frame, fps, seed),
    )


def _listening(spell: _Spell, t: float, seed: int) -> Head:
    hold = spell.hold(t, _HEAD)
    return Head(
        pitch=hold * (_LISTENING.pitch + _nodding(spell, t, seed)),
        roll=hold * _side(seed) * _TILT * (0.6 + 0.4 * uniform(spell.key, 0)),
        y=hold * _LISTENING.y,
        brows=spell.hold(t, _BROWS) * _LISTENING.brows,
    )


def _nodding(spell: _Spell, t: float, seed: int) -> float:
    """Radians that the head is bowed by: each nod is a dip, or two, the second one smaller."""
    nods = Recurrence(scrambled(seed, 7), *_NODS).between(t - 2 * _NODDING, t)
    return sum(_nod(nod, t) for nod in nods if nod >= spell.begin + _SETTLED)


def _nod(begin: float, t: float) -> float:
    key = round(begin * 1e9)
    least, most = _NOD
    size = least + (most - least) * uniform(key, 0)
    second = 0.55 * _dip(t - begin - _NODDING) if uniform(key, 1) < _AGAIN else 0.0
    return size * (_dip(t - begin) + second)


def _dip(dt: float) -> float:
    return ease_at(dt / _DIP) * ease_at((_NODDING - dt) / (_NODDING - _DIP))


def _thinking(spell: _Spell, t: float, seed: int) -> Head:
    hold = spell.hold(t, _HEAD)
    x, y = _averted(spell, t, _TURN)
    return Head(
        yaw=hold * _HEAD_TO_GAZE * x,
        pitch=hold * _HEAD_TO_GAZE * y,
        roll=hold * _side(seed) * _THINKING_TILT,
        brows=spell.hold(t, _BROWS) * _THINKING_BROWS,
    )


def _averted(spell: _Spell, t: float, course: Ease) -> tuple[float, float]:
    """Where somebody who thinks looks, in units of gaze, or turns to."""
    begin = spell.begin
    later = Recurrence(spell.key, *_AVERTED).between(max(begin + _AVERTED[0], t - _REMEMBERED), t)
    return followed([begin, *later], t, course, lambda event: _place(spell.key, event))


@lru_cache(maxsize=1024)
def _place(key: int, event: float) -> tuple[float, float]:
    """A place to look at while thinking: up and to the side."""
    own = scrambled(key, round(event * 1e9))
    side = _side(key) * (-1.0 if uniform(own, 0) < _OTHER_SIDE else 1.0)
    x, y = (low + (high - low) * uniform(own, i) for i, (low, high) in enumerate((_AWAY_X, _AWAY_Y), 1))
    return side * x, y


def _side(key: int) -> float:
    """1 for the picture's right, -1 for its left."""
    return 1.0 if uniform(key, 8) < 0.5 else -1.0


def _lids(spell: _Spell, frame: int, fps: int, seed: int) -> float:
    """Blinks that go with the eyes' leaving and coming back, where there is none anyway."""
    if spell.mood != "thinking":
        return 0.0
    turns = [spell.begin] + [spell.end] * (_LONG < spell.end - spell.begin < inf)
    shut = 0.0
    for turn in turns:
        course = lid((frame - round((turn + _EYES) * fps)) / fps)
        if course and turn <= spell.end and uniform(spell.key, round(turn * 1e6)) < _WITH_BLINK:
            shut = max(shut, 0.0 if blinks_near(turn, seed) else course)
    return shut
