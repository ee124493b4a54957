"""The mouth, frame by frame: closures on the frames, rest in pauses, smooth in between, any chunking."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, later, silence, tiled
from tests.motion.recorded import SENTENCES
from visavis.media import LANGUAGES, AudioChunk, Language, Phone, frame_count
from visavis.motion.articulation import Articulation
from visavis.motion.frames import Mouth

RATE = 16000
JAW, OPEN, WIDE, ROUND, PRESS, TUCK, TONGUE = range(7)
PHASES = [phase / 1000 for phase in range(0, 40, 5)]


def moved(chunks: list[AudioChunk], fps: int = 25) -> list[Mouth]:
    articulation = Articulation(fps)
    mouths = [mouth for chunk in chunks for mouth in articulation.feed(chunk)]
    return mouths + articulation.finish()


def spoken(phones: list[Phone], fps: int = 25, seconds: float | None = None) -> NDArray[np.float64]:
    """The course of the mouth, [frames, 7], of phones in one chunk."""
    length = phones[-1].end if seconds is None else seconds
    return np.array(moved(cut(silence(length, RATE), RATE, phones), fps))


def framed(phone: Phone, fps: int, slack: float = 1.0) -> slice:
    """The frames of a phone, and `slack` frames on both sides."""
    return slice(max(0, int(phone.start * fps - slack)), int(np.ceil(phone.end * fps + slack)) + 1)


def shut(course: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (course[:, PRESS] >= 0.5) & (course[:, OPEN] <= 0.08)


@pytest.mark.parametrize("fps", [25, 30])
@pytest.mark.parametrize("language", LANGUAGES)
def test_lips_close_in_every_language_at_every_phase(language: Language, fps: int) -> None:
    for phase in PHASES:
        phones = later(SENTENCES[language], phase)
        course = spoken(phones, fps)
        for phone in phones:
            if phone.symbol[:1] in set("pbm"):
                assert shut(course[framed(phone, fps)]).any(), (phone, phase)
            if phone.symbol[:1] in set("fv"):
                assert course[framed(phone, fps), TUCK].max() >= 0.7, (phone, phase)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("pbm"), st.integers(40, 60), st.sampled_from("aieo"), st.integers(40, 160)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 80),
    st.sampled_from([25, 30]),
)
def test_each_short_closure_has_its_own_frame_and_each_vowel_between_one(
    syllables: list[tuple[str, int, str, int]], phase: int, fps: int
) -> None:
    sounds = [sound for c, n, v, m in syllables for sound in ((c, n), (v, m, 2))]
    phones = tiled(("", 300), *sounds, ("", 300), begin=0)
    phones = later(phones, phase / 1000) if phase else phones
    course = spoken(phones, fps)
    runs = np.flatnonzero(np.diff(np.concatenate([[0], shut(course).astype(int), [0]])) == 1)
    assert len(runs) == len(syllables)
    closures = [phone for phone in phones if phone.symbol in set("pbm")]
    for run, closure in zip(runs, closures, strict=True):
        assert closure.start - 0.055 - 1 / fps <= run / fps <= closure.end + 1 / fps
    for before, after in pairwise(runs):
        between = course[before:after]
        assert ((between[:, PRESS] < 0.3) & (between[:, OPEN] > 0.08)).any()


@pytest.mark.parametrize("fps", [20, 24, 50, 60])
def test_lips_meet_and_part_at_other_frame_rates(fps: int) -> None:
    said = tiled(("", 300), *(("p", 60), ("a", 80, 2)) * 4, ("", 300))
    for phase in PHASES:
        course = spoken(later(said, phase + 0.001), fps)
        assert (np.diff(shut(course).astype(int)) == 1).sum() == 4


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_neighbouring_closures_share_the_frames_between_them(fps: int) -> None:
    course = spoken(tiled(("", 300), ("a", 120), ("m", 50), ("b", 50), ("a", 120), ("", 300)), fps)
    assert shut(course).sum() >= 0.08 * fps


def test_a_closure_opens_the_frame_after() -> None:
    course = spoken(tiled(("", 300), ("m", 80), ("a", 200, 2), ("", 300)))
    last = np.flatnonzero(shut(course))[-1]
    assert course[last + 2, OPEN] > 0.5


def held(symbol: str, stress: int = 2, length: int = 180) -> NDArray[np.float64]:
    """The mouth in the middle of a vowel between two [t]."""
    course = spoken(tiled(("", 300), ("t", 80), (symbol, length, stress), ("t", 80), ("", 300)))
    return np.array(course[round((0.38 + length / 2000) * 25)])


@pytest.mark.parametrize("symbol", ["o", "u", "w", "y"])
def test_rounded_sounds_are_rounder_and_narrower_than_open_ones(symbol: str) -> None:
    ring, plain = held(symbol), held("a")
    assert ring[ROUND] > 0.5 > 0.1 > plain[ROUND]
    assert ring[WIDE] < 0 < plain[WIDE] < held("i")[WIDE]
    assert ring[OPEN] < 0.6 * plain[OPEN]


def test_rounding_comes_before_its_vowel_and_spreads_over_consonants() -> None:
    course = spoken(tiled(("", 300), ("i", 100), ("s", 90), ("t", 80), ("u", 160, 2), ("", 300)))
    onset = 0.57
    assert course[round((onset - 0.08) * 25), ROUND] > 0.1
    assert course[round(0.34 * 25), ROUND] == 0


def test_stress_opens_and_haste_does_not_let_it() -> None:
    opening = [held("a", stress)[OPEN] for stress in (0, 1, 2)]
    assert opening[0] < opening[1] < opening[2]
    assert 0.7 < opening[2] <= 1
    assert held("a", 2, 60)[OPEN] < 0.85 * opening[2]


def test_consonants_show_tongue_and_teeth() -> None:
    course = spoken(tiled(("", 300), ("a", 150), ("θ", 90), ("a", 150), ("s", 100), ("a", 150), ("", 300)))
    assert course[round(0.49 * 25), TONGUE] > 0.8
    hiss = course[round(0.73 * 25)]
    assert hiss[JAW] < 0.35 < 0.1 + hiss[OPEN]


@pytest.mark.parametrize("fps", [25, 30])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_jumps_or_leaves_its_bounds(language: Language, fps: int) -> None:
    phones = SENTENCES[language]
    course = spoken([*phones], fps)
    assert (course >= [0, 0, -1, 0, 0, 0, 0]).all()
    assert (course <= 1).all()
    step = np.abs(np.diff(course, axis=0)).max(axis=0)
    assert (step <= [0.4, 0.7, 0.55, 0.55, 1.0, 1.0, 0.85]).all()
    bend = np.abs(np.diff(course, 2, axis=0))[:, [JAW, WIDE, ROUND]]
    assert np.percentile(bend, 95) < 0.25


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mouth_is_neither_frozen_nor_overdone(language: Language) -> None:
    course = spoken([*SENTENCES[language]])
    speech = course[: -int(0.4 * 25)]
    assert 0.2 < speech[:, OPEN].mean() < 0.42
    assert speech[:, OPEN].max() > 0.6
    assert np.percentile(speech[:, OPEN], 90) < 0.9


@pytest.mark.parametrize("fps", [25, 30])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("pause", [0.25, 0.3, 0.6])
def test_the_mouth_rests_in_the_middle_of_a_pause(pause: float, phase: float, fps: int) -> None:
    around = ("a", 160, 2), ("", round(pause * 1000)), ("u", 160, 2)
    phones = later(tiled(*around, ("p", 80), ("o", 90), around[1], ("p", 80), ("a", 100)), phase)
    course = spoken(phones, fps)
    for phone in phones[1:]:
        if not phone.symbol:
            middle = (phone.start + phone.end) / 2
            near = [i for i in range(len(course)) if abs(i / fps - middle) <= 0.01]
            assert not course[near].any()


def test_a_short_pause_shuts_the_mouth_only_partly() -> None:
    course = spoken(tiled(("", 300), ("a", 150, 2), ("", 130), ("a", 150, 2), ("", 300)))
    least = course[round(0.45 * 25) : round(0.58 * 25) + 1, OPEN].min()
    assert 0.03 < least < 0.4


@pytest.mark.parametrize("symbol", ["a", "o", "m", "s"])
@pytest.mark.parametrize("seconds", [0.301, 0.33, 0.35, 0.6])
def test_a_sound_that_breaks_off_leaves_a_mouth_at_rest(symbol: str, seconds: float) -> None:
    course = spoken(tiled(("t", 100), (symbol, 600, 2)), seconds=seconds)
    assert not course[-1].any()
    assert np.abs(np.diff(course[-6:, JAW])).max() < 0.45


def test_silence_and_speech_without_a_phone_move_nothing() -> None:
    assert not spoken([Phone("", 0.0, 2.0)]).any()
    assert not np.array(moved(cut(silence(1.0, RATE), RATE, []))).any()
    assert moved([]) == []


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(LANGUAGES),
    st.lists(st.integers(1, 12000), max_size=20),
    st.sampled_from([10, 24, 25, 30, 60]),
    st.sampled_from([16000, 22050]),
)
def test_chunking_changes_nothing(language: Language, lengths: list[int], fps: int, rate: int) -> None:
    phones = SENTENCES[language]
    samples = silence(phones[-1].end - 0.45, rate)
    whole = moved(cut(samples, rate, phones), fps)
    assert len(whole) == frame_count(len(samples), rate, fps)
    assert moved(cut(samples, rate, phones, lengths), fps) == whole


def test_frames_come_a_quarter_of_a_second_after_their_time() -> None:
    articulation = Articulation(25)
    given_out = 0
    for chunk in cut(silence(2.0, RATE), RATE, SENTENCES["en"], [800] * 40):
        given_out += len(articulation.feed(chunk))
        assert given_out >= int((chunk.end / RATE - 0.25) * 25)


def test_an_hour_takes_no_more_room_than_a_minute() -> None:
    articulation = Articulation(25)
    phones = [*SENTENCES["es"]]
    length = phones[-1].end
    sizes = []
    for turn in range(200):
        said = [Phone(p.symbol, p.start + turn * length, p.end + turn * length, p.stress) for p in phones]
        articulation.feed(AudioChunk(silence(length, RATE), RATE, turn * round(length * RATE), tuple(said)))
        sizes.append(len(articulation._closures) + len(articulation._shapes._pull))
    assert max(sizes[2:]) == pytest.approx(sizes[2], abs=2)
