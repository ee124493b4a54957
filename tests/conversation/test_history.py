from visavis.contracts import Utterance
from visavis.conversation.history import CHARACTERS, KEPT, TURNS, History, prompt


def turns(count: int, text: str = "so") -> tuple[Utterance, ...]:
    return tuple(Utterance("assistant" if place % 2 else "user", f"{text} {place}") for place in range(count))


def test_what_was_not_heard_is_no_turn() -> None:
    history = History()
    history.add("user", "hello")
    history.add("assistant", "")
    assert history.turns == (Utterance("user", "hello"),)


def test_a_session_of_hours_is_kept_within_bounds() -> None:
    history = History()
    for number in range(KEPT + 10):
        history.add("user", str(number))
    assert len(history.turns) == KEPT
    assert history.turns[-1].text == str(KEPT + 9)


def test_a_mind_is_told_who_it_is_then_what_was_said_then_what_is_asked() -> None:
    told = prompt("You are Ada.", turns(2), "and now?")
    assert told == (Utterance("system", "You are Ada."), *turns(2), Utterance("user", "and now?"))
    assert prompt("", (), "hi") == (Utterance("user", "hi"),)


def test_a_mind_is_told_the_latest_turns_only() -> None:
    told = prompt("s", turns(100), "now")
    assert told[0].role == "system"
    assert told[1:] == (*turns(100)[-TURNS + 1 :], Utterance("user", "now"))


def test_a_mind_is_told_so_many_characters_at_most_and_no_turn_in_part() -> None:
    long = turns(10, "x" * 2500)
    told = prompt("s", long, "y" * 1000)
    assert told[1:-1] == long[-4:]
    assert sum(len(turn.text) for turn in told[1:]) <= CHARACTERS


def test_what_is_asked_is_told_however_long_it_is() -> None:
    assert prompt("", turns(2), "z" * 20_000) == (Utterance("user", "z" * 20_000),)
