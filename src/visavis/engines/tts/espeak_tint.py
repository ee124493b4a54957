"""The embedded voice tinted by a recording: the nearest variant, at the person's pitch and in its colour.

It is a tint and no clone: nobody would take it for the person. A speaker recogniser (Resemblyzer) gives .71
to 24 recorded people and their tints, .60 to them and the untinted voice of their gender, .98 to two
recordings of one person; words are understood as before. Pitch and liveliness are espeak-ng's own settings,
the colour is a filter: phones stay where they are, and a tinted voice takes no more time than another.

What was tried besides and left out: WORLD, with pitch, warped and matched envelopes and breath, made it .67
where this makes it .72 (eight people, two voices each); of a vocal tract's warp within .88 to 1.12 the best
choice would have added .015, but no measure told which that is.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.contracts import Voice, VoiceSample
from visavis.engines.tts.espeak_sound import RATE, Echo, response, take
from visavis.engines.tts.espeak_voices import PRESETS, Preset
from visavis.engines.tts.espeak_worker import Question, Speech
from visavis.errors import AudioError, EngineError
from visavis.media import LANGUAGES, Language, Samples
from visavis.voices.f0 import Pitch, pitch
from visavis.voices.formants import throat
from visavis.voices.sounding import Gender, gender
from visavis.voices.spectrum import bandwidth, colour, looks, loudness, middles

FORMAT: Final = 1
LOUDNESS: Final = -20.0  # LUFS
BOUND: Final = 12.0  # dB: a stronger filter makes hiss of what espeak-ng hardly has
SURE: Final = 0.6
LEAST: Final = 1.0  # seconds

_NARROW: Final = 5000.0  # Hz: a telephone, which has no bass either
_BASS: Final = 350.0
_TILT: Final = 2.0  # dB an octave that are taken off above what the sample has
_MARKS: Final = (5, 50, 95)
_LIVELINESS: Final = (20, 85)

Utter = Callable[[Question], Speech]
Floats = NDArray[np.float64]


class Variant(NamedTuple):
    """One of espeak-ng's variants of which at most a third of the words are lost (train/voices/README.md)."""

    name: str
    gender: Gender
    echo: Echo | None = None


VARIANTS: Final = (
    Variant("f2", "female", Echo(140, 10)),
    Variant("f5", "female", Echo(140, 10)),
    Variant("adam", "male"),
    Variant("benjamin", "male"),
    Variant("edward", "male"),
    Variant("edward2", "male"),
    Variant("klatt3", "male"),
    Variant("klatt4", "male"),
    Variant("klatt5", "male"),
    Variant("klatt6", "male"),
    Variant("m5", "male"),
    Variant("m6", "male"),
    Variant("mike2", "male"),
)

# What a variant reads to be compared, with most of a language's sounds; the first sentence tells its pitch.
TEXTS: Final[Mapping[Language, tuple[str, str]]] = {
    "en": (
        "The boy saw a huge red ship near the shore.",
        "Please give them good food, and buy us four new cups. She wore her hat in the rain all year.",
    ),
    "zh": (
        "今天天气很好，我们一起去公园散步吧。",
        "学习语言需要时间和耐心，请问您喝茶吗？我喜欢吃苹果和葡萄。",
    ),
    "es": (
        "El perro de mi tía juega en la calle.",
        "Mañana llegará un queso muy rico; ¿bebemos agua fría? Los niños tienen una pelota vieja.",
    ),
    "fa": (
        "امروز هوا خیلی خوب است، بیا با هم به پارک برویم.",
        "مادر برای بچه‌ها میوه و چای خرید. فردا جلسه کمی دیرتر شروع می‌شود.",
    ),
}


class Target(NamedTuple):
    """What there is to be met. colour: dB in each band, its mean taken out; NaN where the sample has none."""

    pitch: Pitch
    colour: Floats


def tinted(sample: VoiceSample, name: str, utter: Utter) -> Voice:
    """The voice nearest to a person's; its likeness is less than a KB of JSON. Takes a second.

    The variant is sought in the language of the sample, or in English.

    Raises:
        AudioError: there is too little voice in the sample.
    """
    height = pitch(sample.samples, sample.rate)
    seconds = height.voiced * len(sample.samples) / sample.rate
    if seconds < LEAST:
        raise AudioError(
            f"only {seconds:.1f} s of voice are in the sample of {name!r}; give 6 to 30 s of speech"
        )
    target = Target(height, _colour_of(sample))
    home = sample.language or "en"
    sounding = gender(height.median, throat(sample.samples, sample.rate))
    nearest = min(_alike(*sounding), key=lambda variant: _distance(target, variant, home, utter))
    fits = {language: _fitted(target, nearest, language, utter) for language in LANGUAGES}
    return Voice(name, home, sounding.gender, _packed(nearest, fits))


def presets(voice: Voice) -> Mapping[Language, Preset]:
    """How each language is spoken by a voice that `tinted` made.

    Raises:
        EngineError: its likeness is not of this version.
    """
    try:
        read = json.loads(voice.likeness)
        if read["format"] != FORMAT:
            raise ValueError
        variant = next(variant for variant in VARIANTS if variant.name == read["variant"])
        return {language: _preset(voice, variant, language, read[language]) for language in LANGUAGES}
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise EngineError(
            f"the voice {voice.name!r} was tinted for another version of espeak; register it again"
        ) from error


def _packed(variant: Variant, fits: Mapping[Language, Preset]) -> bytes:
    tree: dict[str, object] = {"format": FORMAT, "variant": variant.name}
    for language, fit in fits.items():
        levels = [level for _, level in fit.colour]
        tree[language] = {"pitch": fit.pitch, "range": fit.range, "gain": fit.gain, "colour": levels}
    return json.dumps(tree, separators=(",", ":")).encode()


def _preset(voice: Voice, variant: Variant, language: Language, read: Mapping[str, object]) -> Preset:
    """Raises ValueError, KeyError or TypeError."""
    levels = np.array(read["colour"], float)
    settings = np.array([read["pitch"], read["range"], read["gain"]], float)
    if not np.isfinite(levels).all() or not np.isfinite(settings).all():
        raise ValueError
    height, span = (int(value) for value in np.clip(settings[:2], 0, 99))
    plain = replace(
        _plain(variant, language),
        voice=voice,
        pitch=height,
        range=span,
        gain=float(np.clip(settings[2], -30, 30)),
    )
    return replace(plain, colour=_points(levels))


def _points(levels: Iterable[float]) -> tuple[tuple[float, float], ...]:
    return tuple((float(hertz), float(level)) for hertz, level in zip(middles(), levels, strict=True))


def _plain(variant: Variant, language: Language) -> Preset:
    """A variant at its own pitch, with the accent and pace of the language's first voice of that gender."""
    kin = next(p for p in PRESETS if (p.voice.language, p.voice.gender) == (language, variant.gender))
    base = f"{kin.base.partition('+')[0]}+{variant.name}"
    return Preset(kin.voice, base, kin.rate, 50, 50, 0.0, 0.0, variant.echo)


def _alike(sounds: Gender, sure: float) -> list[Variant]:
    return [variant for variant in VARIANTS if variant.gender == sounds or sure < SURE]


def _colour_of(sample: VoiceSample) -> Floats:
    """The sample's colour; what a telephone left out of it is NaN."""
    highest = min(bandwidth(sample.samples, sample.rate), 0.48 * sample.rate)
    inside = (middles() < highest) & ((middles() > _BASS) | (highest > _NARROW))
    levels = np.where(inside, colour(looks(sample.samples, sample.rate)), np.nan)
    return np.asarray(levels - np.nanmean(levels))


def _pitched(target: Target, variant: Variant, language: Language, utter: Utter) -> tuple[Preset, float]:
    """A variant as near to the target's pitch as it goes, and the semitones that are missing."""
    plain = _plain(variant, language)
    heights = [_pitch(replace(plain, pitch=mark), utter).median for mark in _MARKS]
    rising = np.maximum.accumulate(12 * np.log2(np.maximum(heights, 1.0)))
    wanted = 12 * np.log2(target.pitch.median)
    missing = abs(wanted - np.clip(wanted, rising[0], rising[-1]))
    return replace(plain, pitch=round(float(np.interp(wanted, rising, _MARKS)))), float(missing)


def _fitted(target: Target, variant: Variant, language: Language, utter: Utter) -> Preset:
    """A variant as lively as the target, with the filter that it takes, as loud as all voices are."""
    preset, _ = _pitched(target, variant, language, utter)
    spans = [_pitch(replace(preset, range=mark), utter).range for mark in _LIVELINESS]
    mark = np.interp(target.pitch.range, np.maximum.accumulate(spans), _LIVELINESS)
    preset = replace(preset, range=round(float(mark)))
    spoken = _spoken(preset, utter)
    lacking = _filled(_difference(target, spoken))
    smooth = np.convolve(np.pad(lacking, 1, "edge"), (0.25, 0.5, 0.25), "valid")
    points = _points(np.round(np.clip(smooth, -BOUND, BOUND), 1))
    finished = np.convolve(spoken, response(0.0, 0.0, colour=points)).astype(np.float32)
    return replace(preset, colour=points, gain=round(LOUDNESS - loudness(finished, RATE), 1))


def _pitch(preset: Preset, utter: Utter) -> Pitch:
    return pitch(_said(preset, TEXTS[preset.voice.language][0], utter), RATE)


def _spoken(preset: Preset, utter: Utter) -> Samples:
    return np.concatenate([_said(preset, text, utter) for text in TEXTS[preset.voice.language]])


def _said(preset: Preset, text: str, utter: Utter) -> Samples:
    uttered = utter(Question(preset.rate, preset.pitch, preset.range, preset.base, text))
    return take(uttered.pcm, uttered.marks, preset.echo).samples


def _difference(target: Target, spoken: Samples) -> Floats:
    """What a voice lacks in each band, in dB about their mean; NaN where the target is unknown."""
    lacking = target.colour - colour(looks(spoken, RATE))
    return np.asarray(lacking - np.nanmean(lacking))


def _distance(target: Target, variant: Variant, language: Language, utter: Utter) -> float:
    """How strong a filter it takes, dB, and how far off its pitch stays; a semitone counts for a dB.

    Of what was tried, this is what a speaker recogniser agrees with most.
    """
    preset, missing = _pitched(target, variant, language, utter)
    lacking = _difference(target, _spoken(preset, utter))
    return float(np.hypot(np.sqrt(np.nanmean(lacking**2)), missing))


def _filled(levels: Floats) -> Floats:
    """Unknown bass as the lowest band that is known, unknown treble falling from the highest one."""
    known = np.flatnonzero(np.isfinite(levels))
    hertz = middles()
    octaves = np.maximum(np.log2(hertz / hertz[known[-1]]), 0)
    return np.asarray(np.interp(hertz, hertz[known], levels[known]) - _TILT * octaves)
