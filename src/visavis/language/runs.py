"""A sentence in several languages cut into runs, each in one of them.

Scripts decide; digits and addresses go with the words around them. Languages that share a script are
only told apart where a whole phrase is clearly in another one: a name or a borrowed word is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby, takewhile
from typing import NamedTuple

from visavis.language.characters import script
from visavis.language.detect import BY_SCRIPT, NAME_WEIGHT, TELLING, leaning, points
from visavis.language.grammar import grammar_of
from visavis.media import Language

PHRASE_LETTERS = 4
"""Fewer letters than these among another script are an initialism or a sign: GPT-4o, not Spanish "o"."""

PHRASE_WORDS = 3
PHRASE_POINTS = 2.5 * TELLING
"""From so many words and points on a phrase in another language of the same script is a run of its
own; in quotation marks, from TELLING points on."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_QUOTED = tuple(
    map(re.compile, (r"[\"“«]([^\"“”«»]+)[\"”»]", r"[\"“«]([^\"“”«»]+)$", r"^([^\"“”«»]+)[\"”»]"))
)
"""What is in quotation marks; a sentence may have been cut within them."""

_ADDRESS = (
    r"[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+[A-Za-z0-9]|(?:https?://|www\.)[!-~]+"
    r"|(?:[A-Za-z0-9-]+\.)+[a-z]{2,4}(?![A-Za-z0-9])(?:/[!-~]*)?"
)


class Run(NamedTuple):
    """A part of a sentence, with the spaces and signs that follow it."""

    text: str
    language: Language


class _Token(NamedTuple):
    """kind: a script; "quantity" for digits, units and addresses; "sign" for anything else."""

    kind: str
    text: str


def runs(text: str, base: Language, latin: Sequence[Language]) -> Iterator[Run]:
    """The runs of a text, in order; together they are the text.

    base: the language of the sentence, which whatever belongs to no other one is in.
    latin: the languages that Latin letters may be in.
    """
    tokens = list(_tokens(text, base))
    languages = _languages(tokens, base, latin)
    pairs = zip(languages, tokens, strict=True)
    for language, group in groupby(pairs, key=lambda pair: pair[0]):
        run = Run("".join(token.text for _, token in group), language)
        if language == base and language in latin and len(latin) > 1:
            yield from _phrases(run, latin)
        else:
            yield run


def _tokens(text: str, base: Language) -> Iterator[_Token]:
    """Letters of one script, quantities and signs."""
    for place, part in enumerate(_quantities(base).split(text)):
        if place % 2:
            yield _Token("quantity", part)
        else:
            for kind, letters in groupby(part, key=_kind):
                yield _Token(kind, "".join(letters))


@cache
def _quantities(base: Language) -> re.Pattern[str]:
    """What is read as a whole: addresses, and numbers with units or currencies in Latin letters."""
    grammar = grammar_of(base)
    signs = {sign for sign in (*grammar.units, *grammar.currencies) if re.search("[A-Za-z]", sign)}
    units = "|".join(map(re.escape, sorted(signs, key=len, reverse=True)))
    number = r"\d[\d.,:٫٬/-]*"
    amount = rf"{number}(?:\s?(?:{units}|[AaPp]\.?[Mm]\.?)(?![A-Za-z]))?"
    return re.compile(rf"({_ADDRESS}|(?:US)?[$€£¥]\s?{number}|{amount})")


def _kind(character: str) -> str:
    return script(character) or "sign"


def _languages(tokens: Sequence[_Token], base: Language, latin: Sequence[Language]) -> list[Language]:
    """The language of each token."""
    found: list[Language | None] = [BY_SCRIPT.get(token.kind) for token in tokens]
    for place, token in enumerate(tokens):
        if token.kind == "latin" and found[place] is None:
            found[place] = base if base in latin else _latin_language(tokens[place:], latin)
        elif token.kind == "other":
            found[place] = base
    for place, token in enumerate(tokens):
        if token.kind == "quantity":
            found[place] = _around(tokens, found, place, base)
    before = next((language for language in found if language), base)
    filled: list[Language] = []
    for language in found:
        before = language or before
        filled.append(before)
    return filled


def _latin_language(tokens: Iterable[_Token], latin: Sequence[Language]) -> Language:
    """The language of the words in Latin letters that come first; the first one if they do not tell."""
    words = "".join(token.text for token in takewhile(lambda token: token.kind not in BY_SCRIPT, tokens))
    likely, margin = leaning(words, latin)
    return likely if margin >= TELLING and sum(map(str.isalpha, words)) >= PHRASE_LETTERS else latin[0]


def unquoted(text: str) -> str:
    """A text without what is in quotation marks, where anything else is in it."""
    rest = re.sub(r"[\"“«][^\"“”«»]+(?:[\"”»]|$)", " ", text)
    return rest if _WORD.search(rest) else text


def _around(
    tokens: Sequence[_Token], found: Sequence[Language | None], place: int, base: Language
) -> Language:
    """Whose number this is: 100元 and 第3 stick to their word, else both neighbours have to agree."""
    for beside in (place + 1, place - 1):
        if 0 <= beside < len(tokens) and tokens[beside].kind in BY_SCRIPT:
            return BY_SCRIPT[tokens[beside].kind]
    left = next((language for language in reversed(found[:place]) if language), base)
    right = next((language for language in found[place + 1 :] if language), base)
    return left if left == right else base


def _phrases(run: Run, latin: Sequence[Language]) -> Iterator[Run]:
    """Take the phrases out of a run that are in another language with the same letters."""
    for other in latin:
        if other != run.language and (span := _phrase(run.text, run.language, other)):
            start, end = span
            if before := run.text[:start]:
                yield from _phrases(Run(before, run.language), latin)
            yield Run(run.text[start:end], other)
            if after := run.text[end:]:
                yield from _phrases(Run(after, run.language), latin)
            return
    yield run


def _phrase(text: str, base: Language, other: Language) -> tuple[int, int] | None:
    """Where a phrase in another language is, if there is one."""
    for pattern in _QUOTED:
        for quoted in pattern.finditer(text):
            if sum(_gains(quoted[1], base, other)) >= TELLING:
                return _to_sign(text, *quoted.span())
    words = list(_WORD.finditer(text))
    best, total, first = (0.0, 0, 0), 0.0, 0
    for place, gain in enumerate(_gains(text, base, other)):
        if total <= 0:
            total, first = 0.0, place
        total += gain
        best = max(best, (total, first, place))
    worth, first, last = best
    if worth < PHRASE_POINTS or last - first + 1 < PHRASE_WORDS:
        return None
    return _to_sign(text, words[first].start(), words[last].end())


def _to_sign(text: str, start: int, end: int) -> tuple[int, int]:
    """The same span with the signs and spaces that follow it."""
    while end < len(text) and not text[end].isalnum() and text[end] not in '"“«(¿¡':
        end += 1
    return start, end


def _gains(text: str, base: Language, other: Language) -> list[float]:
    """By how much each word is rather in the other language; names say little."""
    gains = []
    for place, word in enumerate(_WORD.findall(text)):
        worth = points(word, (base, other))
        name = place > 0 and word[0].isupper() and not word.isupper()
        gains.append((worth[other] - worth[base]) * (NAME_WEIGHT if name else 1.0))
    return gains
