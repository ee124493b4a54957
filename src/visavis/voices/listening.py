"""A sound of any length to phrases of speech, each with what is wrong with it; memory is bounded.

Owns the looks that are taken at a sound, 32 ms each, and what can be heard of noise and music in them.
Phrases end where nobody speaks for a third of a second, and at the latest after LONGEST seconds.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Samples
from visavis.voices import spotting
from visavis.voices.rates import Resampler
from visavis.voices.spotting import Spotter

RATE: Final = 24_000
LONGEST: Final = 12.0
STEP: Final = RATE * spotting.STEP // spotting.RATE  # samples of a look
SECONDS: Final = STEP / RATE

_WINDOW: Final = 2048  # samples that a look's spectrum is taken from, up to its end: notes lie close
_EDGES: Final = np.round(np.geomspace(100, 11_000, 19) * _WINDOW / RATE).astype(int)
_NOTES: Final = slice(round(200 * _WINDOW / RATE), round(5000 * _WINDOW / RATE))
_AROUND: Final = 31  # lines, 360 Hz
_RIPPLE: Final = 8.0

_BEGIN, _END = 0.6, 0.35
_PAUSE: Final = 10  # looks
_BEFORE: Final = 47  # looks before a phrase by which its noise is known
_MARGIN: Final = 5  # looks around a phrase that stay with it
_SHORTEST: Final = 10
_FADE: Final = RATE // 100
_FLOOR: Final = 1e-12
_HIGHEST_SNR: Final = 60.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """32 ms of a sound.

    samples: float32 [STEP]. speech: 0..1. clipped: 0..1, share of the samples.
    power: in bands that are even in pitch, [18].
    ripple: dB by which the lines of the spectrum differ from those around them: 5.6 for noise of any
        colour, 8 and more for tones.
    """

    samples: Samples
    speech: float
    clipped: float
    power: Floats
    ripple: float


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """What somebody said without a pause.

    samples: float32 [n] at RATE, with a little of the quiet around them, faded at both ends.
    at: seconds from the sound's beginning.
    seconds: how long it is without the quiet around it.
    snr: dB between the speech and what is always there.
    clipped: 0..1, share of the samples.
    music: whether there are tones in the pauses around it.
    """

    samples: Samples
    at: float
    seconds: float
    snr: float
    clipped: float
    music: bool

    @property
    def cleanness(self) -> float:
        """dB: the SNR, less what clipping and music spoil."""
        return min(self.snr, 40.0) - 400 * self.clipped - 20 * self.music


def phrases(chunks: Iterable[AudioChunk]) -> Iterator[Phrase]:
    """The phrases of a sound whose chunks come in order and at one rate."""
    sentence = _Sentence()
    for look in _looks(chunks):
        if (phrase := sentence.add(look)) is not None:
            yield phrase
    if (phrase := sentence.finish()) is not None:
        yield phrase


class _Sentence:
    """The phrase that is being said, and the looks before it."""

    def __init__(self) -> None:
        self._before: deque[Look] = deque(maxlen=_BEFORE)
        self._said: list[Look] = []
        self._quiet = 0
        self._at = 0

    def add(self, look: Look) -> Phrase | None:
        self._at += 1
        if not self._said and look.speech < _BEGIN:
            self._before.append(look)
            return None
        self._said.append(look)
        self._quiet = self._quiet + 1 if look.speech < _END else 0
        if self._quiet == _PAUSE:
            return self.finish()
        if len(self._said) * SECONDS > LONGEST:
            return self._cut()
        return None

    def finish(self) -> Phrase | None:
        """The phrase as it stands, where there is one."""
        said, after = _parted(self._said, self._quiet)
        phrase = _phrase(list(self._before), said, after, self._at) if len(said) >= _SHORTEST else None
        self._before.extend(said)
        self._before.extend(after)
        self._said, self._quiet = [], 0
        return phrase

    def _cut(self) -> Phrase | None:
        """Somebody who speaks without a pause is cut where the last third is most quiet."""
        last = len(self._said) * 2 // 3
        cut = last + int(np.argmin([look.power.sum() for look in self._said[last:]]))
        rest = self._said[cut:]
        self._said, self._quiet, self._at = self._said[:cut], 0, self._at - len(rest)
        phrase = self.finish()
        self._said, self._at = rest, self._at + len(rest)
        return phrase


def _parted(looks: list[Look], quiet: int) -> tuple[list[Look], list[Look]]:
    return looks[: len(looks) - quiet], looks[len(looks) - quiet :]


def _phrase(before: list[Look], said: list[Look], after: list[Look], end: int) -> Phrase:
    """end: the number of the look after the last one of `after`."""
    lead, trail = before[len(before) - min(_MARGIN, len(before)) :], after[:_MARGIN]
    samples = np.concatenate([look.samples for look in (*lead, *said, *trail)])
    return Phrase(
        samples=_faded(samples),
        at=(end - len(after) - len(said) - len(lead)) * SECONDS,
        seconds=len(said) * SECONDS,
        snr=_snr([*before, *said, *after], said),
        clipped=float(np.mean([look.clipped for look in said])),
        music=_musical([*before, *after], said),
    )


def _faded(samples: Samples) -> Samples:
    ramp = np.linspace(0, 1, min(_FADE, len(samples)), dtype=np.float32)
    samples[: len(ramp)] *= ramp
    samples[len(samples) - len(ramp) :] *= ramp[::-1]
    return samples


def _snr(around: Sequence[Look], said: Sequence[Look]) -> float:
    """How many dB noise is below speech; it is what each band falls below a tenth of the time.

    Speech leaves gaps in every band, noise and music fill them (Martin, IEEE Trans. SAP 9 (2001)).
    """
    noise = float(np.sum(np.percentile([look.power for look in around], 10, axis=0)))
    speech = float(np.mean([look.power.sum() for look in said]))
    return float(min(10 * np.log10(max(speech - noise, _FLOOR) / max(noise, _FLOOR)), _HIGHEST_SNR))


def _musical(pauses: Sequence[Look], said: Sequence[Look]) -> bool:
    """Whether most of what is heard in the pauses, if it is not far below the speech, is made of tones."""
    speech = float(np.mean([look.power.sum() for look in said]))
    quiet = [look for look in pauses if look.speech < 0.2 and look.power.sum() > speech / 3000]
    tones = sum(look.ripple > _RIPPLE for look in quiet)
    return len(quiet) >= 5 and tones > len(quiet) / 2


def _looks(chunks: Iterable[AudioChunk]) -> Iterator[Look]:
    """A sound in looks; a last one that is not whole is dropped."""
    spotter = Spotter()
    fine, coarse, raw = np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32)
    past = np.zeros(_WINDOW, np.float32)
    converters: tuple[Resampler, Resampler] | None = None
    at = begun = 0
    for chunk in chunks:
        converters = converters or (Resampler(chunk.rate, RATE), Resampler(chunk.rate, spotting.RATE))
        fine = np.concatenate([fine, converters[0].feed(chunk.samples)])
        coarse = np.concatenate([coarse, converters[1].feed(chunk.samples)])
        raw = np.concatenate([raw, chunk.samples])
        count = min(len(fine) // STEP, len(coarse) // spotting.STEP)
        for i in range(count):
            samples = fine[i * STEP :][:STEP]
            past = np.concatenate([past[STEP:], samples])
            end = (at + 1) * spotting.STEP * chunk.rate // spotting.RATE
            speech = spotter.probability(coarse[i * spotting.STEP :][: spotting.STEP])
            power, ripple = _spectrum(past)
            yield Look(samples, speech, _clipped(raw[: end - begun]), power, ripple)
            raw, begun, at = raw[end - begun :], end, at + 1
        fine, coarse = fine[count * STEP :], coarse[count * spotting.STEP :]


def _spectrum(samples: Samples) -> tuple[Floats, float]:
    """Power in bands, and ripple.

    The logarithm of a noise's periodogram has a deviation of pi / sqrt(6) nepers of power, 5.6 dB.
    """
    power = np.abs(np.fft.rfft(samples * np.hanning(_WINDOW))) ** 2 / _WINDOW
    level = 10 * np.log10(power[_NOTES] + _FLOOR)
    smooth = np.convolve(np.pad(level, _AROUND // 2, "edge"), np.full(_AROUND, 1 / _AROUND), "valid")
    return np.add.reduceat(power, _EDGES)[:-1], float(np.std(level - smooth))


def _clipped(samples: Samples) -> float:
    """The share of samples that stand at full scale, or in a row on one value at the top of a wave."""
    height = np.abs(samples)
    if not len(samples) or (top := height.max()) < 0.1:
        return 0.0
    same = np.abs(np.diff(samples, append=samples[-1:])) < 1.5 / 32768
    flat = same & np.roll(same, 1) & (height > 0.98 * top)
    return float(np.mean(flat | (height > 0.99)))
