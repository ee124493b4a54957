"""The mouth when nobody knows the words."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.motion.cutting import cut, silence
from tests.motion.sounds import joined, noise, voice
from visavis.media import AudioChunk, Samples, frame_count
from visavis.motion.frames import Mouth
from visavis.motion.loudness import LOOKAHEAD_MS, Loudness
from visavis.sound import recording

JAW, OPEN, WIDE, ROUND, PRESS = range(5)
FPS = 25
JFK = Path(__file__).parents[3] / "shared/media/jfk.flac"


def moved(chunks: list[AudioChunk], fps: int = FPS) -> list[Mouth]:
    loudness = Loudness(fps)
    mouths = [mouth for chunk in chunks for mouth in loudness.feed(chunk)]
    return mouths + loudness.finish()


def course(sound: Samples, rate: int) -> NDArray[np.float64]:
    return np.array(moved(cut(sound, rate, None)))


def during(heads: NDArray[np.float64], begin: float, end: float) -> NDArray[np.float64]:
    return heads[round(begin * FPS) : round(end * FPS)]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
def test_syllables_open_and_silence_shuts_at_any_rate(rate: int) -> None:
    syllable = joined(voice("a", 0.16, rate), silence(0.08, rate))
    sound = joined(silence(0.4, rate), *[syllable] * 5, silence(0.6, rate))
    mouth = course(sound, rate)
    assert len(mouth) == frame_count(len(sound), rate, FPS)
    assert during(mouth, 0.4, 1.6)[:, OPEN].max() > 0.5
    assert not during(mouth, 0, 0.3).any()
    assert not during(mouth, 1.95, 2.2).any()
    opened = during(mouth, 0.4, 1.6)[:, OPEN]
    assert ((opened[1:-1] > opened[:-2]) & (opened[1:-1] >= opened[2:])).sum() >= 4


def test_the_colour_of_a_vowel_shapes_the_lips() -> None:
    rate = 16000
    said = joined(*(joined(voice(v, 0.25, rate), silence(0.1, rate)) for v in "aiuaiuaiu"))
    mouth = course(said, rate)
    a, i, u = (
        np.concatenate([during(mouth, 0.35 * n + 0.08, 0.35 * n + 0.25) for n in range(k, 9, 3)]).mean(axis=0)
        for k in range(3)
    )
    assert i[WIDE] > a[WIDE]
    assert u[ROUND] > 0.15 > i[ROUND]
    assert a[OPEN] > 1.3 * i[OPEN]


def test_a_hiss_is_made_with_the_teeth_together() -> None:
    rate = 22050
    hiss = noise(0.2, rate, 0.15, low=4500)
    said = joined(voice("a", 0.3, rate), hiss, voice("a", 0.3, rate), silence(0.4, rate))
    in_hiss = during(course(said, rate), 0.38, 0.48).mean(axis=0)
    in_vowel = during(course(said, rate), 0.1, 0.25).mean(axis=0)
    assert in_hiss[JAW] < 0.2 < 0.08 + in_hiss[OPEN]
    assert in_vowel[JAW] > 2 * in_hiss[JAW]


def test_a_hum_between_vowels_closes_the_lips() -> None:
    rate = 16000
    hum = voice("m", 0.12, rate, level=0.06)
    said = joined(*[joined(voice("a", 0.22, rate), hum)] * 4)
    mouth = course(said, rate)
    between = [during(mouth, 0.34 * n + 0.22, 0.34 * n + 0.36) for n in range(3)]
    assert all(piece[:, PRESS].max() > 0.4 or piece[:, OPEN].min() < 0.12 for piece in between)


@pytest.mark.parametrize("level", [0.003, 0.03, 0.1])
def test_steady_noise_counts_as_silence_and_speech_comes_through_it(level: float) -> None:
    rate = 16000
    hum = noise(5.0, rate, level)
    said = hum.copy()
    said[3 * rate : 3 * rate + round(0.3 * rate)] += voice("a", 0.3, rate, level=0.7)
    mouth = course(said, rate)
    assert not during(mouth, 2.0, 2.9).any()
    assert during(mouth, 3.0, 3.4)[:, OPEN].max() > 0.25
    assert not during(mouth, 4.2, 4.9).any()


def test_a_loud_and_a_soft_speaker_open_alike() -> None:
    rate = 16000
    syllables = [joined(voice("a", 0.16, rate, level), silence(0.1, rate)) for level in (0.5, 0.2, 0.6, 0.4)]
    said = joined(silence(0.3, rate), *syllables * 5)
    loud, soft = course(said, rate), course(said * np.float32(0.06), rate)
    later = slice(round(2.5 * FPS), None)
    assert soft[later, OPEN].max() > 0.5 * loud[later, OPEN].max()


def test_it_ends_at_rest_and_stays_in_bounds() -> None:
    mouth = course(voice("a", 0.7, 16000), 16000)
    assert not mouth[-1].any()
    assert (mouth >= [0, 0, -1, 0, 0, 0, 0]).all()
    assert (mouth <= 1).all()
    assert np.abs(np.diff(mouth[:, OPEN])).max() < 0.6


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 9000), max_size=12), st.sampled_from([24, 25, 30]), st.sampled_from([8000, 22050])
)
def test_chunking_changes_nothing(lengths: list[int], fps: int, rate: int) -> None:
    said = joined(voice("a", 0.3, rate), noise(0.2, rate, 0.1), voice("i", 0.3, rate), silence(0.3, rate))
    whole = moved(cut(said, rate, None), fps)
    assert len(whole) == frame_count(len(said), rate, fps)
    assert moved(cut(said, rate, None, lengths), fps) == whole


def test_frames_come_soon_and_little_is_held() -> None:
    loudness = Loudness(FPS)
    given_out = 0
    for chunk in cut(noise(20.0, 16000, 0.1), 16000, None, [1600] * 400):
        given_out += len(loudness.feed(chunk))
        assert given_out >= int((chunk.end / 16000 - LOOKAHEAD_MS / 1000) * FPS)
        assert len(loudness._poses) < 40
        assert len(loudness._hearing._samples) < 4000


def test_nothing_said_moves_nothing() -> None:
    assert moved([]) == []
    assert moved([AudioChunk(silence(0, 16000), 16000)]) == []


@pytest.mark.skipif(not JFK.exists(), reason="needs the recording beside the repository")
def test_a_real_speaker_s_mouth_follows_his_voice_and_rests_in_his_pauses() -> None:
    jfk = recording(JFK)
    chunks = list(jfk.chunks())
    mouth = np.array(moved(chunks))
    said = np.concatenate([chunk.samples for chunk in chunks])
    size = jfk.rate // FPS
    power = np.array([np.sqrt((said[n * size : (n + 2) * size] ** 2).mean()) for n in range(len(mouth))])
    assert np.corrcoef(mouth[:, OPEN], power)[0, 1] > 0.7
    for begin, end in ((2.7, 3.1), (4.7, 5.2)):
        assert not during(mouth, begin, end)[:, [JAW, OPEN, PRESS]].any()
