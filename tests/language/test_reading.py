"""What is true of everything that is read, in whatever language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language import test_chinese, test_english, test_persian, test_spanish
from visavis.language import spoken
from visavis.language.runs import runs
from visavis.language.tables import nouns, table
from visavis.media import LANGUAGES, Language

CASES: dict[Language, dict[str, str]] = {
    "en": test_english.CASES,
    "zh": test_chinese.CASES,
    "es": test_spanish.CASES,
    "fa": test_persian.CASES,
}
WRITTEN = [(language, written) for language, cases in CASES.items() for written in cases]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_read_reads_as_it_is(language: Language) -> None:
    for said in CASES[language].values():
        assert spoken(said, language) == said


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WRITTEN), st.sampled_from(LANGUAGES))
def test_any_language_can_read_what_another_one_writes(case: tuple[Language, str], reader: Language) -> None:
    said = spoken(case[1], reader)
    assert said
    assert not any(letter.isdigit() for letter in said)


NUMBERS = st.from_regex(
    r"-?[0-9]{1,4}([.,/:-][0-9]{1,4}){0,3}( ?(km|%|°C|€|am|th|m²|K|万|م|x))?", fullmatch=True
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(LANGUAGES), NUMBERS, st.sampled_from(["", "$", "¥", "第", "Chapter ", "in ", "#"]))
def test_no_digit_is_left(language: Language, number: str, before: str) -> None:
    said = spoken(f"{before}{number}", language)
    assert not any(letter.isdigit() for letter in said)
    assert any(letter.isalpha() for letter in said)


@settings(deadline=None)
@given(st.text('aé你س1. ,"-“”@x$', max_size=30), st.sampled_from(LANGUAGES))
def test_runs_are_the_text(text: str, base: Language) -> None:
    assert "".join(run.text for run in runs(text, base, ("en", "es"))) == text


def test_tables_are_read_and_checked() -> None:
    assert table("a, b → one   c → two words") == {"a": "one", "b": "one", "c": "two words"}
    assert nouns("km → mile | miles   m → metro") == {"km": ("mile", "miles"), "m": ("metro", "metro")}
    with pytest.raises(ValueError, match="sign → words"):
        table("a → one   b two")
