"""The shipped network on what it was hardly taught with: a sentence sung, slowly, on notes of a scale."""

import numpy as np
import pytest

pytest.importorskip("pyworld")
pytest.importorskip("scipy")
pytest.importorskip("soxr")

import pyworld

from tests.motion.said import OPEN, alike, in_truth
from train.hearing.labelled import RATE, Labelled
from visavis.media import AudioChunk, Phone, Samples
from visavis.motion.hearing import Hearing

STEP_MS = 5.0
NOTES = (0, 4, 7, 5, 2, 0, 9, 7)


def sung(sentence: Labelled, slower: float) -> tuple[Samples, list[Phone]]:
    sound = sentence.samples.astype(np.float64)
    rough, at = pyworld.dio(sound, RATE, frame_period=STEP_MS)
    pitch = pyworld.stonemask(sound, rough, at, RATE)
    envelope, noise = pyworld.cheaptrick(sound, pitch, at, RATE), pyworld.d4c(sound, pitch, at, RATE)
    n = len(pitch)
    semitones = np.repeat(NOTES, n // len(NOTES) + 1)[:n]
    semitones = semitones + 0.3 * np.sin(2 * np.pi * 5.5 * slower * at)
    held = np.where(pitch > 0, 180 * 2 ** (semitones / 12), 0)
    song = pyworld.synthesize(held, envelope, noise, RATE, STEP_MS * slower).astype(np.float32)
    return song, [Phone(p.symbol, slower * p.start, slower * p.end, p.stress) for p in sentence.phones]


@pytest.mark.parametrize("slower", [1.0, 2.0, 3.0])
def test_a_song_is_sung_along(slower: float, sentence: Labelled) -> None:
    song, phones = sung(sentence, slower)
    hearing = Hearing(25)
    mouths = np.array(hearing.feed(AudioChunk(song, RATE)) + hearing.finish())
    assert alike(mouths, in_truth(song, RATE, phones)) > 0.5
    assert mouths[:, OPEN].max() > 0.4
