"""One way of writing for what people write in several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.engines.llm.scripted_words import MOST, normal, sound, tokens
from visavis.media import LANGUAGES, Language


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "What's YOUR name?!", "what is your name"),
        ("en", "I can’t hear you, don't shout", "i can not hear you do not shout"),
        ("es", "¿Cómo estás, señor?", "como estas senor"),
        ("fa", "مي‌خواهم كتاب‌ها را بخوانم", "می خواهم کتاب ها را بخوانم"),
        ("fa", "اسمت چیه؟", "اسمت چیست"),
        ("fa", "سَلام", "سلام"),
        ("zh", "您會說什麼語言？", "你会说什么语言"),
        ("zh", "ＧＰＵ 需要嗎", "gpu 需要吗"),
    ],
)
def test_the_same_words(language: Language, one: str, other: str) -> None:
    assert normal(one, language) == normal(other, language)


@pytest.mark.parametrize(
    ("language", "said", "question"),
    [
        ("en", "Um, hello, could you please tell me what time it is, please?", "what time it is"),
        ("es", "Hola, ¿me puedes decir qué hora es, por favor?", "qué hora es"),
        ("zh", "请问现在几点了呢？", "现在几点"),
        ("fa", "ببخشید، می‌شود بگویی ساعت چند است لطفاً؟", "ساعت چند است"),
    ],
)
def test_politeness_is_no_part_of_a_question(language: Language, said: str, question: str) -> None:
    assert tokens(said, language) == tokens(question, language)
    assert len(tokens(said, language, bare=False)) > len(tokens(question, language))


def test_what_is_nothing_but_politeness_stays() -> None:
    assert tokens("Hello!", "en") == ("hello",)
    assert tokens("Thank you.", "en") == ("thank", "you")
    assert tokens("谢谢", "zh") == ("谢", "谢", "谢谢")


@pytest.mark.parametrize(
    ("one", "other"),
    [("know", "no"), ("write", "right"), ("face", "phase"), ("avatar", "afater"), ("cost", "gost")],
)
def test_words_that_sound_the_same(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_words_that_do_not() -> None:
    words = ("voice", "language", "price", "photo", "name", "time", "consent", "delete", "lips", "help")
    assert len({sound(word) for word in words}) == len(words)


@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.booleans())
def test_any_text_has_a_bounded_number_of_words(text: str, language: Language, bare: bool) -> None:
    found = tokens(text * 20, language, bare)
    assert len(found) <= 2 * MOST
    assert all(word and word == word.lower() for word in found)
