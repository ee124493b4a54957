"""Text to words: finds numbers, dates, prices, addresses and signs, and has a grammar word them.

This knows how things are written anywhere. How they are said, and what is written in one language
only, is that language's grammar. Nothing here knows of clauses.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from visavis.language.characters import NBSP, ZWNJ
from visavis.language.grammar import Grammar, Rule, grammar_of
from visavis.language.markup import LINE, PARAGRAPH, plain
from visavis.language.tokens import Amount, Money, Time, date_of, number_of
from visavis.media import Language

CURRENCIES = {
    "US$": "USD", "€": "EUR", "£": "GBP", "JP¥": "JPY", "CN¥": "CNY", "RMB": "CNY", "₹": "INR",
    "₩": "KRW", "₽": "RUB", "₿": "BTC", "﷼": "IRR", "A$": "AUD", "C$": "CAD", "MX$": "MXN",
    "R$": "BRL", "₺": "TRY",
}  # fmt: skip
"""Signs of currencies besides $ and ¥, whose meaning depends on the language."""

TOP_LEVEL = (
    "com|org|net|edu|gov|info|io|ai|dev|app|tv|me|eu|uk|us|ca|mx|ar|cl|co|es|cn|ir|de|fr|it|jp|ru|br|in|au|nl|ch"
)
"""What ends an address that has neither http:// nor www. before it."""

FILE_KINDS = (
    "py|js|ts|md|txt|pdf|csv|json|html|css|xml|yaml|toml|zip|jpe?g|png|gif|svg|mp[34]|wav|mov|docx?|xlsx?"
)
"""What ends the name of a file."""

MARKS = "?？؟!！.。;；؛:：,，،、"
"""Punctuation that a voice makes heard; where several stand together the first of these is kept."""

_LETTER = r"[^\W\d_]"
_NOT_HAN = r"[^\W\u2e80-\u9fff]"
_DASH = r"(?:[-~～]|\s?[–—]\s?)"
_CLOCK = r"(?<![\d:.,/])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d)(?:\.\d+)?)?"
_HALF = rf"\s?([AaPp])(?:[Mm](?!{_LETTER})|\.\s?[Mm](?!{_LETTER})(?:\.(?!\s*$))?)"
_URL = r"[!#-;=?-Z_a-z~%]"
_PHONE = (
    r"\+\d[\d ().-]{5,}\d|\(\d{2,5}\)\s?\d{3,4}[ -]?\d{3,4}|(?:1-)?\d{3}[-.]\d{3}[-.]\d{4}"
    r"|\d{2,3}-\d{3}-\d{4}|0\d{1,4}(?:[ -]\d{3,4}){1,2}|0\d{1,4}-\d{7,8}|0\d{7,}|\d{3}-\d{4}|(?:\d+-){3,}\d+|[6-9]\d\d(?: \d{3}){2}"
)
_WIDE_SIGNS = "％＄￥＋－＝＠＃＆＊／＜＞～＿"
_PAUSES = re.compile(r"\s-+\s|--+|\s?[–—]+\s?|[()\[\]{}→⇒•·|\n]")
_SIGNS = re.compile(rf"[^\w\s'{MARKS}{ZWNJ}-]|[_²³]")
_LOOSE = re.compile(rf"(?<!{_LETTER})[-'{ZWNJ}]+|[-'{ZWNJ}]+(?!{_LETTER})")
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
    for pattern, words in _word_rules(language):
        text = pattern.sub(words, text)
    if any(map(str.isdigit, text)):
        for pattern, words in _number_rules(language):
            text = pattern.sub(words, text)
    return _tidied(text, grammar)


def _line_end(gap: re.Match[str]) -> str:
    """A full stop where a line ends without a mark."""
    before, after = gap.string[: gap.start()], gap.string[gap.end() :]
    return ". " if before and after and before[-1] not in MARKS else " "


# Characters before and after.


def _folded(text: str) -> str:
    """One way of writing each character: NFC, ASCII digits, plain letters, straight apostrophes."""
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
    after = dots.string[dots.end() :].lstrip()
    return "." if not after or after[0].isupper() else ", "


def _sign(sign: str, grammar: Grammar) -> str:
    if sign in grammar.openers or unicodedata.category(sign)[0] == "M":
        return sign
    return f" {grammar.signs.get(sign, '')} "


def _strongest(marks: str, grammar: Grammar) -> str:
    mark = min(marks.replace(" ", ""), key=MARKS.find)
    return f"{grammar.marks.get(mark, mark)} "


# What is written in words and letters.


@cache
def _word_rules(language: Language) -> tuple[Rule, ...]:
    grammar = grammar_of(language)
    address, signs = grammar.address, grammar.signs

    def addressed(match: re.Match[str]) -> str:
        text = re.sub(r"^(?:https?|ftp)://|/$", "", match[0])
        end = len(text.rstrip(".,;:!?'"))
        parts = re.findall(r"[^\W_]+|.", text[:end])
        return f" {' '.join(address.get(part, part) for part in parts)} {text[end:]}"

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", match[2])
        return f" {address[match[1]]} {name} "

    short = sorted(grammar.abbreviations, key=len, reverse=True)

    def in_full(match: re.Match[str]) -> str:
        ends = match[0].endswith(".") and not match.string[match.end() :].strip()
        return grammar.abbreviations[match[0]] + "." * ends

    def joined(match: re.Match[str]) -> str:
        ends = not match.string[match.end() :].strip()
        return match[0].replace(".", "").upper() + "." * ends

    host = rf"(?:[A-Za-z0-9][A-Za-z0-9_-]*\.)+(?:{TOP_LEVEL})"
    return (
        (re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), addressed),
        (re.compile(rf"(?<![A-Za-z0-9])(?:(?:https?|ftp)://|www\.){_URL}+"), addressed),
        (re.compile(rf"(?<![A-Za-z0-9@]){host}(?![A-Za-z0-9])(?:[/?:]{_URL}*)?"), addressed),
        (re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9_-]+\.(?:{FILE_KINDS})(?![A-Za-z0-9])"), addressed),
        (re.compile(r"(?<![\w/<])~?(?:/[A-Za-z0-9_.-]+){2,}/?"), addressed),
        (re.compile(rf"(?<!\w)([#@])({_LETTER}\w*)#?"), named),
        (re.compile(r"(?<!\w)#(?=\d)"), lambda _: f" {signs['№']} "),
        (re.compile(rf"(?<!{_LETTER})(?:{'|'.join(map(re.escape, short))})(?!{_LETTER})"), in_full),
        (re.compile(rf"(?<![\w.])(?:[A-Za-z]\.){{2,}}(?!{_LETTER})"), joined),
        *grammar.rules(),
        (re.compile(r"(?<!\w)([A-Z])\.(?=\s*[A-Z])"), lambda match: match[1]),
    )


# What is written in digits.


@cache
def _number_rules(language: Language) -> tuple[Rule, ...]:
    grammar = grammar_of(language)
    return (*_moments(grammar), *_codes(grammar), *_quantities(grammar))


def _moments(grammar: Grammar) -> Iterator[Rule]:
    """Dates and times of day."""

    def dated(match: re.Match[str]) -> str:
        first, second, third = int(match[1]), int(match[3]), int(match[4])
        date = date_of(first, second, third, grammar.day_first)
        return f" {grammar.date(date)} " if date else match[0]

    def timed(match: re.Match[str]) -> str:
        half = f"{match[4].lower()}m" if match[4] else ""
        return f" {grammar.time(Time(int(match[1]), int(match[2]), int(match[3] or 0), half))} "

    def whole_hour(match: re.Match[str]) -> str:
        return f" {grammar.time(Time(int(match[1]), 0, 0, f'{match[2].lower()}m'))} "

    half = rf"(?:{_HALF})"
    yield re.compile(r"(?<=\d)T(?=\d\d:)|(?<=:\d\d)Z\b"), lambda _: " "
    yield (
        re.compile(rf"(?<=[\dMm])\s?[-–—~]\s?(?=\d{{1,2}}(?:[:：]\d\d(?!\d)|{half}))"),
        lambda _: f" {grammar.to} ",
    )
    yield re.compile(r"(?<![\d/.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d/-]|\.\d)"), dated
    yield (
        re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|(?<=/)\d\d)(?![\d/-]|\.\d)"),
        dated,
    )
    yield re.compile(rf"{_CLOCK}(?:{half}|\s?hr?s?\b\.?)?(?![\d:]|\.\d)"), timed
    yield re.compile(rf"(?<![\d:.,/-])(1[0-2]|0?[1-9]){half}"), whole_hour


def _codes(grammar: Grammar) -> Iterator[Rule]:
    """Digits that name: telephone numbers, versions."""

    def dialled(match: re.Match[str]) -> str:
        plus = grammar.signs["+"] if match[0][0] == "+" else ""
        groups = re.findall(r"\d+", match[0])
        return f" {plus} {grammar.code(groups)} "

    def versioned(match: re.Match[str]) -> str:
        if re.fullmatch(number_pattern(grammar), match[0]):
            return match[0]
        parts = [number_of(part, "") for part in match[0].split(".")]
        return f" {f' {grammar.point} '.join(grammar.number(part) for part in parts)} "

    yield re.compile(rf"(?<![\w.,/+:-])(?:{_PHONE})(?![\w/:-]|[.,]\d)"), dialled
    yield re.compile(r"(?<![\d.,])\d+(?:\.\d+){2,}(?![\d])"), versioned


def _quantities(grammar: Grammar) -> Iterator[Rule]:
    """Prices, measures, shares, fractions and bare numbers."""
    number = number_pattern(grammar)
    minus, ends = rf"(?P<minus>(?<!{_NOT_HAN})(?<![.)%])-|−)?", rf"(?P<a>{number})(?:{_DASH}(?P<b>{number}))?"
    scale = "|".join(f"{re.escape(scale)}(?![A-Za-z])" for scale in _longest_first(grammar.scales))
    currencies = {**CURRENCIES, "$": grammar.dollar, "¥": grammar.yen, **{c: c for c in grammar.currencies}}
    currency = "|".join(map(re.escape, _longest_first(currencies)))
    unit = "|".join(map(re.escape, _longest_first(grammar.units)))
    share = "|".join(map(re.escape, grammar.percent))

    def amount(match: re.Match[str]) -> Amount:
        found = match.groupdict()
        a = number_of(found["a"], grammar.group + NBSP, bool(found.get("minus")))
        b = (number_of(found["b"], grammar.group + NBSP),) if found["b"] else ()
        return Amount((a, *b), found.get("scale") or "")

    def priced(match: re.Match[str]) -> str:
        return f" {grammar.money(Money(amount(match), currencies[match['sign']]))} "

    def counted(match: re.Match[str]) -> str:
        noun = re.match(rf"\s?({_LETTER}+)", match.string[match.end() :])
        return f" {grammar.amount(amount(match), noun[1] if noun else '')} "

    def parted(match: re.Match[str]) -> str:
        whole, over, under = match[1], int(match[2]), int(match[3])
        if not 0 < over < under:
            return f" {whole or ''} {match[2]} {match[3]} "
        fraction = grammar.fraction(over, under)
        return f" {grammar.mixed(grammar.cardinal(int(whole)), fraction) if whole else fraction} "

    def compared(match: re.Match[str]) -> str:
        left, right = (grammar.cardinal(int(side)) for side in match.groups())
        return f" {grammar.ratio(left, right)} "

    yield re.compile(r"(?<=[%‰٪])\s?[-–~]\s?(?=\d)"), lambda _: f" {grammar.to} "
    yield (
        re.compile(
            rf"(?P<minus>(?<!{_NOT_HAN})[-−])?(?<![A-Za-z])(?P<sign>{currency})\s?(?P<a>{number})"
            rf"(?:{_DASH}(?:(?P=sign))?(?P<b>{number}))?(?:\s?(?P<scale>{scale}))?"
        ),
        priced,
    )
    yield (
        re.compile(rf"{minus}{ends}\s?(?P<scale>{scale})?\s?(?P<sign>{currency})(?![A-Za-z])"),
        priced,
    )
    yield (
        re.compile(rf"{minus}{ends}\s?(?P<unit>{unit})(?![A-Za-z0-9/²³])"),
        lambda match: f" {grammar.measure(amount(match), match['unit'])} ",
    )
    yield (
        re.compile(rf"{minus}{ends}\s?(?P<sign>{share})"),
        lambda match: f" {grammar.percentage(amount(match), match['sign'])} ",
    )
    yield re.compile(r"(?<![\d/.,])(?:(\d+)\s)?(\d{1,3})[/⁄](\d{1,4})(?![\d/])"), parted
    yield re.compile(r"(?<![\d:])(\d{1,3})[:：](\d{1,3})(?![\d:])"), compared
    yield (
        re.compile(r"(?<=\d)(?:\s[-−]\s(?=\d)|\s?[-−]\s?(?=\d+\s?=))"),
        lambda _: f" {grammar.signs['−']} ",
    )
    yield re.compile(r"(?<!\d)[~≈]\s?(?=\d)"), lambda _: f" {grammar.signs['≈']} "
    yield re.compile(r"(?<=\d)[x×](?=\d)"), lambda _: f" {grammar.signs['×']} "
    yield re.compile(rf"(?<!\w){ends}(?P<scale>[kKMB])(?![A-Za-z0-9])"), counted
    yield re.compile(rf"{minus}{ends}"), counted


def number_pattern(grammar: Grammar) -> str:
    """How a number is written: this language's way, or, where it cannot be mistaken, another's."""
    group, decimal = re.escape(grammar.group + NBSP), re.escape(grammar.decimal)
    return (
        rf"(?:\d{{1,3}}(?:[{group}]\d{{3}})+(?!\d)(?:[{decimal}]\d+)?|\d{{1,3}}(?:,\d{{3}})+\.\d+"
        rf"|\d{{1,3}}(?:\.\d{{3}})+,\d+|\d+(?:[{decimal}]\d+)?)"
    )


def _longest_first(signs: Mapping[str, object]) -> list[str]:
    return sorted(signs, key=len, reverse=True)
