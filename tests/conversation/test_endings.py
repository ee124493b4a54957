"""How texts end, with and without signs, in every language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.conversation.endings import Ending, ending, joined
from visavis.media import LANGUAGES, Language

ENDINGS: dict[tuple[Language, Ending], tuple[str, ...]] = {
    ("en", "answer"): ("yes", "Yes.", "No, thanks!", " Thank you. ", "OK", "never mind"),
    ("en", "complete"): ("What is your name?", "Stop that!"),
    ("en", "plain"): (
        "what is your name",
        "I like it.",
        "where are you from",
        "Who is it for.",
        "I know so",
        "",
    ),
    ("en", "open"): (
        "I would like to",
        "tell me about",
        "And then, um.",
        "I went to the",
        "red and",
        "well, you know",
        "my name is",
        "I think,",
        "so...",
        "um",
    ),
    ("zh", "answer"): ("好的。", "是", "谢谢！"),
    ("zh", "complete"): ("你叫什么名字？",),
    ("zh", "plain"): ("你叫什么名字", "现在", "我的余额"),
    ("zh", "open"): ("我想要那个", "我昨天去了然后", "因为,", "嗯"),
    ("es", "answer"): ("Sí.", "no", "¡Muchas gracias!", "para"),
    ("es", "complete"): ("¿Cómo te llamas?",),
    ("es", "plain"): ("cómo te llamas", "no sé qué es"),
    ("es", "open"): ("quiero ir a", "fui ayer y", "Pues", "me llamo", "o sea"),
    ("fa", "answer"): ("بله", "نه.", "مرسی!"),
    ("fa", "complete"): ("اسم شما چیست؟",),
    ("fa", "plain"): ("اسم شما چیست", "خسته‌ام", "هفته بعد"),
    ("fa", "open"): ("من فکر می‌کنم که", "می‌خواهم به", "من و", "خب", "برای", "گفتم كه"),
}


@pytest.mark.parametrize(
    ("language", "expected", "text"),
    [(language, how, text) for (language, how), texts in ENDINGS.items() for text in texts],
)
def test_a_text_ends(language: Language, expected: Ending, text: str) -> None:
    assert ending(text, language) == expected


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_any_text_ends_somehow(text: str, language: Language) -> None:
    assert ending(text, language) in ("answer", "complete", "plain", "open")
    assert ending(f" {text}\n", language) == ending(text, language)


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([], ""),
        (["", " "], ""),
        (["what is", "", " your name "], "what is your name"),
        (["我想", "吃饭"], "我想吃饭"),
        (["你好，", "我"], "你好，我"),
        (["我用", "Python", "写"], "我用 Python 写"),
        (["من", "و تو"], "من و تو"),
    ],
)
def test_pieces_are_joined(pieces: list[str], text: str) -> None:
    assert joined(pieces) == text
