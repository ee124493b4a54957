"""The scripted mind as a whole: the contract, conversations, and how much it understands."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.contracts.llm import CHECKS, Check, Stage, collected, staged, user
from tests.engines.llm.heard import HEARD, STRANGE
from visavis.contracts import Utterance
from visavis.engines.llm.scripted import Scripted
from visavis.media import LANGUAGES, Language


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Scripted()) as stage:
        yield stage


@pytest.fixture(scope="module")
def mind() -> Scripted:
    return Scripted(clock=lambda: datetime(2026, 11, 20, 14, 5))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


def talked(mind: Scripted, *said: str) -> list[str]:
    """The answers to some turns of a user's, one after the other."""
    history: list[Utterance] = []
    for text in said:
        history.append(user(text))
        history.append(Utterance("assistant", mind.answer(history)))
    return [turn.text for turn in history[1::2]]


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("What's your name?", "Vis"),
        ("what is a name", "Vis"),
        ("Hello, which languages do you speak?", "Persian"),
        ("你叫什么名字？", "小维"),
        ("請問你會說什麼語言", "西班牙语"),
        ("¿Cuánto cuesta?", "gratis"),
        ("CUANTO CUESTA", "gratis"),
        ("اسمت چیه؟", "ویس"),
        ("اين چقدر هزينه دارد", "رایگان"),
        ("what time is it", "2:05 PM"),
        ("qué hora es", "14:05"),
        ("今天几号", "2026年11月20日，星期五"),
        ("امروز چندم است", "جمعه ۲۹ آبان ۱۴۰۵"),
    ],
)
def test_it_answers_in_the_language_it_was_asked_in(mind: Scripted, said: str, part: str) -> None:
    assert part in mind.answer((user(said),))


def test_no_answer_comes_twice_running(mind: Scripted) -> None:
    for said in ("tell me a joke", "hello", "what is the capital of France", "谢谢", "چطوری"):
        answers = talked(mind, *[said] * 5)
        assert all(one != other for one, other in pairwise(answers)), said


def test_more_of_what_was_talked_about(mind: Scripted) -> None:
    first, second, third = talked(mind, "How do I register an avatar?", "Tell me more.", "go on")
    assert "consent" in first or "agrees" in first
    assert "visavis avatars register" in second
    assert "all I know" in third or "no more on that" in third


def test_more_after_an_answer_that_was_broken_off(mind: Scripted) -> None:
    answer = mind.answer((user("what happens to my data"),))
    history = (user("what happens to my data"), Utterance("assistant", answer[:40]), user("yes please"))
    assert "encrypted" in mind.answer(history)


def test_what_was_said_is_said_again(mind: Scripted) -> None:
    first, second = talked(mind, "how much does it cost", "what did you say?")
    assert second.endswith(first)
    assert "not said anything" in mind.answer((user("what did you say"),))


def test_a_word_of_two_languages_is_taken_for_that_of_the_conversation(mind: Scripted) -> None:
    assert "Aquí estoy" in talked(mind, "¿Cuánto cuesta?", "no")[1]
    assert "I am here" in talked(mind, "How much does it cost?", "no")[1]


def test_it_greets_where_nobody_has_said_anything(mind: Scripted) -> None:
    assert "Vis" in mind.answer(())
    assert "Vis" in mind.answer((Utterance("system", "Be brief."),))
    assert "Vis" in mind.answer((user("  "),))


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("what is the capital of france", "language model"),
        ("法国的首都是哪里", "语言模型"),
        ("quién ganó el mundial", "modelo de lenguaje"),
        ("پایتخت فرانسه کجاست", "مدل زبانی"),
    ],
)
def test_what_it_does_not_know_it_does_not_make_up(mind: Scripted, said: str, part: str) -> None:
    assert part in mind.answer((user(said),))


async def test_an_answer_comes_sentence_by_sentence(mind: Scripted) -> None:
    pieces = await collected(mind.reply((user("do i need a graphics card"),)))
    assert len(pieces) == 2
    assert "".join(pieces) == mind.answer((user("do i need a graphics card"),))


def test_a_persona_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "ada.toml"
    path.write_text(
        """
        name = "Ada"
        [fallback]
        en = ["I only know the museum."]
        [[entries]]
        id = "opening hours"
        en.ask = ["when are you open"]
        en.say = ["From ten to six."]
        """
    )
    mind = Scripted(path)
    assert mind.answer((user("When are you open?"),)) == "From ten to six."
    assert mind.answer((user("what is your name"),)) == "My name is Ada."
    assert mind.answer((user("¿Cuánto cuesta?"),)) == "I only know the museum."
    assert mind.answer((user("需要显卡吗"),)) == "I only know the museum."


def test_documented_persona_is_one(tmp_path: Path) -> None:
    text = Path(__file__).parents[3].joinpath("docs", "personas.md").read_text("utf-8")
    path = tmp_path / "ada.toml"
    path.write_text(text.partition("```toml\n")[2].partition("```")[0], "utf-8")
    first, second = talked(Scripted(path), "are you open on monday", "tell me more")
    assert "Monday" in first
    assert "Friday" in second


def understood(mind: Scripted, said: str, language: Language) -> str | None:
    entry = mind.meant(said, (language,)).entry
    return entry.id if entry else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_understands_what_it_was_not_told(mind: Scripted, language: Language) -> None:
    """Questions that were put aside when the persona was written; docs/personas.md tells the figures."""
    heard = [case for case in HEARD if case.language == language]
    right = sum(understood(mind, case.said, language) == case.meant for case in heard)
    misheard = [understood(mind, case.misheard, language) for case in heard]
    still = sum(found == case.meant for found, case in zip(misheard, heard, strict=True))
    strange = sum(understood(mind, text, language) is not None for text in STRANGE[language])
    assert right / len(heard) >= 0.65
    assert still / len(heard) >= 0.3
    assert strange / len(STRANGE[language]) <= 0.3
