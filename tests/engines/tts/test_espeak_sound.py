"""Phones set right, the filter, the limiter and the cutting, on sounds made for the purpose."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.engines.tts.espeak_sound import (
    CHUNK,
    EDGE,
    LIMIT,
    LIMIT_KNEE,
    NOTHING,
    RATE,
    TAPS,
    Echo,
    Mark,
    Take,
    chunks,
    mixed,
    response,
    take,
)
from visavis.media import Samples

MS = RATE // 1000
DRY = np.ones(1, np.float32)


def pcm(*parts: tuple[float, int]) -> bytes:
    """Tones of these amplitudes and lengths in milliseconds, one after the other."""
    pieces = [a * np.sin(0.3 * np.arange(ms * MS) + 0.5) for a, ms in parts]
    return (np.concatenate(pieces) * 32767).astype(np.int16).tobytes()


def symbols(found: Take) -> list[str]:
    return [mark.symbol for mark in found.marks]


def lengths(found: Take) -> list[float]:
    """Of the phones, in milliseconds."""
    ends = [mark.sample for mark in found.marks[1:]] + [len(found.samples)]
    return [(end - mark.sample) / MS for mark, end in zip(found.marks, ends, strict=True)]


def test_silence_around_the_sound_goes() -> None:
    found = take(pcm((0, 300), (0.5, 200), (0, 300)), [(0, ""), (300 * MS, "a"), (500 * MS, "")])
    assert abs(len(found.samples) - 200 * MS - 2 * EDGE) < 20
    assert symbols(found) == ["a"]
    assert found.marks[0].sample == 0


@pytest.mark.parametrize("sound", [b"", pcm((0, 100)), pcm((0.001, 100))])
def test_nothing_but_silence_is_an_empty_take(sound: bytes) -> None:
    found = take(sound, [(0, "")])
    assert len(found.samples) == 0
    assert found.marks == ()


def test_sound_begins_and_ends_at_zero() -> None:
    found = take(pcm((0.9, 100)), [(0, "a")])
    assert found.samples[0] == found.samples[-1] == 0
    assert np.abs(found.samples).max() > 0.8


def test_sound_without_marks_is_a_silence_to_the_face() -> None:
    assert take(pcm((0.5, 100)), []).marks == (Mark(0, ""),)


def test_stress_marks_become_numbers() -> None:
    found = take(pcm((0.5, 300)), [(0, "ˌa"), (100 * MS, "n"), (200 * MS, "ˈoʊ")])
    assert [(mark.symbol, mark.stress) for mark in found.marks] == [("a", 1), ("n", 0), ("oʊ", 2)]


def test_what_is_no_sound_is_left_out() -> None:
    raw = [(0, "(en)"), (8 * MS, "w"), (100 * MS, "1"), (100 * MS, "a"), (190 * MS, "(fa)")]
    assert symbols(take(pcm((0.5, 200)), raw)) == ["w", "a"]


def test_mandarin_is_written_in_ipa() -> None:
    raw = [(0, "ts.h"), (100 * MS, "ˈonɡ"), (300 * MS, "ph"), (350 * MS, "ˈo-")]
    found = take(pcm((0.5, 500)), raw)
    assert symbols(found) == ["ʈʂʰ", "ʊ", "ŋ", "pʰ", "ɤ"]
    assert [mark.stress for mark in found.marks] == [0, 2, 0, 0, 2]
    assert lengths(found)[1:3] == pytest.approx([120, 80], abs=1)


def test_a_closure_is_taken_from_the_vowel_before() -> None:
    raw = [(0, "a"), (150 * MS, "p"), (180 * MS, "a")]
    found = take(pcm((0.5, 100), (0, 50), (0.1, 30), (0.5, 100)), raw)
    assert symbols(found) == ["a", "p", "a"]
    assert lengths(found) == pytest.approx([100, 80, 100], abs=1)


@pytest.mark.parametrize(("symbol", "silence"), [("t", 240), ("a", 300)])
def test_a_stop_takes_its_closure_from_a_pause_and_a_vowel_does_not(symbol: str, silence: int) -> None:
    raw = [(0, "a"), (100 * MS, ""), (400 * MS, symbol)]
    found = take(pcm((0.5, 100), (0, 300), (0.5, 100)), raw)
    assert symbols(found) == ["a", "", symbol]
    assert lengths(found)[1] == pytest.approx(silence, abs=1)


def test_a_short_silence_belongs_to_the_next_phone() -> None:
    found = take(pcm((0.5, 100), (0, 20), (0.5, 100)), [(0, "a"), (100 * MS, ""), (120 * MS, "o")])
    assert symbols(found) == ["a", "o"]
    assert lengths(found) == pytest.approx([100, 120], abs=1)


def test_a_silence_that_sounds_is_none() -> None:
    found = take(pcm((0.5, 300)), [(0, "i"), (100 * MS, ""), (200 * MS, "a")])
    assert symbols(found) == ["i", "a"]
    assert lengths(found) == pytest.approx([200, 100], abs=1)


def test_a_vowel_begins_within_the_nasal_before_it() -> None:
    found = take(pcm((0.5, 200)), [(0, "m"), (100 * MS, "ˈa")])
    assert lengths(found) == pytest.approx([65, 135], abs=1)


def test_a_lateral_uttered_within_a_vowel_gets_its_end() -> None:
    found = take(pcm((0.5, 300)), [(0, "ɛ"), (200 * MS, "l"), (200 * MS, "s")])
    assert symbols(found) == ["ɛ", "l", "s"]
    assert lengths(found) == pytest.approx([120, 80, 100], abs=1)


SYMBOLS = st.sampled_from(["", "a", "ˈoʊ", "m", "l", "p", "ts.h", "ˈonɡ", "(en)", "1", "s", "ˌə"])


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.0004, 0.02, 0.7]), st.integers(0, 120)), min_size=1, max_size=12
    ),
    st.lists(st.tuples(st.integers(0, 1500), SYMBOLS), max_size=30),
)
def test_phones_tile_whatever_comes(parts: list[tuple[float, int]], raw: list[tuple[int, str]]) -> None:
    sound = pcm(*parts)
    length = len(sound) // 2
    marks = sorted((min(at * MS, length), symbol) for at, symbol in raw)
    found = take(sound, marks)
    starts = [mark.sample for mark in found.marks]
    assert bool(len(found.samples)) == bool(starts)
    assert starts[:1] in ([], [0])
    assert all(a < b for a, b in pairwise([*starts, len(found.samples)])) or not starts


def test_an_echo_is_taken_out() -> None:
    dry = np.frombuffer(pcm((0.5, 100), (0, 200)), np.int16).astype(float)
    wet = dry.copy()
    delay = 50 * RATE // 1000
    for i in range(delay, len(wet)):
        wet[i] += int(wet[i - delay] * 20 / 256)
    found = take(wet.astype(np.int16).tobytes(), [(0, "a")], Echo(50, 20))
    assert len(found.samples) == pytest.approx(100 * MS + EDGE, abs=10)


def noise(length: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, length).astype(np.float32)


@pytest.mark.parametrize("length", [1, 50, 3073, 3074, 10_000])
def test_filtering_is_convolution(length: int) -> None:
    sound, filtered = noise(length), response(-12.0, 2.0)
    whole, rest = mixed(Take(sound, ()), 0, filtered, NOTHING)
    assert len(whole) == length
    expected = np.convolve(sound, filtered)
    np.testing.assert_allclose(np.concatenate([whole, rest]), expected, atol=1e-5)


def test_what_rings_on_is_heard_in_what_follows() -> None:
    """Two pieces one after the other sound as the two in one, however short they are."""
    one, other, filtered = noise(40, 1), noise(3000, 2), response(-12.0, 2.0)
    first, tail = mixed(Take(one, ()), 10, filtered, NOTHING)
    second, tail = mixed(Take(other, ()), 0, filtered, tail)
    both = np.concatenate([one, np.zeros(10, np.float32), other])
    expected = np.convolve(both, filtered)
    np.testing.assert_allclose(np.concatenate([first, second, tail]), expected, atol=1e-5)


def test_a_pause_without_a_voice_is_silent() -> None:
    sound, tail = mixed(Take(NOTHING, ()), 500, response(0.0, 2.0), NOTHING)
    assert len(sound) == 500
    assert not sound.any()
    assert not tail.any()


def gain_at(hertz: float, filtered: Samples) -> float:
    spectrum = np.fft.rfft(filtered, 1 << 16)
    return float(20 * np.log10(np.abs(spectrum[round(hertz * (1 << 16) / RATE)])))


def test_the_equaliser_is_what_it_says() -> None:
    filtered = response(6.0, 2.0, 0.0)
    assert gain_at(300, filtered) == pytest.approx(6, abs=0.5)
    assert gain_at(2000, filtered) == pytest.approx(4, abs=0.5)
    assert gain_at(8000, filtered) == pytest.approx(0, abs=0.5)
    assert gain_at(25, filtered) < -8


def test_the_filter_does_not_delay_the_voice() -> None:
    """Half of its energy has come within a third of a millisecond."""
    energy = np.cumsum(response(0.0, 3.0).astype(float) ** 2)
    assert np.searchsorted(energy, energy[-1] / 2) < MS / 3
    assert len(response(0.0, 3.0)) == TAPS


@given(st.lists(st.floats(-8, 8, width=32), min_size=1))
def test_nothing_is_louder_than_the_limit_and_what_is_quiet_is_untouched(values: list[float]) -> None:
    loud = np.array(values, np.float32)
    limited, _ = mixed(Take(loud, ()), 0, DRY, NOTHING)
    assert np.abs(limited).max() <= LIMIT + 1e-6
    quiet = np.abs(loud) < LIMIT_KNEE - 1e-3
    np.testing.assert_allclose(limited[quiet], loud[quiet], atol=2e-6)
    assert (np.sign(limited[~quiet]) == np.sign(loud[~quiet])).all()


@given(st.integers(0, 5 * CHUNK), st.sets(st.integers(0, 5 * CHUNK), max_size=20), st.integers(0, 10**7))
def test_chunks_are_the_sound_and_hold_the_phones_that_begin_in_them(
    length: int, starts: set[int], at: int
) -> None:
    sound = np.arange(length, dtype=np.float32)
    marks = [Mark(start, "a") for start in sorted(starts) if start < length]
    cut = list(chunks(sound, marks, at))
    np.testing.assert_array_equal(np.concatenate([NOTHING, *(chunk.samples for chunk in cut)]), sound)
    assert [chunk.at for chunk in cut] == [at, *(chunk.end for chunk in cut)][: len(cut)]
    assert all(0 < len(chunk.samples) <= CHUNK for chunk in cut)
    assert sum(len(chunk.phones or ()) for chunk in cut) == len(marks)
    for chunk in cut:
        assert chunk.phones is not None
        assert all(chunk.at <= round(phone.start * RATE) < chunk.end for phone in chunk.phones)
