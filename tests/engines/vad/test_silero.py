"""The engine as a whole: the contract, quiet microphones, noises."""

import os
from collections.abc import Iterator
from importlib import reload

import numpy as np
import pytest

from tests.contracts.vad import CHECKS, Check, Stage, noise, staged
from tests.engines.spoken import RATE, spoken
from visavis.engines.vad.silero import Silero
from visavis.errors import AudioError
from visavis.media import AudioChunk, Samples
from visavis.streams import stream_of
from visavis.voices import spotting

TEXT = "The birch canoe slid on the smooth planks, and glue the sheet to the dark blue background."


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(Silero(), spoken(TEXT), RATE) as stage:
        yield stage


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, stage: Stage) -> None:
    check(stage)


@pytest.mark.parametrize("peak", [0.5, 0.01, 0.001])
def test_a_quiet_microphone_is_heard_as_well_as_a_loud_one(peak: float, stage: Stage) -> None:
    speech = stage.speech / np.abs(stage.speech).max()
    heard = np.array(stage.heard((peak * speech).astype(np.float32)))
    assert np.mean(heard > 0.5) > 0.7


def click(seconds: float) -> Samples:
    """Somebody types: short bursts in the quiet."""
    made = noise(seconds, RATE, 0.002)
    for at in range(RATE // 4, len(made) - 400, RATE // 5):
        made[at : at + 400] += noise(400 / RATE, RATE, 0.3) * np.exp(-np.arange(400) / 80).astype(np.float32)
    return made


@pytest.mark.parametrize("level", [0.001, 0.1, 1.0])
def test_typing_and_hum_are_no_speech(level: float, stage: Stage) -> None:
    hum = np.sin(2 * np.pi * 50 * np.arange(4 * RATE) / RATE).astype(np.float32)
    for samples in (click(4.0), hum + noise(4.0, RATE, 0.01)):
        assert max(stage.heard(level * samples)) < 0.7


async def test_another_rate_is_refused() -> None:
    sound = stream_of([AudioChunk(np.zeros(1024, np.float32), 48_000)])
    with pytest.raises(AudioError, match="silero hears at 16000 Hz, not at 48000"):
        await anext(Silero().listen(sound))


@pytest.mark.parametrize("kept", [None, "3"])
def test_the_environment_is_as_it_was(kept: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if kept is None:
        monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    else:
        monkeypatch.setenv("OMP_THREAD_LIMIT", kept)
    reload(spotting).Spotter()
    assert os.environ.get("OMP_THREAD_LIMIT") == kept
