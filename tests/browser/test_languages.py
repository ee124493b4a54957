"""The page in its four languages: right to left for Persian, with a font and a keyboard for it."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ZWNJ = "\u200c"


def is_persian(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def test_in_persian_everything_runs_from_right_to_left(visit: Visit) -> None:
    ada = visit(language="fa")
    ada.shot("start-fa")
    assert ada.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["fa", "rtl"]
    ada.until(
        """[...document.fonts].some(one => one.status === "loaded"
            && one.family.includes("Vazirmatn") && one.unicodeRange.includes("U+600"))""",
        "Persian font",
    )
    ada.begin()
    field, history = (
        ada.page.get_by_label(name, exact=True).first.bounding_box() for name in ("پیام شما", "تاریخچه")
    )
    assert field
    assert history
    assert history["x"] < field["x"], "the history is on the left"
    ada.types("اسمت چیست؟")
    ada.is_in("speaking")
    ada.until("document.querySelector('.caption')", "caption")
    ada.shot("speaking-fa")
    assert is_persian(ada.answered(2))
    ada.types("این برنامه چیست؟")
    ada.until("document.querySelectorAll('.line')[3]?.textContent.includes(' ')", "answer")
    assert ada.history[3].text.startswith("visavis"), "a Latin word comes first"
    for line in ada.page.locator(".line p").all():
        assert line.evaluate("line => getComputedStyle(line).direction") == "rtl"


def test_the_persian_keyboard_writes_what_no_other_has(visit: Visit) -> None:
    ada = visit(language="fa")
    ada.begin()
    ada.button("صفحه‌کلید فارسی").click()
    board = ada.page.get_by_role("group", name="صفحه‌کلید فارسی")
    ada.shot("keyboard-fa")
    for key in ("م", "ی", "نیم‌فاصله", "ر", "و", "م", "فاصله", "۱", "۲"):
        board.get_by_role("button", name=key, exact=True).click()
    field = ada.page.get_by_label(ada.words.message, exact=True)
    assert field.input_value() == f"می{ZWNJ}روم ۱۲"
    delete = board.get_by_role("button", name="پاک", exact=False)
    delete.click()
    assert field.input_value() == f"می{ZWNJ}روم ۱"
    board.get_by_role("button", name=ada.words.send, exact=True).click()
    ada.until("document.querySelector('.line.user')", "line")
    assert ada.history[0].text == f"می{ZWNJ}روم ۱"


@pytest.mark.parametrize(
    ("language", "question", "answer"), [("zh", "你叫什么名字？", "小维"), ("es", "¿Cómo te llamas?", "Vis")]
)
def test_in_chinese_and_spanish_it_answers_so(
    visit: Visit, language: str, question: str, answer: str
) -> None:
    ada = visit(language=language)
    assert ada.page.evaluate("document.documentElement.lang") == language
    ada.begin()
    ada.types(question)
    ada.is_in("speaking")
    ada.shot(f"speaking-{language}")
    assert answer in ada.answered(2)
    assert ada.page.get_by_text(ada.words.ready, exact=True).first.is_visible()


def test_the_language_is_changed_without_losing_the_conversation(visit: Visit) -> None:
    ada = visit()
    ada.begin()
    ada.types("What is your name?")
    ada.answered(2)
    before = ada.history
    ada.page.get_by_label("Language of this page").select_option("fa")
    ada.sees("آماده")
    assert ada.page.evaluate("document.documentElement.dir") == "rtl"
    assert ada.history == before
    ada.page.reload()
    assert ada.page.evaluate("document.documentElement.dir") == "rtl"
