"""Everybody whom the network learns from, and how much of each."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from train.hearing import espeak, festival, pico
from train.hearing.labelled import Labelled

Speaker = tuple[Labelled, ...]

TEXTS: Final = {
    file.stem: file.read_text("utf-8").splitlines()
    for file in Path(__file__).with_name("texts").glob("*.txt")
}
"""Sentences by espeak-ng's name of their language; written for this."""

SYNTHETIC: Final = 1800
"""People who do not exist, each with SENTENCES of their own."""

SENTENCES: Final = 3
OFTEN: Final = {"en": 6.0, "es": 4.0, "cmn": 4.0, "fa": 4.0}
"""How much likelier than the others these languages are among them."""

ESPEAK, FESTIVAL, PICO = 0.45, 0.35, 0.2
"""The parts that the makers of speech have in the examples."""

FOREIGN: Final = {
    "it": ("es", "pt", "ca"),
    "ca": ("es", "it", "pt"),
    "cs": ("pl", "hu", "de", "en"),
    "fi": ("de", "en", "sv", "es"),
    "hi": ("mr",),
}
"""What else festival's voices read, by the rules of their own language: sounds in orders that it lacks."""

FOREIGN_SENTENCES: Final = 30
SALAD: Final = 40
SALAD_WORDS: Final = 9
"""Sentences of so many words in any order that they read as well."""


def speakers(folder: Path, seed: int, processes: int, told: Callable[[str], None]) -> list[Speaker]:
    """Everybody, as often as it takes for the parts above. The same seed gives the same."""
    invented = [partial(_invented, folder / f"espeak{half}", seed + half) for half in range(2)]
    recorded = [partial(_recorded, folder / voice.name, voice, seed) for voice in festival.VOICES]
    modelled = [partial(_modelled, voice) for voice in pico.VOICES]
    with get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:  # no task hears of another
        made = iter(pool.map(_called, [*modelled, *invented, *recorded], chunksize=1))
    everybody: list[Speaker] = []
    makers = (("Pico", PICO, modelled), ("espeak-ng", ESPEAK, invented), ("festival", FESTIVAL, recorded))
    for maker, part, calls in makers:
        those = [speaker for group in islice(made, len(calls)) for speaker in group]
        hours = sum(sentence.seconds for speaker in those for sentence in speaker) / 3600
        told(f"{maker}: {len(those)} speakers, {hours:.2f} hours")
        everybody += islice(cycle(those), round(SYNTHETIC / ESPEAK * part))
    return everybody


def _called(make: Callable[[], list[Speaker]]) -> list[Speaker]:
    return make()


def _invented(folder: Path, seed: int) -> list[Speaker]:
    rng = np.random.default_rng(seed)
    voices = espeak.Voices(folder, rng)
    languages = sorted(TEXTS)
    chances = np.array([OFTEN.get(language, 1.0) for language in languages])
    chosen = rng.choice(languages, SYNTHETIC // 2, p=chances / chances.sum())
    people = []
    for language in map(str, chosen):
        someone = voices.someone()
        texts = rng.choice(TEXTS[language], SENTENCES)
        said = (voices.speak(language, str(text), someone) for text in texts)
        people.append(tuple(sentence for sentence in said if sentence is not None))
    return [*filter(None, people)]


def _recorded(folder: Path, voice: festival.Recorded, seed: int) -> list[Speaker]:
    rng = np.random.default_rng(seed)
    own = TEXTS[voice.language]
    foreign = [text for other in FOREIGN.get(voice.language, ()) for text in _some(TEXTS[other], rng)]
    words = [word for text in own for word in text.strip(".?!¿¡").split()]
    rng.shuffle(words)
    salad = [words[i : i + SALAD_WORDS] for i in range(0, len(words), SALAD_WORDS)][:SALAD]
    texts = [*own, *foreign, *(f"{' '.join(sentence)}." for sentence in salad)]
    return [tuple(festival.speak(voice, texts, folder))]


def _some(texts: Sequence[str], rng: np.random.Generator) -> list[str]:
    return [str(text) for text in rng.choice(texts, FOREIGN_SENTENCES, replace=False)]


def _modelled(voice: pico.Model) -> list[Speaker]:
    return [tuple(pico.speak(voice, TEXTS[voice.language]))]
