"""Sound whose words nobody knows to what the mouth does, from its loudness and its colour.

Owns a rough reading of speech: how loud the part of the spectrum is that an open mouth lets out, how
bright it is, whether it hisses or hums. It knows no phones, so closures are guesses. Assumes one near
speaker; steady noise counts as silence after about a second.
"""

from math import ceil
from typing import Final, NamedTuple

from visavis.media import AudioChunk
from visavis.motion.ease import ease_at
from visavis.motion.frames import Mouth
from visavis.motion.hearing import HOPS, Hearing, Sound
from visavis.motion.pace import Pace

LOOKAHEAD_MS: Final = 120

_LEAD: Final = 0.045
"""Seconds from a frame to the hop it shows: the lips' lead, and what the smoothing lags behind."""

_SETTLE: Final = 0.12
"""Seconds before the utterance's last frame in which the mouth comes to rest."""

_OPENS: Final = 10.0
_SHUTS: Final = 5.0
_HANG: Final = 12
"""dB above the noise at which speech is taken to begin and to have ended, and hops it must stay there."""

_HUMS: Final = 30
"""Hops after a vowel within which a hum is taken for a nasal, and not for the room."""


class Level(NamedTuple):
    """What counts as loud and as silent at the moment, in dB; adapts to speaker and room.

    floor: the noise. peak: the loudest of the last seconds.
    slow, unrest: the level and its mean deviation over some tenths of a second.
    """

    floor: float = -75.0
    peak: float = -25.0
    slow: float = -100.0
    unrest: float = 5.0

    def after(self, voice: float) -> "Level":
        """The levels one hop of `voice` dB later.

        What hardly changes is no speech: the floor climbs quickly under it.
        """
        slow = self.slow + 0.12 * (voice - self.slow)
        unrest = self.unrest + 0.08 * (min(abs(voice - slow), 10.0) - self.unrest)
        creep = (40.0 if unrest < 1.7 else 1.5) / HOPS
        floor = max(min(self.floor + creep, voice), -70.0)
        peak = self.peak + (0.25 * (voice - self.peak) if voice > self.peak else -3.0 / HOPS)
        return Level(floor, max(peak, floor + 20, -60.0), slow, unrest)

    def height(self, voice: float) -> float:
        """0..1: where a voice stands between silence and the peak."""
        low = max(self.floor + 6, self.peak - 32)
        return min(max((voice - low) / (self.peak - low), 0.0), 1.0)


class Pose(NamedTuple):
    """Channels of Mouth that a sound gives a hint of."""

    jaw: float = 0.0
    open: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    press: float = 0.0

    def towards(self, other: "Pose") -> "Pose":
        """The pose one hop later, when the other one is asked for."""
        return Pose(
            *(
                now + (grow if abs(to) > abs(now) else fall) * (to - now)
                for now, to, grow, fall in zip(self, other, _GROW, _FALL, strict=True)
            )
        )


_GROW: Final = (0.25, 0.34, 0.2, 0.18, 0.45)
_FALL: Final = (0.16, 0.24, 0.16, 0.14, 0.45)
"""The part of the way that each channel goes in a hop, away from rest and back to it."""


class Loudness:
    """What the mouth does during one utterance whose phones are not known.

    The same contract as Articulation: frame_count(samples, rate, fps) Mouths in all, the same for any
    chunking, each once LOOKAHEAD_MS after its time are known; any rate from 4 kHz; the last frame is at rest.
    """

    def __init__(self, fps: int) -> None:
        self._pace = Pace(fps, LOOKAHEAD_MS)
        self._hearing = Hearing()
        self._guess = _Guess()
        self._poses: list[Pose] = []
        self._first = 0

    def feed(self, chunk: AudioChunk) -> list[Mouth]:
        """The frames that a further chunk completes.

        Raises ValueError when the chunk does not follow the one before it.
        """
        due = self._pace.due(chunk)
        self._poses.extend(self._guess.pose(sound) for sound in self._hearing.feed(chunk))
        return self._frames(due)

    def finish(self) -> list[Mouth]:
        """The frames that are left; the last one is at rest."""
        due = self._pace.rest()
        if not due:
            return []
        last = due.stop - 1
        hops = ceil((last / self._pace.fps + _LEAD) * HOPS) + 2
        sounds = self._hearing.finish(self._pace.rate, hops)
        self._poses.extend(self._guess.pose(sound) for sound in sounds)
        return self._frames(due, last)

    def _frames(self, due: range, last: int | None = None) -> list[Mouth]:
        fps = self._pace.fps
        mouths: list[Mouth] = []
        for frame in due:
            left = 1.0 if last is None else (last - frame) / fps / _SETTLE
            mouths.append(_mouth(self._shown(frame / fps), ease_at(left)))
        self._forget(due.stop / fps)
        return mouths

    def _shown(self, t: float) -> Pose:
        """The pose that a frame at a time shows, between two hops."""
        hop, part = _hop_at(t)
        here, there = self._poses[hop - self._first : hop - self._first + 2]
        return Pose(*(a + part * (b - a) for a, b in zip(here, there, strict=True)))

    def _forget(self, t: float) -> None:
        """Drop the poses before a time."""
        passed = min(_hop_at(t)[0] - self._first, len(self._poses))
        del self._poses[:passed]
        self._first += passed


def _hop_at(t: float) -> tuple[int, float]:
    """The hop that is shown at a time, and the part of the way from it to the next one."""
    hop, part = divmod((t + _LEAD) * HOPS, 1.0)
    return int(hop), part


class _Guess:
    """What the mouth does, hop by hop, to make the sounds that are heard."""

    def __init__(self) -> None:
        self._level = Level()
        self._tilt = -9.0
        self._speaking = False
        self._quiet = 0
        self._since_vowel = _HUMS
        self._pose = Pose()

    def pose(self, sound: Sound) -> Pose:
        """The pose one hop later."""
        voice = max(sound.mouth, sound.front - 3)
        loudest = max(voice, sound.hiss + 4)
        self._level = self._level.after(loudest)
        self._follow(loudest)
        height = self._level.height(voice)
        tilt = sound.front - max(sound.mouth, sound.murmur - 3)
        if self._speaking and height > 0.4:
            self._tilt += 0.015 * (tilt - self._tilt)
        self._since_vowel = 0 if height > 0.5 else self._since_vowel + 1
        asked = _asked(sound, height, tilt - self._tilt) if self._speaking else Pose()
        if self._since_vowel > _HUMS:
            asked = asked._replace(press=0.0)
        self._pose = self._pose.towards(asked)
        return self._pose

    def _follow(self, loudest: float) -> None:
        """Speech begins at once and ends only when it has been quiet for a while."""
        above = loudest - max(self._level.floor, self._level.peak - 42)
        self._quiet = 0 if above > _SHUTS else self._quiet + 1
        if above > _OPENS:
            self._speaking = True
        elif self._quiet > _HANG:
            self._speaking = False


def _asked(sound: Sound, height: float, brightness: float) -> Pose:
    """The pose that a sound suggests, `brightness` dB brighter than this speaker mostly is."""
    hiss = ease_at((sound.hiss - max(sound.mouth, sound.front) + 3) / 9)
    voiced = height * (1 - hiss)
    hum = ease_at((sound.murmur - sound.mouth - 3) / 8) * ease_at((0.5 - height) / 0.25)
    hum *= (1 - hiss) * ease_at((height - 0.06) / 0.1)
    gap = 0.82 * voiced**2.2
    shaped = min(1.0, 2.5 * voiced)
    ring = ease_at((-brightness - 3) / 12) * shaped
    spread = ease_at((brightness - 1) / 12) * shaped
    return Pose(
        jaw=0.85 * gap * (1 - 0.3 * ring) + 0.05 * hiss,
        open=gap * (1 - 0.35 * ring) * (1 - hum) + 0.22 * hiss,
        wide=0.6 * spread + 0.25 * hiss - 0.25 * ring,
        round=0.7 * ring,
        press=0.8 * hum,
    )


def _mouth(pose: Pose, left: float) -> Mouth:
    """A pose as a Mouth, exactly at rest where it nearly is; `left` 0..1 fades it towards the end."""
    jaw, gap, wide, ring, press = (
        left * value * ease_at(abs(value) / 0.03) if abs(value) > 0.004 else 0.0 for value in pose
    )
    return Mouth(jaw=jaw, open=gap * (1 - ease_at(press / 0.6)), wide=wide, round=ring, press=press)
