from dataclasses import replace

import pytest

from visavis.evaluate.metrics.turns import METRICS
from visavis.evaluate.takes import Dialogue, Exchange

BY_NAME = {metric.name: metric for metric in METRICS}

ASKED = Exchange(
    said="What is your name?",
    began=1.0,
    ended=2.0,
    heard="what is your name",
    answered="My name is Vis.",
    first=2.6,
    expects={"answer": r"\bVis\b"},
)
TYPED = replace(ASKED, typed=True, began=5.0, ended=5.0, heard="", first=5.1)
BREAKS_IN = replace(ASKED, silent=1.3, expects={"answer": "Vis", "interrupts": "yes"})
STOPS = Exchange(
    said="(stop)", began=8.0, ended=8.0, typed=True, silent=8.02,
    expects={"interrupts": "yes", "must_not_answer": "yes"},
)  # fmt: skip
COUGH = Exchange(said="(cough)", began=3.0, ended=3.2, expects={"interrupts": "no", "must_not_answer": "yes"})


def talk(*exchanges: Exchange) -> Dialogue:
    return Dialogue(scenario="talk", language="en", exchanges=exchanges)


def value(name: str, *exchanges: Exchange) -> float | None:
    reading = BY_NAME[name].measure(talk(*exchanges))
    assert reading.value is not None or reading.note
    return reading.value


GOOD = (ASKED, TYPED, BREAKS_IN, STOPS, COUGH)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("speech_to_sound_p50", 600),
        ("speech_to_sound_p95", 600),
        ("text_to_sound_p95", 100),
        ("voice_to_silence", 300),
        ("stop_to_silence", 20),
        ("false_interruptions", 0),
        ("missed_interruptions", 0),
        ("answers_to_nothing", 0),
        ("unanswered", 0),
        ("cut_off", 0),
        ("as_expected", 100),
        ("words_misheard", 0),
    ],
)
def test_a_good_conversation(name: str, expected: float) -> None:
    assert value(name, *GOOD) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "spoiled", "expected"),
    [
        ("speech_to_sound_p95", replace(ASKED, first=4.0), 2000),
        ("text_to_sound_p95", replace(TYPED, first=6.0), 1000),
        ("voice_to_silence", replace(BREAKS_IN, silent=2.0), 1000),
        ("stop_to_silence", replace(STOPS, silent=8.5), 500),
        ("false_interruptions", replace(COUGH, silent=3.4), 50),
        ("missed_interruptions", replace(BREAKS_IN, silent=None), 100 / 3),
        ("answers_to_nothing", replace(COUGH, answered="Pardon?", first=3.5), 100 / 3),
        ("unanswered", replace(ASKED, answered="", first=None), 25),
        ("cut_off", replace(ASKED, first=1.5), 100 / 3),
        ("as_expected", replace(ASKED, answered="I do not know."), 500 / 6),
        ("as_expected", replace(ASKED, first=1.5), 500 / 6),
        ("as_expected", replace(COUGH, silent=3.4), 500 / 6),
        ("as_expected", replace(STOPS, silent=None), 500 / 6),
        ("as_expected", replace(COUGH, answered="Pardon?"), 500 / 6),
        ("words_misheard", replace(ASKED, heard="what is a game"), 200 / 12),
    ],
)
def test_what_goes_wrong_is_told(name: str, spoiled: Exchange, expected: float) -> None:
    assert value(name, *GOOD, spoiled) == pytest.approx(expected)


def test_what_went_wrong_is_named() -> None:
    reading = BY_NAME["as_expected"].measure(talk(*GOOD, replace(COUGH, silent=3.4)))
    assert reading.note == "(cough)"
    assert BY_NAME["speech_to_sound_p50"].measure(talk(*GOOD)).series == {"ms": pytest.approx([600, 600])}


def test_of_nothing_nothing_is_told() -> None:
    for metric in METRICS:
        assert metric.measure(talk()).value is None
        assert metric.source
        assert metric.limits
    away = Exchange(
        said="(away for 2 s)", began=0.0, ended=2.0, typed=True, answered="goes on",
        expects={"answer": "goes on", "returns": "yes"},
    )  # fmt: skip
    assert value("unanswered", away) is None
    assert value("text_to_sound_p50", away) is None
    assert value("as_expected", away) == 100
    assert value("as_expected", replace(away, answered="begins anew")) == 0
