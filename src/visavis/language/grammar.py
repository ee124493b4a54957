"""What a language has to know for a text in it to be read aloud: words, names of numbers, conventions.

A language is one module of this package, named by its code, that defines GRAMMAR: an instance of a
subclass of Grammar with its tables and the few functions in which it differs from the others.
Nothing here looks for anything in a text: `rules` find, a grammar words.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import ClassVar, TypeAlias

from visavis.language.tables import Noun
from visavis.language.tokens import Amount, Date, Money, Number, Time
from visavis.media import Language

Rule: TypeAlias = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
"""A pattern, and the words for what it matched."""


class Grammar(ABC):
    """The words of one language, and how it puts numbers, dates, money and signs into them.

    language: its code.
    common: words that a text in this language is bound to hold, in lower case.
    spelling: patterns of a word in lower case, each with the points by which it speaks for this
        language or, below zero, against it; for languages that share their letters with another.
    group, decimal: the signs that separate thousands, and decimals.
    day_first: whether 3/4/2026 is in April.
    space: what stands between two words.
    digits: the names of 0 to 9.
    minus, plus: before a number with that sign; point: before its decimals.
    to: stands between the two ends of a range; per: before what a price or an amount is for.
    marks: punctuation of other languages, and what stands for it here; `comma` is a pause.
    percent: the words for % and its relatives.
    units: by their signs; nouns by the ISO 4217 codes of `currencies`, and of their hundredths, `cents`.
    dollar, yen: the currencies that a bare $ and a bare ¥ mean.
    scales: what may stand between a number and what it counts, and how it is read: million, K, 亿.
    signs: those that are read wherever they stand.
    address: the signs within a web or e-mail address, and # and @ before a name.
    abbreviations: as they are written, and what is read for them.
    letters: variants of letters, and what is written here instead.
    openers: marks that open a question or an exclamation.
    dotted: words whose full stop never ends a sentence, in lower case and without it: mr, e.g.
    numbered: words whose full stop does not end a sentence before a digit: no, fig, jan.
    conjunctions, relatives: words before which a sentence that is too long for one breath may be
        cut; before the latter only if it is very long.
    answers: words that a reply opens with, and that a mark makes a clause of their own: well, sure.
    phrases: words before which the first clause of a reply may be cut, if it comes slowly; leaning: words
        behind which it may not.
    endings: where words are not spaced, what a phrase may end with; unparted: words that begin so and do
        not end there; both are patterns.
    """

    language: ClassVar[Language]
    common: ClassVar[frozenset[str]] = frozenset()
    spelling: ClassVar[Sequence[tuple[str, float]]] = ()
    group: ClassVar[str] = ","
    decimal: ClassVar[str] = "."
    day_first: ClassVar[bool] = True
    space: ClassVar[str] = " "
    digits: ClassVar[Sequence[str]]
    minus: ClassVar[str]
    plus: ClassVar[str]
    point: ClassVar[str]
    to: ClassVar[str]
    per: ClassVar[str]
    marks: ClassVar[Mapping[str, str]]
    comma: ClassVar[str] = ","
    percent: ClassVar[Mapping[str, str]]
    units: ClassVar[Mapping[str, Noun]]
    currencies: ClassVar[Mapping[str, Noun]]
    cents: ClassVar[Mapping[str, Noun]] = {}
    dollar: ClassVar[str] = "USD"
    yen: ClassVar[str] = "JPY"
    scales: ClassVar[Mapping[str, str]]
    signs: ClassVar[Mapping[str, str]]
    address: ClassVar[Mapping[str, str]]
    abbreviations: ClassVar[Mapping[str, str]] = {}
    letters: ClassVar[Mapping[str, str]] = {}
    openers: ClassVar[str] = ""
    dotted: ClassVar[frozenset[str]] = frozenset()
    numbered: ClassVar[frozenset[str]] = frozenset()
    conjunctions: ClassVar[Sequence[str]] = ()
    relatives: ClassVar[Sequence[str]] = ()
    answers: ClassVar[frozenset[str]] = frozenset()
    phrases: ClassVar[frozenset[str]] = frozenset()
    leaning: ClassVar[frozenset[str]] = frozenset()
    endings: ClassVar[str] = ""
    unparted: ClassVar[str] = "$^"

    @abstractmethod
    def cardinal(self, value: int, noun: str = "") -> str:
        """A whole number from 0 to below 10**15; `noun` is the word that it counts, where there is one."""

    @abstractmethod
    def date(self, date: Date) -> str:
        """A day; its month is between 1 and 12."""

    @abstractmethod
    def time(self, time: Time) -> str:
        """A time of day."""

    @abstractmethod
    def fraction(self, over: int, under: int, noun: str = "") -> str:
        """`over` parts of `under`, 1 <= over < under; `noun` is what they are parts of, where known."""

    @abstractmethod
    def mixed(self, whole: str, fraction: str) -> str:
        """A whole number and a fraction, both in words already."""

    @abstractmethod
    def ratio(self, left: str, right: str) -> str:
        """16:9, both sides in words already."""

    def rules(self) -> Iterable[Rule]:
        """What only this language writes; looked for after addresses, before dates and numbers."""
        return ()

    def leans(self, word: str) -> bool:
        """Whether a word in lower case belongs to the one behind it."""
        return word in self.leaning

    def decimals(self, digits: str) -> str:
        """The digits after the point."""
        return self.one_by_one(digits)

    def one_by_one(self, digits: str) -> str:
        """Digits that count nothing: a telephone number, an account."""
        return self.space.join(self.digits[int(digit)] for digit in digits)

    def code(self, groups: Iterable[str]) -> str:
        """A telephone number or the like, in its groups of digits."""
        return f"{self.comma} ".join(self.one_by_one(group) for group in groups)

    def number(self, number: Number, noun: str = "") -> str:
        """A number, with `noun` as in `cardinal`."""
        words = [self.minus] if number.negative else []
        if number.is_code:
            words.append(self.one_by_one(number.whole))
        else:
            words.append(self.cardinal(int(number.whole), "" if number.decimals else noun))
        if number.decimals:
            words += [self.point, self.decimals(number.decimals)]
        return self.space.join(words)

    def amount(self, amount: Amount, noun: str = "") -> str:
        """One number or a range, and the scale after it."""
        scale = self.scales.get(amount.scale, "")
        ends = [self.number(end, scale or noun) for end in amount.ends]
        return self.joined(f"{self.space}{self.to}{self.space}".join(ends), scale)

    def percentage(self, amount: Amount, sign: str) -> str:
        return self.joined(self.amount(amount), self.percent[sign])

    def measure(self, amount: Amount, unit: str) -> str:
        """An amount of the unit that has this sign."""
        noun = _form(self.units[unit], amount)
        return self.joined(self.amount(amount, noun), noun)

    def money(self, money: Money) -> str:
        """A price; hundredths as coins where the currency has them, else as decimals."""
        noun, cent = self.currencies[money.currency], self.cents.get(money.currency)
        if cent and money.amount.has_cents:
            return self.coins(money.amount.ends[0], noun, cent)
        counted = _form(noun, money.amount)
        return self.joined(self.amount(money.amount, counted), self.of(money.amount), counted)

    def coins(self, price: Number, noun: Noun, cent: Noun) -> str:
        """A price with two decimals; only asked for where `cents` holds the currency."""
        raise NotImplementedError

    def of(self, amount: Amount) -> str:
        """What stands before the noun that an amount counts: "millones de euros"."""
        return ""

    def joined(self, *words: str) -> str:
        """Words with this language's space between them; empty ones are left out."""
        return self.space.join(filter(None, words))


def _form(noun: Noun, amount: Amount) -> str:
    return noun.one if amount.is_one else noun.many


@cache
def grammar_of(language: Language) -> Grammar:
    """The grammar of a language; its module is loaded when it is first asked for."""
    grammar: Grammar = import_module(f"visavis.language.{language}").GRAMMAR
    return grammar
