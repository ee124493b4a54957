"""The voices of the espeak engine: which of espeak-ng's many each name stands for.

The table is written by train/voices/choose.py, which measured them; train/voices/README.md has the
figures. The first voice of a language is its default, the first of each gender that gender's.
"""

from dataclasses import dataclass
from typing import Final

from visavis.contracts import Voice
from visavis.engines.tts.espeak_sound import Echo
from visavis.errors import UnknownName
from visavis.media import Language


@dataclass(frozen=True, slots=True)
class Preset:
    """How espeak-ng is to be asked for a voice, and how it is finished.

    base: espeak's name of a language, with a variant after a plus sign.
    rate: words a minute, 80..450.
    pitch, range: 0..99, in espeak's own measure.
    gain: dB, that bring its speech to -19 LUFS.
    tilt: dB an octave that are taken off above 1 kHz.
    echo: that the variant has, which is taken out.
    """

    voice: Voice
    base: str
    rate: int
    pitch: int
    range: int
    gain: float
    tilt: float
    echo: Echo | None = None


PRESETS: Final = (
    Preset(Voice("emma", "en", "female"), "en-us+f1", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("james", "en", "male"), "en-us+Andy", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("mei", "zh", "female"), "cmn+f1", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("jun", "zh", "male"), "cmn+m6", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("lucia", "es", "female"), "es+f1", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("mateo", "es", "male"), "es+Andy", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("shirin", "fa", "female"), "fa+f1", 160, 50, 50, 0.0, 2.0),
    Preset(Voice("kaveh", "fa", "male"), "fa+Andy", 160, 50, 50, 0.0, 2.0),
)


def preset(name: str) -> Preset:
    """Raises UnknownName."""
    for candidate in PRESETS:
        if candidate.voice.name == name:
            return candidate
    raise UnknownName("voice", name, (candidate.voice.name for candidate in PRESETS))


def relative(home: Preset, language: Language) -> Preset:
    """The voice that speaks a language in the place of another: of its gender, as far down the list."""
    if home.voice.language == language:
        return home
    here = [p for p in PRESETS if p.voice.language == language and p.voice.gender == home.voice.gender]
    there = [
        p for p in PRESETS if p.voice.language == home.voice.language and p.voice.gender == home.voice.gender
    ]
    return here[there.index(home) % len(here)]
