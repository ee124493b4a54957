"""Sentences out of other throats."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.random import default_rng

pytest.importorskip("pyworld")
pytest.importorskip("scipy")
pytest.importorskip("soxr")

from train.hearing.labelled import RATE, Labelled, silence
from train.hearing.revoice import revoiced, stretched


def scale(before: Labelled, after: Labelled) -> float:
    """How much longer the phones became, each alike."""
    factors = [
        (late.end - late.start) / (early.end - early.start)
        for early, late in zip(before.phones[:-1], after.phones[:-1], strict=True)
    ]
    assert factors == pytest.approx([factors[0]] * len(factors), rel=1e-6)
    return factors[0]


def check_labels(before: Labelled, after: Labelled) -> None:
    assert after.samples.dtype == np.float32
    assert np.isfinite(after.samples).all()
    assert [(p.symbol, p.stress) for p in after.phones] == [(p.symbol, p.stress) for p in before.phones]
    assert after.phones[0].start == 0
    for early, late in pairwise(after.phones):
        assert early.end == pytest.approx(late.start)
    assert after.phones[-1].end <= after.seconds
    assert after.phones[-1].end == pytest.approx(after.seconds, abs=0.01)


@pytest.mark.parametrize("factor", [0.86, 1.0, 1.16])
def test_a_stretched_sentence_takes_its_phones_along(factor: float, sentence: Labelled) -> None:
    longer = stretched(sentence, factor)
    check_labels(sentence, longer)
    assert len(longer.samples) == pytest.approx(factor * len(sentence.samples), abs=2)
    assert scale(sentence, longer) == pytest.approx(factor)


def test_a_stretched_tone_is_lower() -> None:
    n = 2 * RATE
    tone = Labelled(np.sin(2 * np.pi * 800 * np.arange(n) / RATE).astype(np.float32), silence(2).phones)
    lower = stretched(tone, 1.25).samples[:RATE]
    assert int(np.abs(np.fft.rfft(lower)).argmax()) == pytest.approx(640, abs=2)


@pytest.mark.parametrize("seed", range(6))
def test_a_revoiced_sentence_keeps_its_phones_in_time(seed: int, sentence: Labelled) -> None:
    other = revoiced(sentence, default_rng(seed))
    check_labels(sentence, other)
    factor = scale(sentence, other)
    assert other.seconds == pytest.approx(factor * sentence.seconds, abs=0.01)
    assert np.corrcoef(course(sentence), course(other))[0, 1] > 0.6


def course(speech: Labelled) -> list[float]:
    """How loud each phone is, in dB."""
    bounds = [(round(p.start * RATE), round(p.end * RATE)) for p in speech.phones]
    return [10 * np.log10(np.mean(speech.samples[a:b] ** 2) + 1e-6) for a, b in bounds if b > a]


def test_the_same_chance_gives_the_same_voice(sentence: Labelled) -> None:
    first, second = (revoiced(sentence, default_rng(1)) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert first.phones == second.phones


def test_silence_can_be_revoiced() -> None:
    assert np.abs(revoiced(silence(0.5), default_rng(0)).samples).max() < 0.01
