"""The whole way from a recording to a sample, with everything that people send."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.motion.sounds import breaths, chords, clicks, joined, noise, resampled, whispered
from tests.voices.conftest import RATE, TEXTS, Speak, chunked, noisy, within
from visavis.errors import AudioError
from visavis.media import AudioChunk, Samples
from visavis.sound import recording
from visavis.voices import LOUDNESS, Heard, heard
from visavis.voices.f0 import pitch
from visavis.voices.spectrum import colour, looks, loudness

JFK = Path(__file__).parents[3] / "shared/media/jfk.flac"


def of(samples: Samples, rate: int = RATE) -> Heard:
    return heard(iter(chunked(samples, rate)))


def said(voice: Heard) -> str:
    return "; ".join(voice.quality.sentences)


@pytest.fixture(scope="module")
def clean(james: Samples) -> Heard:
    return of(james)


def test_clean_speech_is_good(clean: Heard) -> None:
    assert clean.quality.verdict == "good"
    assert clean.quality.sentences == ()
    assert clean.quality.advice == ""
    assert clean.gender == "male"
    assert clean.sure > 0.9


def test_the_sample_is_what_cloning_takes(clean: Heard) -> None:
    sample = clean.sample
    assert sample.rate == 24_000
    assert sample.samples.dtype == np.float32
    assert 6 < len(sample.samples) / sample.rate < 30
    assert np.abs(sample.samples).max() < 10 ** (-0.9 / 20)
    assert loudness(sample.samples, sample.rate) == pytest.approx(LOUDNESS, abs=0.5)


def test_it_is_cut_between_phrases(clean: Heard) -> None:
    """There is quiet at both ends, and no pause is longer than people make."""
    level = np.abs(clean.sample.samples)
    assert max(level[:480].max(), level[-480:].max()) < 0.02
    loud = np.flatnonzero(level > 0.02)
    assert np.diff(loud).max() / clean.sample.rate < 0.6


def test_a_woman_is_heard(emma: Samples) -> None:
    voice = of(emma)
    assert (voice.quality.verdict, voice.gender) == ("good", "female")
    assert voice.quality.measures.f0 == pytest.approx(pitch(emma, RATE).median, rel=0.03)


def test_the_language_is_what_the_caller_says(james: Samples) -> None:
    assert heard(chunked(james), "es").language == "es"
    assert heard(chunked(james)).sample.language is None


@pytest.mark.parametrize("length", [700, 10**9])
def test_chunks_make_no_difference(length: int, james: Samples, clean: Heard) -> None:
    voice = heard(chunked(james, length=length))
    assert voice.sample.samples == pytest.approx(clean.sample.samples, abs=1e-4)


@pytest.mark.parametrize("rate", [48_000])
def test_any_rate_will_do(rate: int, james: Samples, clean: Heard) -> None:
    voice = of(resampled(james, RATE, rate), rate)
    assert voice.quality.verdict == "good"
    assert voice.quality.measures.f0 == pytest.approx(clean.quality.measures.f0, rel=0.02)
    assert voice.quality.measures.seconds == pytest.approx(clean.quality.measures.seconds, abs=0.5)


def test_music_and_noise_around_the_speech_are_left_out(james: Samples, clean: Heard) -> None:
    around = joined(
        chords(3, RATE),
        noise(2, RATE, 0.1),
        np.zeros(RATE, np.float32),
        james,
        clicks(2, RATE),
        chords(3, RATE),
    )
    voice = of(around)
    assert voice.quality.measures.seconds == pytest.approx(clean.quality.measures.seconds, abs=1.0)
    assert voice.quality.measures.music < 0.3
    colours = [colour(looks(sample, 24_000)) for sample in (voice.sample.samples, clean.sample.samples)]
    assert colours[0] == pytest.approx(colours[1], abs=1.0)


def test_the_cleanest_half_is_kept(speak: Speak) -> None:
    """A long recording that begins in a noisy street and under music."""
    street = noisy(speak("james", TEXTS[:2]), 8)
    concert = noisy(speak("james", TEXTS[2:]), 12, chords(10, RATE))
    voice = of(joined(street, concert, speak("james", TEXTS)))
    assert voice.quality.verdict == "good"
    assert voice.quality.measures.seconds < 0.7 * voice.quality.measures.found
    assert voice.quality.measures.snr > 30


@pytest.mark.parametrize(
    ("snr", "verdict", "words"),
    [(30, "good", ""), (12, "usable", "noise 1"), (1, "unusable", "almost as loud")],
)
def test_noise_is_told(snr: float, verdict: str, words: str, james: Samples) -> None:
    voice = of(noisy(james, snr))
    assert voice.quality.verdict == verdict
    assert words in said(voice)
    assert voice.quality.measures.snr == pytest.approx(snr, abs=3)


def test_noise_becomes_fainter(james: Samples) -> None:
    voice = of(noisy(james, 12))
    samples = voice.sample.samples
    powers = np.sort(np.mean(samples[: len(samples) // 480 * 480].reshape(-1, 480) ** 2, axis=1))
    quiet, all_of_it = powers[: len(powers) // 20].mean(), powers.mean()
    assert 10 * np.log10(all_of_it / quiet) > voice.quality.measures.snr + 2.5


def test_music_is_told(emma: Samples) -> None:
    voice = of(noisy(emma, 12, chords(10, RATE)))
    assert voice.quality.verdict == "usable"
    assert "music" in said(voice)


@pytest.mark.parametrize(("gain", "limit"), [(5.0, 1.0), (2.0, 0.3)])
def test_clipping_is_told(gain: float, limit: float, emma: Samples) -> None:
    """At full scale, and when it was made quieter afterwards."""
    voice = of(np.clip(gain * emma, -limit, limit))
    assert voice.quality.verdict in {"usable", "unusable"}
    assert "cut off" in said(voice)
    assert voice.quality.measures.clipped > 0.005


def test_a_telephone_is_told(james: Samples) -> None:
    narrow = of(resampled(within(james, 200, 3400), RATE, 8000), 8000)
    assert "telephone" in said(narrow)
    assert narrow.quality.measures.bandwidth == pytest.approx(3500, abs=300)
    assert narrow.gender == "male"


@pytest.mark.parametrize("gain", [0.1, 0.005])
def test_quiet_speech_is_found_and_told(gain: float, james: Samples) -> None:
    voice = of(np.asarray(james * gain, np.float32))
    assert ("quiet" in said(voice)) == (gain < 0.05)
    assert voice.quality.measures.seconds > 6
    assert loudness(voice.sample.samples, 24_000) == pytest.approx(LOUDNESS, abs=0.5)


def test_two_voices_are_told_and_one_is_kept(speak: Speak) -> None:
    turns = [speak("james" if i % 2 else "alice", TEXTS[i : i + 1]) for i in range(4)]
    voice = of(joined(*turns, speak("james", TEXTS[:1])))
    assert "two voices" in said(voice)
    assert voice.gender == "male"
    assert pitch(voice.sample.samples, 24_000).range < 8


def test_too_little_speech_is_told(speak: Speak) -> None:
    some = of(speak("james", TEXTS[:2]))
    assert some.quality.verdict == "usable"
    assert "record at least 6 s" in said(some)
    assert f"{some.quality.measures.seconds:.1f} s" in said(some)
    assert of(speak("james", TEXTS[:1])).quality.verdict == "unusable"


def test_a_whisper_is_told(james: Samples) -> None:
    voice = of(whispered(james, RATE))
    assert voice.quality.verdict == "unusable"
    assert "whisper" in said(voice)
    assert voice.sure == 0.5


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(10, np.float32),
        np.zeros(5 * RATE, np.float32),
        noise(4, RATE, 0.5),
        chords(4, RATE),
        breaths(4, RATE),
        clicks(4, RATE),
        np.ones(3 * RATE, np.float32),
    ],
    ids=["nothing", "hardly anything", "silence", "noise", "music", "breath", "clicks", "direct current"],
)
def test_where_nobody_speaks_there_is_a_sentence(samples: Samples) -> None:
    with pytest.raises(AudioError, match=r"no speech was found in \d\.\d s of sound; give a recording"):
        of(samples)


def test_a_single_word_is_too_little(speak: Speak) -> None:
    with pytest.raises(AudioError, match=r"only 0\.\d s of speech were found"):
        of(speak("james", ["Sunday."]))


def test_an_error_of_the_decoder_comes_through(james: Samples) -> None:
    def broken() -> Iterator[AudioChunk]:
        yield from chunked(james)[:10]
        raise AudioError("the file is damaged 0.9 s in")

    with pytest.raises(AudioError, match="damaged"):
        heard(broken())


@pytest.mark.skipif(not JFK.exists(), reason="needs ../shared/media/jfk.flac")
def test_a_man_who_raises_his_voice() -> None:
    """Kennedy's inaugural address, out of doors: about 250 Hz high, which by itself would be a woman's."""
    voice = heard(recording(JFK).chunks(), "en")
    assert voice.quality.verdict == "good"
    assert voice.gender == "male"
    assert 200 < voice.quality.measures.f0 < 280
    assert 6 < voice.quality.measures.seconds < 10
