"""Which of a few questions was meant."""

import pytest

from visavis.engines.llm.scripted import SURE
from visavis.engines.llm.scripted_matching import Asked, Questions
from visavis.media import Language

ENGLISH = (
    Asked(("what is your name", "how are you called")),
    Asked(("how much does it cost", "what is the price"), ("price",)),
    Asked(("which languages do you speak",), ("languages",)),
    Asked(("how do i register an avatar", "can i use my own photo")),
)


def meant(text: str, asked: tuple[Asked, ...] = ENGLISH, language: Language = "en") -> int | None:
    scores = Questions(asked, language).scores(text)
    return int(scores.argmax()) if scores.max() >= SURE else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is your name?", 0),
        ("what is a name", 0),
        ("what is you're name", 0),
        ("how much does a cost", 1),
        ("how much does it gost", 1),
        ("and what about the price of this", 1),
        ("which language do use peek", 2),
        ("how do i register and have a tar", 3),
        ("the weather will be fine tomorrow", None),
        ("", None),
        ("?!", None),
    ],
)
def test_also_where_it_was_misheard(text: str, expected: int | None) -> None:
    assert meant(text) == expected


def test_a_word_that_few_ask_with_tells_more_than_one_that_all_ask_with() -> None:
    asked = (Asked(("what is the price",)), Asked(("what is the time",)), Asked(("what is the date",)))
    assert meant("price", asked) == 0
    assert meant("what is the", asked) in (None, 0, 1, 2)
    assert meant("what date", asked) == 2


def test_words_are_counted_in_every_language() -> None:
    chinese = (Asked(("你叫什么名字",)), Asked(("需要显卡吗",), ("显卡",)))
    assert meant("那你叫什么", chinese, "zh") == 0
    assert meant("没有显卡可以吗", chinese, "zh") == 1
    assert meant("今天天气真好", chinese, "zh") is None
    persian = (Asked(("اسم شما چیست",)), Asked(("چقدر هزینه دارد",)))
    assert meant("اسم شما چی است", persian, "fa") == 0
    assert meant("چه قدر هزينه دارد؟", persian, "fa") == 1


def test_there_may_be_nothing_to_be_asked() -> None:
    assert Questions((), "en").scores("hello").shape == (0,)
    assert Questions((Asked((), ("word",)), Asked(("?",))), "en").scores("a word").argmax() == 0
