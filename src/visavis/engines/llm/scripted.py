"""The embedded mind: answers what a persona's file has answers for, in four languages, in a millisecond.

It understands nothing; it looks for the question in its file that is most like what was said, and says so
where there is none. Everything it knows of a conversation is in the history that it is given.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from visavis.contracts import Stream, Utterance
from visavis.engines.llm.scripted_clock import date_of, time_of
from visavis.engines.llm.scripted_matching import Asked, Questions
from visavis.engines.llm.scripted_persona import BLANK, Entry, load
from visavis.language.detect import TELLING, latin, leaning
from visavis.media import Language

SURE: Final = 0.46
"""From this score on a question is taken for the one that was meant; chosen on questions in other words, also
misheard ones, beside questions that have no answer here."""

LIGHT: Final = 0.8
"""What the score of a greeting and its like is worth beside that of others."""

SAME: Final = 0.7
"""The part of a turn that has to be the beginning of an answer for the turn to be that answer."""

_SENTENCE: Final = re.compile(r"[^.!?。！？؟…]*[.!?。！？؟…]+[\"”»)]*\s*|[^.!?。！？؟…]+")


class Meant(NamedTuple):
    """What a turn was about, in its language; no entry: nothing that is known."""

    language: Language
    entry: Entry | None
    score: float


class Scripted:
    """The engine. It holds no state between replies, so any number may be asked for at once."""

    def __init__(self, persona: Path | None = None, clock: Callable[[], datetime] = datetime.now) -> None:
        """Read the persona in a file, or visavis's own; see docs/personas.md.

        clock: what tells the time of day to those who ask for it.

        Raises:
            InputError: the file cannot be read, or something in it is wrong.
        """
        self._persona = load(persona)
        self._clock = clock
        self._entries = {
            language: [entry for entry in self._persona.entries if language in entry.words]
            for language in self._persona.fallback
        }
        self._questions = {
            language: Questions([self._asked(entry, language) for entry in entries], language)
            for language, entries in self._entries.items()
        }

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """See contracts.Llm. The whole answer is there at once; it comes sentence by sentence."""
        for sentence in _SENTENCE.findall(self.answer(history)):
            yield sentence

    def answer(self, history: Sequence[Utterance]) -> str:
        """What is answered to the last turn of a history, if that is the user's; else a greeting."""
        turns = [turn for turn in history if turn.role != "system" and turn.text.strip()]
        heard = [turn.text for turn in turns if turn.role == "assistant"]
        if not turns or turns[-1].role == "assistant":
            language = self._languages(turns[-1].text if turns else "", ())[0]
            return self._filled(_next_of(self._persona.greeting[language], heard), language, heard)
        said = turns[-1].text
        meant = self.meant(said, self._languages(said, [turn.text for turn in turns[:-1]]))
        return self._filled(self._chosen(meant, heard), meant.language, heard)

    def close(self) -> None:
        """Nothing is open."""

    def _chosen(self, meant: Meant, heard: Sequence[str]) -> str:
        """An answer, with its blanks."""
        language, entry = meant.language, meant.entry
        if entry is None:
            return _next_of(self._persona.fallback[language], heard)
        if entry.goes_on and (more := self._more(language, heard)):
            return more
        answers = entry.words[language].say
        if not heard:
            answers = tuple(text for text in answers if "{last}" not in text) or answers
        elif repeating := tuple(text for text in answers if "{last}" in text):
            answers = repeating
        return _next_of(answers, heard)

    def _more(self, language: Language, heard: Sequence[str]) -> str:
        """What is left to tell of what was talked about last; "" where there is nothing."""
        for entry in self._entries[language] if heard else ():
            words = entry.words[language]
            if words.more and any(_is(heard[-1], text) for text in (*words.say, *words.more)):
                return next((text for text in words.more if not any(_is(turn, text) for turn in heard)), "")
        return ""

    def _languages(self, said: str, before: Sequence[str]) -> tuple[Language, ...]:
        """The languages that a turn may be in, of those that the persona speaks; the likeliest first."""
        spoken = tuple(self._persona.fallback)
        for text in (said, *reversed(before)):
            likely, margin = leaning(text)
            if likely in spoken and (margin >= TELLING or likely not in latin(spoken)):
                others = latin(spoken) if text is not said and likely in latin(spoken) else ()
                return likely, *(language for language in others if language != likely)
        return latin(spoken) or spoken

    def meant(self, said: str, languages: Sequence[Language]) -> Meant:
        """The entry that fits best, of the whole turn or of one of its sentences; light ones give way."""
        found = [
            meant
            for language in languages
            for text in dict.fromkeys((said, *_SENTENCE.findall(said)[:4]))
            for meant in self._fitting(text, language)
        ]
        if not found:
            return Meant(languages[0], None, 0)
        return max(found, key=_worth)

    def _fitting(self, text: str, language: Language) -> Iterator[Meant]:
        """The best light entry and the best of the others, where they fit."""
        best: dict[bool, Meant] = {}
        for entry, score in zip(self._entries[language], self._questions[language].scores(text), strict=True):
            known = best.get(entry.light)
            if score >= SURE and (known is None or score > known.score):
                best[entry.light] = Meant(language, entry, float(score))
        yield from best.values()

    def _asked(self, entry: Entry, language: Language) -> Asked:
        words, name = entry.words[language], self._persona.name[language]
        return Asked(tuple(BLANK.sub(name, text) for text in words.ask), words.keywords)

    def _filled(self, text: str, language: Language, heard: Sequence[str]) -> str:
        now = self._clock()
        blanks = {
            "name": self._persona.name[language],
            "time": time_of(now, language),
            "date": date_of(now.date(), language),
            "last": heard[-1] if heard else "",
        }
        return BLANK.sub(lambda blank: blanks[blank[1]], text)


def _worth(meant: Meant) -> float:
    """How good a find is beside others; a light one gives way to what fits nearly as well."""
    return meant.score * (LIGHT if meant.entry and meant.entry.light else 1.0)


def _next_of(answers: Sequence[str], heard: Sequence[str]) -> str:
    """The answer after the one that was given last, so that none comes twice running."""
    for turn in reversed(heard):
        for place, text in enumerate(answers):
            if _is(turn, text):
                return answers[(place + 1) % len(answers)]
    return answers[0]


def _is(turn: str, answer: str) -> bool:
    """Whether a turn was this answer, or the beginning of it: it may have been broken off."""
    written = BLANK.split(answer)[0]
    alike = next(
        (place for place, (one, other) in enumerate(zip(turn, written, strict=False)) if one != other), None
    )
    shorter = min(len(turn), len(written))
    return shorter > 0 and (alike is None or alike >= SAME * shorter)
