"""What numbers, dates, times and prices are, whatever the language that they stand in.

Pure values, and how digits are read into them. No words of any language, and no searching in text.
"""

from typing import NamedTuple

NAMED_DIGITS = 15
"""A whole number with more digits than this has no usual name and is read digit by digit."""

ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


class Number(NamedTuple):
    """A number as it was written.

    whole: its digits before the decimal sign, without separators.
    decimals: those after it.
    """

    whole: str
    decimals: str = ""
    negative: bool = False

    @property
    def is_code(self) -> bool:
        """Whether the digits name something rather than count: 007, or more of them than have a name."""
        return (len(self.whole) > 1 and self.whole[0] == "0") or len(self.whole) > NAMED_DIGITS

    def positive(self) -> "Number":
        """The same number without its minus."""
        return self._replace(negative=False)

    @property
    def is_one(self) -> bool:
        return self.whole == "1" and not self.decimals


class Amount(NamedTuple):
    """How many or how much.

    ends: one number, or the two ends of a range.
    scale: what the text has after it: "million", "K", "亿"; else "".
    """

    ends: tuple[Number, ...]
    scale: str = ""

    @property
    def is_one(self) -> bool:
        return len(self.ends) == 1 and self.ends[0].is_one and not self.scale

    @property
    def has_cents(self) -> bool:
        """Whether this is a price like 3.50: two decimals, no range or scale, and a whole that has a name."""
        one = self.ends[0]
        return len(self.ends) == 1 and len(one.decimals) == 2 and not one.is_code and not self.scale


class Date(NamedTuple):
    """A day of a calendar; `year` is None where the text leaves it out."""

    year: int | None
    month: int
    day: int


class Time(NamedTuple):
    """A time of day; `half` is "am", "pm" or "" where the text does not say."""

    hour: int
    minute: int = 0
    second: int = 0
    half: str = ""


class Money(NamedTuple):
    """A price; `currency` is its ISO 4217 code."""

    amount: Amount
    currency: str


def number_of(text: str, group: str, negative: bool = False) -> Number:
    """Read a number with the signs that it may hold between its digits.

    group: the signs that separate thousands where the text was written; one alone does so before
        exactly three digits. Of two different signs (1.250,50) the last one stands before decimals,
        the same sign twice (1,250,000) separates thousands.
    """
    signs = [sign for sign in text if not sign.isdigit()]
    if not signs:
        return Number(text, "", negative)
    head, _, tail = text.rpartition(signs[-1])
    if len(set(signs)) == 1 and (len(signs) > 1 or (signs[0] in group and len(tail) == 3)):
        return Number(_digits(text), "", negative)
    return Number(_digits(head) or "0", tail, negative)


def date_of(first: int, second: int, third: int, day_first: bool) -> Date | None:
    """A date of three numbers: the year first if it has to be, else last; None where it is no date."""
    if first > 31:
        date = Date(first, second, third)
    else:
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
        date = Date(third if third > 99 else 2000 + third, month, day)
    return date if 1 <= date.month <= 12 and 1 <= date.day <= 31 else None


def roman(text: str) -> int | None:
    """The value of a Roman numeral in capitals up to 3999; None for anything else, as IIX or VX."""
    if not text or any(letter not in ROMAN for letter in text):
        return None
    values = [ROMAN[letter] for letter in text]
    total = sum(
        -value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)
    )
    return total if _to_roman(total) == text else None


def _to_roman(value: int) -> str:
    """The numeral as it is written today."""
    steps = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
    written = ""
    for step in steps:
        worth = ROMAN[step] if len(step) == 1 else ROMAN[step[1]] - ROMAN[step[0]]
        written += step * (value // worth)
        value %= worth
    return written


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
