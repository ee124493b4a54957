"""Which language a text is in: by its script, and by its words where languages share a script.

Own tables rather than a library: they are right as often on short texts, and take no memory and no
time to load.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from visavis.errors import UnknownName
from visavis.language.characters import script
from visavis.language.grammar import grammar_of
from visavis.media import LANGUAGES, Language

BY_SCRIPT: Mapping[str, Language] = {"han": "zh", "arabic": "fa"}
"""The scripts that only one of the languages is written in."""

ALIASES: Mapping[str, Language] = {
    "english": "en", "eng": "en", "chinese": "zh", "mandarin": "zh", "cmn": "zh", "zho": "zh", "chi": "zh",
    "中文": "zh", "spanish": "es", "spa": "es", "español": "es", "castellano": "es", "persian": "fa",
    "farsi": "fa", "fas": "fa", "per": "fa", "pes": "fa", "فارسی": "fa",
}  # fmt: skip

ENOUGH = 2000
"""Characters after which a text is not looked at any further."""

CHARACTERS_A_WORD = 2.0
"""How many Chinese characters, or single letters, weigh as much as a word of another language."""

TELLING = 2.0
"""Points of a word that a text in a language is bound to hold."""

NAME_WEIGHT = 0.2
"""What the points of a capitalised word within a sentence count: José lives in New York too."""

_WORD = re.compile(r"[\u2e80-\u9fff]+|(?:(?![\u2e80-\u9fff])[^\W\d_])+(?:['’][^\W\d_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.?!:;\"“«‘¿¡(\n])\s*$")


def language_of(name: str) -> Language | None:
    """The language that a user means by a name: en, en-US, zh_CN, cmn, es-MX, Farsi; None for auto.

    Raises:
        UnknownName: it is none of those.
    """
    plain = name.strip().lower().replace("_", "-")
    if plain in ("", "auto"):
        return None
    for key in (plain, plain.partition("-")[0]):
        if key in ALIASES:
            return ALIASES[key]
        if key in LANGUAGES:
            return LANGUAGES[LANGUAGES.index(key)]
    raise UnknownName("language", name, (*LANGUAGES, "auto"))


def possible(given: Language | None) -> tuple[Language, ...]:
    """The languages that parts of a text can be in: all, but of those that share letters only a given one."""
    if given is None or given in BY_SCRIPT.values():
        return LANGUAGES
    return given, *BY_SCRIPT.values()


def latin(among: Sequence[Language]) -> tuple[Language, ...]:
    """Those of these languages that are written in Latin letters."""
    return tuple(language for language in among if language not in BY_SCRIPT.values())


def detect(text: str, among: Sequence[Language] = LANGUAGES) -> Language:
    """The one of these languages that most of a text is in; the first of them where nothing tells."""
    return leaning(text, among)[0]


def leaning(text: str, among: Sequence[Language] = LANGUAGES) -> tuple[Language, float]:
    """The same, and how much speaks for it over the next best, in points; TELLING or more is clear."""
    text = text[:ENOUGH]
    words = list(_WORD.finditer(text))
    shares: dict[str, float] = {}
    for word in words:
        kind = script(word[0][0])
        if _writes(kind, among):
            a_word = CHARACTERS_A_WORD if kind == "han" or len(word[0]) == 1 else len(word[0])
            shares[kind] = shares.get(kind, 0.0) + len(word[0]) / a_word
    written = max(shares, key=lambda kind: shares[kind], default="latin")
    if written in BY_SCRIPT:
        return BY_SCRIPT[written], shares[written] * TELLING
    return _by_words(text, words, among)


def points(word: str, among: Sequence[Language]) -> Mapping[Language, float]:
    """How much one word speaks for each of the languages that share its script."""
    return _points(word.lower().replace("’", "'"), tuple(among))


@lru_cache(8192)
def _points(word: str, among: tuple[Language, ...]) -> Mapping[Language, float]:
    at_home = [language for language in among if word in grammar_of(language).common]
    if at_home:
        return {language: TELLING * (language in at_home and len(at_home) == 1) for language in among}
    return {
        language: sum(worth for pattern, worth in _spelling(language) if pattern.search(word))
        for language in among
    }


@cache
def _spelling(language: Language) -> Sequence[tuple[re.Pattern[str], float]]:
    return [(re.compile(pattern), worth) for pattern, worth in grammar_of(language).spelling]


def _by_words(text: str, words: Iterable[re.Match[str]], among: Sequence[Language]) -> tuple[Language, float]:
    """Tell languages in Latin letters apart."""
    rivals = latin(among)
    if len(rivals) < 2:
        return (*rivals, *among)[0], TELLING
    totals = dict.fromkeys(rivals, 0.0)
    for word in words:
        name = word[0][0].isupper() and not _SENTENCE_START.search(text, 0, word.start())
        for language, worth in points(word[0], rivals).items():
            totals[language] += worth * (NAME_WEIGHT if name and not word[0].isupper() else 1.0)
    for language in rivals:
        totals[language] += TELLING * sum(text.count(mark) for mark in grammar_of(language).openers)
    best, second = sorted(rivals, key=lambda language: -totals[language])[:2]
    return best, totals[best] - totals[second]


def _writes(kind: str, among: Sequence[Language]) -> bool:
    """Whether any of these languages is written in a script."""
    if kind in BY_SCRIPT:
        return BY_SCRIPT[kind] in among
    return kind == "latin" and bool(latin(among))
