"""What a language model is told of a conversation, and what of its answer is said."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.contracts import Utterance
from visavis.engines.llm.openai_history import messages, said

ASK = Utterance("user", "And now?")


def told(history: Sequence[Utterance], most: int = 1000) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages(history, "Be kind.", most)]


def test_one_system_message_stands_in_front() -> None:
    history = (
        Utterance("system", "You are Ada."),
        Utterance("user", "Hi"),
        Utterance("system", "Hurry."),
        ASK,
    )
    assert told(history) == [("system", "Be kind.\n\nYou are Ada.\n\nHurry."), ("user", "Hi\nAnd now?")]


def test_turns_that_nobody_heard_are_left_out() -> None:
    history = (Utterance("user", "Hi"), Utterance("assistant", ""), ASK)
    assert told(history)[1:] == [("user", "Hi\nAnd now?")]


def test_the_newest_turns_are_kept_and_begin_with_the_user() -> None:
    history = (*(Utterance(role, f"{n:09}") for n in range(50) for role in ("user", "assistant")), ASK)
    kept = told(history, 40)[1:]
    assert kept == [("user", "000000049"), ("assistant", "000000049"), ("user", "And now?")]


def test_the_last_turn_is_sent_however_long_it_is() -> None:
    long = Utterance("user", "word " * 1000)
    assert told((ASK, Utterance("assistant", "x"), long), 10)[1:] == [("user", long.text)]
    assert told((Utterance("user", " "),))[1:] == [("user", " ")]


def test_halves_of_characters_are_replaced() -> None:
    assert told((Utterance("user", "a\ud83d"),))[1:] == [("user", "a?")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes.", "Yes."),
        ("\n\nYes.", "Yes."),
        ("<think>Well.\n</think>\n\nYes.", "Yes."),
        ("  <think></think>Yes.", "Yes."),
        ("<think>for ever", ""),
        ("<b>Yes</b> <think>no</think>", "<b>Yes</b> <think>no</think>"),
        ("<", "<"),
        ("", ""),
    ],
)
@given(data=st.data())
def test_thoughts_are_not_said(text: str, answer: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))

    def pieces() -> Iterator[str]:
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
            yield text[start:end]

    found = list(said(pieces()))
    assert "".join(found).lstrip() == answer
    assert all(found)
