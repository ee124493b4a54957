"""Without a microphone: it is said plainly, and typing works."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_refused_microphone_leaves_typing(visit: Visit) -> None:
    ada = visit(flags=())
    ada.begin(voice=True)
    ada.sees("The microphone is blocked, so you type.")
    ada.button("Turn on mic").wait_for()
    ada.shot("refused")
    ada.listens()
    ada.types("What is your name?")
    ada.hears()
    assert "Vis" in ada.answered(2)


def test_a_missing_microphone_leaves_typing(visit: Visit) -> None:
    none = """navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("Requested device not found", "NotFoundError"); }"""
    ada = visit(script=none)
    ada.begin(voice=True)
    ada.sees("No microphone was found, so you type.")
    ada.types("What is your name?")
    assert "Vis" in ada.answered(2)
