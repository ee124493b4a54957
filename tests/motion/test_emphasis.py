"""Nods, brows, and what a pause brings."""

from math import radians

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, later, silence, tiled
from tests.motion.recorded import SENTENCES
from tests.motion.sounds import joined, voice
from visavis.media import LANGUAGES, AudioChunk, Language, Phone, Samples, frame_count
from visavis.motion.emphasis import Accents, Emphasis
from visavis.motion.frames import Head
from visavis.motion.life import life
from visavis.motion.moments import Beat, HeardMoments, KnownMoments, Moment, Pause

RATE = 16000
FPS = 25
PITCH, BLINK, BROWS = (Head._fields.index(name) for name in ("pitch", "blink", "brows"))


def added(chunks: list[AudioChunk], fps: int = FPS, seed: int = 1, first: int = 0) -> list[Head]:
    emphasis = Emphasis(fps, seed, first)
    heads = [head for chunk in chunks for head in emphasis.feed(chunk)]
    return heads + emphasis.finish()


def course(samples: Samples, phones: list[Phone] | None, **knobs: int) -> NDArray[np.float64]:
    return np.array(added(cut(samples, RATE, phones), **knobs))


def sentence(louder_at: float | None = None) -> tuple[Samples, list[Phone]]:
    """Ten even syllables with stress, one of them perhaps louder and longer than the others."""
    sounds: list[tuple[str, int, int]] = [("", 500, 0)]
    pieces = [silence(0.5, RATE)]
    for n in range(10):
        long = louder_at is not None and n == louder_at
        length = 0.3 if long else 0.12
        pieces += [voice("m", 0.08, RATE, 0.05), voice("a", length, RATE, 0.7 if long else 0.15)]
        sounds += [("m", 80, 0), ("a", round(length * 1000), 2)]
    pieces.append(silence(0.6, RATE))
    return joined(*pieces), tiled(*sounds, ("", 600, 0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_added_at_either_end_and_nothing_jumps(language: Language) -> None:
    phones = [*SENTENCES[language]]
    heads = course(voice("a", phones[-1].end, RATE), phones)
    assert not heads[0].any()
    assert not heads[-1].any()
    assert np.abs(heads[:, :3]).max() < radians(8)
    assert np.abs(np.diff(heads[:, :3], axis=0)).max() < radians(1.2)
    assert np.abs(np.diff(heads[:, BROWS])).max() < 0.3
    assert heads[:, PITCH].max() > radians(0.5)


def test_a_sound_that_breaks_off_leaves_a_head_at_rest() -> None:
    samples, phones = sentence(4)
    heads = course(samples[: round(1.6 * RATE)], phones)
    assert not heads[-1].any()
    assert np.abs(np.diff(heads[:, :3], axis=0)).max() < radians(1.5)


@pytest.mark.parametrize("known", [True, False])
def test_the_head_answers_to_the_syllable_that_stands_out(known: bool) -> None:
    samples, phones = sentence(5)
    stressed = 0.5 + 5 * 0.2 + 0.08
    heads = course(samples, phones if known else None)
    calm, _ = sentence()
    usual = course(calm, sentence()[1] if known else None)
    window = slice(round(stressed * FPS), round((stressed + 0.4) * FPS))
    assert heads[window, PITCH].max() > radians(1)
    assert heads[window, PITCH].max() > usual[window, PITCH].max() - radians(0.3)
    peak = (window.start + heads[window, PITCH].argmax()) / FPS
    assert stressed < peak < stressed + 0.35


def test_accents_are_chosen_and_keep_their_distance() -> None:
    accents = Accents(seed=3)
    beats = [Beat(0.2 + 0.25 * n, 0.2 if n % 5 == 2 else 0.1, -20 + 6 * (n % 5 == 2)) for n in range(80)]
    chosen = [beat.at for beat in beats if accents.strength(beat) > 0]
    assert np.diff(chosen).min() >= 0.6
    assert 8 < len(chosen) < 25
    outstanding = [beat.at for beat in beats if beat.length > 0.15]
    assert len(set(chosen) & set(outstanding)) > 0.7 * len(outstanding)


@given(seed=st.integers(0, 999), first=st.integers(0, 5000))
@example(seed=703, first=3462)  # the look before the one that the eyes blink at was long ago
def test_eyes_that_blink_anyway_do_not_blink_for_a_pause(seed: int, first: int) -> None:
    samples, phones = sentence(4)
    blinks = course(samples, phones, seed=seed, first=first)[:, BLINK]
    shut = [frame for frame in range(len(blinks)) if blinks[frame] == 1]
    idle = [frame for frame in range(len(blinks)) if life(first + frame, FPS, seed).blink > 0.9]
    assert not shut or not idle or min(abs(a - b) for a in shut for b in idle) > FPS // 2


def test_a_pause_brings_breath_and_sometimes_a_blink() -> None:
    blinked = breathed = 0
    for seed in range(20):
        samples, phones = sentence()
        heads = course(samples, phones, seed=seed)
        pause = round(2.5 * FPS)
        breathed += heads[pause : pause + 14, Head._fields.index("breath")].max() > 0.1
        blinked += heads[pause : pause + 8, BLINK].max() == 1
        assert heads[: pause - 3, BLINK].max() == 0
    assert breathed == 20
    assert 4 < blinked < 16


def test_seed_and_place_in_the_session_decide() -> None:
    samples, phones = sentence(5)
    one = course(samples, phones)
    assert (one == course(samples, phones)).all()
    assert (one != course(samples, phones, seed=2)).any()
    assert (one != course(samples, phones, first=500)).any()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 9000), max_size=15),
    st.booleans(),
    st.sampled_from([10, 25, 30]),
    st.sampled_from([0, 7, 31]),
)
def test_chunking_changes_nothing(lengths: list[int], known: bool, fps: int, phase: int) -> None:
    samples, phones = sentence(3)
    samples = joined(silence(phase / 1000, RATE), samples)
    told = later(phones, phase / 1000) if known else None
    whole = added(cut(samples, RATE, told), fps)
    assert len(whole) == frame_count(len(samples), RATE, fps)
    assert added(cut(samples, RATE, told, lengths), fps) == whole


def found(moments: KnownMoments | HeardMoments, chunks: list[AudioChunk]) -> list[Moment]:
    return [moment for chunk in chunks for moment in moments.feed(chunk)]


def test_moments_are_found_in_phones_and_in_sound() -> None:
    samples, phones = sentence()
    known = found(KnownMoments(), cut(samples, RATE, phones, [4000] * 20))
    heard = found(HeardMoments(), cut(samples, RATE, None, [4000] * 20))
    beats = [moment.at for moment in known if isinstance(moment, Beat)]
    assert beats == pytest.approx([phone.start for phone in phones if phone.stress == 2])
    swells = [moment.at for moment in heard if isinstance(moment, Beat)]
    near = [min(abs(swell - beat) for beat in beats) for swell in swells]
    assert len(swells) >= 7
    assert max(near) < 0.09
    assert [moment for moment in known if isinstance(moment, Pause)] == [Pause(2.5)]
    (pause,) = (moment.at for moment in heard if isinstance(moment, Pause))
    assert 2.5 < pause < 2.85
