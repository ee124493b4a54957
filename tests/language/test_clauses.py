"""A text as clauses: where it is cut, in which language each is, what refuses to be spoken."""

import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from visavis.contracts import Clause
from visavis.errors import TextError
from visavis.language import clauses
from visavis.language.characters import PICTURE
from visavis.language.cutting import seconds
from visavis.language.markup import LINE, PARAGRAPH, plain
from visavis.language.tables import words
from visavis.media import LANGUAGES, Language


def texts(text: str, language: Language | None = None) -> list[str]:
    return [clause.text for clause in clauses(text, language)]


def length(text: str) -> float:
    return sum(map(seconds, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you? Fine!", ["Hello there.", "How are you?", "Fine!"]),
        ("Hello there, I am your avatar.", ["Hello there,", "I am your avatar."]),
        ("Well, yes.", ["Well, yes."]),
        ("Dr. Smith saw Mr. Lee. He left.", ["Doctor Smith saw Mister Lee.", "He left."]),
        ("It is 3.5 km. Then 1,000 m.", ["It is three point five kilometers.", "Then one thousand meters."]),
        ("At 5 p.m. The show began.", ["At five PM.", "The show began."]),
        ("See Fig. 3 and No. 5. No. I won't.", ["See figure three and number five.", "No.", "I won't."]),
        ("J. K. Rowling wrote it. I read it.", ["J K Rowling wrote it.", "I read it."]),
        ("It is in the U.S. Army base etc. The end.", ["It is in the US Army base et cetera.", "The end."]),
        ('"Really?" he asked. "Yes." She left.', ["Really? he asked.", "Yes.", "She left."]),
        ("(It was late.) Then he slept.", ["It was late.", "Then he slept."]),
        ("Wait... what? No… Really.", ["Wait.", "what?", "No.", "Really."]),
        ("Go to example.com. Now!", ["Go to example dot com.", "Now!"]),
        (
            "La Sra. López vive en EE. UU. desde ayer. Ya.",
            ["La señora López vive en Estados Unidos desde ayer.", "Ya."],
        ),
        ("你好。我是小明！你呢？", ["你好。", "我是小明！", "你呢？"]),
        ("他说：“好！”然后走了。", ["他说：", "好！", "然后走了。"]),
        (
            "قیمت ۳.۵ تومان است. د. احمدی آمد. خوبی؟ بله.",
            ["قیمت سه ممیز پنج تومان است.", "دکتر احمدی آمد.", "خوبی؟", "بله."],
        ),
        ("# Title\n\nSome text\n- one\n- two", ["Title", "Some text", "one", "two"]),
        ("Great job 🎉 thanks", ["Great job thanks"]),
    ],
)  # fmt: skip
def test_sentences_and_lines_are_cut(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_a_pause_depends_on_the_mark() -> None:
    text = (
        "First of all, hello. How are you?\n\nIt is late; the birds that sang all day are asleep: good night"
    )
    assert [(clause.text[-1], clause.pause) for clause in clauses(text)] == [
        (",", 0.12),
        (".", 0.35),
        ("?", 0.6),
        (":", 0.2),
        ("t", 0.35),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please say 你好 to María", [("en", "Please say"), ("zh", "你好"), ("en", "to María")]),
        ("我用iPhone 15 Pro拍照。", [("zh", "我用"), ("en", "iPhone fifteen Pro"), ("zh", "拍照。")]),
        ("3D打印", [("zh", "三"), ("en", "D"), ("zh", "打印")]),
        ("من با Google کار می‌کنم؟", [("fa", "من با"), ("en", "Google"), ("fa", "کار می‌کنم؟")]),
        (
            "I bought 5 apples for 100元 today.",
            [("en", "I bought five apples for"), ("zh", "一百元"), ("en", "today.")],
        ),
        ("跑了100km。", [("zh", "跑了一百公里。")]),
        ("发到a@b.com。", [
            ("zh", "发到"), ("en", "a"), ("zh", "艾特"), ("en", "b"), ("zh", "点"), ("en", "com."),
        ]),
        (
            "She said «me gusta mucho» and left.",
            [("en", "She said"), ("es", "me gusta mucho"), ("en", "and left.")],
        ),
        ("My grandmother always said que será será mi amor and laughed.", [
            ("en", "My grandmother always said"), ("es", "que será será mi amor"), ("en", "and laughed."),
        ]),
        ("I met José García in Buenos Aires.", [("en", "I met José García in Buenos Aires.")]),
        ("Me llamo John Smith y vivo en New York.", [("es", "Me llamo John Smith y vivo en New York.")]),
        ("Hello! Hola, ¿qué tal? 你好！ سلام!", [
            ("en", "Hello!"), ("es", "Hola, ¿qué tal?"), ("zh", "你好！"), ("fa", "سلام!"),
        ]),
        ("Vamos. No. OK.", [("es", "Vamos."), ("es", "No."), ("es", "OK.")]),
    ],
)  # fmt: skip
def test_each_run_of_a_language_is_a_clause(text: str, expected: list[tuple[Language, str]]) -> None:
    found = list(clauses(text))
    assert [(clause.language, clause.text) for clause in found] == expected
    assert all(clause.pause == 0 for clause in found[:-1] if clause.text[-1].isalpha())


def test_a_given_language_reads_its_letters_and_no_others() -> None:
    assert list(clauses("hola 5 你好", "en")) == [Clause("hola five", "en"), Clause("你好", "zh", 0.35)]
    assert list(clauses("hello 5", "es")) == [Clause("hello cinco", "es", 0.35)]
    assert list(clauses("5", "fa")) == [Clause("پنج", "fa", 0.35)]
    assert [clause.language for clause in clauses("Hello 你好", "zh")] == ["en", "zh"]


@pytest.mark.parametrize("language", [None, "en"])
def test_the_first_clause_is_given_out_before_the_sentence_is_known(language: Language | None) -> None:
    asked = 0

    def asked_for() -> Iterator[str]:
        nonlocal asked
        for word in ("Hello", "there,", "my", "friend,", "and", "welcome", "to", "this", "explanation."):
            asked += 1
            yield f"{word} "

    assert next(clauses(asked_for(), language)).text == "Hello there,"
    assert asked == 3


@pytest.mark.parametrize(
    "text",
    [
        "今天天气非常好我们一起去公园散步" * 40,
        "and the quick brown fox jumps over the lazy dog " * 40,
        "perro gato casa árbol mesa silla libro coche " * 40,
        "کتاب خانه درخت میز صندلی ماشین آب نان " * 40,
        "a" * 3000,
        "9" * 500,
        "https://example.com/" + "/".join(f"part{i}" for i in range(300)),
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, " * 40,
        "$1,234,567.89 " * 60,
    ],
)
def test_no_clause_is_longer_than_a_breath(text: str) -> None:
    for clause in clauses(text):
        assert length(clause.text) <= 15


def test_a_long_sentence_is_cut_into_comfortable_breaths() -> None:
    text = (
        "When I was a child, my family used to spend every summer in a small house near the lake, where"
        " there were no neighbours and no television, and where we read books and told each other stories"
        " until late at night, because nobody had to get up early in the morning."
    )
    found = texts(text)
    assert all(1 <= length(clause) <= 9 for clause in found)
    assert " ".join(found) == text


def test_a_breath_that_is_taken_without_a_mark_sounds_like_a_comma() -> None:
    text = (
        "the people who came to the old house on the hill saw the sea and the many ships that were"
        " lying in the harbour"
    )
    assert texts(text)[0] == "the people who came to the old house on the hill saw the sea,"
    assert texts("我们今天早上去了公园然后去吃饭" * 3)[0][-1] == "，"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("😀", "only emoji"),
        ("👨‍👩‍👧 ❤️\n🎉!", "only emoji"),
        (":-)", "only emoji"),
        ("...", "only punctuation"),
        ("?!", "only punctuation"),
        ("***\n---", "only punctuation"),
        ("「」。", "only punctuation"),
    ],
)
def test_nothing_to_say_is_said_so(text: str, reason: str) -> None:
    for language in (None, *LANGUAGES):
        with pytest.raises(TextError, match=f"there is nothing to say: the text .*{reason}.*; write"):
            next(clauses(text, language))
    with pytest.raises(TextError, match=reason):
        list(clauses(iter(text)))


def test_a_single_digit_or_sign_is_something_to_say() -> None:
    assert texts("5") == ["five"]
    assert texts("+") == ["plus"]


SNIPPETS = st.sampled_from([
    "Hello", "world", "Dr. ", "Mr. Smith", "U.S. ", "e.g. ", "etc. ", "EE. UU. ", "ه.ش. ", "and", "y",
    "而且", "و",
    "hola", "cómo estás", "¿qué", "señor", "你好", "我有3个", "苹果。", "，然后",
    "سلام", "می‌روم", "خوبی؟", "Привет",
    "3.5", "1,250", "$5", "€20 ", "100元", "۱۲۳", "１２", "5%", "km", "-3°C", "1/2", "½", "7pm", "10:30",
    "2026-11-20",

    "XXI", "Louis XIV", "COVID-19", "http://a.b/c?d=1", "info@x.com", "@me", "#tag", "_a_",
    "**bold**", "*it*", "`code`", "[a](b)", "# ", "- ", "* ", "| ", "|---", "```", "> ", "1. ", "<b>",
    "</b>", "<br>",
    "😀", "👍🏽", "…", "...", "?!", "!!", ".", ",", "、", "؛", "—", " - ", "(", ")", '"', "“", "”", "«", "»",
    "'", "’",
    "&", "&amp;", "<", ">", " ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u200f", "\u200d",
])  # fmt: skip
TEXTS = st.lists(SNIPPETS, max_size=25).map(" ".join) | st.lists(SNIPPETS, max_size=25).map("".join)


def outcome(text: str | list[str], language: Language | None) -> list[Clause] | str:
    try:
        return list(clauses(text, language))
    except TextError as error:
        return str(error)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([None, *LANGUAGES]), st.data())
def test_the_pieces_in_which_a_text_comes_do_not_matter(
    text: str, language: Language | None, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = outcome(text, language)
    assert outcome(pieces, language) == whole
    assert outcome(list(text), language) == whole


@settings(max_examples=150, deadline=None)
@given(TEXTS | st.text(max_size=60), st.sampled_from([None, *LANGUAGES]))
@example("x² ⅷ ൩ ¼", None)
def test_a_clause_is_words_and_marks(text: str, language: Language | None) -> None:
    found = outcome(text, language)
    for clause in found if not isinstance(found, str) else ():
        assert clause.text == clause.text.strip()
        assert any(letter.isalnum() for letter in clause.text)
        assert not any(letter.isdigit() for letter in clause.text)
        assert not set(clause.text) & set('*_`#@[]{}()<>|\\/=+&%$€~^"“”«»😀\u200d\u200f\n')
        assert length(clause.text) <= 16
        assert 0 <= clause.pause <= 0.6


WORDS: dict[Language, Sequence[str]] = {
    "en": words("the house of many books stands where old rivers meet young people come here every summer"),
    "es": words("la casa de los libros está donde el río viejo encuentra gente joven que viene cada verano"),
    "fa": words("خانه کتاب‌های بسیار جایی است که رود پیر به مردم جوان می‌رسد"),
    "zh": tuple("这座房子里有很多书人们每年夏天都来这里看河水"),
}


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_word_is_lost(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    drawn = data.draw(st.lists(st.sampled_from(WORDS[language]), min_size=1, max_size=120))
    marks = st.sampled_from(["", "", "", ",", ".", "?", "\n", "\n\n", " —", "!", ";"])
    space = "" if language == "zh" else " "
    text = space.join(word + data.draw(marks) for word in drawn)
    said = "".join(clause.text for clause in clauses(text))
    letters = "".join(letter for letter in said if letter.isalpha() or letter == "\u200c")
    assert letters == "".join(drawn)


@pytest.mark.parametrize(
    ("sentence", "total"),
    [
        ("Hello there, I paid $3.50 for 12 apples on Nov 20, 2026, and Dr. Smith said “fine”. ", 50_000),
        ("我在2026年11月20日花了3.5元买了2个苹果，然后回家了。", 10_000),
        ("a", 50_000),
        ("[", 20_000),
        ("<a ", 10_000),
        ("😀", 50_000),
        ("- item\n", 10_000),
        ("x ", 10_000),
    ],
)
def test_memory_does_not_grow_with_the_text(sentence: str, total: int) -> None:
    def pieces(count: int) -> Iterator[str]:
        yield "Start. "
        for _ in range(count):
            yield sentence

    for _ in clauses(pieces(5)):
        pass
    tracemalloc.start()
    try:
        for _ in clauses(pieces(total // len(sentence))):
            pass
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello there, it is 3.5 km.", ["Hello there,", " it is 3.5 km."]),
        ("# Title\n\n**Some** text\n- one 🎉\n- two", ["Title", "\n\nSome text", "\none", "\ntwo"]),
        ("你好。我是小明！", ["你好。", "我是小明！"]),
        ("Please say 你好 to María. Now!", ["Please say 你好 to María.", "", "", " Now!"]),
        ("***\nReally?\n***\nYes", ["Really?", "\n\nYes"]),
    ],
)
def test_each_piece_is_written_once(text: str, written: list[str]) -> None:
    assert [clause.written for clause in clauses(text)] == written


def unmarked(text: str) -> str:
    """What a reader sees of a text."""
    return "".join(plain([text])).replace(PICTURE, " ").replace(LINE, "\n").replace(PARAGRAPH, "\n")


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([None, *LANGUAGES]), st.booleans())
def test_what_was_written_is_the_text(text: str, language: Language | None, early: bool) -> None:
    try:
        found = "".join(clause.written for clause in clauses(text, language, early))
    except TextError:
        return
    assert lettered(found) == lettered(unmarked(text))


def lettered(text: str) -> list[str]:
    """Its lines, without the signs that stand between spaces, which may not be read."""
    lines = [
        " ".join(word for word in line.split() if any(map(str.isalnum, word))) for line in text.split("\n")
    ]
    return [line for line in lines if line]
