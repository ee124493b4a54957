"""Recorded people whom the hearing never met, and the phones of what they say.

None of these voices had a part in training (train/hearing). Each needs something of Debian's or PyPI's that a
machine may not have; what is missing is left out, and told.
"""

import contextlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from train.hearing.alignment import aligned, library
from train.hearing.labelled import RATE, resampled
from train.voices.sentences import HARVARD, TEXTS
from visavis.engines.tts.espeak_sound import NOTHING, Mark, chunks, mixed, response, take
from visavis.engines.tts.espeak_sound import RATE as ESPEAK_RATE
from visavis.engines.tts.espeak_voices import preset
from visavis.engines.tts.espeak_worker import Question
from visavis.media import Phone, Samples
from visavis.sound import recording

JFK: Final = Path(__file__).parents[2] / "shared/media/jfk.flac"
JFK_SAYS: Final = (
    "And so, my fellow Americans: ask not what your country can do for you, "
    "ask what you can do for your country."
)
SYLLABLES: Final = Path("/usr/share/gcin-voice/ogg")

_INITIALS: Final = {
    "ㄅ": "b", "ㄆ": "p", "ㄇ": "m", "ㄈ": "f", "ㄉ": "d", "ㄊ": "t", "ㄋ": "n", "ㄌ": "l", "ㄍ": "g",
    "ㄎ": "k", "ㄏ": "h", "ㄐ": "j", "ㄑ": "q", "ㄒ": "x", "ㄓ": "zh", "ㄔ": "ch", "ㄕ": "sh", "ㄖ": "r",
    "ㄗ": "z", "ㄘ": "c", "ㄙ": "s",
}  # fmt: skip
_FINALS: Final = {
    "ㄚ": "a", "ㄛ": "o", "ㄜ": "e", "ㄞ": "ai", "ㄟ": "ei", "ㄠ": "ao", "ㄡ": "ou", "ㄢ": "an", "ㄣ": "en",
    "ㄤ": "ang", "ㄥ": "eng",
}  # fmt: skip
"""Letters of zhuyin in pinyin, where one stands for the other without exception: these syllables are used."""


class Spoken(NamedTuple):
    """A recording: float32 samples at RATE, its phones, and those of another voice that reads its words."""

    samples: Samples
    phones: tuple[Phone, ...]
    reading: tuple[Phone, ...] = ()


class Voice(NamedTuple):
    """Somebody's recordings, made or read when asked for; needs: what to install where there are none."""

    name: str
    recordings: Callable[[], Iterator[Spoken]]
    needs: str


def jfk() -> Iterator[Spoken]:
    """John F. Kennedy's inaugural address, 1961."""
    samples = _decoded(JFK)
    yield from _fitted(samples, JFK_SAYS, "en-us", "james")


def flite(voice: str) -> Iterator[Spoken]:
    """Flite's voices put pieces of a person's recordings together, or a model of them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        for text in HARVARD:
            subprocess.run(("flite", "-voice", voice, "-t", text, "-o", str(file)), check=True)
            samples = _decoded(file)
            yield from _fitted(samples, text, "en-us", "james")


def pico() -> Iterator[Spoken]:
    """SVOX Pico's Spanish voice, a model of a person's recordings."""
    from train.hearing.pico import sounds

    for text, samples in zip(TEXTS["es"], sounds("es-ES", TEXTS["es"]), strict=True):
        yield from _fitted(samples, text, "es", "diego")


def mandarin(speaker: str) -> Iterator[Spoken]:
    """Syllables that somebody read one by one, eight at a time in an order of no meaning."""
    rng = np.random.default_rng(0)
    syllables = sorted(p for p in SYLLABLES.iterdir() if _pinyin(p.name) and (p / f"{speaker}.ogg").exists())
    for _ in range(12):
        chosen = [syllables[i] for i in rng.integers(len(syllables), size=8)]
        sounds = [_trimmed(_decoded(path / f"{speaker}.ogg")) for path in chosen]
        samples = np.concatenate([np.zeros(RATE // 4, np.float32), *sounds, np.zeros(RATE // 4, np.float32)])
        yield from _fitted(samples, " ".join(_pinyin(path.name) for path in chosen), "cmn-latn-pinyin")


def embedded(name: str, reader: str) -> Iterator[Spoken]:
    """A voice that this package speaks with: the training's synthesiser, another throat, another room."""
    for text in TEXTS[preset(name).voice.language]:
        yield _uttered(name, text)._replace(reading=_uttered(reader, text).phones)


def _uttered(name: str, text: str) -> Spoken:
    voice = preset(name)
    uttered = library().speak(Question(voice.rate, voice.pitch, voice.range, voice.base, text))
    spoken = take(uttered.pcm, uttered.marks, voice.echo)
    sound, _ = mixed(spoken, ESPEAK_RATE // 4, response(voice.gain, voice.tilt), NOTHING)
    marks = (*spoken.marks, Mark(len(spoken.samples), ""))
    phones = [phone for chunk in chunks(sound, marks, 0) for phone in chunk.phones or ()]
    return Spoken(resampled(sound, ESPEAK_RATE), tuple(phones))


def _fitted(samples: Samples, text: str, voice: str, reader: str = "") -> Iterator[Spoken]:
    """The recording with its phones, unless they cannot be found."""
    with contextlib.suppress(ValueError):
        phones = aligned(samples, text, voice)
        yield Spoken(samples, phones, _uttered(reader, text).phones if reader else ())


def _pinyin(zhuyin: str) -> str:
    """A syllable and its tone; "" where it takes more than the tables."""
    letters, tone = zhuyin.rstrip("1234"), zhuyin[-1:]
    if len(letters) == 2 and letters[0] in _INITIALS and letters[1] in _FINALS and tone.isdigit():
        return _INITIALS[letters[0]] + _FINALS[letters[1]] + tone
    return ""


def _decoded(path: Path) -> Samples:
    sound = recording(path)
    samples = np.concatenate([chunk.samples for chunk in sound.chunks()])
    return resampled(samples, sound.rate)


def _trimmed(samples: Samples) -> Samples:
    """Without the quiet around it, with a little left."""
    loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
    return samples[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 25]


VOICES: Final = (
    Voice("English, J. F. Kennedy", jfk, "../shared/media/jfk.flac"),
    Voice("English, flite slt", lambda: flite("slt"), "apt-get install flite"),
    Voice("English, flite rms", lambda: flite("rms"), "apt-get install flite"),
    Voice("English, flite awb", lambda: flite("awb"), "apt-get install flite"),
    Voice("English, flite kal16", lambda: flite("kal16"), "apt-get install flite"),
    Voice("Spanish, Pico", pico, "pip install ttspico"),
    Voice("Mandarin, syllables 1", lambda: mandarin("3"), "apt-get install gcin-voice"),
    Voice("Mandarin, syllables 2", lambda: mandarin("5"), "apt-get install gcin-voice"),
    Voice("Spanish, lucia", lambda: embedded("lucia", "diego"), ""),
    Voice("Mandarin, mei", lambda: embedded("mei", "jun"), ""),
    Voice("Persian, shirin", lambda: embedded("shirin", "kaveh"), ""),
    Voice("Persian, kaveh", lambda: embedded("kaveh", "shirin"), ""),
)
