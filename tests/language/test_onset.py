"""The first words of a reply that comes slowly: how early they are there, and that they can stand alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.test_clauses import TEXTS
from visavis.errors import TextError
from visavis.language import clauses, detect, warm
from visavis.media import LANGUAGES, Language


def early(text: str, language: Language | None = None) -> list[str]:
    return [clause.text for clause in clauses(text, language, early=True)]


def characters_until_the_first(text: str, language: Language | None) -> int:
    """How much of a text has come when its first clause is given out."""
    came = 0

    def typed() -> Iterator[str]:
        nonlocal came
        for came, character in enumerate(text, 1):  # noqa: B007
            yield character

    next(clauses(typed(), language, early=True))
    return came


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Well, that is true.", ["Well,", "that is true."]),
        ("Sure! I can.", ["Sure!", "I can."]),
        ("Of course, I can.", ["Of course,", "I can."]),
        ("Bueno, es verdad que sí.", ["Bueno,", "es verdad que sí."]),
        ("好的，我来。", ["好的，", "我来。"]),
        ("خب، می‌گویم.", ["خب،", "می‌گویم."]),
        ("John, it is late.", ["John, it is late."]),
        ("Yes.", ["Yes."]),
    ],
)
def test_a_word_said_for_itself_comes_at_once(text: str, expected: list[str]) -> None:
    assert early(text) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("The capital of France is Paris today.", "The capital of France,"),
        ("The answer to that question is forty two.", "The answer to that question,"),
        ("You can register a face with a photo of a person.", "You can register a face,"),
        ("It was Dr. John Smith who first described it there.", "It was Doctor John Smith,"),
        ("Green plants quickly make wonderful food.", "Green plants quickly make wonderful,"),
        ("We have met Alexander Montgomery Featherstone Ashbury there.",
         "We have met Alexander Montgomery Featherstone Ashbury,"),
        ("Puedes registrar una cara con una fotografía buena.", "Puedes registrar una cara,"),
        ("这个系统可以在你自己的电脑上运行。", "这个系统，"),
        ("我是一个会说话的虚拟形象。", "我是一个会说话的，"),
        ("من می‌توانم به شما کمک کنم که یک چهره ثبت کنید.", "من می‌توانم به شما کمک کنم،"),
        ("این سامانه در رایانه‌ی خود شما کار می‌کند همیشه.", "این سامانه در رایانه‌ی خود،"),
    ],
)  # fmt: skip
def test_the_first_words_end_where_a_phrase_does(text: str, first: str) -> None:
    assert early(text)[0] == first
    assert early(text, detect(text))[0] == first


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("Photosynthesis is the process by which green plants make food from water, air and sunlight.", 40),
        ("That depends on what kind of machine you have got at home, and on how many people talk.", 40),
        ("In 1969 the crew of Apollo 11 landed on the Moon and came back eight days later.", 30),
        ("La capital de Francia es París y tiene unos dos millones de habitantes en total.", 40),
        ("法国的首都是巴黎市里面大约有两百万居民。", 14),
        ("پایتخت فرانسه شهر پاریس است و حدود دو میلیون نفر جمعیت دارد.", 30),
    ],
)
def test_the_first_clause_comes_with_eight_tokens(text: str, most: int) -> None:
    for language in (None, detect(text)):
        assert characters_until_the_first(text, language) <= most


def test_what_follows_is_there_when_the_first_words_are_said() -> None:
    """A text comes three times as fast as it is spoken, so the second clause is bounded by the first."""
    text = (
        "Well, the people of the town have always been fond of music since they built a hall for it long ago"
    )
    assert early(text, "en")[:2] == ["Well,", "the people of the town,"]


def test_a_word_of_two_languages_waits_until_it_is_clear_whose_it_is() -> None:
    assert early("No, lo siento mucho, amigo.")[0] == "No, lo siento mucho,"
    assert early("No, lo siento mucho, amigo.", "es")[0] == "No,"


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from([None, *LANGUAGES]), st.data())
def test_the_pieces_in_which_a_text_comes_do_not_matter(
    text: str, language: Language | None, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    try:
        whole = list(clauses(text, language, early=True))
    except TextError:
        return
    assert list(clauses(pieces, language, early=True)) == whole
    assert list(clauses(list(text), language, early=True)) == whole


def test_all_languages_can_be_warmed_up() -> None:
    warm()
