"""Speaking into the microphone: hands-free, and while a key or a button is held."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visit, microphone
from tests.browser.speech import record
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

# Seconds until the connection stands, on a machine that has much else to do.
BEFORE = 4.0


def understood(ada: Visitor) -> str:
    """Wait for what the user said, and for an answer to it."""
    ada.answered(2)
    said, answer = ada.history[:2]
    assert (said.who, answer.who) == ("user", "assistant")
    assert answer.text
    return said.text.lower()


def test_a_spoken_question_is_understood_and_answered(visit: Visit, tmp_path: Path) -> None:
    record(tmp_path / "question.wav", BEFORE, "What can you do?", 30.0)
    ada = visit(flags=microphone(tmp_path / "question.wav"))
    ada.begin(voice=True)
    ada.listens()
    ada.is_in("listening")
    ada.shot("listening")
    ada.hears(30)
    assert "what can you do" in understood(ada)


@pytest.mark.parametrize("by", ["button", "key"])
def test_what_is_said_while_it_is_held_is_one_turn(visit: Visit, tmp_path: Path, by: str) -> None:
    _, end = record(tmp_path / "held.wav", BEFORE, "What can", 1.5, "you do?", 30.0)
    ada = visit(flags=microphone(tmp_path / "held.wav"), script="localStorage['visavis.hands'] = '\"hold\"'")
    ada.begin(voice=True)
    mic = ada.button("Hold to talk")
    mic.wait_for()
    if by == "button":
        mic.hover()
        ada.page.mouse.down()
    else:
        ada.page.get_by_label("Avatar", exact=True).first.click()  # takes the focus from the field
        ada.page.keyboard.down(" ")
    ada.button("Release").wait_for()
    ada.shot(f"held-by-{by}")
    ada.until(
        f"performance.now() > senses.log.find(one => one[1] === 'pointer')[0] + {1000 * end + 500}", "end"
    )
    assert ada.history == [], "a pause does not end the turn"
    if by == "button":
        ada.page.mouse.up()
    else:
        ada.page.keyboard.up(" ")
    mic.wait_for()
    assert "you" in understood(ada).split()
    assert len(ada.history) == 2
