"""The network that hears speech, and its steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, silence
from tests.motion.said import VOICES, Said
from tests.motion.sounds import joined, noise, resampled, voice
from visavis.media import LANGUAGES, AudioChunk, Language, Samples
from visavis.motion.ear import AHEAD, ANSWERS, KNOWN_AFTER, MODEL, STEPS, Ear, Heard, _network
from visavis.motion.spectrum import BANDS
from visavis.motion.visemes import KINDS, spans

RATES = [8000, 16000, 22050, 44100, 48000]


def heard(samples: Samples, rate: int, lengths: list[int] | None = None, steps: int = 0) -> list[Heard]:
    ear = Ear()
    chunks = cut(samples, rate, None, lengths or [])
    return [step for chunk in chunks for step in ear.feed(chunk)] + ear.finish(steps)


def numbers(steps: list[Heard]) -> NDArray[np.float32]:
    return np.array([np.concatenate(step) for step in steps])


def silent(steps: list[Heard]) -> NDArray[np.float32]:
    """How probable silence is at each step."""
    return np.asarray(np.exp([step.kinds[KINDS.index("silence")] for step in steps], dtype=np.float32))


def test_the_file_is_small_and_takes_and_gives_what_is_agreed() -> None:
    assert MODEL.stat().st_size <= 1_000_000
    network = _network()
    assert [(given.name, given.type) for given in network.get_inputs()] == [
        ("looks", "tensor(float)"),
        ("state", "tensor(float)"),
    ]
    assert network.get_inputs()[0].shape == [1, 1, 2 * BANDS]
    assert network.get_modelmeta().custom_metadata_map["kinds"].split() == [*KINDS]
    assert [given.name for given in network.get_outputs()] == ["mouth", "kinds", "next"]
    mouth, kinds, state = (given.shape for given in network.get_outputs())
    assert (mouth, kinds) == ([1, 1, ANSWERS], [1, 1, len(KINDS)])
    assert state == network.get_inputs()[1].shape


def test_a_step_is_a_mouth_and_the_chances_of_each_kind() -> None:
    steps = heard(voice("a", 0.6, 16000), 16000)
    for step in steps:
        assert (step.mouth.shape, step.kinds.shape) == ((ANSWERS,), (len(KINDS),))
        assert step.mouth.dtype == step.kinds.dtype == np.float32
        assert np.exp(step.kinds).sum() == pytest.approx(1, abs=1e-4)
        assert np.isfinite(step.mouth).all()


@pytest.mark.parametrize("rate", [4000, 11025, *RATES])
def test_a_step_comes_as_soon_as_it_is_known(rate: int) -> None:
    ear = Ear()
    steps = 0
    for chunk in cut(noise(0.6, rate, 0.1), rate, None, [rate // 200] * 200):
        steps += len(ear.feed(chunk))
        known = chunk.end / rate - KNOWN_AFTER
        assert max(0, int((known - 1 / rate) * STEPS + 1)) <= steps
        assert steps <= max(0, int((known + 1 / rate) * STEPS + 1))


@pytest.mark.parametrize("rate", RATES)
def test_the_end_is_heard_out(rate: int) -> None:
    sound = noise(0.5, rate, 0.1)
    assert len(heard(sound, rate, steps=60)) >= 60
    longer = heard(joined(sound, silence(1.0, rate)), rate)
    whole = heard(sound, rate, steps=60)
    assert np.array_equal(numbers(whole), numbers(longer[: len(whole)]))


def test_without_sound_there_is_no_step() -> None:
    assert Ear().finish(10) == []
    assert Ear().feed(AudioChunk(silence(0, 16000), 16000)) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=15), st.sampled_from([8000, 22050, 44100]))
def test_chunking_changes_nothing(lengths: list[int], rate: int) -> None:
    sound = joined(voice("a", 0.2, rate), noise(0.1, rate, 0.1), voice("i", 0.1, rate))
    ear = Ear()
    steps: list[Heard] = []
    for chunk in cut(sound, rate, None, lengths):
        steps += ear.feed(AudioChunk(silence(0, rate), rate, chunk.at))
        steps += ear.feed(chunk)
    whole = heard(sound, rate, steps=25)
    assert np.array_equal(numbers(steps + ear.finish(25)), numbers(whole))


def test_one_utterance_leaves_nothing_for_the_next() -> None:
    sound = voice("a", 0.4, 16000)
    first = numbers(heard(sound, 16000))
    heard(noise(0.5, 16000, 0.5), 16000)
    assert np.array_equal(numbers(heard(sound, 16000)), first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_are_at_their_time(language: Language, said: dict[str, Said]) -> None:
    """What is heard agrees with what is said best where the two are not shifted."""
    for name in VOICES[language]:
        one = said[name]
        steps = silent(heard(one.samples, one.rate)) > 0.5
        true = np.zeros(len(steps) + STEPS, bool)
        for start, stop, kind in spans(one.phones):
            true[round(start * STEPS) : round(stop * STEPS)] = kind == KINDS.index("silence")
        within = slice(AHEAD, len(steps) - AHEAD)
        agreed = {shift: (np.roll(steps, shift)[within] == true[within]).mean() for shift in (-4, 0, 4)}
        assert agreed[0] > 0.9
        assert agreed[0] > max(agreed[-4], agreed[4])


@pytest.mark.parametrize("rate", RATES)
def test_it_hears_the_same_at_every_rate(rate: int, said: dict[str, Said]) -> None:
    one = said["emma"]
    usual = numbers(heard(one.samples, one.rate))[:, 1]
    other = numbers(heard(resampled(one.samples, one.rate, rate), rate))[:, 1]
    n = min(len(usual), len(other))
    assert np.corrcoef(usual[:n], other[:n])[0, 1] > (0.8 if rate == 8000 else 0.95)
