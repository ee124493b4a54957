"""The mouth when nobody knows when it says what."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, silence
from tests.motion.said import FPS, VOICES, Said, alike, in_truth, pauses, sealed, uttered
from tests.motion.sounds import (
    breaths,
    chords,
    clicks,
    joined,
    laughter,
    mains,
    noise,
    resampled,
    voice,
    whispered,
)
from visavis.engines.tts.espeak import Espeak
from visavis.media import LANGUAGES, AudioChunk, Language, Samples, frame_count
from visavis.motion.frames import Mouth
from visavis.motion.hearing import FOLLOWING_MS, LOOKAHEAD_MS, Hearing
from visavis.sound import recording

JAW, OPEN, WIDE, ROUND, PRESS = range(5)
JFK = Path(__file__).parents[3] / "shared/media/jfk.flac"
JFK_SAID = (
    "And so, my fellow Americans,",
    "ask not",
    "what your country can do for you,",
    "ask what you can do for your country.",
)
JFK_PAUSES = slice(round(2.4 * FPS), round(3.1 * FPS)), slice(round(4.6 * FPS), round(5.2 * FPS))
SHUT = 0.05
"""How far lips may be apart that nobody sees part."""


def moved(chunks: list[AudioChunk], fps: int = FPS, following: bool = False) -> list[Mouth]:
    hearing = Hearing(fps, following)
    mouths = [mouth for chunk in chunks for mouth in hearing.feed(chunk)]
    return mouths + hearing.finish()


def course(sound: Samples, rate: int) -> NDArray[np.float64]:
    return np.array(moved(cut(sound, rate, None)))


def during(mouths: NDArray[np.float64], begin: float, end: float) -> NDArray[np.float64]:
    return mouths[round(begin * FPS) : round(end * FPS)]


@pytest.mark.parametrize("name", [voice for voices in VOICES.values() for voice in voices])
def test_the_mouth_moves_as_that_of_one_who_knows_the_phones(name: str, said: dict[str, Said]) -> None:
    one = said[name]
    mouth = course(one.samples, one.rate)
    true = in_truth(one.samples, one.rate, one.phones)
    assert alike(mouth, true) >= 0.8
    assert sealed(mouth, one.phones) >= 0.75
    assert 0.6 < mouth[:, OPEN].mean() / true[:, OPEN].mean() < 1.4
    assert mouth[:, OPEN].max() > 0.5


@pytest.mark.parametrize("name", [voice for voices in VOICES.values() for voice in voices])
def test_every_pause_shuts_the_mouth(name: str, said: dict[str, Said]) -> None:
    one = said[name]
    mouth = course(one.samples, one.rate)
    assert len(pauses(one.phones)) >= 2
    for pause in pauses(one.phones):
        assert mouth[pause, JAW].max() < 0.1
        assert mouth[pause, OPEN].max() < 0.1
        assert mouth[pause, OPEN].mean() < 0.06


@pytest.mark.parametrize("level", [0.06, 0.3, 2.0])
def test_a_loud_and_a_soft_speaker_open_alike(level: float, said: dict[str, Said]) -> None:
    one = said["james"]
    usual = course(one.samples, one.rate)
    other = course(np.clip(one.samples * np.float32(level), -1, 1), one.rate)
    assert alike(other, usual) > 0.9
    assert other[:, OPEN].max() > 0.75 * usual[:, OPEN].max()


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_any_rate_is_heard(rate: int, said: dict[str, Said]) -> None:
    one = said["lucia"]
    mouth = course(resampled(one.samples, one.rate, rate), rate)
    assert len(mouth) == frame_count(round(len(one.samples) * rate / one.rate), rate, FPS)
    true = in_truth(one.samples, one.rate, one.phones)
    n = min(len(mouth), len(true))
    assert alike(mouth[:n], true[:n]) >= 0.6


def test_speech_comes_through_noise_and_noise_does_not(said: dict[str, Said]) -> None:
    one = said["emma"]
    hush = silence(1.0, one.rate)
    sound = joined(hush, one.samples, hush)
    hiss = noise(len(sound) / one.rate, one.rate, 0.04)[: len(sound)]
    mouth, clean = course(sound + hiss, one.rate), course(sound, one.rate)
    assert alike(mouth, clean) > 0.75
    assert during(mouth, 0, 0.8)[:, OPEN].max() < 0.1
    assert mouth[-round(0.8 * FPS) :, OPEN].max() < 0.1


def test_lips_round_where_they_should(said: dict[str, Said]) -> None:
    for voices in VOICES.values():
        one = said[voices[0]]
        true = in_truth(one.samples, one.rate, one.phones)
        mouth = course(one.samples, one.rate)
        for channel in (JAW, WIDE, ROUND):
            assert np.corrcoef(mouth[:, channel], true[:, channel])[0, 1] > 0.5


@pytest.mark.parametrize("slower", [1, 2])
def test_a_whisper_is_heard_and_drawn_out_words(slower: int, said: dict[str, Said]) -> None:
    one = said["mateo"]
    whisper = course(whispered(one.samples, one.rate, slower), one.rate)[::slower]
    aloud = course(one.samples, one.rate)
    n = min(len(whisper), len(aloud))
    assert alike(whisper[:n], aloud[:n]) > 0.6
    assert whisper[:, OPEN].mean() > 0.5 * aloud[:, OPEN].mean()


def test_laughter_opens_the_mouth_at_every_ha() -> None:
    opened = course(joined(laughter(16000), silence(0.5, 16000)), 16000)[:, OPEN]
    crests = (opened[1:-1] > opened[:-2]) & (opened[1:-1] >= opened[2:]) & (opened[1:-1] > 0.25)
    assert crests.sum() >= 5
    assert opened[-8:].max() < SHUT


NO_SPEECH: dict[str, Callable[[float, int], Samples]] = {
    "silence": silence,
    "a faint noise": partial(noise, level=0.003),
    "a noise": partial(noise, level=0.03),
    "a loud noise": partial(noise, level=0.1),
    "keys": partial(clicks, level=0.1),
    "loud keys": partial(clicks, level=0.5),
    "a faint hum": partial(mains, level=0.02),
    "a hum": partial(mains, level=0.1),
    "faint music": partial(chords, level=0.02),
    "music": partial(chords, level=0.1),
    "breath": partial(breaths, level=0.02),
    "heavy breath": partial(breaths, level=0.05),
}


def shut_through(sound: str, rate: int) -> float:
    """The share of the frames of six seconds in which the lips do not part."""
    return float((course(NO_SPEECH[sound](6.0, rate), rate)[:, OPEN] < SHUT).mean())


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("sound", sorted(NO_SPEECH))
def test_what_is_no_speech_leaves_the_mouth_shut(sound: str, rate: int) -> None:
    assert shut_through(sound, rate) >= 0.98


def test_the_last_frame_is_at_rest_and_all_stay_in_bounds(said: dict[str, Said]) -> None:
    for one in said.values():
        begun = one.samples[: round(1.3 * one.rate)]
        mouth = course(begun, one.rate)
        assert not mouth[-1].any()
        assert np.abs(np.diff(mouth[-6:, JAW])).max() < 0.5
        assert (mouth >= [0, 0, -1, 0, 0, 0, 0]).all()
        assert (mouth <= 1).all()
    for sound in (noise(1.0, 16000, 1.0), np.ones(16000, np.float32), voice("a", 1.0, 16000, 1.0)):
        mouth = course(sound, 16000)
        assert np.isfinite(mouth).all()
        assert (mouth >= [0, 0, -1, 0, 0, 0, 0]).all()
        assert (mouth <= 1).all()
        assert not mouth[-1].any()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 9000), max_size=12),
    st.sampled_from([10, 24, 25, 30, 60]),
    st.sampled_from([4000, 8000, 16000, 22050, 44100]),
)
def test_chunking_changes_nothing(lengths: list[int], fps: int, rate: int) -> None:
    sound = joined(voice("a", 0.25, rate), noise(0.1, rate, 0.1), voice("i", 0.2, rate), silence(0.17, rate))
    whole = moved(cut(sound, rate, None), fps)
    assert len(whole) == frame_count(len(sound), rate, fps)
    assert moved(cut(sound, rate, None, lengths), fps) == whole


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
@pytest.mark.parametrize("samples", [1, 2, 100, 441, 2000])
def test_the_shortest_sound_has_its_frames(samples: int, rate: int) -> None:
    sound = voice("a", 1.0, rate)[:samples]
    for following in (False, True):
        mouths = moved([AudioChunk(sound, rate)], following=following)
        assert len(mouths) == frame_count(samples, rate, FPS)
        assert not any(mouths[-1])


def test_nothing_heard_moves_nothing() -> None:
    for following in (False, True):
        assert moved([], following=following) == []
        assert moved([AudioChunk(silence(0, 16000), 16000)], following=following) == []


def test_it_looks_ahead_no_further_than_it_says() -> None:
    assert LOOKAHEAD_MS <= 120
    assert FOLLOWING_MS <= 250


@pytest.mark.parametrize("following", [False, True])
@pytest.mark.parametrize("fps", [10, 25, 60])
@pytest.mark.parametrize("rate", [8000, 11025, 44100])
def test_frames_come_soon_and_little_is_held(rate: int, fps: int, following: bool) -> None:
    hearing = Hearing(fps, following)
    ahead = (FOLLOWING_MS if following else LOOKAHEAD_MS) / 1000
    given_out = 0
    for chunk in cut(noise(4.0, rate, 0.1), rate, None, [rate // 50] * 400):
        given_out += len(hearing.feed(chunk))
        assert given_out >= int((chunk.end / rate - ahead) * fps)
        assert len(hearing._steps) < 30
        assert len(hearing._ear._spectrum._samples) < rate / 10


@pytest.mark.parametrize("following", [False, True])
def test_chunks_out_of_order_are_refused(following: bool) -> None:
    hearing = Hearing(FPS, following)
    hearing.feed(AudioChunk(silence(0.1, 16000), 16000))
    for wrong in (AudioChunk(silence(0.1, 16000), 16000), AudioChunk(silence(0.1, 8000), 8000, 1600)):
        with pytest.raises(ValueError, match="in order and without gaps"):
            hearing.feed(wrong)


@pytest.fixture(scope="module")
def president() -> list[AudioChunk]:
    """John F. Kennedy in 1961: a room, an audience, 44.1 kHz."""
    if not JFK.exists():
        pytest.skip("needs the recording beside the repository")
    return list(recording(JFK).chunks())


def powers(chunks: list[AudioChunk], frames: int) -> NDArray[np.float64]:
    """The square root of the loudness of each frame and the one after it."""
    said, size = np.concatenate([chunk.samples for chunk in chunks]), chunks[0].rate // FPS
    return np.array([(said[n * size : (n + 2) * size] ** 2).mean() ** 0.25 for n in range(frames)])


def test_a_real_speaker_s_mouth_follows_his_voice_and_rests_in_his_pauses(
    president: list[AudioChunk],
) -> None:
    mouth = np.array(moved(president))
    assert np.corrcoef(mouth[:, OPEN], powers(president, len(mouth)))[0, 1] > 0.7
    assert mouth[:, OPEN].max() > 0.5
    for pause in JFK_PAUSES:
        assert mouth[pause, JAW].max() < 0.1
        assert mouth[pause, OPEN].max() < SHUT
        assert mouth[pause, PRESS].max() < 0.3


def test_a_real_speaker_is_followed_where_his_words_are_known(president: list[AudioChunk]) -> None:
    with closing(Espeak()) as engine:
        read = asyncio.run(uttered(engine, JFK_SAID, "en", "emma"))
    first, *others = president
    chunks = [AudioChunk(first.samples, first.rate, 0, None, read.phones), *others]
    mouth = np.array(moved(chunks, following=True))
    assert alike(mouth, np.array(moved(president))) > 0.6
    assert np.corrcoef(mouth[:, OPEN], powers(president, len(mouth)))[0, 1] > 0.6
    for pause in JFK_PAUSES:
        assert mouth[pause, OPEN].max() < SHUT


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reading_makes_it_better(language: Language, said: dict[str, Said]) -> None:
    read, one = (said[name] for name in VOICES[language])
    true = in_truth(one.samples, one.rate, one.phones)
    followed = np.array(moved([AudioChunk(one.samples, one.rate, 0, None, read.phones)], following=True))
    heard = course(one.samples, one.rate)
    assert alike(followed, true) > alike(heard, true)
    assert sealed(followed, one.phones) >= sealed(heard, one.phones)


def test_words_that_are_not_said_are_told(said: dict[str, Said], caplog: pytest.LogCaptureFixture) -> None:
    read, other, one = said["emma"], said["lucia"], said["james"]
    for reading in (read, other):
        moved([AudioChunk(one.samples, one.rate, 0, None, reading.phones)], following=True)
        assert ("of the sound; the mouth follows what is heard" in caplog.text) == (reading is other)
