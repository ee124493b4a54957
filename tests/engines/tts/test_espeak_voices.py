"""The presets: complete, distinct, even in level, and of the gender that they say."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from tests.contracts.tts import Stage, joined, phones_of, staged
from visavis.contracts import Voice
from visavis.engines.tts.espeak import Espeak
from visavis.engines.tts.espeak_sound import LIMIT, RATE
from visavis.engines.tts.espeak_voices import PRESETS, Preset, preset, relative
from visavis.errors import UnknownName
from visavis.media import LANGUAGES, Samples

by_name = pytest.mark.parametrize("voice", Espeak.voices, ids=lambda voice: voice.name)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Espeak()) as stage:
        yield stage


def test_every_language_has_two_of_each_gender_or_more() -> None:
    count = Counter((voice.language, voice.gender) for voice in Espeak.voices)
    assert len(count) == 2 * len(LANGUAGES)
    assert min(count.values()) >= 2


def test_names_are_unique_and_easy_to_type() -> None:
    names = [voice.name for voice in Espeak.voices]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isalpha() and name.islower() for name in names)


def test_no_two_presets_sound_the_same() -> None:
    sounds = {(p.base, p.pitch) for p in PRESETS}
    assert len(sounds) == len(PRESETS)


def test_a_name_that_nobody_has_is_answered_with_one_that_somebody_has() -> None:
    with pytest.raises(UnknownName, match=f"did you mean {PRESETS[0].voice.name}"):
        preset(PRESETS[0].voice.name + "a")


@pytest.mark.parametrize("home", PRESETS, ids=lambda home: home.voice.name)
def test_a_relative_has_the_language_and_the_gender(home: Preset) -> None:
    for language in LANGUAGES:
        kin = relative(home, language).voice
        assert (kin.language, kin.gender) == (language, home.voice.gender)
    assert relative(home, home.voice.language) == home


def test_different_voices_have_different_relatives_while_there_are_enough() -> None:
    first, second, *_ = (p for p in PRESETS if (p.voice.language, p.voice.gender) == ("en", "female"))
    for language in LANGUAGES:
        assert relative(first, language) != relative(second, language)


@by_name
def test_a_voice_is_heard_at_the_level_of_all_and_never_clipped(voice: Voice, stage: Stage) -> None:
    sound = joined(stage.spoken(*stage.clauses(voice.language), voice=voice))
    spoken = sound[np.abs(sound) > 0.01]
    assert 20 * np.log10(np.sqrt(np.mean(spoken**2))) == pytest.approx(-17.5, abs=2.5)
    assert np.abs(sound).max() <= LIMIT
    assert np.mean(np.abs(sound) > 0.8) < 0.003


@by_name
def test_a_voice_has_the_pitch_of_its_gender(voice: Voice, stage: Stage) -> None:
    median = pitch(joined(stage.spoken(*stage.clauses(voice.language), voice=voice)))
    lowest, highest = {"female": (160, 260), "male": (80, 160)}[voice.gender]
    assert lowest < median < highest


def pitch(sound: Samples) -> float:
    """Median of the loud and voiced 50 ms in Hz, by autocorrelation."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, RATE // 20)[:: RATE // 50]
    power = np.mean(frames**2, axis=1)
    frames = frames[power > power.max() / 30] * np.hanning(RATE // 20)
    likeness = np.fft.irfft(np.abs(np.fft.rfft(frames, 4096)) ** 2)
    lags = likeness[:, RATE // 400 : RATE // 60]
    voiced = lags.max(axis=1) > 0.4 * likeness[:, 0]
    return float(np.median(RATE / (lags.argmax(axis=1)[voiced] + RATE // 400)))


@by_name
def test_a_voice_speaks_at_a_natural_pace(voice: Voice, stage: Stage) -> None:
    """Phones a second, pauses aside: people make 8 to 15."""
    phones = [p for p in phones_of(stage.spoken(*stage.clauses(voice.language), voice=voice)) if p.symbol]
    assert 7.5 < len(phones) / sum(p.end - p.start for p in phones) < 15.5


def test_each_voice_is_asked_for_as_it_is() -> None:
    """All of them are known to espeak-ng: a variant that is missing would be an error."""

    async def all_of_them() -> None:
        with contextlib.closing(Espeak()) as engine:
            for home in PRESETS:
                for language in LANGUAGES:
                    assert engine._utter("a", 0, relative(home, language), np.zeros(0, np.float32))

    asyncio.run(all_of_them())
