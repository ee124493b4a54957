"""Which phrases are remembered, whose they are, and which make the sample."""

from collections.abc import Iterator
from math import log10

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.motion.sounds import voice
from visavis.voices.choosing import AMPLE, MOST, POOL, cleanest, one_speaker, pooled, spoken
from visavis.voices.listening import RATE, Phrase
from visavis.voices.verdict import ENOUGH

NOTHING = np.zeros(0, np.float32)


def phrase(at: float, seconds: float, snr: float = 40.0, clipped: float = 0.0, music: bool = False) -> Phrase:
    return Phrase(NOTHING, at, seconds, snr, clipped, music)


def by_voice(at: float, seconds: float, hertz: float) -> Phrase:
    return Phrase(voice("a", seconds, RATE, pitch=hertz), at, seconds, 40.0, 0.0, False)


phrase_lists = st.lists(
    st.builds(
        phrase, st.floats(0, 3600), st.floats(0.3, 12.0), st.floats(-5, 60), st.floats(0, 0.2), st.booleans()
    ),
    max_size=60,
)


@given(phrase_lists)
def test_a_bounded_number_of_seconds_is_remembered(phrases: list[Phrase]) -> None:
    pool, found = pooled(iter(phrases))
    assert spoken(pool) <= POOL + 12.0
    assert found <= spoken(phrases) + 1e-6
    if found == spoken(phrases) <= POOL:
        assert pool == phrases


def test_of_an_hour_the_cleanest_is_remembered() -> None:
    hour = [phrase(4.0 * i, 3.0, snr=5 + i % 23) for i in range(900)]
    pool, found = pooled(hour)
    assert spoken(pool) <= POOL
    assert found == spoken(hour)
    assert min(phrase.snr for phrase in pool) >= 26


def test_there_is_no_more_listening_when_all_is_spotless() -> None:
    asked = 0

    def endless() -> Iterator[Phrase]:
        nonlocal asked
        while True:
            asked += 1
            yield phrase(3.0 * asked, 3.0)

    pool, found = pooled(endless())
    assert POOL < found < POOL + 5
    assert spoken(pool) == found


@given(phrase_lists)
def test_what_is_kept_is_short_enough_and_in_order(phrases: list[Phrase]) -> None:
    kept = cleanest(phrases)
    assert spoken(kept) <= MOST
    assert [phrase.at for phrase in kept] == sorted(phrase.at for phrase in kept)
    assert spoken(kept) >= min(ENOUGH, spoken(phrases)) - 1e-6 or spoken(phrases) > MOST
    if phrases:
        assert max(phrases, key=lambda phrase: phrase.cleanness) in kept


def test_what_is_not_clean_is_kept_only_if_it_is_needed() -> None:
    clean = [phrase(4.0 * i, 3.0) for i in range(3)]
    musical = [phrase(20 + 4.0 * i, 3.0, music=True) for i in range(3)]
    assert cleanest(clean + musical) == clean
    assert cleanest(clean[:1] + musical) == clean[:1] + musical[:1]


def test_a_little_noise_is_taken_up_to_fifteen_seconds() -> None:
    clean = [phrase(4.0 * i, 3.0, snr=40) for i in range(3)]
    fair = [phrase(20 + 4.0 * i, 3.0, snr=30) for i in range(5)]
    assert AMPLE <= spoken(cleanest(clean + fair)) < AMPLE + 3


def test_clipping_and_music_are_worse_than_noise() -> None:
    assert phrase(0, 1, snr=25).cleanness > phrase(0, 1, clipped=0.05).cleanness
    assert phrase(0, 1, snr=25).cleanness > phrase(0, 1, music=True).cleanness
    assert phrase(0, 1, snr=60).cleanness == phrase(0, 1, snr=50).cleanness


def test_a_man_and_a_woman_are_told_apart() -> None:
    man = [by_voice(2.0 * i, 1.5, hertz) for i, hertz in enumerate((100, 108, 115, 120))]
    woman = [by_voice(2.0 * i + 1, 1.5, hertz) for i, hertz in enumerate((195, 210, 220))]
    mine, other = one_speaker([*man, *woman])
    assert {id(phrase) for phrase in mine} == {id(phrase) for phrase in man}
    assert abs(12 * log10(other / 210) / log10(2)) < 0.5


def test_one_person_who_speaks_with_feeling_stays_one() -> None:
    phrases = [by_voice(2.0 * i, 1.5, hertz) for i, hertz in enumerate((100, 115, 130, 150, 170, 200))]
    mine, other = one_speaker(phrases)
    assert mine == phrases
    assert other == 0


def test_a_word_from_somebody_else_makes_no_speaker() -> None:
    phrases = [by_voice(2.0 * i, 1.5, 110) for i in range(4)]
    mine, other = one_speaker([*phrases, by_voice(9.0, 1.0, 220)])
    assert other == 0
    assert len(mine) == 5
