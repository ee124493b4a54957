"""Whether the words are understood: what a recogniser makes of them, against the text.

Owns writing both alike, so that only what is heard counts, and the counting. Which recogniser listens is what
a conversation would have: the one that is set, then any other that understands the language.
"""

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from rapidfuzz.distance import Levenshtein

from visavis.config import load
from visavis.contracts import Asr
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._parts import Part, parts
from visavis.evaluate.takes import Take
from visavis.language import spoken
from visavis.media import LANGUAGE_NAMES, AudioChunk, Language
from visavis.plugins import ears, engine
from visavis.streams import closing, stream_of
from visavis.voices.spectrum import at_rate

CHUNK: Final = 0.1
"""Seconds of sound that a recogniser is given at a time, for it is one of conversations: what it hears can
depend on that.
"""

_PREFIX: Final = re.compile(r"\b(ن?می) (?=\w)")
_SUFFIX: Final = re.compile(r"(?<=\w) (ها|های|هایی|هایم|هایت|هایش|تر|ترین|ام|ای|اند|ایم|اید)\b")
_ACCENTS: Final = str.maketrans("áéíóúü", "aeiouu")


@dataclass(frozen=True, slots=True)
class Count:
    """Words, or characters, of a text: how many there are, and how many of them were heard otherwise."""

    there: int = 0
    others: int = 0
    missing: int = 0
    more: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.there + other.there,
            self.others + other.others,
            self.missing + other.missing,
            self.more + other.more,
        )

    @property
    def wrong(self) -> int:
        """All that are."""
        return self.others + self.missing + self.more

    def __str__(self) -> str:
        return f"of {self.there} {self.others} heard as others, {self.missing} missed, {self.more} added"


def word_errors(take: Take) -> Reading:
    """Words that are not understood, in percent of those that are said; characters in Mandarin."""
    said = parts(take)
    if not said:
        return Reading(None, "it is not known which words are said")
    if any(part.mixed for part in said):
        return Reading(None, "it is not known when which language is spoken")
    heard = asyncio.run(_heard(said))
    pairs = [(part, text) for part, text in zip(said, heard, strict=True) if text is not None]
    counts = [counted(_text(part), text, part.language) for part, text in pairs]
    count = reduce(Count.__add__, counts, Count())
    if not count.there:
        return Reading(None, _deaf(said, heard))
    note = " / ".join([str(count), *(f"heard: {text or 'nothing'}" for _, text in pairs)])
    deaf = f"; {_deaf(said, heard)}" if None in heard else ""
    return Reading(100 * count.wrong / count.there, note + deaf)


def counted(text: str, heard: str, language: Language) -> Count:
    """How what was heard differs from a text, in the fewest changes (Levenshtein 1966)."""
    wanted, got = tokens(text, language), tokens(heard, language)
    edits = [edit.tag for edit in Levenshtein.editops(wanted, got)]
    return Count(len(wanted), edits.count("replace"), edits.count("delete"), edits.count("insert"))


def tokens(text: str, language: Language) -> list[str]:
    """The words of a text, or its characters in Mandarin, as they sound: without signs, capitals, digits."""
    plain = spoken(text, language).lower() if any(map(str.isalnum, text)) else ""
    plain = re.sub(r"[^\w'\u200c]+", " ", _ALIKE[language](plain)).strip()
    return [c for c in plain if c != " "] if language == "zh" else plain.split()


def _english(text: str) -> str:
    return text


def _mandarin(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _spanish(text: str) -> str:
    """Accents tell words apart that sound the same; ñ is a letter."""
    return text.translate(_ACCENTS)


def _persian(text: str) -> str:
    """Half-spaces, signs for vowels and seats of hamza are written by some and not by others."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _SUFFIX.sub(r"\1", _PREFIX.sub(r"\1", bare.replace("\u200c", " ")))


_ALIKE: Final[dict[Language, Callable[[str], str]]] = {
    "en": _english, "zh": _mandarin, "es": _spanish, "fa": _persian
}  # fmt: skip


def _text(part: Part) -> str:
    return " ".join(clause.text for clause in part.clauses)


async def _heard(said: Sequence[Part]) -> list[str | None]:
    """What is understood of each part; None where nobody understands its language."""
    wanted = {part.language for part in said}
    texts: dict[int, str] = {}
    for name in ears(load().asr_engine):
        if not wanted:
            break
        async with closing(_made(name)) as asr:
            for place, part in enumerate(said):
                if part.language in wanted & set(asr.languages):
                    texts[place] = await _transcript(asr, part)
            wanted -= set(asr.languages)
    return [texts.get(place) for place in range(len(said))]


def _made(name: str) -> Asr:
    made: Asr = engine("asr", name)()
    return made


async def _transcript(asr: Asr, part: Part) -> str:
    sound = at_rate(part.samples, part.rate, asr.rate).clip(-1, 1).astype(np.float32)
    length = round(CHUNK * asr.rate)
    chunks = [
        AudioChunk(sound[at : at + length], asr.rate, at) for at in range(0, max(len(sound), 1), length)
    ]
    text = ""
    async with aclosing(asr.transcribe(stream_of(chunks), part.language)) as words:
        async for transcript in words:
            text = transcript.text
    return text


def _deaf(said: Iterable[Part], heard: Iterable[str | None]) -> str:
    """A sentence on the languages that nobody here understands."""
    unheard = {part.language: None for part, text in zip(said, heard, strict=True) if text is None}
    names = " and ".join(LANGUAGE_NAMES[language] for language in unheard)
    return f"no recogniser that is installed understands {names}" if names else "there are no words in it"


METRICS: Final = (
    Metric(
        name="word_errors",
        title="Words that are misunderstood",
        unit="%",
        better="lower",
        source="word error rate, in Mandarin character error rate: the fewest substitutions, deletions and "
        "insertions (Levenshtein 1966) that make what a recogniser hears of it, in percent of the text; "
        "more than 100 where it hears more. Numbers in words, without signs, accents and half-spaces",
        limits="As good as the recogniser. The one that comes with visavis, pocketsphinx, knows English, "
        "misses a quarter of a recorded person's words and half or more of a synthetic voice's. Traditional "
        "and simplified characters count as different, and words that sound the same as wrong.",
        of=Take,
        measure=word_errors,
        same_within=3.0,
    ),
)
