"""Interrupting: by Esc, by the button, by speaking and by typing. It is silent at once and stays so."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visit, microphone
from tests.browser.figures import Figures
from tests.browser.speech import record
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

LONG = " ".join(
    f"The {number} boat of the morning comes into the harbour, and the children wave to it from the wall."
    for number in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
)

# Milliseconds within which it has to be silent, even on a machine that has much else to do.
SILENT = 1500

NO_WEBRTC = "delete window.RTCPeerConnection"


def talking(ada: Visitor) -> None:
    """Have a long text said, and hear a part of it."""
    since = ada.now()
    ada.lets_say(LONG)
    began = ada.hears(since=since)
    ada.until(f"performance.now() > {began} + 2000", "two seconds of it")


def cut(ada: Visitor, since: float) -> float:
    """What an interruption at a time has to leave behind; how long it took to be silent, in milliseconds."""
    silent = ada.silent_since(since)
    ada.is_in("idle")
    kept = ada.history[-1]
    assert kept.who == "assistant"
    assert kept.interrupted
    assert LONG.startswith(kept.text.rstrip("…").rstrip())
    assert 10 < len(kept.text) < len(LONG) / 2
    assert kept.text.rstrip("…, ").endswith(ada.caption.rstrip("…, ")), "the caption is cut as the history is"
    assert ada.words.interrupted in ada.page.locator(".line").last.inner_text()
    ada.waits(2000)
    assert ada.silent_since(silent) == silent, "nothing of it comes after"
    assert ada.history[-1] == kept
    assert silent - since < SILENT
    return silent - since


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_esc_and_the_button_silence_it(visit: Visit, figures: Figures, way: str) -> None:
    ada = visit(script="" if way == "WebRTC" else NO_WEBRTC)
    ada.begin()
    ada.listens()
    talking(ada)
    ada.page.keyboard.press("Escape")
    cut(ada, ada.last("key Escape"))
    ada.shot("interrupted")
    talking(ada)
    ada.button("Stop").click()
    figures.add("button to silence, ms", way, cut(ada, ada.last("pointer")))


def test_a_new_question_takes_the_place_of_the_old_answer(visit: Visit) -> None:
    ada = visit()
    ada.begin()
    ada.listens()
    talking(ada)
    ada.types("What is your name?")
    ada.answered(3)
    old, question, answer = ada.history
    assert old.interrupted
    assert question.text == "What is your name?"
    assert "Vis" in answer.text
    assert "boat" not in answer.text


@pytest.mark.parametrize("way", ["WebRTC", "WebSocket"])
def test_speaking_silences_it(visit: Visit, tmp_path: Path, figures: Figures, way: str) -> None:
    record(tmp_path / "barge.wav", 9.0, "Wait a moment please, what can you do?", 30.0)
    ada = visit(flags=microphone(tmp_path / "barge.wav"), script="" if way == "WebRTC" else NO_WEBRTC)
    ada.begin(voice=True)
    ada.listens()
    ada.lets_say(LONG)
    ada.hears()
    spoke = ada.speaks()
    ada.until("document.querySelector('.line.assistant[data-interrupted=true]')", "interruption", 30)
    kept = ada.history[0]
    figures.add("voice to silence, ms", way, ada.silent_since(spoke, for_ms=250) - spoke)
    assert 10 < len(kept.text) < len(LONG) / 2
    answer = ada.answered(3)
    assert ada.history[0] == kept
    assert ada.history[1].who == "user"
    assert "boat" not in answer
