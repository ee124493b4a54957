"""From what espeak-ng utters to what is heard: phones in time, a voice in a room, chunks.

Pure functions of arrays. The raw sound is bright, rumbles below its own pitch, and is silent to the
last bit between words; a filter takes off the rumble and the edge and puts the voice into a small
room, after which it is understood and liked better (train/voices/README.md has the figures).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk, Phone, Samples

# espeak-ng's own rate. Another one would add nothing above 11 kHz, AAC takes this one as it is, Opus
# resamples to 48 kHz in any case, and 25, 30 and 50 frames a second cut it without remainder.
RATE: Final = 22_050

CHUNK: Final = RATE  # samples, at most
QUIET: Final = 80  # of 32768: the library's silences stay below, with what is left of an echo
EDGE: Final = RATE * 4 // 1000  # kept before the first loud sample and after the last one, and faded
CLOSURE: Final = RATE * 60 // 1000  # at most so much of a silence belongs to the sound after it
SHORT_SILENCE: Final = RATE * 30 // 1000  # no pause for a mouth: part of the next phone
SHORT_SOUND: Final = RATE * 20 // 1000  # a nasal or liquid so short is uttered inside the vowel before,
SHARE: Final = 0.4  # as in "well", and takes so much of it
TRANSITION: Final = 0.35  # of a nasal or liquid as it is marked, which is the vowel's after it
STOPS: Final = frozenset("pbtdʈɖkɡqcɟʔ")
SONORANTS: Final = frozenset("mnŋɲlʎɹrwj")
VOWELS: Final = frozenset("aæɐɑɒʌeɛɜəɚɤɘiɪɨᵻyoɔøœuʊʉɯ")

# espeak-ng writes Mandarin half in IPA and half in letters of its own
MANDARIN: Final = {
    "th": ("tʰ",), "ph": ("pʰ",), "kh": ("kʰ",), "tɕh": ("tɕʰ",), "tsh": ("tsʰ",),
    "s.": ("ʂ",), "ts.": ("ʈʂ",), "ts.h": ("ʈʂʰ",),
    "i.": ("ɨ",), "i̪": ("ɨ",), "o-": ("ɤ",), "ŋ-": ("ŋ",), "onɡ": ("ʊ", "ŋ"),
}  # fmt: skip

LIMIT_KNEE: Final = 10 ** (-3 / 20)
LIMIT: Final = 10 ** (-1 / 20)
NOTHING: Final[Samples] = np.zeros(0, np.float32)
GOLDEN: Final = (1 + 5**0.5) / 2
ROOM: Final = RATE * 40 // 1000
TAPS: Final = 1024  # of the whole filter: 46 ms


Curve: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = tuple[tuple[float, float], ...]
"""Hz and dB, in rising order."""


class Mark(NamedTuple):
    """Where a phone begins; it ends where the next one begins. The symbol "" is silence."""

    sample: int
    symbol: str
    stress: int = 0


class Echo(NamedTuple):
    """What some of the library's variants add to their voice: it goes on when the mouth is shut.

    delay: milliseconds. level: 256ths of the sound.
    """

    delay: int
    level: int


class Take(NamedTuple):
    """A piece of text as it was uttered, cut to where there is sound.

    samples: float32, -1..1.
    marks: in order, the first one at sample 0.
    """

    samples: Samples
    marks: tuple[Mark, ...]


def take(pcm: bytes, marks: Iterable[tuple[int, str]], echo: Echo | None = None) -> Take:
    """Take the echo out of an utterance and the silence around it away, and set its phones right.

    pcm is int16 at RATE; marks are the library's own. Nothing but silence gives an empty take.
    """
    sound = np.frombuffer(pcm, np.int16).astype(np.float32)
    if echo is not None:
        sound = _without(echo, sound)
    loud = np.abs(sound) > QUIET
    where = np.flatnonzero(loud)
    if not len(where):
        return Take(NOTHING, ())
    first, last = max(0, int(where[0]) - EDGE), min(len(sound), int(where[-1]) + 1 + EDGE)
    true = _true_silences(_symbols(marks), loud)
    heard = tuple(_unfolded(_within(_onsets(true, loud), first, last - first), last - first))
    return Take(_faded(sound[first:last]), heard or (Mark(0, ""),))


def _without(echo: Echo, sound: Samples) -> Samples:
    """The library adds its own output of some time ago, y[n] = x[n] + level / 256 * y[n - delay]."""
    delay = echo.delay * RATE // 1000
    dry = sound.copy()
    dry[delay:] -= sound[:-delay] * np.float32(echo.level / 256)
    return dry


def _faded(sound: Samples) -> Samples:
    samples = sound / np.float32(32768)
    ramp = np.linspace(0, 1, min(EDGE, len(samples)), dtype=np.float32)
    samples[: len(ramp)] *= ramp
    samples[len(samples) - len(ramp) :] *= ramp[::-1]
    return samples


def _symbols(marks: Iterable[tuple[int, str]]) -> list[Mark]:
    """The library's marks as IPA, stress apart; without those that are no sound, as "(en)" or "1".

    Of a symbol for two sounds the second stands at the end, as one that is uttered inside the first.
    """
    read: list[Mark] = []
    inside: list[str] = []
    for sample, written in marks:
        read += [Mark(sample, part) for part in inside]
        inside = []
        symbol = written.lstrip("ˈˌ")
        if symbol.startswith("(") or (symbol and not any(map(str.isalpha, symbol))):
            continue
        head, *inside = MANDARIN.get(symbol, (symbol,))
        read.append(Mark(sample, head, 2 if "ˈ" in written else 1 if "ˌ" in written else 0))
    return read


def _true_silences(marks: Sequence[Mark], loud: NDArray[np.bool_]) -> list[Mark]:
    """Without the silences that are none: some glides, as in "días", have no symbol but a sound."""
    return [
        mark
        for mark, end in _spans(marks, len(loud))
        if mark.symbol or 2 * np.count_nonzero(loud[mark.sample : end]) <= end - mark.sample
    ]


def _onsets(marks: Sequence[Mark], loud: NDArray[np.bool_]) -> list[Mark]:
    """Begin each phone where it is heard or made, which is before the library marks it.

    It marks a stop at its release and counts the closure to the phone before, though lips are shut
    before a [p] is heard; within a pause only stops claim some of it. And it marks a vowel after a
    nasal or a liquid once the transition into it is over.
    """
    last_loud = np.maximum.accumulate(np.where(loud, np.arange(len(loud)), -1))
    moved = list(marks[:1])
    for before, mark in pairwise(marks):
        early = 0
        if before.symbol in SONORANTS and mark.symbol[:1] in VOWELS:
            early = round(TRANSITION * (mark.sample - before.sample))
        elif mark.sample > 0 and mark.symbol and (before.symbol or mark.symbol[0] in STOPS):
            early = min(mark.sample - 1 - int(last_loud[mark.sample - 1]), CLOSURE)
        moved.append(mark._replace(sample=max(before.sample, mark.sample - early)))
    return moved


def _within(marks: Iterable[Mark], first: int, length: int) -> list[Mark]:
    """Count from sample `first`, and drop silences too short for a mouth, with what is cut away."""
    moved = [mark._replace(sample=max(0, mark.sample - first)) for mark in marks]
    kept: list[Mark] = []
    begin = 0
    for mark, end in _spans(moved, length):
        if begin < length and (mark.symbol or end - begin >= SHORT_SILENCE):
            kept.append(mark._replace(sample=begin))
            begin = min(end, length)
    return kept


def _unfolded(marks: Sequence[Mark], length: int) -> Iterator[Mark]:
    """Give a sound that is uttered inside the vowel before it the last part of that one."""
    before = Mark(0, "")
    for mark, end in _spans(marks, length):
        short = end - mark.sample < SHORT_SOUND and mark.symbol in SONORANTS
        if short and before.symbol[:1] in VOWELS and before.sample < mark.sample:
            mark = mark._replace(sample=end - round(SHARE * (end - before.sample)))
        if mark.sample < end:
            yield mark
        before = mark


def _spans(marks: Sequence[Mark], length: int) -> Iterable[tuple[Mark, int]]:
    """Each mark and the sample where its phone ends."""
    return zip(marks, [*(mark.sample for mark in marks[1:]), length], strict=False)


def mixed(take: Take, pause: int, response: Samples, tail: Samples) -> tuple[Samples, Samples]:
    """A take through a filter, with `pause` samples after it, and what rings on after those.

    tail: what rang on after the piece before this one. Both sounds are float32; the first has
    len(take.samples) + pause samples and stays within -1..1.
    """
    wet = _convolved(take.samples, response) if len(take.samples) else take.samples
    length = len(take.samples) + pause
    sound = np.zeros(max(length, len(wet), len(tail)), np.float32)
    sound[: len(wet)] = wet
    sound[: len(tail)] += tail
    return _limited(sound[:length]), sound[length:]


def _convolved(samples: Samples, response: Samples) -> Samples:
    """The full convolution, in blocks that fit the cache (overlap-add)."""
    size = 4 * TAPS
    step = size - len(response) + 1
    count = -(-len(samples) // step)
    blocks = np.zeros((count, step), np.float32)
    blocks.reshape(-1)[: len(samples)] = samples
    spectra = np.fft.rfft(blocks, size) * np.fft.rfft(response, size)
    rung = np.fft.irfft(spectra, size).astype(np.float32)
    sound = np.zeros((count + 1, step), np.float32)
    sound[:-1] = rung[:, :step]
    sound[1:, : size - step] += rung[:, step:]
    return sound.reshape(-1)[: len(samples) + len(response) - 1]


def _limited(samples: Samples) -> Samples:
    """Bend what is above -3 dBFS so that nothing passes -1 dBFS; leave all else as it is."""
    over = np.abs(samples) - LIMIT_KNEE
    if not (over > 0).any():
        return samples
    span = LIMIT - LIMIT_KNEE
    bent = np.copysign(LIMIT_KNEE + span * np.tanh(over / span), samples)
    return np.where(over > 0, bent, samples).astype(np.float32)


@lru_cache
def response(gain: float, tilt: float, room: float = 0.4, colour: Colour = ()) -> Samples:
    """The filter that a voice is heard through, as an impulse response of TAPS samples.

    gain: dB. tilt: dB an octave that is taken off above 1 kHz. room: how loud it is, against the
    voice. colour: dB that are added. The equaliser has minimum phase, so that phones stay where they are.
    """
    dry = _minimum_phase(_equaliser(gain, tilt, colour))
    wet = np.convolve(dry, _room(room))[:TAPS]
    wet[TAPS // 2 :] *= np.linspace(1, 0, TAPS - TAPS // 2)
    return wet.astype(np.float32)


def _equaliser(gain: float, tilt: float, colour: Colour) -> Curve:
    """Gain in dB at 2 * TAPS + 1 frequencies from 0 to RATE / 2."""
    hertz = np.fft.rfftfreq(4 * TAPS, 1 / RATE)
    rumble = np.interp(hertz, (0, 40, 80), (-30, -14, 0))
    octaves = np.log2(np.maximum(hertz, 1000) / 1000)
    curve: Curve = gain + rumble - tilt * octaves
    if colour:
        at, decibels = np.transpose(colour)
        curve = curve + np.interp(hertz, at, decibels)
    return curve


def _minimum_phase(decibels: Curve) -> Curve:
    """The impulse response with this magnitude and the least delay, from the folded cepstrum.

    Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, section 13.5.
    """
    cepstrum = np.fft.irfft(decibels * np.log(10) / 20)
    half = len(cepstrum) // 2
    cepstrum[1:half] *= 2
    cepstrum[half + 1 :] = 0
    impulse: Curve = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))
    return impulse[:TAPS]


def _room(level: float) -> Curve:
    """The voice itself and, from 3 ms after it on, 40 ms of an even fading."""
    n = np.arange(ROOM)
    noise = 2 * (GOLDEN * n * n % 1) - 1  # Weyl's sequence: numpy.random takes 12 ms to import
    fading = noise * np.exp(-5 * n / ROOM)
    fading[:60] = 0
    room: Curve = level * fading / np.sqrt(np.sum(fading**2))
    room[0] = 1
    return room


def chunks(samples: Samples, marks: Sequence[Mark], at: int) -> Iterator[AudioChunk]:
    """Cut a sound into chunks of one length, at most a second, each with the phones that begin in it.

    at: index of the first sample within the utterance; marks count from there.
    """
    phones = [
        (mark.sample, Phone(mark.symbol, (at + mark.sample) / RATE, (at + end) / RATE, mark.stress))
        for mark, end in _spans(marks, len(samples))
    ]
    count = -(-len(samples) // CHUNK)
    for i in range(count):
        first, last = i * len(samples) // count, (i + 1) * len(samples) // count
        here = tuple(phone for start, phone in phones if first <= start < last)
        yield AudioChunk(samples[first:last], RATE, at + first, here)
