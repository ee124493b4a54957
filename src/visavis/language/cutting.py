"""Where a text is cut so that each piece is one comfortable breath.

Goes through the text one character at a time and decides on nothing but the characters so far, so
that the pieces in which a text came cannot change where it is cut. Knows of marks, abbreviations and
conjunctions; words are left as they are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from visavis.language.characters import NBSP, PICTURE, script
from visavis.language.detect import TELLING, latin, leaning
from visavis.language.grammar import Grammar, grammar_of
from visavis.language.markup import LINE, PARAGRAPH
from visavis.language.onset import EARLIEST, LATE, answers, parted
from visavis.media import Language

COMMA_PAUSE = 0.12
PHRASE_PAUSE = 0.05
DASH_PAUSE = 0.2
SENTENCE_PAUSE = 0.35
PARAGRAPH_PAUSE = 0.6

SHORTEST = (0.6, 1.5, 2.5)
"""Seconds of speech before a mark within a sentence may cut: for a text's first clause, its second, and
all others. The first sound comes early, and the second clause is ready before the first one ends."""

LONG = (5.0, 9.0)
LONGEST = 12.0
"""Seconds from which a piece without a fit mark is cut at a conjunction, a text's first clause and all
others, and from which any piece is cut at a space."""

PACE = 3.0
"""How many times faster than it is spoken a text comes at least, where its first clause has to come early."""

BETWEEN_TRIES = 0.4
"""Seconds by which a long piece has to grow before another look is taken at where to cut it."""

LONGEST_TOKEN = 1500
"""Characters after which even a word, an address or a row of marks is cut."""

BREAKS = {LINE: SENTENCE_PAUSE, PARAGRAPH: PARAGRAPH_PAUSE}
SPACES = {0.0: "", SENTENCE_PAUSE: "\n", PARAGRAPH_PAUSE: "\n\n"}
"""What stands for a break in a text that is to be read."""

SHORT = 4
"""Letters of a word that may be an abbreviation if its full stop is followed by a small letter."""

SENTENCE_MARKS = frozenset(".!?…。！？؟")
CLAUSE_MARKS = frozenset(",;:，；：،؛—–-")
MARKS = SENTENCE_MARKS | CLAUSE_MARKS
CLOSERS = frozenset("\"'”’»)]}」』）】》")
AFTER_WORDS = MARKS | CLOSERS
WIDE = frozenset("。！？，；：，؟،؛")
"""Marks after which no space is needed."""

_SECONDS = {"latin": 0.068, "arabic": 0.1, "han": 0.26, "other": 0.1}
_DIGIT_SECONDS = 0.33
_SIGN_SECONDS = 0.3
_MARK_SECONDS = 0.12
_WEAK_MARK = re.compile(r"[,;:—](?=\s\D)|[，、；：،؛](?!\d)")
_SPACE = re.compile(r"(?<!\d)\s|\s(?!\d)")


class Piece(NamedTuple):
    """Text up to and with a mark; pause in seconds; ends: whether the sentence ends with it.

    space: what stands between it and the piece before it.
    """

    text: str
    pause: float
    ends: bool
    space: str = ""


def seconds(character: str) -> float:
    """About how long a character takes to be said."""
    if kind := script(character):
        return _SECONDS[kind]
    if character.isdigit():
        return _DIGIT_SECONDS
    if character in MARKS:
        return _MARK_SECONDS
    return _SIGN_SECONDS if character in "@#$%&*+/<=>^_~€£¥×÷" else 0.0


class Cutter:
    """Cuts what `plain` gives; a piece comes with the first character that makes it certain.

    among: the languages that the text may be in; abbreviations and conjunctions depend on them.
    early: whether the first words are to be given out before a mark ends them, see `onset`.
    pictures: whether there was an emoji.
    """

    def __init__(self, among: Sequence[Language], early: bool = False) -> None:
        self.pictures = False
        self._among = among
        self._early = early
        self._given = 0.0
        self._space = ""
        self._likely: Language | None = None
        self._text = ""
        self._seconds = 0.0
        self._mark = 0
        self._break = 0.0
        self._tried = 0.0
        self._cuts = 0

    def pieces(self, text: Iterable[str]) -> Iterator[Piece]:
        """Cut a whole text."""
        for characters in text:
            for character in characters:
                yield from self.take(character)
        yield from self.rest()

    def take(self, character: str) -> Iterator[Piece]:
        """Go on by one character."""
        if character in BREAKS:
            self._break = max(self._break, BREAKS[character])
            return
        if character == PICTURE or character.isspace():
            self.pictures |= character == PICTURE
            if self._text and not self._text[-1].isspace():
                self._text += NBSP if character == NBSP else " "
            return
        if self._break:
            yield from self.rest()
        if self._mark and (self._text[-1].isspace() or character not in AFTER_WORDS):
            if decision := self._at_mark(character):
                yield self._piece(self._mark, *decision)
            self._mark = 0
        self._text += character
        self._seconds += seconds(character)
        if character in MARKS or (self._mark and character in CLOSERS):
            self._mark = len(self._text)
            if len(self._text) < LONGEST_TOKEN:
                return
        if at := self._phrase():
            yield self._piece(at, PHRASE_PAUSE, False)
        elif at := self._breath():
            yield self._piece(at, COMMA_PAUSE, False)

    def rest(self) -> Iterator[Piece]:
        """What is left at a break between lines, or at the end of the text."""
        if self._text.strip():
            yield self._piece(len(self._text), self._break or SENTENCE_PAUSE, True)
        self._space = SPACES[self._break] if self._cuts else ""
        self._text, self._mark, self._break = "", 0, 0.0

    def _piece(self, end: int, pause: float, ends: bool) -> Piece:
        """Cut off the text before `end`."""
        self._grammar()
        head, tail = self._text[:end], self._text[end:]
        before, self._space = self._space, " " * (head[-1:].isspace() or tail[:1].isspace())
        self._text = tail.lstrip()
        self._given += self._seconds
        self._seconds = sum(map(seconds, self._text))
        self._given -= self._seconds
        self._mark, self._tried = 0, 0.0
        self._cuts += 1
        return Piece(head.strip(), pause, ends, before)

    def _at_mark(self, after: str) -> tuple[float, bool] | None:
        """Pause, and whether the sentence ends, if the mark before this character cuts; else None."""
        head = self._text[: self._mark].rstrip("".join(CLOSERS))
        if not any(map(str.isalnum, head)):
            return None
        mark, before = head[-1], head.rstrip("".join(MARKS))
        apart = self._mark < len(self._text) or mark in WIDE or script(after) in ("han", "arabic")
        if mark in SENTENCE_MARKS and apart:
            trails_off = mark == "…" or head.endswith("..")
            quoted = len(head) < self._mark
            if mark == "." and not trails_off:
                return (SENTENCE_PAUSE, True) if self._is_full_stop(before, after) else None
            if not (after.islower() and quoted) and (not trails_off or after.isupper()):
                return SENTENCE_PAUSE, True
        elif mark in SENTENCE_MARKS or not _separates(mark, head, after, apart):
            return None
        if self._seconds < SHORTEST[min(self._cuts, len(SHORTEST) - 1)] and not self._answers(head):
            return None
        return (COMMA_PAUSE if mark in ",，،" else DASH_PAUSE), False

    def _is_full_stop(self, before: str, after: str) -> bool:
        """Whether a dot ends a sentence, rather than an abbreviation within it."""
        *others, word = re.split(r"[\s(\"'“‘«]+", before)
        grammar = self._grammar()
        if word.lower() in grammar.dotted:
            return False
        if (word.lower() in grammar.numbered and after.isdigit()) or _is_inside(
            grammar, f"{before}. {after}"
        ):
            return False
        if after.islower():
            return not (len(word) <= SHORT or "." in word or _is_short(grammar, before))
        if "." in word:
            return not word.isupper()
        initial = len(word) == 1 and word.isupper() and word != "I"
        return not initial or bool(others and others[-1][:1].islower())

    def _answers(self, head: str) -> bool:
        """Whether a text up to a mark is a word that a reply opens with."""
        return self._begins and answers(head, self._grammar()) and self._is_certain

    def _phrase(self) -> int | None:
        """Where to cut the first words of a text that is wanted early."""
        text = self._text
        if not self._begins or self._seconds < EARLIEST:
            return None
        spaced = text[-2:-1].isspace()
        if not text[-1].isalnum() or not (spaced or "han" in map(script, text[-2:])):
            return None
        grammar = self._grammar()
        if (grammar.space and not spaced) or not self._is_certain:
            return None
        return parted(text, tuple(accumulate(map(seconds, text[:-1]), initial=0.0)), grammar)

    @property
    def _begins(self) -> bool:
        """Whether so little was given out as yet that the next words are waited for."""
        return self._early and self._given < EARLIEST

    @property
    def _is_certain(self) -> bool:
        """Whether the text since the last cut tells which language it is in."""
        return len(latin(self._among)) < 2 or leaning(self._text, self._among)[1] >= TELLING

    def _longest(self) -> float:
        """Seconds from which the next piece is cut though there is no fit mark."""
        if self._early and self._cuts:
            return min(LONG[-1], max(LATE, PACE * self._given))
        return LONG[min(self._cuts, 1)]

    def _breath(self) -> int | None:
        """Where to cut a piece that has become too long: at a weak mark, a conjunction, any space."""
        text = self._text
        if len(text) < LONGEST_TOKEN:
            if self._seconds <= max(self._longest(), self._tried + BETWEEN_TRIES):
                return None
            if not (text[-2:-1].isspace() or script(text[-1]) == "han"):
                return None
        self._tried = self._seconds
        places = [place.end() for place in _WEAK_MARK.finditer(text)]
        if place := self._last(places, SHORTEST[1]):
            return place
        grammar = self._grammar()
        between = grammar.space
        late = self._seconds > LONG[-1]
        for word in (*grammar.conjunctions, *(grammar.relatives if late else ())):
            if place := self._last([text.rfind(f"{between}{word}{between}", 0, -1)], SHORTEST[2]):
                return place
        if self._seconds > LONGEST or len(text) >= LONGEST_TOKEN:
            spaces = [place.start() for place in _SPACE.finditer(text)]
            return self._last(spaces, SHORTEST[2]) or len(text) - 1
        return None

    def _last(self, places: list[int], least: float) -> int | None:
        """The last of these places, if at least so many seconds are before it."""
        place = max(places, default=0)
        return place if place > 0 and sum(map(seconds, self._text[:place])) >= least else None

    def _grammar(self) -> Grammar:
        """That of the language that the text since the last cut seems to be in, else of what came before."""
        likely, margin = leaning(self._text, self._among)
        if margin >= TELLING or self._likely is None:
            self._likely = likely
        return grammar_of(self._likely)


def _separates(mark: str, head: str, after: str, apart: bool) -> bool:
    """Whether a mark is not part of a number, a word or a time, as in 1,000, well-known and 10:30."""
    if mark == "—":
        return True
    between_digits = after.isdigit() and head[:-1].rstrip()[-1:].isdigit()
    return apart and not between_digits and (mark not in "-–" or head[-2:-1].isspace())


def _is_short(grammar: Grammar, before: str) -> bool:
    """Whether a text whose full stop comes next ends with an abbreviation."""
    return any(f" {before}.".endswith(f" {short}") for short in grammar.abbreviations if short[-1] == ".")


def _is_inside(grammar: Grammar, text: str) -> bool:
    """Whether a text ends within an abbreviation of several words: EE. U, a. C."""
    return any(
        text.endswith(short[: place + 3])
        for short in grammar.abbreviations
        if (place := short.find(". ")) > 0
    )
