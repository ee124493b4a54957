"""Text to words: characters made plain, rules applied, punctuation put right.

What is found in a text is the business of `rules`, what it is in words that of a language's grammar.
Nothing here knows of clauses.
"""

import re
import unicodedata
from functools import cache, lru_cache

from visavis.language.characters import MARKS, ZWNJ
from visavis.language.grammar import Grammar, grammar_of
from visavis.language.markup import LINE, PARAGRAPH, plain
from visavis.language.rules import LETTER, number_rules, word_rules
from visavis.media import Language

TYPED_SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥", "==": "=", "=>": "→", "->": "→", "+-": "±", "+/-": "±"}
"""Signs as they are typed."""

_WIDE_SIGNS = "％＄￥＋－＝＠＃＆＊／＜＞～＿"
_PAUSES = re.compile(r"\s-+\s|--+|\s?[–—]+\s?|[()（）【】\[\]{}→⇒•·|\n]|\s/\s|(?<=[^!-~])/|/(?=[^!-~])")
_SIGNS = re.compile(rf"[^\w\s'{MARKS}{ZWNJ}-]|[_²³]")
_LOOSE = re.compile(rf"(?<!{LETTER})[-'{ZWNJ}]+|[-'{ZWNJ}]+(?!{LETTER})")
_PUNCTUATION = re.compile(rf"\s*[{MARKS}][\s{MARKS}]*")
_UNSPACED = re.compile(r"(?<=[^!-~À-ɏ\s])\s+(?=[^!-~À-ɏ\s])|(?<=[，。？！；：、])\s+")


def spoken(text: str, language: Language) -> str:
    """A text as it is to be read aloud in one language: plain words and punctuation.

    Numbers, signs, addresses and abbreviations become words of that language; markup is read as the
    text that it shapes; emoji are left out. A foreign word stays as it is.
    """
    lines = "".join(plain([text]))
    return read(re.sub(rf"\s*[{LINE}{PARAGRAPH}][{LINE}{PARAGRAPH}\s]*", _line_end, lines), language)


def read(text: str, language: Language) -> str:
    """The same for one line that is free of markup, as `plain` gives it."""
    grammar = grammar_of(language)
    text = _folded(text).translate(_variants(language))
    for pattern, words in word_rules(language):
        text = pattern.sub(words, text)
    if any(map(str.isdigit, text)):
        for pattern, words in number_rules(language):
            text = pattern.sub(words, text)
    return _tidied(text, grammar)


def _line_end(gap: re.Match[str]) -> str:
    """A full stop where a line ends without a mark."""
    text, start = gap.string, gap.start()
    return ". " if start > 0 and gap.end() < len(text) and text[start - 1] not in MARKS else " "


def _folded(text: str) -> str:
    """One way of writing each character: NFC, ASCII digits, plain letters, straight apostrophes."""
    for written, sign in TYPED_SIGNS.items():
        text = text.replace(written, sign)
    if text.isascii():
        return text
    text = re.sub(r"(?<=\d)(?=[¼-¾⅐-⅞])", " ", text)
    return unicodedata.normalize("NFC", "".join(map(_plain_form, text)))


@lru_cache(4096)
def _plain_form(character: str) -> str:
    """The plain form of a styled, wide or presentation character; Chinese punctuation stays wide."""
    if character in "’‘ʼ＇`´":
        return "'"
    if character in "²³№":
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    style = unicodedata.decomposition(character)
    if style.startswith("<super>"):
        return f"^{unicodedata.digit(character)}" if category == "No" else character
    if style.startswith("<") and (category[0] in "LN" or category == "So" or character in _WIDE_SIGNS):
        return unicodedata.normalize("NFKC", character)
    return character


@cache
def _variants(language: Language) -> dict[int, str]:
    return str.maketrans(dict(grammar_of(language).letters))


def _tidied(text: str, grammar: Grammar) -> str:
    """Signs that are left over become words or pauses; punctuation becomes this language's."""
    text = re.sub(r"[)\]}）】\s]+$", "", text)
    text = re.sub(r"\s*(?:\.{2,}|…+)", _ellipsis, text)
    text = _PAUSES.sub(", ", text)
    text = _SIGNS.sub(lambda sign: _sign(sign[0], grammar), text)
    text = _LOOSE.sub(" ", text)
    text = _PUNCTUATION.sub(lambda marks: _strongest(marks[0], grammar), text)
    text = re.sub(r"\s+", " ", text)
    if not grammar.space:
        text = _UNSPACED.sub("", text)
    return text.lstrip(f" {MARKS}").rstrip()


def _ellipsis(dots: re.Match[str]) -> str:
    """Trailing off ends a sentence before a capital or at the end, else it is a pause."""
    after = dots.string[dots.end() : dots.end() + 2].lstrip()
    return "." if not after or after[0].isupper() else ", "


def _sign(sign: str, grammar: Grammar) -> str:
    if sign in grammar.openers or unicodedata.category(sign)[0] == "M":
        return sign
    return f" {grammar.signs.get(sign, '')} "


def _strongest(marks: str, grammar: Grammar) -> str:
    mark = min((mark for mark in marks if mark in MARKS), key=MARKS.find)
    return f"{grammar.marks.get(mark, mark)} "
