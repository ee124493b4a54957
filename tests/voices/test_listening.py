"""Phrases out of looks: where they begin and end, and what is measured of them."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.motion.sounds import chords, mains, noise, voice
from visavis.media import AudioChunk, Samples
from visavis.voices import listening
from visavis.voices.listening import LONGEST, RATE, SECONDS, STEP, Phrase, phrases


class Threshold:
    """Takes whatever is loud for speech."""

    def probability(self, step: Samples) -> float:
        return float(np.abs(step).max() > 0.02)


@pytest.fixture(autouse=True, scope="module")
def by_level() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening, "Spotter", Threshold)
        yield


def heard(samples: Samples, rate: int = RATE) -> list[Phrase]:
    return list(phrases(AudioChunk(samples[at : at + 6000], rate, at) for at in range(0, len(samples), 6000)))


def quiet(seconds: float) -> Samples:
    return noise(seconds, RATE, 0.001)


def sounds(parts: Iterable[Samples]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *parts])


def test_a_phrase_is_found_where_it_is() -> None:
    (phrase,) = heard(sounds([quiet(2), voice("a", 1.5, RATE), quiet(1)]))
    assert phrase.at + 5 * SECONDS == pytest.approx(2.0, abs=2 * SECONDS)
    assert phrase.seconds == pytest.approx(1.5, abs=3 * SECONDS)
    assert len(phrase.samples) / RATE == pytest.approx(1.5 + 10 * SECONDS, abs=4 * SECONDS)
    assert phrase.samples[0] == phrase.samples[-1] == 0


def test_short_pauses_belong_to_a_phrase_and_long_ones_part_it() -> None:
    vowel = voice("a", 1.0, RATE)
    assert len(heard(sounds([vowel, quiet(0.2), vowel, quiet(1)]))) == 1
    assert len(heard(sounds([vowel, quiet(0.6), vowel, quiet(1)]))) == 2


def test_what_is_too_short_is_nothing() -> None:
    assert heard(sounds([quiet(1), voice("a", 0.1, RATE), quiet(1)])) == []
    assert heard(np.zeros(0, np.float32)) == []
    assert heard(np.zeros(STEP - 1, np.float32)) == []


def test_a_phrase_at_the_end_is_not_lost() -> None:
    (phrase,) = heard(sounds([quiet(1), voice("a", 1.0, RATE)]))
    assert phrase.seconds == pytest.approx(1.0, abs=3 * SECONDS)


def test_who_never_pauses_is_cut_where_it_is_quiet() -> None:
    parts = [part for _ in range(20) for part in (voice("a", 1.4, RATE), voice("m", 0.1, RATE, level=0.05))]
    found = heard(sounds(parts))
    assert len(found) >= 3
    assert all(phrase.seconds <= LONGEST for phrase in found)
    assert sum(phrase.seconds for phrase in found) == pytest.approx(30.0, abs=0.3)
    assert all(np.abs(phrase.samples[-RATE // 50 :]).max() < 0.1 for phrase in found[:-1])


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 4.0), st.floats(0.5, 2.0)), min_size=1, max_size=4))
def test_phrases_come_in_order_and_none_is_lost(lengths: list[tuple[float, float]]) -> None:
    parts = [part for said, pause in lengths for part in (voice("a", said, RATE), quiet(pause))]
    found = heard(sounds(parts))
    assert len(found) == len(lengths)
    assert [phrase.at for phrase in found] == sorted(phrase.at for phrase in found)
    for phrase, (said, _) in zip(found, lengths, strict=True):
        assert phrase.seconds == pytest.approx(said, abs=4 * SECONDS)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 192_000])
def test_any_rate_is_brought_to_one(rate: int) -> None:
    samples = np.concatenate([np.zeros(rate), voice("a", 1.5, rate), np.zeros(rate)]).astype(np.float32)
    (phrase,) = heard(samples, rate)
    assert phrase.at + 5 * SECONDS == pytest.approx(1.0, abs=3 * SECONDS)
    assert phrase.seconds == pytest.approx(1.5, abs=4 * SECONDS)


@pytest.mark.parametrize("snr", [10, 20, 30])
def test_the_distance_of_noise_is_measured(snr: float) -> None:
    said = sounds([voice("aiu"[i % 3], 0.4, RATE, 0.5, 110 + 5 * i) for i in range(6)])
    speech = sounds([quiet(0.5), said, quiet(1)])
    hiss = noise(len(speech) / RATE, RATE, 1.0)
    level = np.sqrt(np.mean(said**2) / np.mean(hiss**2)) * 10 ** (-snr / 20)
    found = heard(speech + np.float32(min(level, 0.018)) * hiss[: len(speech)])
    assert found[0].snr == pytest.approx(
        max(snr, 20 * np.log10(np.sqrt(np.mean(said**2) / np.mean(hiss**2)) / 0.018)), abs=3
    )


def test_tones_in_the_pauses_are_music_and_hum_is_not() -> None:
    speech = sounds([quiet(1.5), voice("a", 2.0, RATE, 0.3), quiet(1)])
    seconds = len(speech) / RATE
    for other, is_music in ((chords(seconds, RATE, 0.018), True), (mains(seconds, RATE, 0.018), False)):
        (phrase,) = heard(speech + other[: len(speech)])
        assert phrase.music == is_music
    (phrase,) = heard(speech + noise(seconds, RATE, 0.015)[: len(speech)])
    assert not phrase.music


@pytest.mark.parametrize("limit", [1.0, 0.3])
def test_flat_tops_are_clipping(limit: float) -> None:
    vowel = voice("a", 1.0, RATE, 1.0)
    (clean,) = heard(sounds([quiet(0.5), 0.9 * limit * vowel, quiet(1)]))
    (clipped,) = heard(sounds([quiet(0.5), np.clip(3 * limit * vowel, -limit, limit), quiet(1)]))
    assert clean.clipped < 0.001
    assert clipped.clipped > 0.02
