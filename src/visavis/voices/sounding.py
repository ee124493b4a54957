"""Whether a voice sounds like a woman's or a man's, and how sure that is."""

from math import exp, log2
from typing import Final, Literal, NamedTuple

Gender = Literal["female", "male"]

# Speakers' medians of read speech lie about 120 Hz in men and 210 Hz in women, with three semitones of
# deviation (Baken and Orlikoff 2000); who is higher than the middle may be a man who raises his voice. The
# throat's figures are those of 24 recorded people, 13 women and 11 men, in nine languages.
_MIDDLE_PITCH: Final = 159.0
_PER_SEMITONE_BELOW, _PER_SEMITONE_ABOVE = 1.2, 0.6
_MIDDLE_THROAT: Final = 1084.0
_PER_HERTZ: Final = 0.0535


class Sounding(NamedTuple):
    """sure: 0.5..1, by normal distributions of equal width."""

    gender: Gender
    sure: float


def gender(pitch: float, throat: float | None) -> Sounding:
    """Judged by F0 in Hz, 0 where there is none, and by the resonances that `formants.throat` gives.

    Without the latter it is half as sure.
    """
    above = 12 * log2(pitch / _MIDDLE_PITCH) if pitch else 0.0
    evidence = above * (_PER_SEMITONE_ABOVE if above > 0 else _PER_SEMITONE_BELOW)
    evidence = evidence + _PER_HERTZ * (throat - _MIDDLE_THROAT) if throat else evidence / 2
    sure = 1 / (1 + exp(-min(abs(evidence), 50.0)))
    return Sounding("female" if evidence > 0 else "male", sure)
