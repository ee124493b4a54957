"""A recording to a clean sample of one voice: its cleanest speech, measured, and what is wrong with it.

Owns what makes a good sample. Refuses files: sound comes as chunks. Nothing is filtered but rumble: a
voice whose noise was taken away by calculation is no longer measured, or imitated, as it is, and what is
left of the noise sounds worse than before; the cleanest phrases are chosen instead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from visavis.contracts import VoiceSample
from visavis.errors import AudioError
from visavis.media import AudioChunk, Language, Samples
from visavis.voices.f0 import pitch
from visavis.voices.formants import throat
from visavis.voices.listening import RATE, Phrase, phrases
from visavis.voices.sounding import Gender, gender
from visavis.voices.spectrum import at_rate, bandwidth, loudness
from visavis.voices.verdict import ENOUGH, Measures, VoiceQuality, judged

MOST: Final = 30.0  # seconds that are kept
AMPLE: Final = 15.0  # seconds after which only what is as clean is added
LOUDNESS: Final = -20.0  # LUFS

_POOL: Final = 90.0  # seconds that are remembered
_SPOTLESS: Final = 30.0  # dB: with so much of it, there is no need to listen on
_AS_CLEAN, _LESS_CLEAN = 6.0, 12.0  # dB
_LEAST: Final = 1.0  # seconds
_PEAK: Final = 10 ** (-1 / 20)
_RUMBLE: Final = 60.0  # Hz
_APART: Final = 6.0  # semitones between two speakers


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A voice as it was heard.

    sample: 24 kHz, at LOUDNESS or as near to it as its peaks allow.
    sure: 0.5..1, of the gender.
    """

    sample: VoiceSample
    quality: VoiceQuality
    gender: Gender
    sure: float

    @property
    def language(self) -> Language | None:
        """What the caller said; a language is not guessed from sound."""
        return self.sample.language


def heard(chunks: Iterable[AudioChunk], language: Language | None = None) -> Heard:
    """The cleanest 6 to 30 s of speech in a sound of any length and rate, or as much as there is.

    language: that is spoken, where the caller knows it. Blocks; takes memory for two minutes of sound.

    Raises:
        AudioError: there is no speech, or less than a second.
    """
    pool, found, seconds = _pooled(chunks)
    if found < _LEAST:
        raise AudioError(_nothing(found, seconds))
    mine, other = _one_speaker(pool)
    kept = _cleanest(mine)
    samples = _without_rumble(np.concatenate([phrase.samples for phrase in kept]))
    level = loudness(samples, RATE)
    measures = _measured(kept, samples, found, level, other)
    sounding = gender(measures.f0, throat(samples, RATE) if measures.bandwidth > 4_500 else None)
    sample = VoiceSample(_levelled(samples, level), RATE, language)
    return Heard(sample, judged(measures), *sounding)


def _pooled(chunks: Iterable[AudioChunk]) -> tuple[list[Phrase], float, float]:
    """The cleanest phrases, the seconds of speech among all of them, and of the whole sound."""
    length = rate = 0

    def counted() -> Iterable[AudioChunk]:
        nonlocal length, rate
        for chunk in chunks:
            length, rate = length + len(chunk.samples), chunk.rate
            yield chunk

    pool: list[Phrase] = []
    found = 0.0
    for phrase in phrases(counted()):
        pool.append(phrase)
        found += phrase.seconds
        while _spoken(pool) > _POOL:
            worst = min(pool, key=lambda phrase: phrase.cleanness)
            if worst.cleanness > _SPOTLESS:
                return pool, found, length / rate
            pool.remove(worst)
    return pool, found, length / rate if rate else 0.0


def _nothing(found: float, seconds: float) -> str:
    what = f"only {found:.1f} s of speech were found" if found else "no speech was found"
    return f"{what} in {seconds:.1f} s of sound; give a recording in which one person speaks for at least 6 s"


def _one_speaker(pool: Sequence[Phrase]) -> tuple[list[Phrase], float]:
    """The phrases of whoever speaks most, and how high another one speaks, 0 if there is none.

    Speakers are told apart by the height of their voices alone: there must be two heaps of phrases, half
    an octave apart, with nothing between. Two men, or two women, pass for one.
    """
    long = [phrase for phrase in pool if phrase.seconds >= 0.8]
    heights = {id(phrase): pitch(phrase.samples, RATE).median for phrase in long}
    order = sorted((p for p in long if heights[id(p)]), key=lambda phrase: heights[id(phrase)])
    if len(order) < 4:
        return list(pool), 0.0
    steps = 12 * np.log2([heights[id(phrase)] for phrase in order])
    cut = int(np.argmax(np.diff(steps))) + 1
    low, high = order[:cut], order[cut:]
    distance = float(np.median(steps[cut:]) - np.median(steps[:cut]))
    if distance < _APART or steps[cut] - steps[cut - 1] < distance / 2 or min(map(_spoken, (low, high))) < 2:
        return list(pool), 0.0
    less, more = sorted((low, high), key=_spoken)
    return more, float(np.median([heights[id(phrase)] for phrase in less]))


def _spoken(group: Iterable[Phrase]) -> float:
    return sum(phrase.seconds for phrase in group)


def _cleanest(group: Sequence[Phrase]) -> list[Phrase]:
    """At most MOST seconds, in the order in which they were said."""
    kept: list[Phrase] = []
    seconds = 0.0
    for phrase in sorted(group, key=lambda phrase: -phrase.cleanness):
        worse = kept[0].cleanness - phrase.cleanness if kept else 0.0
        wanted = seconds < ENOUGH or worse < (_LESS_CLEAN if seconds < AMPLE else _AS_CLEAN)
        if wanted and (not kept or seconds + phrase.seconds <= MOST):
            kept.append(phrase)
            seconds += phrase.seconds
    return sorted(kept, key=lambda phrase: phrase.at)


def _without_rumble(samples: Samples) -> Samples:
    return at_rate(samples, RATE, RATE, lowest=_RUMBLE).astype(np.float32)


def _levelled(samples: Samples, level: float) -> Samples:
    gain = 10 ** ((LOUDNESS - level) / 20)
    return (samples * min(gain, _PEAK / max(float(np.abs(samples).max()), 1e-9))).astype(np.float32)


def _measured(kept: Sequence[Phrase], samples: Samples, found: float, level: float, other: float) -> Measures:
    weights = [phrase.seconds for phrase in kept]
    height = pitch(samples, RATE)

    def mean(values: Iterable[float]) -> float:
        return float(np.average(list(values), weights=weights))

    return Measures(
        seconds=sum(weights),
        found=found,
        f0=height.median,
        f0_range=height.range,
        level=level,
        snr=mean(phrase.snr for phrase in kept),
        bandwidth=bandwidth(samples, RATE),
        clipped=mean(phrase.clipped for phrase in kept),
        music=mean(phrase.music for phrase in kept),
        other=other,
    )
