from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.voices.verdict import Measures, judged

FINE = Measures(
    seconds=14.0, found=20.0, f0=120.0, f0_range=5.0, level=-22.0, snr=40.0, bandwidth=11_000.0, clipped=0.0,
    music=0.0, other=0.0,
)  # fmt: skip


def test_nothing_is_said_of_a_good_one() -> None:
    quality = judged(FINE)
    assert (quality.verdict, quality.sentences, quality.advice) == ("good", (), "")


@pytest.mark.parametrize(
    ("what", "verdict", "words"),
    [
        ({"seconds": 3.1}, "usable", "only 3.1 s of speech were found; record at least 6 s"),
        ({"seconds": 2.0}, "unusable", "only 2.0 s"),
        ({"snr": 12.0}, "usable", "noise 12 dB below"),
        ({"snr": 2.0}, "unusable", "almost as loud"),
        ({"music": 0.8}, "usable", "music"),
        ({"clipped": 0.01}, "usable", "the loudest 1.0% of the speech are cut off"),
        ({"clipped": 0.2}, "unusable", "20.0%"),
        ({"bandwidth": 3500.0}, "usable", "nothing above 3.5 kHz"),
        ({"level": -52.0}, "usable", "very quiet (-52 LUFS)"),
        ({"other": 210.0}, "usable", "about 120 Hz and 210 Hz"),
        ({"f0": 0.0}, "unusable", "whispered"),
    ],
)
def test_each_fault_has_its_sentence(what: dict[str, float], verdict: str, words: str) -> None:
    quality = judged(replace(FINE, **what))
    assert quality.verdict == verdict
    (sentence,) = quality.sentences
    assert words in sentence
    assert quality.advice.startswith("Record one person")


def test_the_worst_comes_first() -> None:
    quality = judged(replace(FINE, clipped=0.01, snr=2.0))
    assert quality.verdict == "unusable"
    assert "noise" in quality.sentences[0]
    assert "cut off" in quality.sentences[1]


shares, numbers = st.floats(0, 1), st.floats(0, 100)
anything = st.builds(
    replace,
    st.just(FINE),
    seconds=numbers,
    f0=numbers,
    level=st.floats(-100, 0),
    snr=st.floats(-20, 60),
    bandwidth=st.floats(0, 24_000),
    clipped=shares,
    music=shares,
    other=numbers,
)


@given(anything)
def test_advice_is_given_exactly_where_something_is_wrong(measures: Measures) -> None:
    quality = judged(measures)
    assert (quality.verdict == "good") == (not quality.sentences) == (not quality.advice)
    assert len(set(quality.sentences)) == len(quality.sentences)
    assert all("; " in sentence for sentence in quality.sentences)
