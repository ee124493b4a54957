"""Which language a text is in, which one it is spoken in, and whether it is those words that are spoken.

A voice in each of the four languages reads the text, and each reading is held against the sound
(`aligning`): Spanish that an English voice reads aloud fits the English voice's reading, and not the Spanish
one's. Refuses to tell the language of sound without its words.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf
from typing import Final, TypeAlias

from visavis.contracts import Clause, Tts
from visavis.errors import TextError
from visavis.evaluate.aligning import FITTING, NOWHERE, READER, aligned
from visavis.evaluate.metrics import Metric, Reading
from visavis.evaluate.metrics._parts import Part, parts
from visavis.evaluate.takes import Dialogue, Take
from visavis.language import clauses
from visavis.language.detect import latin
from visavis.media import LANGUAGES, Language, Phone
from visavis.plugins import engine
from visavis.reading import Reader
from visavis.streams import closing

MARGIN: Final = 0.5
"""By how much another language's reading may fit better, as a natural logarithm: noise moves fits."""

UNKNOWN: Final = "it is not known which words are said"


_Readings: TypeAlias = list[tuple[Language, tuple[Phone, ...]]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How well the readings of a part fit its sound.

    meant: with each clause in its language. others: all of it in another one, by that.
    """

    part: Part
    meant: float
    others: dict[Language, float]

    @property
    def nearest(self) -> Language:
        """The language whose reading fits best, that of the text where it does as well."""
        best = max(self.others, key=lambda language: self.others[language])
        return best if self.others[best] > self.meant + MARGIN else self.part.language

    @property
    def right(self) -> bool:
        """Whether it is spoken as it is meant."""
        return max(self.others.values()) <= self.meant + MARGIN

    @property
    def fits(self) -> bool:
        """Whether any reading does, so that the language can be told."""
        return max(self.meant, *self.others.values()) >= FITTING


def text_language(take: Take) -> Reading:
    """Percent of the letters of a take's text that are read in the language that is claimed."""
    return _share({take.language}, take.text)


def answer_language(dialogue: Dialogue) -> Reading:
    """Percent of the letters of all answers that are read in the language of the conversation."""
    answered = " \n".join(exchange.answered for exchange in dialogue.exchanges)
    return _share({dialogue.language}, answered)


def _share(claimed: set[Language], text: str) -> Reading:
    try:
        said = [(clause.language, sum(map(str.isalpha, clause.text))) for clause in clauses(text)]
    except TextError:
        return Reading(None, "there are no words in it")
    whole = sum(letters for _, letters in said)
    right = sum(letters for language, letters in said if language in claimed)
    others = sorted({language for language, _ in said} - claimed)
    return Reading(100 * right / whole, f"also {', '.join(others)}" if others else "")


def spoken_language(take: Take) -> Reading:
    """Percent of the time in which what is spoken is spoken in its own language."""
    found = likenesses(take)
    told = [likeness for likeness in found if likeness.fits]
    if not found:
        return Reading(None, UNKNOWN)
    if not told:
        return Reading(None, "no reading of the text fits what is heard; it may be other words")
    right = sum(one.part.seconds for one in told if one.right)
    return Reading(100 * right / sum(one.part.seconds for one in told), "; ".join(map(_words, found)))


def words_fit(take: Take) -> Reading:
    """How well the text, read by another voice, fits what is heard; a natural logarithm, 0 is altogether."""
    # Where there is nothing that could be words, it fits as badly as other words do.
    fits = [(max(one.meant, NOWHERE), one.part.seconds) for one in likenesses(take)]
    if not fits:
        return Reading(None, UNKNOWN)
    return Reading(sum(fit * seconds for fit, seconds in fits) / sum(seconds for _, seconds in fits))


def _words(likeness: Likeness) -> str:
    part = likeness.part
    if not likeness.fits:
        return f"{part.language} at {part.start:.1f} s cannot be told"
    as_ = "" if likeness.right else f" as {likeness.nearest}"
    return f"{part.language} at {part.start:.1f} s is spoken{as_}"


@lru_cache(2)
def likenesses(take: Take) -> tuple[Likeness, ...]:
    """How well each part of a take fits its readings, () where no words are known. Blocks: 40 ms a second.

    Raises:
        EngineError: the voice that reads cannot be had.
    """
    said = parts(take)
    return tuple(map(_likeness, said, asyncio.run(_readings(said)))) if said else ()


def _likeness(part: Part, readings: _Readings) -> Likeness:
    fits = [(language, aligned(part.samples, part.rate, read).fit) for language, read in readings]
    (_, meant), *others = fits
    best: dict[Language, float] = {}
    for language, fit in others:
        best[language] = max(fit, best.get(language, fit))
    # Read by another voice in the same language, it is spoken as it is meant; of a mixture that is not so.
    again = -inf if part.mixed else best.pop(part.language, -inf)
    return Likeness(part, max(meant, again), best)


async def _readings(said: Sequence[Part]) -> list[_Readings]:
    async with closing(_reader()) as tts:
        return [await _readings_of(part, tts) for part in said]


async def _readings_of(part: Part, tts: Tts) -> _Readings:
    """A part as it is meant to be read, and then by each other voice, with the language that this is."""

    async def read(clauses_: Iterable[Clause]) -> tuple[Phone, ...]:
        return await Reader(lambda: tts).read(clauses_)

    readings = [(part.language, await read(part.clauses))]
    for voice in LANGUAGES:
        if part.mixed or voice != part.language:
            phones = await read(replace(clause, language=voice) for clause in part.clauses)
            readings.append((_heard_as(voice, part), phones))
    return readings


def _heard_as(voice: Language, part: Part) -> Language:
    """What a part is read as by a voice of some language: those of Mandarin and Persian read Latin letters as
    English.
    """
    spelt = {clause.language for clause in part.clauses} <= set(latin(LANGUAGES))
    return "en" if spelt and voice not in latin(LANGUAGES) else voice


def _reader() -> Tts:
    made: Tts = engine("tts", READER)()
    return made


READINGS: Final = (
    "visavis.evaluate.aligning: the text as espeak's voices would read it, found in the sound by dynamic "
    "programming over kinds of sounds"
)

METRICS: Final = (
    Metric(
        name="text_language",
        title="Text in the language that is meant",
        unit="%",
        better="higher",
        source="visavis.language: letters, by the language that they are read in",
        limits="Of a text that changes its language only what is in the main one counts. Names count as the "
        "language that they are read in.",
        of=Take,
        measure=text_language,
        same_within=1.0,
    ),
    Metric(
        name="answer_language",
        title="Answers in the visitor's language",
        unit="%",
        better="higher",
        source="visavis.language: letters of all answers, by the language that they are read in",
        limits="Answers that are to quote another language count as wrong, as far as they do.",
        of=Dialogue,
        measure=answer_language,
        same_within=1.0,
    ),
    Metric(
        name="spoken_language",
        title="Speech in the language of its words",
        unit="%",
        better="higher",
        source=READINGS + "; it counts as spoken in the language whose reading fits best",
        limits="Of 40 sentences by espeak and 15 by Kennedy, flite and Pico all were right, and of 30 "
        "that were read in another language all were found; with 10 dB of noise one in twenty is wrong. "
        "Cannot tell an accent from a language, nor a Mandarin or Persian voice that reads English from an "
        "English one. Where no reading fits, and the words may be others, it is not told.",
        of=Take,
        measure=spoken_language,
        same_within=1.0,
    ),
    Metric(
        name="words_fit",
        title="Fit of words and sound",
        unit="",
        better="higher",
        source=READINGS + "; the mean over what is not silent of the logarithm of the chance of the kind of "
        "sound that is read, against the likeliest one",
        limits="Goes by kinds of sounds, as a mouth does, in all four languages. It does not notice a wrong "
        "word that takes as long and moves the mouth alike, and is no word error rate. espeak's voices have "
        "-0.3 and more, recorded people -1.5 to -0.5, other words -6 to -2.5.",
        of=Take,
        measure=words_fit,
        same_within=0.1,
    ),
)
