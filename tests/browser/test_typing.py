"""Typing a question: the answer is seen, heard and kept."""

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_question_is_answered_in_sound_picture_and_writing(visit: Visit) -> None:
    ada = visit()
    ada.shot("start")
    ada.begin()
    ada.listens()
    ada.shot("ready")
    before = ada.senses("inbound()")
    ada.types("Who are you?")
    ada.is_in("speaking")
    ada.hears()
    ada.until("document.querySelector('.caption')?.textContent.includes('Vis')", "caption")
    ada.shot("speaking")
    answer = ada.answered(2)
    after = ada.senses("inbound()")

    assert [line.text for line in ada.history] == ["Who are you?", answer]
    assert "Vis" in answer
    assert not ada.history[1].interrupted
    assert after["audio"]["totalAudioEnergy"] > before["audio"]["totalAudioEnergy"]
    assert after["video"]["framesDecoded"] > before["video"]["framesDecoded"]
    assert ada.senses("video.currentTime") > 1
    assert ada.senses("video.getVideoPlaybackQuality().totalVideoFrames") > 25
    assert ada.senses("frames.filter(one => one.change > 0.5).length") > 5, "the mouth moves"
