"""The voices of the espeak engine: which of espeak-ng's many each name stands for.

The table is written by train/voices/choose.py, which measured them; train/voices/README.md has the
figures. The first voice of a language is its default, the first of each gender that gender's.
"""

from dataclasses import dataclass
from typing import Final

from visavis.contracts import Voice
from visavis.engines.tts.espeak_sound import Colour, Echo
from visavis.errors import UnknownName
from visavis.media import Language


@dataclass(frozen=True, slots=True)
class Preset:
    """How espeak-ng is to be asked for a voice, and how it is finished.

    base: espeak's name of a language, with a variant after a plus sign.
    rate: words a minute, 80..450.
    pitch, range: 0..99, in espeak's own measure.
    gain: dB, that bring its speech to -20 LUFS.
    tilt: dB an octave that are taken off above 1 kHz.
    echo: that the variant has, which is taken out.
    colour: (Hz, dB) that are added, in rising order, with straight lines between; of tinted voices.
    """

    voice: Voice
    base: str
    rate: int
    pitch: int
    range: int
    gain: float
    tilt: float
    echo: Echo | None = None
    colour: Colour = ()


PRESETS: Final = (
    Preset(Voice("emma", "en", "female"), "en-us+f2", 175, 38, 65, -1.4, 1.0, Echo(140, 10)),
    Preset(Voice("alice", "en", "female"), "en+f5", 161, 49, 50, 0.0, 2.0, Echo(140, 10)),
    Preset(Voice("grace", "en", "female"), "en-us+f1", 175, 63, 50, -1.1, 2.0),
    Preset(Voice("james", "en", "male"), "en-us+edward2", 175, 41, 50, 2.9, 2.0),
    Preset(Voice("oliver", "en", "male"), "en+edward", 175, 60, 35, 0.2, 2.0),
    Preset(Voice("henry", "en", "male"), "en-us+klatt4", 175, 60, 35, -1.0, 1.0),
    Preset(Voice("mei", "zh", "female"), "cmn+f2", 196, 54, 65, -3.0, 2.0, Echo(140, 10)),
    Preset(Voice("lan", "zh", "female"), "cmn+steph", 185, 53, 50, -0.9, 3.0),
    Preset(Voice("jun", "zh", "male"), "cmn+benjamin", 185, 55, 50, 0.5, 3.0),
    Preset(Voice("wei", "zh", "male"), "cmn+edward2", 185, 72, 50, 1.2, 2.0),
    Preset(Voice("lucia", "es", "female"), "es-419+f5", 164, 36, 65, 0.7, 3.0, Echo(140, 10)),
    Preset(Voice("elena", "es", "female"), "es+f1", 170, 50, 65, -1.5, 2.0),
    Preset(Voice("sofia", "es", "female"), "es-419+f2", 164, 55, 50, -1.7, 1.0, Echo(140, 10)),
    Preset(Voice("mateo", "es", "male"), "es-419+edward2", 178, 43, 35, 1.7, 3.0),
    Preset(Voice("diego", "es", "male"), "es+edward", 147, 43, 35, -0.4, 2.0),
    Preset(Voice("javier", "es", "male"), "es-419+benjamin", 178, 62, 65, 0.5, 2.0),
    Preset(Voice("shirin", "fa", "female"), "fa+f2", 156, 40, 35, -1.0, 2.0, Echo(140, 10)),
    Preset(Voice("parisa", "fa", "female"), "fa+f5", 156, 51, 50, -0.2, 2.0, Echo(140, 10)),
    Preset(Voice("kaveh", "fa", "male"), "fa+edward2", 156, 43, 65, 1.6, 3.0),
    Preset(Voice("dariush", "fa", "male"), "fa+edward", 180, 43, 35, -1.0, 2.0),
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
