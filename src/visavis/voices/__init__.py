"""A recording to a clean sample of one voice: its cleanest speech, measured, and what is wrong with it.

Owns what makes a good sample. Refuses files: sound comes as chunks. The cleanest phrases are chosen before
anything is filtered: rumble goes in any case, and steady noise becomes fainter where there is much of it.
The language is not guessed: a measure that knew every voice that it was made from took Kennedy for a Persian.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from visavis.contracts import VoiceSample
from visavis.errors import AudioError
from visavis.media import AudioChunk, Language, Samples
from visavis.voices.choosing import cleanest, one_speaker, pooled
from visavis.voices.f0 import pitch
from visavis.voices.formants import throat
from visavis.voices.listening import RATE, Phrase, phrases
from visavis.voices.noise import reduced
from visavis.voices.sounding import Gender, gender
from visavis.voices.spectrum import at_rate, bandwidth, loudness
from visavis.voices.verdict import Measures, VoiceQuality, judged

__all__ = ["LOUDNESS", "Heard", "Measures", "VoiceQuality", "heard"]

LOUDNESS: Final = -20.0
"""LUFS."""

_NOISY: Final = 25.0  # dB
_LEAST: Final = 1.0  # seconds
_PEAK: Final = 10 ** (-1 / 20)
_RUMBLE: Final = 60.0  # Hz


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
    sound = _Counted(chunks)
    pool, found = pooled(phrases(sound))
    if found < _LEAST:
        raise AudioError(_nothing(found, sound.seconds))
    mine, other = one_speaker(pool)
    kept = cleanest(mine)
    spoken = np.concatenate([phrase.samples for phrase in kept])
    spoken = at_rate(spoken, RATE, RATE, lowest=_RUMBLE).astype(np.float32)
    measures = _measured(kept, spoken, found, sound.rate, other)
    if measures.snr < _NOISY:
        spoken = reduced(spoken, RATE)
    sounding = gender(measures.f0, throat(spoken, RATE))
    return Heard(VoiceSample(_levelled(spoken), RATE, language), judged(measures), *sounding)


class _Counted:
    """A sound's chunks, of which it is known how many seconds have gone by."""

    def __init__(self, chunks: Iterable[AudioChunk]) -> None:
        self._chunks = chunks
        self.seconds, self.rate = 0.0, RATE

    def __iter__(self) -> Iterator[AudioChunk]:
        for chunk in self._chunks:
            self.seconds, self.rate = self.seconds + chunk.duration, chunk.rate
            yield chunk


def _nothing(found: float, seconds: float) -> str:
    what = f"only {found:.1f} s of speech were found" if found else "no speech was found"
    return f"{what} in {seconds:.1f} s of sound; give a recording in which one person speaks for at least 6 s"


def _levelled(samples: Samples) -> Samples:
    gain = 10 ** ((LOUDNESS - loudness(samples, RATE)) / 20)
    return (samples * min(gain, _PEAK / max(float(np.abs(samples).max()), 1e-9))).astype(np.float32)


def _measured(kept: Sequence[Phrase], samples: Samples, found: float, rate: int, other: float) -> Measures:
    weights = [phrase.seconds for phrase in kept]
    height = pitch(samples, RATE)

    def mean(values: Iterable[float]) -> float:
        return float(np.average(list(values), weights=weights))

    return Measures(
        seconds=sum(weights),
        found=found,
        f0=height.median,
        f0_range=height.range,
        level=loudness(samples, RATE),
        snr=mean(phrase.snr for phrase in kept),
        bandwidth=min(bandwidth(samples, RATE), rate / 2),
        clipped=mean(phrase.clipped for phrase in kept),
        music=mean(phrase.music for phrase in kept),
        other=other,
    )
