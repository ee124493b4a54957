"""What each speech sound asks of the mouth, and how much it insists.

Owns the way from an IPA symbol to the poses it passes through: every letter of the IPA chart, in the
spellings of espeak-ng (en, cmn, es, fa) and of forced aligners. Knows nothing of time beyond how a
symbol's duration is shared among its poses and how far a pose reaches into its neighbours.

Poses after the mouth shapes of Jeffers and Barley, "Speechreading" (1971); dominance after Cohen and
Massaro, "Modeling coarticulation in synthetic visual speech" (1993).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import Phone

CHANNELS: Final = ("jaw", "open", "wide", "round", "tongue")
"""The channels of Mouth that blend; `press` and `tuck` are closures and either happen or do not."""

Seal = Literal["press", "tuck"]


class Pull(NamedTuple):
    """Where one channel is drawn to, and the dominance with which: 0 indifferent, 1 unyielding."""

    target: float
    dominance: float


_IDLE: Final = Pull(0.0, 0.03)


@dataclass(frozen=True, slots=True)
class Viseme:
    """A pose of the mouth.

    jaw, open, wide, round, tongue: pulls on the channels of Mouth, at full articulation.
    seal: the closure that this sound is made of, if any.
    grip: 0..1, how far the closure goes; below 0.5 the lips come near and do not touch.
    burst: whether the closure ends in a release that is part of the sound, as in [p].
    vowel: whether stress and length open it further.
    share: this pose's part of the time, against others within one symbol.
    """

    jaw: Pull
    open: Pull
    wide: Pull = _IDLE
    round: Pull = _IDLE
    tongue: Pull = _IDLE
    seal: Seal | None = None
    grip: float = 1.0
    burst: bool = False
    vowel: bool = False
    share: float = 1.0


def _vowel(jaw: float, gap: float, wide: float, ring: float = 0.0, share: float = 1.0) -> Viseme:
    """A vowel insists on all of its shape, and on its ring the more, the rounder it is."""
    return Viseme(
        Pull(jaw, 0.8),
        Pull(gap, 0.85),
        Pull(wide, 0.8),
        Pull(ring, 0.7 + 0.3 * ring),
        Pull(0.0, 0.25),
        vowel=True,
        share=share,
    )


VISEMES: Final[dict[str, Viseme]] = {
    "silence": Viseme(*(Pull(0.0, 1.0),) * 5),
    "lull": Viseme(Pull(0.12, 0.3), Pull(0.16, 0.3)),
    "press": Viseme(Pull(0.1, 0.45), Pull(0.1, 0.15), seal="press", burst=True, grip=0.95, share=0.8),
    "hum": Viseme(Pull(0.12, 0.45), Pull(0.1, 0.15), seal="press", grip=0.85, share=0.9),
    "near": Viseme(Pull(0.16, 0.4), Pull(0.14, 0.4), seal="press", grip=0.45, share=0.8),
    "tuck": Viseme(
        Pull(0.14, 0.65), Pull(0.2, 0.35), Pull(0.05, 0.15), Pull(0.0, 0.12), seal="tuck", grip=0.95
    ),
    "between": Viseme(Pull(0.2, 0.65), Pull(0.28, 0.65), Pull(0.12, 0.25), Pull(0.0, 0.12), Pull(1.0, 1.0)),
    "tip": Viseme(Pull(0.16, 0.4), Pull(0.26, 0.3), Pull(0.1, 0.08), _IDLE, Pull(0.5, 0.9), share=0.6),
    "side": Viseme(Pull(0.26, 0.4), Pull(0.32, 0.35), Pull(0.08, 0.08), _IDLE, Pull(0.6, 1.0)),
    "trill": Viseme(Pull(0.24, 0.4), Pull(0.3, 0.35), Pull(0.08, 0.1), _IDLE, Pull(0.45, 0.8)),
    "hiss": Viseme(Pull(0.06, 0.9), Pull(0.23, 0.75), Pull(0.28, 0.4), Pull(0.0, 0.12), Pull(0.3, 0.6)),
    "hush": Viseme(Pull(0.09, 0.85), Pull(0.33, 0.75), Pull(-0.15, 0.5), Pull(0.52, 0.7), Pull(0.2, 0.5)),
    "shee": Viseme(Pull(0.08, 0.85), Pull(0.26, 0.7), Pull(0.25, 0.4), Pull(0.1, 0.3), Pull(0.2, 0.5)),
    "bunch": Viseme(
        Pull(0.18, 0.45), Pull(0.24, 0.5), Pull(-0.1, 0.4), Pull(0.45, 0.65), Pull(0.15, 0.4), share=0.8
    ),
    "back": Viseme(Pull(0.24, 0.2), Pull(0.3, 0.16), tongue=Pull(0.0, 0.2)),
    "breath": Viseme(Pull(0.28, 0.05), Pull(0.3, 0.05), share=0.7),
    "glide": Viseme(
        Pull(0.14, 0.55), Pull(0.22, 0.55), Pull(0.5, 0.55), Pull(0.0, 0.3), Pull(0.1, 0.3), share=0.7
    ),
    "w": Viseme(Pull(0.1, 0.6), Pull(0.1, 0.8), Pull(-0.35, 0.7), Pull(0.95, 1.0), share=0.7),
    "ɥ": Viseme(Pull(0.1, 0.6), Pull(0.12, 0.75), Pull(-0.15, 0.6), Pull(0.85, 0.95), share=0.7),
    "i": _vowel(0.17, 0.32, 0.75, share=0.8),
    "ɪ": _vowel(0.26, 0.38, 0.45, share=0.8),
    "e": _vowel(0.38, 0.46, 0.55),
    "ɛ": _vowel(0.5, 0.56, 0.42),
    "æ": _vowel(0.68, 0.72, 0.4, share=1.1),
    "a": _vowel(0.75, 0.76, 0.18, share=1.2),
    "ɑ": _vowel(0.82, 0.8, 0.0, share=1.2),
    "ʌ": _vowel(0.52, 0.54, 0.08),
    "ə": Viseme(Pull(0.3, 0.5), Pull(0.36, 0.5), Pull(0.0, 0.25), Pull(0.0, 0.2), vowel=True, share=0.8),
    "ɚ": _vowel(0.28, 0.32, -0.05, 0.3),
    "ɯ": _vowel(0.26, 0.32, 0.25),
    "ɨ": _vowel(0.12, 0.28, 0.3),
    "ɔ": _vowel(0.6, 0.58, -0.2, 0.5, share=1.1),
    "o": _vowel(0.42, 0.42, -0.3, 0.7),
    "ʊ": _vowel(0.24, 0.26, -0.3, 0.66, share=0.8),
    "u": _vowel(0.15, 0.16, -0.35, 0.95, share=0.8),
    "y": _vowel(0.14, 0.19, -0.12, 0.85, share=0.8),
    "ø": _vowel(0.36, 0.36, -0.1, 0.62),
}

_SPELLINGS: Final[dict[str, str]] = {
    "press": "p b ɓ ʘ ʙ",
    "hum": "m ɱ",
    "near": "β ɸ ʋ",
    "tuck": "f v ⱱ",
    "between": "θ ð",
    "tip": "t d n ʈ ɖ ɳ ɗ ǀ ǃ",
    "side": "l ɫ ɬ ɮ ɭ ʟ ɺ ǁ",
    "trill": "r ɾ ɽ",
    "hiss": "s z",
    "hush": "ʃ ʒ ʂ ʐ s. z. š ž",
    "shee": "ɕ ʑ",
    "bunch": "ɹ ɻ",
    "back": "k g ɡ ŋ x ɣ χ q ɢ ɴ ʀ ʁ ɰ ɠ ʛ",
    "breath": "h ɦ ɧ ħ ʕ ʔ ʜ ʢ ʡ",
    "glide": "j ʝ ɲ ʎ ç c ɟ ʄ ǂ",
    "w": "w ʍ",
    "ɥ": "ɥ",
    "i": "i",
    "ɪ": "ɪ ᵻ ɩ",
    "e": "e ɘ",
    "ɛ": "ɛ ɜ",
    "æ": "æ",
    "a": "a ä ɶ",
    "ɑ": "ɑ",
    "ʌ": "ʌ ɐ ɞ",
    "ə": "ə ɤ o-",
    "ɚ": "ɚ ɝ",
    "ɯ": "ɯ",
    "ɨ": "ɨ i. i̪",
    "ɔ": "ɔ ɒ",
    "o": "o ɵ",
    "ʊ": "ʊ ᵿ ʉ",
    "u": "u",
    "y": "y ʏ",
    "ø": "ø œ",
}
KINDS: Final = tuple(VISEMES)
"""The visemes' names in the order in which a network tells them apart; "silence" is the first."""

LETTERS: Final = {letter: name for name, letters in _SPELLINGS.items() for letter in letters.split()}
"""The name of each letter's viseme; a few of espeak-ng's letters have a dot, hyphen or bridge to them."""

_DOUBLE: Final = {"ʦ": "ts", "ʣ": "dz", "ʧ": "tʃ", "ʤ": "dʒ", "ʨ": "tɕ", "ʥ": "dʑ", "ǰ": "dʒ"}
_LENGTHENING: Final = {"ː": 1.7, ":": 1.7, "ˑ": 1.3, "\u0306": 0.6}
_SILENT: Final = frozenset({"", "_", "_:", "sil", "sp", "SIL", "<eps>", "|"})
_SWITCH: Final = re.compile(r"\([a-z-]+\)")


class Part(NamedTuple):
    """A pose within a symbol; the shares of a symbol's parts add up to 1.

    kind: which of KINDS it is, or was before a mark changed it.
    """

    viseme: Viseme
    share: float
    kind: int


@lru_cache(maxsize=4096)
def parts(symbol: str) -> tuple[Part, ...]:
    """The poses that a speech sound passes through, in order; none for a bare tone or stress mark.

    Takes IPA with or without stress, tones, ties and diacritics; several letters are passed through
    one after the other, longest for the most open one. A letter that is not IPA counts as its base
    letter, then as a neutral vowel: a mouth that moves a little is better than one that stops.
    """
    bare = _SWITCH.sub("", symbol.strip())
    if bare in _SILENT:
        return () if symbol.strip() not in _SILENT else (Part(VISEMES["silence"], 1.0, 0),)
    poses: list[Part] = []
    for letter in _letters(bare):
        if letter in LETTERS:
            viseme = VISEMES[LETTERS[letter]]
            poses.append(Part(viseme, viseme.share, KINDS.index(LETTERS[letter])))
        elif poses:
            poses[-1] = _modified(poses[-1], letter)
    total = sum(pose.share for pose in poses)
    return tuple(pose._replace(share=pose.share / total) for pose in poses)


def spans(phones: Iterable[Phone]) -> Iterator[tuple[float, float, int]]:
    """When each pose of some phones begins and ends, in seconds, and which of KINDS it is."""
    for phone in phones:
        begin = phone.start
        for part in parts(phone.symbol):
            end = begin + part.share * (phone.end - phone.start)
            yield begin, end, part.kind
            begin = end


def _letters(symbol: str) -> list[str]:
    """A symbol cut into letters of the table and marks, strangers replaced by their nearest letter."""
    text = unicodedata.normalize("NFC", "".join(_DOUBLE.get(char, char) for char in symbol))
    found: list[str] = []
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        taken = pair if len(pair) == 2 and pair in LETTERS else text[at]
        found.extend([taken] if taken in LETTERS else _known(taken))
        at += len(taken)
    return found


def _known(char: str) -> list[str]:
    """A character outside the table: its base letter and marks, or a neutral vowel for a letter."""
    base, *marks = list(unicodedata.normalize("NFD", char.lower()))
    if base in LETTERS:
        return [base, *marks]
    return ["ə"] if unicodedata.category(base) in {"Ll", "Lo"} else [base]


def _modified(pose: Part, mark: str) -> Part:
    """What a mark makes of the pose before it; most marks (tones, voice, nose) are not seen."""
    viseme = pose.viseme
    if mark in _LENGTHENING:
        return pose._replace(share=pose.share * _LENGTHENING[mark])
    if mark in "ʷᵝ":
        return pose._replace(viseme=replace(viseme, wide=Pull(-0.3, 0.5), round=Pull(0.8, 0.85)))
    if mark in "ʲᶨ":
        return pose._replace(viseme=replace(viseme, wide=Pull(0.4, 0.4)))
    if mark in "˞ʴ":
        return pose._replace(viseme=replace(viseme, round=Pull(max(viseme.round.target, 0.3), 0.7)))
    return pose


class Reach(NamedTuple):
    """A viseme as arrays over CHANNELS, float64 [5] each.

    target, dominance: of the pulls.
    ahead, after: seconds by which the pull begins before the sound and outlasts it.
    """

    target: NDArray[np.float64]
    dominance: NDArray[np.float64]
    ahead: NDArray[np.float64]
    after: NDArray[np.float64]


_AHEAD: Final = (0.1, 0.075, 0.09, 0.08, 0.07)
_AFTER: Final = (0.12, 0.1, 0.12, 0.12, 0.07)
_ROUNDS_EARLY: Final = 0.1
"""Seconds by which full rounding begins earlier than other gestures.

Lips are seen to round up to some 200 ms before the vowel when nothing in between forbids it: Abry and
Lallouache, "Le MEM: un modele d'anticipation parametrable par locuteur" (1995).
"""


@lru_cache(maxsize=256)
def reach(viseme: Viseme) -> Reach:
    """A viseme's pulls and how far they extend; the heavy jaw reaches further than the lips."""
    pulls = (viseme.jaw, viseme.open, viseme.wide, viseme.round, viseme.tongue)
    ahead = np.array(_AHEAD)
    ahead[CHANNELS.index("round")] += _ROUNDS_EARLY * viseme.round.target
    return Reach(
        np.array([pull.target for pull in pulls]),
        np.array([pull.dominance for pull in pulls]),
        ahead,
        np.array(_AFTER),
    )
