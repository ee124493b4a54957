"""The names of numbers in all languages, held against what must be true of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.language.grammar import grammar_of
from visavis.language.reading import spoken
from visavis.language.tokens import Number
from visavis.media import LANGUAGES, Language

NAMES: dict[Language, dict[int, str]] = {
    "en": {
        0: "zero",
        13: "thirteen",
        40: "forty",
        999: "nine hundred ninety nine",
        1001: "one thousand one",
        10**6: "one million",
        123_456_789_012_345: "one hundred twenty three trillion four hundred fifty six billion"
        " seven hundred eighty nine million twelve thousand three hundred forty five",
    },
    "zh": {
        0: "零",
        10: "十",
        15: "十五",
        110: "一百一十",
        200: "二百",
        1010: "一千零一十",
        10_000: "一万",
        20_000: "两万",
        10_110_000: "一千零一十一万",
        10**8 + 1: "一亿零一",
        10**12: "一万亿",
        100_010_000: "一亿零一万",
    },
    "es": {
        0: "cero",
        16: "dieciséis",
        22: "veintidós",
        100: "cien",
        105: "ciento cinco",
        555: "quinientos cincuenta y cinco",
        1000: "mil",
        21_021: "veintiún mil veintiuno",
        100_000: "cien mil",
        10**6: "un millón",
        31_000_000: "treinta y un millones",
        10**9: "mil millones",
        10**12: "un billón",
    },
    "fa": {
        0: "صفر",
        11: "یازده",
        40: "چهل",
        123: "صد و بیست و سه",
        1000: "هزار",
        1_001_000: "یک میلیون و هزار",
        10**9: "یک میلیارد",
    },
}


@pytest.mark.parametrize(
    ("language", "value", "name"),
    [(language, value, name) for language, names in NAMES.items() for value, name in names.items()],
)
def test_cardinals(language: Language, value: int, name: str) -> None:
    assert grammar_of(language).cardinal(value) == name


@given(st.sampled_from(LANGUAGES), st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_different_numbers_have_different_names(language: Language, one: int, other: int) -> None:
    grammar = grammar_of(language)
    assert (grammar.cardinal(one) == grammar.cardinal(other)) == (one == other)


@given(st.sampled_from(LANGUAGES), st.integers(0, 10**15 - 1))
def test_a_name_is_words_with_single_spaces(language: Language, value: int) -> None:
    name = grammar_of(language).cardinal(value)
    assert name == " ".join(name.split())
    assert all(letter.isalpha() or letter == " " for letter in name)


def test_what_is_counted_in_spanish_has_a_gender() -> None:
    cardinal = grammar_of("es").cardinal
    assert cardinal(201, "mujeres") == "doscientas una"
    assert cardinal(201, "hombres") == "doscientos un"
    assert cardinal(1_201, "casas") == "mil doscientas una"
    assert cardinal(1, "problema") == "un"
    assert cardinal(2_000_200, "personas") == "dos millones doscientas"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("whole", ["12345678901234567890", "007"])
def test_no_digit_of_a_price_is_lost(language: Language, whole: str) -> None:
    grammar = grammar_of(language)
    number = Number(whole, "5" if language == "zh" else "50")
    price = grammar.joined(grammar.number(number), grammar.currencies["USD"].many)
    assert price.startswith(grammar.one_by_one(whole))
    assert spoken(f"${whole}.50", language) == price


def test_every_language_words_the_same_things() -> None:
    english = grammar_of("en")
    for language in LANGUAGES:
        grammar = grammar_of(language)
        assert grammar.address.keys() == english.address.keys()
        assert {"km", "kg", "°C", "m²", "GB", "km/h"} <= grammar.units.keys()
        assert {"USD", "EUR", "GBP", "JPY", "CNY", grammar.dollar, grammar.yen} <= grammar.currencies.keys()
        assert {"+", "−", "×", "÷", "=", "<", ">", "&", "№", "≈", "@"} <= grammar.signs.keys()
        assert {"%", "‰"} <= grammar.percent.keys()
        assert grammar.cents.keys() <= grammar.currencies.keys()
