"""Which language a text is in."""

import pytest

from visavis.errors import UnknownName
from visavis.language import detect, language_of
from visavis.language.detect import leaning
from visavis.media import Language

TEXTS: dict[Language, list[str]] = {
    "en": [
        "hello", "yes", "no", "hi", "thanks", "please", "sorry", "OK", "I", "water", "me too", "good morning",
        "How are you?", "let's go", "my name is Ana", "Happy birthday, José!", "I love tacos",
        "I met José García and María Muñoz in Bogotá.", "Please say 你好 to María", "the hotel", "",
        "12345", "Enter a valid date.", "This is a normal animal hospital.",
    ],
    "es": [
        "hola", "sí", "gracias", "adiós", "por favor", "bueno", "mañana", "¿qué?", "buenos días", "no sé",
        "que tal", "como estas", "donde esta el bano", "te quiero", "me llamo John", "¡Hola!", "¿Y tú?",
        "Hola, soy tu asistente.", "Fui a New York con Mary Smith", "una idea", "todo bien", "tengo hambre",
        "Introduzca una fecha válida.", "el perro y el gato",
    ],
    "zh": ["你好", "是", "我用iPhone", "Python 是什么？", "今天天气很好。",
        "我的 MacBook 坏了", "ＯＫ，好的"],
    "fa": ["سلام", "نه", "بله", "می‌روم", "من Python بلدم", "۵ تومان", "چرا؟"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language"), [(text, language) for language, texts in TEXTS.items() for text in texts]
)
def test_short_texts_are_known(text: str, language: Language) -> None:
    assert detect(text) == language


def test_only_the_languages_that_are_asked_for_are_found() -> None:
    assert detect("hola", ["en", "zh"]) == "en"
    assert detect("你好", ["es", "fa"]) == "es"
    assert detect("hello", ["zh", "fa"]) == "zh"


def test_a_telling_word_is_more_certain_than_a_name() -> None:
    assert leaning("gracias")[1] > leaning("Madrid")[1]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("en", "en"), ("en-US", "en"), ("en_GB", "en"), ("EN", "en"), ("English", "en"), ("zh-CN", "zh"),
        ("zh-Hant-TW", "zh"), ("cmn", "zh"), ("es-MX", "es"), ("es-419", "es"), ("español", "es"),
        ("fa-IR", "fa"), ("farsi", "fa"), (" fa ", "fa"), ("auto", None), ("", None),
    ],
)  # fmt: skip
def test_languages_go_by_many_names(name: str, language: Language | None) -> None:
    assert language_of(name) == language


@pytest.mark.parametrize("name", ["fr", "xx", "en!", "englisch", "中"])
def test_an_unknown_language_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(UnknownName, match=r"unknown language .*there is: auto, en, es, fa, zh"):
        language_of(name)
