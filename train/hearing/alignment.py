"""When each sound of a recording is uttered, told by pocketsphinx: what the hearing is measured against, and
where no synthesiser knows its own phones, what it is taught.

espeak-ng says which sounds a text consists of, in any of its languages; pocketsphinx, which knows English,
finds each in the recording as the sound of its own that is nearest. The phones that come back are espeak's.
"""

import ctypes
import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple, Protocol

import espeakng_loader
import numpy as np
from pocketsphinx import Decoder

from train.hearing.labelled import RATE
from visavis.engines.tts.espeak_worker import CHARS_UTF8, Library
from visavis.media import Phone, Samples

_IPA: Final = 2
_SEPARATOR: Final = "_"
_MARGIN: Final = 0.3
"""Seconds of near silence put around a recording: the recogniser wants some."""

_NEAREST: Final = {
    "AA": "ɑ a ä ɑː aː ɒ", "AE": "æ", "AH": "ʌ ə ɐ ᵻ ɤ ɘ", "AO": "ɔ", "AW": "aʊ ɑu au", "AY": "aɪ", "B": "b",
    "CH": "tʃ tɕ ʈʂ tɕh ts.h ts. tɕʰ c", "D": "d ɖ d̪", "DH": "ð", "EH": "ɛ œ", "ER": "ɜ ɚ ɝ", "EY": "e eɪ ei",
    "F": "f ɸ", "G": "ɡ ɣ ɢ q g", "HH": "h χ ħ ɦ x", "IH": "ɪ ɨ i. i̪ ɯ", "IY": "i y", "JH": "dʒ dʑ ɟ",
    "K": "k kh", "L": "l ɫ ʎ ɬ ɭ", "M": "m", "N": "n ɲ ɳ", "NG": "ŋ", "OW": "o o- oʊ əʊ", "OW NG": "onɡ",
    "OY": "ɔɪ", "P": "p ph", "R": "ɹ r ɾ ɻ", "S": "s", "SH": "ʃ ʂ ɕ s.", "T": "t ʈ t̪ th", "TH": "θ",
    "UH": "ʊ ø", "UW": "u ʉ", "V": "v β ʋ", "W": "w", "Y": "j ʝ ɥ", "Z": "z", "ZH": "ʒ ʐ ʑ",
}  # fmt: skip
"""Phones of pocketsphinx's, and the sounds of other languages that are nearest to each."""

_SOUND: Final = {letter: sound for sound, letters in _NEAREST.items() for letter in letters.split()}
_SILENT: Final = ("SIL", "+NSN+", "+SPN+")


class Sound(NamedTuple):
    """A sound of a word: its symbol as in Phone, its stress, and the nearest sounds of American English."""

    symbol: str
    stress: int
    nearest: tuple[str, ...]


class Found(Protocol):
    """A phone that pocketsphinx found; start and duration in hundredths of a second."""

    name: str
    start: int
    duration: int


def aligned(samples: Samples, text: str, voice: str) -> tuple[Phone, ...]:
    """The phones of a recording at RATE of a text without digits, from 0 to its end.

    voice: espeak's, as "en-us" or "cmn".
    Raises ValueError when recording and text do not fit.
    """
    words = pronounced(text, voice)
    decoder = _decoder()
    pcm = _padded(samples)
    try:
        decoder.set_align_text(" ".join(_taught(decoder, words)))
        _decode(decoder, pcm)
        decoder.set_alignment()
        _decode(decoder, pcm)
        found = [phone for word in decoder.get_alignment() for phone in word]
    except RuntimeError as error:
        raise ValueError(f"the recording does not fit {text[:40]!r}: {error}") from error
    return _named(found, [sound for word in words for sound in word], len(samples) / RATE)


def pronounced(text: str, voice: str) -> list[list[Sound]]:
    """The words of a text, each as its sounds."""
    espeak = _espeak()
    espeak.espeak_SetVoiceByName(voice.encode())
    rest = ctypes.c_char_p(text.encode())
    clauses = []
    while rest.value:
        said = espeak.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, ord(_SEPARATOR) << 8 | _IPA)
        clauses.append(said.decode())
    words = " ".join(clauses).split()
    return [sounds for word in words if (sounds := [*filter(None, map(_sound, word.split(_SEPARATOR)))])]


def _sound(written: str) -> Sound | None:
    stress = 2 if "ˈ" in written else 1 if "ˌ" in written else 0
    symbol = re.sub(r"[ˈˌ0-9]|\([a-z-]+\)|(?<=[aeiouyæɑəɛ])ɜ$", "", written)  # a tone is written ɜ
    bare = symbol.replace("ː", "").replace("ʲ", "").replace("\u0303", "")
    if bare in _SOUND:
        return Sound(symbol, stress, tuple(_SOUND[bare].split()))
    nearest = tuple(_SOUND[letter] for letter in bare if letter in _SOUND)
    return Sound(symbol, stress, nearest) if nearest else None


def _taught(decoder: Decoder, words: list[list[Sound]]) -> list[str]:
    """The words' names, each of which the decoder knows from now on."""
    sounds = [[near for sound in word for near in sound.nearest] for word in words]
    names = ["-".join(word) for word in sounds]
    known = dict(zip(names, map(" ".join, sounds), strict=True))
    new = {name: said for name, said in known.items() if not decoder.lookup_word(name)}
    for i, (name, said) in enumerate(new.items(), 1):
        decoder.add_word(name, said, i == len(new))
    return names


@cache
def _decoder() -> Decoder:
    """Its words are named by their sounds, and become more with each text."""
    return Decoder(
        samprate=RATE, loglevel="FATAL", beam=1e-80, wbeam=1e-80, pbeam=1e-80, bestpath=False, cmn="batch"
    )


@cache
def library() -> Library:
    """espeak-ng, of which there can be one in a process."""
    return Library(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())


@cache
def _espeak() -> ctypes.CDLL:
    library()
    espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return espeak


def _padded(samples: Samples) -> bytes:
    faint = np.random.default_rng(0).normal(0, 1e-4, len(samples) + 2 * round(_MARGIN * RATE))
    faint[round(_MARGIN * RATE) :][: len(samples)] += samples
    return (np.clip(faint, -1, 1) * 32767).astype(np.int16).tobytes()


def _decode(decoder: Decoder, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()


def _named(found: Iterable[Found], sounds: list[Sound], end: float) -> tuple[Phone, ...]:
    """The recogniser's stretches of sound under espeak's names; one with several parts spans them."""
    phones: list[Phone] = []
    waiting = iter(sounds)
    sound, left, begin = None, 0, 0.0
    for part in found:
        start, stop = (t / 100 - _MARGIN for t in (part.start, part.start + part.duration))
        if part.name in _SILENT:
            phones.append(Phone("", start, stop))
            continue
        if not left:
            sound = next(waiting)
            left, begin = len(sound.nearest), start
        left -= 1
        if sound is not None and not left:
            phones.append(Phone(sound.symbol, begin, stop, sound.stress))
    heard = (p for p in phones if p.end > 0 and p.start < end)
    return tuple(Phone(p.symbol, max(p.start, 0.0), min(p.end, end), p.stress) for p in heard)
