"""What happens to speech on its way."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator, default_rng

pytest.importorskip("scipy")
pytest.importorskip("soxr")

from scipy.signal import fftconvolve

from train.hearing import spoil
from train.hearing.labelled import RATE, Labelled
from visavis.media import Samples

Change = Callable[[Samples, Generator], Samples]
CHANGES: list[Change] = [spoil.coloured, spoil.in_a_room, spoil.by_telephone, spoil.coded, spoil.clipped]
LATE = 0.005
"""Seconds by which a sound may come early or late."""


def click(at: float) -> Samples:
    sound = np.zeros(RATE, np.float32)
    sound[round(at * RATE)] = 3
    return sound


def lag(before: Samples, after: Samples) -> float:
    """Seconds by which a sound was moved."""
    alike = np.abs(fftconvolve(after, before[::-1]))
    return (int(alike.argmax()) - len(before) + 1) / RATE


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("change", CHANGES)
def test_a_sentence_stays_where_it_was(change: Change, seed: int, sentence: Labelled) -> None:
    loud = sentence.samples * np.float32(10)
    heard = change(loud, default_rng(seed))
    assert heard.shape == loud.shape
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()
    assert not np.array_equal(heard, loud)
    assert abs(lag(loud, heard)) < LATE


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("change", CHANGES)
def test_a_click_stays_where_it_was(change: Change, seed: int) -> None:
    heard = change(click(0.5), default_rng(seed))
    assert abs(int(np.abs(heard).argmax()) / RATE - 0.5) < LATE


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("n", [1000, RATE + 1])
def test_a_sound_of_any_length_keeps_it(change: Change, n: int) -> None:
    hiss = default_rng(0).normal(0, 0.3, n).astype(np.float32)
    assert len(change(hiss, default_rng(1))) == n


@pytest.mark.parametrize("change", CHANGES)
def test_silence_stays_nearly_silent(change: Change) -> None:
    heard = change(np.zeros(RATE, np.float32), default_rng(2))
    assert np.abs(heard).max() < 0.01


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_chance_does_the_same(change: Change, sentence: Labelled) -> None:
    assert np.array_equal(change(sentence.samples, default_rng(3)), change(sentence.samples, default_rng(3)))


@pytest.mark.parametrize("codec", spoil.CODECS, ids=lambda codec: codec.name)
def test_every_codec_is_there_and_gives_back_about_the_same(
    codec: spoil.Codec, sentence: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoil, "CODECS", (codec,))
    heard = spoil.coded(sentence.samples, default_rng(0))
    assert abs(lag(sentence.samples, heard)) < LATE
    assert np.corrcoef(sentence.samples, heard)[0, 1] > 0.6


def test_a_telephone_has_no_highs_and_no_lows() -> None:
    hiss = default_rng(0).normal(0, 0.3, RATE).astype(np.float32)
    heard = spoil.by_telephone(hiss, default_rng(1))
    power = np.abs(np.fft.rfft(heard)) ** 2
    within = power[400:3000].mean()
    assert power[4200:].mean() < 0.01 * within
    assert power[:80].mean() < 0.05 * within


def test_a_clipped_sound_is_flat_at_its_peaks(sentence: Labelled) -> None:
    heard = spoil.clipped(sentence.samples, default_rng(0))
    peak = np.abs(heard).max()
    assert peak < np.abs(sentence.samples).max()
    assert (np.abs(heard) == peak).sum() > 10
