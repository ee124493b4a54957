import numpy as np
import pytest

from tests.fakes.tts import LETTER, ScriptedTts
from visavis.errors import TextError
from visavis.evaluate.client import sounding
from visavis.evaluate.client.loudness import levels, voiced
from visavis.evaluate.client.microphone import RATE
from visavis.evaluate.client.sounding import Speaker
from visavis.evaluate.client.wording import BURSTS, NOISES, Burst, Noise, parts, written
from visavis.media import Samples


def power(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def test_pauses_stand_in_the_text() -> None:
    text = "I would <pause 0.8 s> like <pause 1> to go. "
    assert list(parts(text)) == [("I would", 0.8), ("like", 1.0), ("to go.", 0.0)]
    assert written(text) == "I would like to go."
    assert list(parts("<pause 2 s> Yes.")) == [("Yes.", 0.0)]


async def test_a_pause_is_as_long_as_it_says() -> None:
    said = await sounding.spoken("ab <pause 0.5 s> cd", Speaker("en"), ScriptedTts())
    quiet = levels(said, RATE) < 0.01
    assert quiet.sum() * 0.005 == pytest.approx(0.5, abs=0.02)
    assert len(said) / RATE == pytest.approx(0.5 + 4 * LETTER, abs=0.02)
    begin, end = voiced(said, RATE)
    assert begin < 0.02 * RATE
    assert end > len(said) - 0.02 * RATE


@pytest.mark.parametrize("kind", BURSTS)
def test_a_sound_without_words_is_short_loud_and_always_the_same(kind: Burst) -> None:
    made = sounding.burst(kind, 3)
    assert made.dtype == np.float32
    assert len(made) / RATE < 0.3
    assert np.array_equal(made, sounding.burst(kind, 3))
    assert 0.1 < levels(made, RATE).max() < 0.4
    assert np.abs(made).max() < 1


def test_an_mhm_is_shorter_than_what_interrupts() -> None:
    begin, end = voiced(sounding.burst("mhm"), RATE)
    assert (end - begin) / RATE < 0.2


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("snr", [0.0, 20.0])
async def test_noise_is_as_soft_as_it_says(kind: Noise, snr: float) -> None:
    said = sounding.scaled(await sounding.spoken("abcabcabc", Speaker("en"), ScriptedTts()), 0.2)
    noisy = sounding.with_noise(np.pad(said, (RATE, 0)), kind, snr, 1)
    apart = 20 * np.log10(power(said) / power(noisy[: RATE // 2]))
    assert apart == pytest.approx(snr, abs=2.5)
    assert np.array_equal(noisy, sounding.with_noise(np.pad(said, (RATE, 0)), kind, snr, 1))


def test_noise_behind_silence_is_there() -> None:
    noisy = sounding.with_noise(sounding.silence(1.0), "hiss", 10.0)
    assert 20 * np.log10(sounding.LOUD / power(noisy)) == pytest.approx(10, abs=0.5)


async def test_what_is_not_heard_is_told() -> None:
    with pytest.raises(TextError, match="there are no words in '<pause 1 s>'"):
        await sounding.spoken("<pause 1 s>", Speaker("en"), ScriptedTts())
