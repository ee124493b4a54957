"""The sound of a film to what is spoken in it, and how clean each stretch of that is.

Finding speech, and telling noise, clipping and music in it, is `voices.listening`'s. Owns what is measured
besides, and whether a stretch ends where nobody speaks. Only figures are kept of an hour of film: the sound
itself is decoded again by `cutting`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import log10
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Samples
from visavis.voices.f0 import pitch
from visavis.voices.listening import RATE, STEP, Phrase, phrases
from visavis.voices.spectrum import loudness

Voiceprint: TypeAlias = NDArray[np.float32]
"""Who speaks, as a direction: vectors of length one, which point the same way for one person."""

QUIET: Final = -12.0
"""dB, against the whole stretch: 32 ms that are quieter lie between words, or within a closed consonant."""

TELLING, AMPLE = 1.6, 5.0
"""Seconds of speech from which on it can be told by its sound who speaks, and that are enough to tell."""

TOP: Final = 10 ** (-2 / 20)
"""What is within 2 dB of the top."""

_WINDOW: Final = 2048
_HOP: Final = 384
_EDGES: Final = np.round(np.geomspace(100, 11_000, 19) * _WINDOW / RATE).astype(int)
_BLOCK: Final = RATE // 50
_FADE: Final = RATE // 100
_FLOOR: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What somebody said without a pause of a third of a second. All times are seconds of the film.

    start, end: with a sixth of a second of the quiet around it, where there is as much.
    said: seconds of speech. begins, ends: whether it does so where it is quiet, and not within a word, as
        where nobody paused for very long, or the film was cut.
    snr: dB between the speech and what is always there. clipped: 0..1, share of the samples.
    flat: 0..1, see `flatness`. music: whether there are tones in the pauses around it.
    level: loudness in LUFS. height: the median F0 in Hz; 0 where nothing is voiced.
    voice: None where it is too short to tell, or there is nothing to tell by.
    """

    start: float
    end: float
    said: float
    snr: float
    clipped: float
    flat: float
    music: bool
    level: float
    height: float
    voice: Voiceprint | None = None
    begins: bool = True
    ends: bool = True


def stretches(
    chunks: Iterable[AudioChunk], voiceprint: Callable[[Samples, int], Voiceprint] | None = None
) -> Iterator[Stretch]:
    """What is spoken in a sound whose chunks come in order and at one rate. Blocks; memory is bounded."""
    before: Stretch | None = None
    for phrase in phrases(chunks):
        stretch = _measured(phrase, voiceprint)
        if before is not None:
            if stretch.start < before.end:  # nobody paused, and it was cut where it was most quiet
                stretch = replace(stretch, start=before.end, begins=before.ends)
            yield before
        before = stretch
    if before is not None:
        yield before


def _measured(phrase: Phrase, voiceprint: Callable[[Samples, int], Voiceprint] | None) -> Stretch:
    tells = phrase.seconds >= TELLING
    return Stretch(
        start=phrase.at,
        end=phrase.at + len(phrase.samples) / RATE,
        said=phrase.seconds,
        snr=min(phrase.snr, snr(phrase.samples)),
        clipped=phrase.clipped,
        flat=flatness(phrase.samples),
        music=phrase.music,
        level=loudness(phrase.samples, RATE),
        height=pitch(phrase.samples, RATE).median,
        voice=voiceprint(phrase.samples[: round(AMPLE * RATE)], RATE) if voiceprint and tells else None,
        begins=_is_quiet(phrase.samples[_FADE : _FADE + STEP], phrase),
        ends=_is_quiet(phrase.samples[-STEP - _FADE : -_FADE], phrase),
    )


def snr(samples: Samples) -> float:
    """How many dB noise is below speech; it is what each band falls below a tenth of the time.

    Speech leaves gaps in every band, noise and music fill them (Martin, IEEE Trans. SAP 9 (2001)). Unlike
    `Phrase.snr` it knows nothing of the pauses around: noise that begins with the words is noise as well.
    samples: at RATE. Noise that was mixed in at 5 to 30 dB is found to within 2 dB; without any, 35 to 45.
    """
    if len(samples) < _WINDOW:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1)) ** 2
    bands = np.add.reduceat(power, _EDGES, axis=1)[:, :-1]
    noise = float(np.percentile(bands, 10, axis=0).sum())
    speech = float(bands.sum(axis=1).mean())
    return 10 * log10(max(speech - noise, _FLOOR) / max(noise, _FLOOR))


def flatness(samples: Samples) -> float:
    """The share of the samples in the loudest 20 ms pieces that are within 2 dB of the top.

    A voice has 0.5 to 4%; cut off by 6 dB it has 4 to 8%, by 12 dB 15 to 24%. Unlike samples in a row on one
    value, that outlives AAC and MP3.
    """
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    if not len(blocks):
        return 0.0
    level = np.sqrt(np.mean(blocks**2, axis=1))
    loud = np.abs(blocks[level >= 0.5 * np.percentile(level, 95)])
    return float(np.mean(loud > TOP * np.percentile(loud, 99.9)))


def _is_quiet(samples: Samples, phrase: Phrase) -> bool:
    """Whether a moment of a phrase lies between words."""
    return float(np.mean(samples**2)) < float(np.mean(phrase.samples**2)) * 10 ** (QUIET / 10)
