"""What can be measured of a voice: how well it is understood, how natural it is taken to be, its pitch.

Everything is measured on the finished sound, filter and room included. What a judge gives is a number
for comparing voices of one engine with each other; none of them stands for a listener.
"""

import math
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import jiwer
import numpy as np
from numpy.typing import NDArray
from pocketsphinx import (
    Decoder,
    get_model_path,
)
from scipy.signal import (
    resample_poly,
    sosfilt,
)
from speechmos import dnsmos

from train.voices.sentences import HARVARD, TEXTS
from visavis.engines.tts.espeak_sound import NOTHING, RATE, Mark, mixed, response, take
from visavis.engines.tts.espeak_voices import Preset
from visavis.engines.tts.espeak_worker import Library, Question

Sound: TypeAlias = NDArray[np.float32]

# Kinds of sounds that an English decoder can tell apart in any of the four languages: its own
# phones, and IPA letters. Schwas and glottal sounds are left out, as they come and go.
KINDS: Final = {
    "P": ("P B", "p b"), "T": ("T D", "t d ʈ ɖ"), "K": ("K G", "k ɡ q"), "M": ("M", "m"),
    "N": ("N NG", "n ŋ ɲ"), "F": ("F V", "f v β"), "S": ("S Z", "s z"), "TH": ("TH DH", "θ ð"),
    "SH": ("SH ZH CH JH", "ʃ ʒ ɕ ʂ ʐ"), "L": ("L", "l ʎ"), "R": ("R ER", "ɹ r ɾ ɚ ɝ"), "W": ("W", "w"),
    "Y": ("Y", "j ʝ"), "I": ("IY IH EY", "i ɪ y e"), "E": ("EH AE", "ɛ æ"),
    "A": ("AA AO AY AW", "a ɑ ɒ ɔ"), "U": ("UW UH OW OY", "u ʊ o"),
}  # fmt: skip
KIND_OF_PHONE: Final = {phone: kind for kind, (phones, _) in KINDS.items() for phone in phones.split()}
KIND_OF_LETTER: Final = {letter: kind for kind, (_, letters) in KINDS.items() for letter in letters.split()}

STRETCH: Final = 144_160  # samples at 16 kHz, 9.01 s

Speak: TypeAlias = Callable[[Preset, str], tuple[Sound, tuple[Mark, ...]]]


class Opinion(NamedTuple):
    """What the judges say of a voice.

    words, phones: error rates, 0 is perfect; words is NaN where nobody understands the language.
    overall, signal, listeners: DNSMOS OVRL, SIG and P.808, 1..5.
    pitch: median, Hz.
    timbre: its mean spectrum, dB in 24 mel bands, level taken out.
    """

    words: float
    phones: float
    overall: float
    signal: float
    listeners: float
    pitch: float
    timbre: NDArray[np.float64]

    @property
    def score(self) -> float:
        """What the search maximises. A tenth of the phones or words lost weighs as much as 0.2 MOS."""
        lost = self.phones if math.isnan(self.words) else (self.phones + self.words) / 2
        return (self.overall + self.listeners) / 2 - 2 * lost


def finished(preset: Preset) -> Sound:
    return response(preset.gain, preset.tilt)


def speaker(library: Library, finish: Callable[[Preset], Sound] = finished) -> Speak:
    """espeak-ng within this process, and the engine's own finish or another impulse response."""

    def speak(preset: Preset, text: str) -> tuple[Sound, tuple[Mark, ...]]:
        asked = Question(preset.rate, preset.pitch, preset.range, preset.base, text)
        uttered = library.speak(asked)
        spoken = take(uttered.pcm, uttered.marks, preset.echo)
        sound, _ = mixed(spoken, RATE // 4, finish(preset), NOTHING)
        return sound, (*spoken.marks, Mark(len(spoken.samples), ""))

    return speak


class Judges:
    """The recognisers, loaded once."""

    def __init__(self) -> None:
        self._words = _listener(lm=_closed_vocabulary())
        phones = str(Path(get_model_path()) / "en-us" / "en-us-phone.lm.bin")
        self._phones = _listener(allphone=phones, lm=None, lw=2.0, beam=1e-20, pbeam=1e-20)

    def opinion(self, speak: Speak, preset: Preset) -> Opinion:
        """On two readings of the preset's own language, no two of which are the same, some 30 seconds in
        all, and 45 seconds more of English where that is its own.
        """
        language = preset.voice.language
        said = [speak(preset, text) for text in 2 * TEXTS[language]]
        words = self.word_errors(speak, preset) if language == "en" else math.nan
        return self.heard(said)._replace(words=words)

    def heard(self, said: Sequence[tuple[Sound, tuple[Mark, ...]]]) -> Opinion:
        whole = np.concatenate([sound for sound, _ in said])
        overall, signal, listeners = _dnsmos(whole)
        return Opinion(
            math.nan, self.phone_errors(said), overall, signal, listeners, pitch(whole), timbre(whole)
        )

    def word_errors(self, speak: Speak, preset: Preset) -> float:
        """Of the twenty Harvard sentences, when only their own 115 words are possible in any order.

        With its full language model the recogniser guesses more than it hears and loses 50 to 97% of
        the words of any espeak voice; a closed set of words, as audiologists use, tells voices apart.
        """
        heard = [_transcript(self._words, speak(preset, text)[0]) for text in HARVARD]
        return float(jiwer.wer([" ".join(_words(text)) for text in HARVARD], heard))

    def phone_errors(self, said: Sequence[tuple[Sound, tuple[Mark, ...]]]) -> float:
        """Of a free phone decoder against espeak's own phones, in kinds of sounds."""
        wanted = [" ".join(kinds_of_marks(marks)) for _, marks in said]
        heard = [" ".join(kinds_of_phones(_transcript(self._phones, sound))) for sound, _ in said]
        return float(jiwer.wer(wanted, heard))


def kinds_of_marks(marks: Sequence[Mark]) -> list[str]:
    """Neighbours of one kind count once: a decoder cannot tell two sounds from a long one."""
    letters = (_letter(mark.symbol) for mark in marks)
    return _once(KIND_OF_LETTER[letter] for letter in letters if letter in KIND_OF_LETTER)


def kinds_of_phones(phones: str) -> list[str]:
    return _once(KIND_OF_PHONE[phone] for phone in phones.split() if phone in KIND_OF_PHONE)


def _letter(symbol: str) -> str:
    """What a phone counts as: a diphthong by its beginning, an affricate by its end."""
    return symbol[1] if symbol[1:2] in set("ʃʒɕʂsz") else symbol[:1]


def _dnsmos(sound: Sound) -> tuple[float, float, float]:
    """OVRL, SIG and P.808: means of three stretches of the length that the networks look at."""
    at_16k = resample_poly(sound * _towards(sound, 0.08), 320, 441).astype(np.float32)
    stretches = np.resize(np.clip(at_16k, -1, 1), (3, STRETCH))
    opinions = [dnsmos.run(stretch, 16_000) for stretch in stretches]
    means = (float(np.mean([o[key] for o in opinions])) for key in ("ovrl_mos", "sig_mos", "p808_mos"))
    overall, signal, listeners = means
    return overall, signal, listeners


def _once(kinds: Iterable[str]) -> list[str]:
    return [kind for kind, _ in groupby(kinds)]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def _closed_vocabulary() -> str:
    """A language model in which each word of the Harvard sentences is as likely as any other."""
    words = sorted({word for text in HARVARD for word in _words(text)})
    chance = -math.log10(len(words) + 1)
    grams = ["-99 <s>", *(f"{chance:.4f} {word}" for word in ("</s>", *words))]
    lines = ("\\data\\", f"ngram 1={len(grams)}", "", "\\1-grams:", *grams, "", "\\end\\", "")
    path = Path(tempfile.mkdtemp()) / "closed.arpa"
    path.write_text("\n".join(lines))
    return str(path)


def _listener(**settings: object) -> Decoder:
    # cmn: the mean spectrum of each sentence is taken out, as it tells of the voice and not of the words
    return Decoder(loglevel="FATAL", cmn="batch", **settings)


def _transcript(decoder: Decoder, sound: Sound) -> str:
    silence = np.zeros(3200, np.int16)
    at_16k = resample_poly(sound * _towards(sound, 0.08), 320, 441) * 32767
    decoder.start_utt()
    pcm = np.concatenate([silence, np.clip(at_16k, -32767, 32767).astype(np.int16), silence])
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return found.hypstr if found else ""


def _towards(sound: Sound, level: float) -> float:
    """The factor that brings the root mean square of what is not silence to a level."""
    loud = sound[np.abs(sound) > 0.01 * np.abs(sound).max()]
    return level / float(np.sqrt(np.mean(loud**2)))


def _frames(sound: Sound, length: int, step: int) -> NDArray[np.float64]:
    """Windowed frames [n, length] of what is at most 20 dB below the loudest."""
    frames = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), length)[::step]
    power = np.mean(frames**2, axis=1)
    heard: NDArray[np.float64] = frames[power > power.max() / 100] * np.hanning(length)
    return heard


def pitch(sound: Sound) -> float:
    """Median of the voiced frames in Hz, by autocorrelation, 60..400."""
    frames = _frames(sound, 1102, 441)
    power = np.abs(np.fft.rfft(frames, 4096)) ** 2
    likeness = np.fft.irfft(power)
    likeness /= likeness[:, :1]
    lags = likeness[:, RATE // 400 : RATE // 60]
    voiced = lags.max(axis=1) > 0.4
    return float(np.median(RATE / (lags.argmax(axis=1)[voiced] + RATE // 400)))


def timbre(sound: Sound) -> NDArray[np.float64]:
    """The mean spectrum in 24 mel bands from 100 Hz to 8 kHz, in dB about its own mean."""
    power = np.mean(np.abs(np.fft.rfft(_frames(sound, 1024, 512))) ** 2, axis=0)
    edges = 700 * (10 ** (np.linspace(_mel(100), _mel(8000), 25) / 2595) - 1)
    hertz = np.fft.rfftfreq(1024, 1 / RATE)
    bands = [power[(hertz >= a - RATE / 1024) & (hertz < b)].mean() for a, b in pairwise(edges)]
    decibels = 10 * np.log10(np.array(bands))
    level_free: NDArray[np.float64] = decibels - decibels.mean()
    return level_free


def _mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def loudness(sound: Sound) -> float:
    """LUFS as in ITU-R BS.1770-4, whose filter is given for 48 kHz."""
    shelf = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585)
    highpass = (1, -2, 1, 1, -1.99004745483398, 0.99007225036621)
    weighted = sosfilt(np.array([shelf, highpass]), resample_poly(sound, 320, 147))
    blocks = np.lib.stride_tricks.sliding_window_view(weighted**2, 19_200)[::4_800].mean(axis=1)
    level = -0.691 + 10 * np.log10(blocks + 1e-12)
    heard = blocks[level > -70]
    gate = -0.691 + 10 * math.log10(heard.mean()) - 10
    return float(-0.691 + 10 * math.log10(blocks[level > max(-70, gate)].mean()))
