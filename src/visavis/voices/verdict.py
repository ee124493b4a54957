"""What is wrong with a recorded voice, in sentences for whoever recorded it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

ENOUGH: Final = 6.0  # seconds
_TOO_LITTLE: Final = 3.0
_ADVICE: Final = (
    "Record one person alone, speaking for 10 to 20 s in a quiet room without music, "
    "a hand's breadth from the microphone."
)


@dataclass(frozen=True, slots=True)
class Measures:
    """A sample in figures.

    seconds: of speech that was kept. found: of speech that there was.
    f0: median, Hz; 0 where nothing is voiced. f0_range: semitones between its tenths.
    level: LUFS, before it was made as loud as all samples.
    snr: dB. bandwidth: Hz. clipped: 0..1, share of the samples.
    music: 0..1, share of the speech with music around it.
    other: Hz, the median F0 of a second speaker who was left out; 0 where none is told apart.
    """

    seconds: float
    found: float
    f0: float
    f0_range: float
    level: float
    snr: float
    bandwidth: float
    clipped: float
    music: float
    other: float


@dataclass(frozen=True, slots=True)
class VoiceQuality:
    """Whether a sample will do. sentences: what is wrong, the worst first. advice: "" when it is good."""

    measures: Measures
    verdict: Literal["good", "usable", "unusable"]
    sentences: tuple[str, ...]
    advice: str


def judged(measures: Measures) -> VoiceQuality:
    grave, slight = tuple(_grave(measures)), tuple(_slight(measures))
    verdict: Literal["good", "usable", "unusable"] = "unusable" if grave else "usable" if slight else "good"
    return VoiceQuality(measures, verdict, grave + slight, _ADVICE if grave or slight else "")


def _grave(m: Measures) -> Iterator[str]:
    if m.seconds < _TOO_LITTLE:
        yield _short(m)
    if m.snr < 6:
        yield f"the noise is almost as loud as the voice ({m.snr:.0f} dB below it); record in a quiet room"
    if m.clipped > 0.05:
        yield _distorted(m)
    if not m.f0:
        yield "the voice is whispered or has no tone; speak aloud"


def _slight(m: Measures) -> Iterator[str]:
    if _TOO_LITTLE <= m.seconds < ENOUGH:
        yield _short(m)
    if m.music > 0.3:
        yield "music plays under the voice; record without it"
    elif 6 <= m.snr < 18:
        yield f"there is noise {m.snr:.0f} dB below the voice; go to a quieter room, near to the microphone"
    if 0.002 < m.clipped <= 0.05:
        yield _distorted(m)
    if m.bandwidth < 5000:
        yield (
            f"it sounds like a telephone: there is nothing above {m.bandwidth / 1000:.1f} kHz; "
            "record with a microphone"
        )
    if m.level < -45:
        yield f"the voice is very quiet ({m.level:.0f} LUFS); go nearer to the microphone, or turn it up"
    if m.other:
        yield (
            f"two voices were heard, about {m.f0:.0f} Hz and {m.other:.0f} Hz high, and only the first was "
            "kept; let one person speak"
        )


def _short(m: Measures) -> str:
    return f"only {m.seconds:.1f} s of speech were found; record at least {ENOUGH:.0f} s, better 10 to 20 s"


def _distorted(m: Measures) -> str:
    return (
        f"the loudest {max(100 * m.clipped, 0.1):.1f}% of the speech are cut off; "
        "turn the microphone down, or go farther from it"
    )
