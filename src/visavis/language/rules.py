"""What is written with digits and signs anywhere, and how it is found in a text.

Patterns of dates, times, prices, measures, numbers, addresses and abbreviations, each with what makes
a grammar's words of it. They are applied in order: what comes later never sees what was worded before.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from visavis.language.characters import NBSP
from visavis.language.grammar import Grammar, Rule, grammar_of
from visavis.language.tables import Noun
from visavis.language.tokens import Amount, Money, Time, date_of, number_of
from visavis.media import Language

CURRENCIES = {
    "US$": "USD", "€": "EUR", "£": "GBP", "JP¥": "JPY", "CN¥": "CNY", "RMB": "CNY", "₹": "INR",
    "₩": "KRW", "₽": "RUB", "₿": "BTC", "﷼": "IRR", "A$": "AUD", "C$": "CAD", "MX$": "MXN",
    "R$": "BRL", "₺": "TRY",
}  # fmt: skip
"""Signs of currencies besides $ and ¥, whose meaning depends on the language."""

TOP_LEVEL = (
    "com|org|net|edu|gov|info|io|ai|dev|app|tv|me|eu|uk|us|ca|mx|ar|cl|co|es|cn|ir|de|fr|it|jp|ru|br|in|au|nl"
)
"""What ends an address that has neither http:// nor www. before it."""

FILE_KINDS = (
    "py|js|ts|md|txt|pdf|csv|json|html|css|xml|yaml|toml|zip|jpe?g|png|gif|svg|mp[34]|wav|mov|docx?|xlsx?"
)
"""What ends the name of a file."""

LETTER = r"[^\W\d_]"
"""A letter of any script."""

_NOT_HAN = r"[^\W\u2e80-\u9fff]"
_FREE = rf"(?<!{_NOT_HAN})"
_STOP = r"(?:\.(?!\s+[A-ZÀ-Þ¿¡]|\s*$))?"
_DASH = r"(?:[-~～]|\s?[–—]\s?)"
_CLOCK = r"(?<![\d:.,/])([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d)(?:\.\d+)?)?"
_HALF = rf"(?:\s?([AaPp])(?:[Mm](?!{LETTER})|\.\s?[Mm](?!{LETTER}){_STOP}))"
_URL = r"[!#-;=?-Z_a-z~%]"
_PHONE = (
    r"\+\d[\d ().-]{5,}\d|\(\d{2,5}\)\s?\d{3,4}[ -]?\d{3,4}|(?:1-)?\d{3}[-.]\d{3}[-.]\d{4}"
    r"|\d{2,3}-\d{2,3}-\d{4}|0\d{1,4}(?:[ -]\d{3,4}){1,2}|0\d{1,4}-\d{7,8}|0\d{7,}|\d{3}-\d{4}"
    r"|(?:\d+-){3,}\d+|[6-9]\d\d(?:[ -]\d{3}){2}|[6-9]\d{1,2}(?: \d{2,3}){3}|\d{4}(?: \d{4}){3}"
)


def any_of(signs: Iterable[str]) -> str:
    """A pattern for any of these, the longest first; one that ends in a letter ends where a word does."""
    longest = sorted(signs, key=len, reverse=True)
    return "|".join(
        re.escape(sign) + r"(?![A-Za-z])" * bool(re.search("[A-Za-z]$", sign)) for sign in longest
    )


def number_pattern(grammar: Grammar) -> str:
    """How a number is written: this language's way, or, where it cannot be mistaken, another's."""
    group, decimal = re.escape(grammar.group + NBSP), re.escape(grammar.decimal)
    return (
        rf"(?<!\d)(?:\d{{1,3}}(?:[{group}]\d{{3}})+(?!\d)(?:[{decimal}]\d+)?|\d{{1,3}}(?:,\d{{3}})+\.\d+"
        rf"|\d{{1,3}}(?:\.\d{{3}})+,\d+|\d+(?:[{decimal}]\d+)?|(?<![\w.,])\.\d+)"
    )


@cache
def word_rules(language: Language) -> tuple[Rule, ...]:
    """For what holds letters: addresses, names after # and @, abbreviations, a language's own rules."""
    grammar = grammar_of(language)
    return (*_addresses(grammar), *_abbreviations(grammar), *grammar.rules(), _INITIAL)


@cache
def number_rules(language: Language) -> tuple[Rule, ...]:
    """For what holds digits, to be applied after `word_rules`."""
    grammar = grammar_of(language)
    return (*_moments(grammar), *_codes(grammar), *_Quantities(grammar).rules())


_INITIAL: Rule = (re.compile(r"(?<![\w-])([A-Z])\.(?=\s*[A-Z])"), lambda match: match[1])


def _addresses(grammar: Grammar) -> Iterator[Rule]:
    def addressed(match: re.Match[str]) -> str:
        text = re.sub(r"^(?:https?|ftp)://|/$", "", match[0])
        end = len(text.rstrip(".,;:!?'"))
        parts = re.findall(r"[^\W_]+|.", text[:end])
        return f" {' '.join(grammar.address.get(part, part) for part in parts)} {text[end:]}"

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", match[2])
        return f" {grammar.address[match[1]]} {name} "

    host = rf"(?:[A-Za-z0-9][A-Za-z0-9_-]*\.)+(?:{TOP_LEVEL})"
    for pattern in (
        r"(?<![A-Za-z0-9])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        rf"(?<![A-Za-z0-9])(?:(?:https?|ftp)://|www\.){_URL}+",
        rf"(?<![A-Za-z0-9@]){host}(?![A-Za-z0-9])(?:[/?:]{_URL}*)?",
        rf"(?<![A-Za-z0-9])[A-Za-z0-9_-]+\.(?:{FILE_KINDS})(?![A-Za-z0-9])",
        r"(?<![\w/<])~?(?:/[A-Za-z0-9_.-]+){2,}/?",
    ):
        yield re.compile(pattern), addressed
    yield re.compile(rf"{_FREE}([#@])({LETTER}\w*)#?"), named
    yield re.compile(rf"{_FREE}#(?=\d)"), lambda _: f" {grammar.signs['№']} "


def _abbreviations(grammar: Grammar) -> Iterator[Rule]:
    def in_full(match: re.Match[str]) -> str:
        short, after = match[0], _after(match)
        if short[-1] == "." and (not after.strip() or _starts_sentence(short, after, grammar)):
            return f"{grammar.abbreviations[short]}."
        return grammar.abbreviations[short] + " " * after[:1].isalpha()

    def joined(match: re.Match[str]) -> str:
        return match[0].replace(".", "").upper() + "." * (not _after(match).strip())

    yield re.compile(rf"(?<![&]|{LETTER})(?:{any_of(grammar.abbreviations)})"), in_full
    # a.m. after a number is left for the time that it belongs to.
    yield re.compile(rf"(?<![\w.])(?!(?<=\d\s)[AaPp]\.[Mm])(?:[A-Za-z]\.){{2,}}(?!{LETTER})"), joined


def _starts_sentence(short: str, after: str, grammar: Grammar) -> bool:
    """Whether the full stop of an abbreviation seems to end a sentence too: etc. The, but not Dr. The."""
    return bool(re.match(r"\s+[A-ZÀ-Þ¿¡]", after)) and short[:-1].lower() not in grammar.dotted


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

    yield re.compile(r"(?<=\d)T(?=\d\d:)|(?<=:\d\d)Z\b"), lambda _: " "
    yield (
        re.compile(rf"(?<=[\dMm])\s?[-–—~]\s?(?=\d{{1,2}}(?:[:：]\d\d(?!\d)|{_HALF}))"),
        lambda _: f" {grammar.to} ",
    )
    yield re.compile(r"(?<![\d/.-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d/-]|\.\d)"), dated
    yield (
        re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|(?<=/)\d\d)(?![\d/-]|\.\d)"),
        dated,
    )
    yield re.compile(rf"{_CLOCK}(?:{_HALF}|\s?hr?s?\b{_STOP})?(?![\d:]|\.\d)"), timed
    yield re.compile(rf"(?<![\d:.,/-])(1[0-2]|0?[1-9]){_HALF}"), whole_hour


def _codes(grammar: Grammar) -> Iterator[Rule]:
    """Digits that name: telephone numbers, versions."""

    def dialled(match: re.Match[str]) -> str:
        plus = grammar.signs["+"] if match[0][0] == "+" else ""
        groups = re.findall(r"\d+", match[0])
        return f" {plus} {grammar.code(groups)} "

    def versioned(match: re.Match[str]) -> str:
        if re.fullmatch(number_pattern(grammar), match[0]):
            return match[0]
        dot = f" {grammar.address['.']} "
        return f" {dot.join(grammar.number(number_of(part, '')) for part in match[0].split('.'))} "

    yield re.compile(rf"{_FREE}(?<![.,/+:-])(?:{_PHONE})(?!{_NOT_HAN}|[/:-]|[.,]\d)"), dialled
    yield re.compile(r"(?<![\d.,])\d+(?:\.\d+){2,}(?![\d])"), versioned


class _Quantities:
    """Prices, measures, shares, fractions and bare numbers in one language's text."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._currencies = {
            **CURRENCIES,
            **{code: code for code in grammar.currencies},
            "$": grammar.dollar,
            "¥": grammar.yen,
        }

    def rules(self) -> Iterator[Rule]:
        grammar = self._grammar
        number = number_pattern(grammar)
        minus, ends = rf"(?P<minus>{_FREE}(?<![.)%])-|−)?", rf"(?P<a>{number})(?:{_DASH}(?P<b>{number}))?"
        scale, currency = any_of(grammar.scales), any_of(self._currencies)
        letters = any_of(scale for scale in ("K", "k", "M", "B", "bn", "mn", "tn") if scale in grammar.scales)
        unit = rf"(?P<unit>{any_of(grammar.units)})(?![A-Za-z0-9/²³])"
        fraction = r"(?P<over>\d{1,3})[/⁄](?P<under>\d{1,4})(?![\d/])"

        def always(words: str) -> Callable[[re.Match[str]], str]:
            return lambda _: f" {words} "

        for pattern, worded in (
            (r"(?<!\d\s)(?<![\w)])\+(?=\d)", always(grammar.plus)),
            (r"(?<=[%‰٪])\s?[-–~]\s?(?=\d)", always(grammar.to)),
            (rf"(?<=\d)(\s?[€$£¥₹]?)/(?={LETTER}{{2}})", lambda match: f"{match[1]} {grammar.per} "),
            (
                rf"(?P<minus>{_FREE}[-−])?(?<![A-Za-z])(?P<sign>{currency})\s?(?P<a>{number})"
                rf"(?:{_DASH}(?:(?P=sign))?(?P<b>{number}))?(?:\s?(?P<scale>{scale}))?",
                self._priced,
            ),
            (rf"{minus}{ends}\s?(?P<scale>{scale})?\s?(?P<sign>{currency})", self._priced),
            (rf"(?<![\d/.,])(?:(?P<whole>\d+)\s)?{fraction}(?:\s?{unit})?", self._parted),
            (r"(?<=\d)\s[/⁄]\s(?=\d)", always(grammar.signs["÷"])),
            (rf"{minus}{ends}\s?{unit}", self._measured),
            (rf"{minus}{ends}\s?(?P<sign>{any_of(grammar.percent)})", self._shared),
            (r"(?<![\d:])(\d{1,3})[:：](\d{1,3})(?![\d:])", self._compared),
            (r"(?<=\d)(?:\s[-−]\s(?=\d)|\s?[-−]\s?(?=\d+\s?=))", always(grammar.signs["−"])),
            (r"(?<!\d)[~≈]\s?(?=\d)", always(grammar.signs["≈"])),
            (r"(?<=\d)\s?[x×]\s?(?=\d)", always(grammar.signs["×"])),
            # 4K is a size of picture, 221B a house.
            (rf"{_FREE}(?![2458]K|\d{{3,}}B){ends}(?P<scale>{letters})(?!\d)", self._counted),
            (rf"{minus}{ends}", self._counted),
        ):
            yield re.compile(pattern), worded

    def _amount(self, match: re.Match[str]) -> Amount:
        found, group = match.groupdict(), self._grammar.group + NBSP
        first = number_of(found["a"], group, bool(found.get("minus")))
        ends = (first, number_of(found["b"], group)) if found["b"] else (first,)
        return Amount(ends, found.get("scale") or "")

    def _priced(self, match: re.Match[str]) -> str:
        return f" {self._grammar.money(Money(self._amount(match), self._currencies[match['sign']]))} "

    def _measured(self, match: re.Match[str]) -> str:
        return f" {self._grammar.measure(self._amount(match), match['unit'])} "

    def _shared(self, match: re.Match[str]) -> str:
        return f" {self._grammar.percentage(self._amount(match), match['sign'])} "

    def _counted(self, match: re.Match[str]) -> str:
        return f" {self._grammar.amount(self._amount(match), _word_after(match))} "

    def _compared(self, match: re.Match[str]) -> str:
        left, right = (self._grammar.cardinal(int(side)) for side in match.groups())
        return f" {self._grammar.ratio(left, right)} "

    def _parted(self, match: re.Match[str]) -> str:
        grammar, whole = self._grammar, match["whole"]
        over, under = int(match["over"]), int(match["under"])
        if not 0 < over < under:
            return f" {whole or ''} {over} {under} {match['unit'] or ''}"
        unit = grammar.units.get(match["unit"], Noun("", ""))
        words = grammar.fraction(over, under, unit.one or _word_after(match))
        if whole:
            words = grammar.mixed(grammar.number(number_of(whole, "")), words)
        return f" {grammar.joined(words, unit.many if whole else unit.one)} "


def _after(match: re.Match[str]) -> str:
    """What follows what was found, as far as a decision can hang on it."""
    return match.string[match.end() : match.end() + 40]


def _word_after(match: re.Match[str]) -> str:
    """The word that follows what was found, which it may count."""
    found = re.match(rf"\s?({LETTER}+)", _after(match))
    return found[1] if found else ""
