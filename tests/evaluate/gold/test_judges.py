"""What optional packages tell, where they are installed."""

import pytest

from tests.evaluate.gold.material import RATE, with_noise
from visavis.evaluate.gold import judges
from visavis.evaluate.gold.choosing import DULL, UNLIKE
from visavis.evaluate.gold.judges import overall, voiceprints
from visavis.evaluate.metrics import _voiceprint, dnsmos
from visavis.media import Samples

resemblyzer = pytest.mark.skipif(_voiceprint.found() is None, reason="needs Resemblyzer's weights")


@resemblyzer
def test_two_people_are_told_apart_by_their_voices(james: list[Samples], emma: list[Samples]) -> None:
    voiceprint = voiceprints()
    assert voiceprint is not None
    points = [voiceprint(said[: 2 * RATE], RATE) for said in (james[0], james[1], emma[0])]
    assert points[0] @ points[1] > UNLIKE > points[0] @ points[2]


def test_without_the_weights_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_voiceprint, "found", lambda: None)
    assert voiceprints() is None


def test_listeners_prefer_clean_speech(james: list[Samples]) -> None:
    clean, noisy = overall(james[0], RATE), overall(with_noise(james[0], 0), RATE)
    if clean is None or noisy is None:
        pytest.skip("needs DNSMOS")
    assert noisy < DULL < clean


def test_without_dnsmos_there_is_no_opinion(monkeypatch: pytest.MonkeyPatch, james: list[Samples]) -> None:
    monkeypatch.setattr(dnsmos, "brought", lambda *_: None)
    assert judges.overall(james[0], RATE) is None
