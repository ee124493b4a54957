"""Choose the voices of the espeak engine by measurement, and write them down.

    python -m train.voices.choose

rewrites the table in src/visavis/engines/tts/espeak_voices.py and train/voices/README.md. It takes some
twenty minutes on one core, and besides visavis what judges voices, which is no part of visavis:

    pip install pocketsphinx==5.1.1 speechmos onnxruntime librosa requests jiwer scipy

The search: every variant of espeak-ng that is no joke reads English; the best of each gender are tried
in all languages at two pitches; of those each language takes the ones that score best and differ
most; what was taken is tuned in rate, range and tilt, one after the other.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Final, Literal, NamedTuple

import espeakng_loader
import numpy as np

from train.voices.judge import KINDS, Judges, Opinion, Sound, Speak, loudness, pitch, speaker
from train.voices.sentences import TEXTS
from visavis.contracts import Voice
from visavis.engines.tts.espeak_sound import Echo, response
from visavis.engines.tts.espeak_voices import Preset
from visavis.engines.tts.espeak_worker import Library
from visavis.media import LANGUAGES, Language

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = ROOT / "src/visavis/engines/tts/espeak_voices.py"
REPORT: Final = Path(__file__).with_name("README.md")

Gender = Literal["female", "male"]
GENDERS: Final[tuple[Gender, ...]] = ("female", "male")
# Hz; a listener takes 165 to 255 for a woman, 85 to 155 for a man
PITCHES: Final[dict[Gender, tuple[int, ...]]] = {"female": (180, 208), "male": (96, 116)}
BOUNDS: Final[dict[Gender, tuple[int, int]]] = {"female": (165, 255), "male": (85, 155)}

# Words a minute, in espeak's measure, at which a language comes at 75% of the syllables a second that its
# speakers read at (Pellegrino, Coupe and Marsico 2011: en 6.2, zh 5.2, es 7.8; fa as en).
PACE: Final = {"en-us": 175, "en": 175, "cmn": 185, "es-419": 178, "es": 160, "fa": 170}
MAIN: Final[dict[Language, str]] = {"en": "en-us", "zh": "cmn", "es": "es-419", "fa": "fa"}

# in the order in which they are offered: name, espeak's language
NAMES: Final[dict[tuple[Language, Gender], tuple[tuple[str, str], ...]]] = {
    ("en", "female"): (("emma", "en-us"), ("alice", "en"), ("grace", "en-us")),
    ("en", "male"): (("james", "en-us"), ("oliver", "en"), ("henry", "en-us")),
    ("zh", "female"): (("mei", "cmn"), ("lan", "cmn")),
    ("zh", "male"): (("jun", "cmn"), ("wei", "cmn")),
    ("es", "female"): (("lucia", "es-419"), ("elena", "es"), ("sofia", "es-419")),
    ("es", "male"): (("mateo", "es-419"), ("diego", "es"), ("javier", "es-419")),
    ("fa", "female"): (("shirin", "fa"), ("parisa", "fa")),
    ("fa", "male"): (("kaveh", "fa"), ("dariush", "fa")),
}

# They say what they are. The robots besides have echoes that cannot be taken out.
JOKES: Final = frozenset(
    (
        "Demonic",
        "UniRobot",
        "Tweaky",
        "anikaRobot",
        "announcer",
        "croak",
        "fast",
        "grandma",
        "grandpa",
        "whisper",
        "whisperf",
    )
)
FAINT: Final = 30  # 256ths
KEPT: Final = 5  # variants of each gender that are tried in all languages
LOUDNESS: Final = -20.0  # LUFS


class Candidate(NamedTuple):
    preset: Preset
    opinion: Opinion


def variants(folder: Path) -> Iterator[tuple[str, Echo | None]]:
    """espeak-ng's own variants, and the echo that they have; without jokes, and without those whose
    echo is not faint or whose name cannot be asked for.
    """
    yield "", None
    for path in sorted(folder.iterdir()):
        found = re.search(r"^echo\s+(\d+)\s+(\d+)", path.read_text(errors="replace"), re.MULTILINE)
        echo = Echo(int(found[1]), int(found[2])) if found and int(found[2]) else None
        if path.name not in JOKES and " " not in path.name and (echo is None or echo.level <= FAINT):
            yield path.name, echo


def screened(judges: Judges, speak: Speak, names: Iterable[tuple[str, Echo | None]]) -> Iterator[Candidate]:
    """Each variant in English as it is; its gender is that of its pitch."""
    for name, echo in names:
        voice = Voice(name, "en", "male")
        preset = Preset(voice, _base("en-us", name), PACE["en-us"], 50, 50, 0.0, 2.0, echo)
        opinion = judges.opinion(speak, preset)
        if opinion.pitch >= BOUNDS["female"][0]:
            preset = replace(preset, voice=Voice(name, "en", "female"))
        yield show(Candidate(preset, opinion))


def moved(preset: Preset, language: Language, accent: str) -> Preset:
    """The same voice in another language or accent, at its pace."""
    voice = replace(preset.voice, language=language)
    return replace(preset, voice=voice, base=_base(accent, voice.name), rate=PACE[accent])


def _base(accent: str, variant: str) -> str:
    return f"{accent}+{variant}" if variant else accent


def tuned_to(speak: Speak, preset: Preset, hertz: float) -> Preset:
    """The preset at the espeak pitch that comes nearest to a median in Hz."""
    marks = (10, 40, 70, 99)
    text = TEXTS[preset.voice.language][1]
    measured = [math.log(pitch(speak(replace(preset, pitch=mark), text)[0])) for mark in marks]
    found = np.interp(math.log(hertz), np.maximum.accumulate(measured), marks)
    return replace(preset, pitch=round(float(found)))


def pool(judges: Judges, speak: Speak, language: Language, variants: Iterable[Preset]) -> Iterator[Candidate]:
    """The variants at the pitches of their gender, in the language's main accent."""
    for variant in variants:
        for hertz in PITCHES[variant.voice.gender]:
            preset = tuned_to(speak, moved(variant, language, MAIN[language]), hertz)
            candidate = show(Candidate(preset, judges.opinion(speak, preset)))
            if _in_bounds(candidate):
                yield candidate


def _in_bounds(candidate: Candidate) -> bool:
    lowest, highest = BOUNDS[candidate.preset.voice.gender]
    return lowest <= candidate.opinion.pitch <= highest


def chosen(candidates: list[Candidate], count: int) -> list[Candidate]:
    """The best, then each time the one that scores best among those that sound different enough.

    A variant is taken once. The farther a voice is from those before it the better, up to 1.5 units.
    """
    taken: list[Candidate] = []
    while len(taken) < count:
        used = {candidate.preset.voice.name for candidate in taken}
        free = [candidate for candidate in candidates if candidate.preset.voice.name not in used]
        far = [candidate for candidate in free if not taken or nearest(candidate, taken) >= 1]
        taken.append(max(far or free, key=lambda c: c.opinion.score + 0.2 * min(1.5, nearest(c, taken))))
    return taken


def nearest(candidate: Candidate, others: Iterable[Candidate]) -> float:
    return min((distance(candidate.opinion, other.opinion) for other in others), default=0.0)


def distance(one: Opinion, other: Opinion) -> float:
    """How different two voices sound: 1 is three semitones, or 3 dB between their mean spectra."""
    semitones = 12 * math.log2(one.pitch / other.pitch)
    decibels = float(np.sqrt(np.mean((one.timbre - other.timbre) ** 2)))
    return math.hypot(semitones / 3, decibels / 3)


def tuned(judges: Judges, speak: Speak, preset: Preset) -> Candidate:
    """Range, rate and tilt, each at its best with what was found before."""
    best = Candidate(preset, judges.opinion(speak, preset))
    trials: tuple[Callable[[Preset], list[Preset]], ...] = (
        lambda p: [replace(p, range=span) for span in (35, 65)],
        lambda p: [replace(p, rate=round(p.rate * factor)) for factor in (0.92, 1.06)],
        lambda p: [replace(p, tilt=tilt) for tilt in (1.0, 3.0)],
    )
    for trial in trials:
        tried = [Candidate(p, judges.opinion(speak, p)) for p in trial(best.preset)]
        best = max((best, *filter(_in_bounds, tried)), key=lambda candidate: candidate.opinion.score)
    return show(best)


def levelled(speak: Speak, preset: Preset) -> Preset:
    """The preset with the gain that brings it to LOUDNESS."""
    flat = replace(preset, gain=0.0)
    whole = np.concatenate([speak(flat, text)[0] for text in TEXTS[preset.voice.language]])
    return replace(preset, gain=round(LOUDNESS - loudness(whole), 1))


def show(candidate: Candidate) -> Candidate:
    preset, opinion = candidate
    print(
        f"{preset.base:18} rate {preset.rate} pitch {preset.pitch:2} range {preset.range} tilt {preset.tilt}"
        f" | words {opinion.words:.2f} phones {opinion.phones:.2f} ovrl {opinion.overall:.2f}"
        f" p808 {opinion.listeners:.2f} {opinion.pitch:.0f} Hz | {opinion.score:.2f}",
        flush=True,
    )
    return candidate


def main() -> None:
    library = Library(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
    speak, judges = speaker(library), Judges()
    first = list(screened(judges, speak, variants(Path(espeakng_loader.get_data_path()) / "voices" / "!v")))
    final = [
        candidate
        for language in LANGUAGES
        for gender in GENDERS
        for candidate in cast(judges, speak, language, gender, _best(first, gender))
    ]
    write_table([candidate.preset for candidate in final])
    firsts = {(c.preset.voice.language, c.preset.voice.gender): c.preset for c in reversed(final)}
    finishes = list(compared(library, judges, list(firsts.values())))
    REPORT.write_text(report(first, final, finishes))


def cast(
    judges: Judges, speak: Speak, language: Language, gender: Gender, variants: Iterable[Preset]
) -> Iterator[Candidate]:
    """The voices of a language and gender, ready to be written down."""
    slots = NAMES[language, gender]
    for (name, accent), pick in zip(
        slots, chosen(list(pool(judges, speak, language, variants)), len(slots)), strict=True
    ):
        best = tuned(judges, speak, moved(pick.preset, language, accent))
        preset = levelled(speak, replace(best.preset, voice=Voice(name, language, gender)))
        yield Candidate(preset, judges.opinion(speak, preset))


def _best(candidates: Iterable[Candidate], gender: Gender) -> list[Preset]:
    own = [candidate for candidate in candidates if candidate.preset.voice.gender == gender]
    own.sort(key=lambda candidate: -candidate.opinion.score)
    return [candidate.preset for candidate in own[:KEPT]]


FINISHES: Final[dict[str, Callable[[Preset], Sound]]] = {
    "as espeak-ng gives it": lambda preset: np.ones(1, np.float32),
    "rumble off": lambda preset: response(0.0, 0.0, 0.0),
    "rumble and edge off": lambda preset: response(0.0, preset.tilt, 0.0),
    "rumble off, in the room": lambda preset: response(0.0, 0.0),
    "all of it": lambda preset: response(0.0, preset.tilt),
}


def compared(
    library: Library, judges: Judges, presets: Iterable[Preset]
) -> Iterator[tuple[str, list[Opinion]]]:
    """The presets with the filter's parts, one after the other."""
    for name, finish in FINISHES.items():
        speak = speaker(library, finish)
        yield name, [judges.opinion(speak, preset) for preset in presets]


def write_table(presets: Iterable[Preset]) -> None:
    """Put the presets into the engine's module, in the place of those that are there."""
    rows = "".join(f"    {_row(preset)},\n" for preset in presets)
    source = TABLE.read_text()
    TABLE.write_text(re.sub(r"(?ms)(?<=^PRESETS: Final = \(\n).*?(?=^\)$)", lambda _: rows, source))


def _row(preset: Preset) -> str:
    voice = preset.voice
    who = f'Voice("{voice.name}", "{voice.language}", "{voice.gender}")'
    echo = f", Echo({preset.echo.delay}, {preset.echo.level})" if preset.echo else ""
    return (
        f'Preset({who}, "{preset.base}", {preset.rate}, {preset.pitch}, {preset.range}, '
        f"{preset.gain}, {preset.tilt}{echo})"
    )


def report(first: list[Candidate], final: list[Candidate], finishes: list[tuple[str, list[Opinion]]]) -> str:
    """README.md, from the text beside it."""
    template = Path(__file__).with_name("report.md").read_text()
    words = [candidate.opinion.words for candidate in first]
    phones = [candidate.opinion.phones for candidate in first]
    best_first = sorted(first, key=lambda candidate: -candidate.opinion.score)
    return template.format(
        kinds=len(KINDS),
        count=len(first),
        correlation=float(np.corrcoef(words, phones)[0, 1]),
        loudness=LOUDNESS,
        pace=PACE["en-us"],
        kept=KEPT,
        voices="\n".join(_voice_lines(final)),
        apart="\n".join(_apart_lines(final)),
        finishes="\n".join(_finish_line(name, opinions) for name, opinions in finishes),
        variants="\n".join(map(_variant_line, best_first)),
    )


def _voice_lines(final: Iterable[Candidate]) -> Iterator[str]:
    yield "| voice | language | espeak | rate | pitch | range | tilt | gain | " + (
        "words | phones | OVRL | SIG | P.808 | Hz |"
    )
    yield "|" + 14 * "---|"
    for preset, opinion in final:
        cells = (
            preset.voice.name,
            f"{preset.voice.language}, {preset.voice.gender}",
            preset.base,
            f"{preset.rate} | {preset.pitch} | {preset.range} | {preset.tilt} | {preset.gain:+}",
            "" if math.isnan(opinion.words) else f"{opinion.words:.0%}",
            f"{opinion.phones:.0%}",
            f"{opinion.overall:.2f} | {opinion.signal:.2f} | {opinion.listeners:.2f} | {opinion.pitch:.0f}",
        )
        yield f"| {' | '.join(cells)} |"


def _apart_lines(final: Iterable[Candidate]) -> Iterator[str]:
    for language, gender in NAMES:
        own = [c for c in final if (c.preset.voice.language, c.preset.voice.gender) == (language, gender)]
        pairs = (
            f"{a.preset.voice.name} and {b.preset.voice.name} {distance(a.opinion, b.opinion):.1f}"
            for a, b in combinations(own, 2)
        )
        yield f"- {language}, {gender}: {'; '.join(pairs)}"


def _finish_line(name: str, opinions: Iterable[Opinion]) -> str:
    table = np.array([(o.words, o.phones, o.overall, o.signal, o.listeners) for o in opinions])
    words, phones, *mos = np.nanmean(table, axis=0)
    return f"| {name} | {words:.0%} | {phones:.0%} | {' | '.join(f'{mean:.2f}' for mean in mos)} |"


def _variant_line(candidate: Candidate) -> str:
    preset, opinion = candidate
    cells = (
        preset.voice.name or "(none)",
        preset.voice.gender,
        f"{opinion.words:.0%} | {opinion.phones:.0%}",
        f"{opinion.overall:.2f} | {opinion.listeners:.2f} | {opinion.pitch:.0f} | {opinion.score:.2f}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
