"""SyncNet's arithmetic on features made here, and its loading path on networks of one operator."""

from pathlib import Path

import numpy as np
import pytest

from tests.engines.turn.test_smart import network
from visavis.errors import EngineError
from visavis.evaluate.metrics.syncnet import (
    CEPSTRA,
    LIPS,
    METRICS,
    SHIFT,
    SIDE,
    SOUND,
    crops,
    judged,
    mfcc,
    sync,
)
from visavis.evaluate.takes import Take

DISTANCE, CONFIDENCE = METRICS


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    (tmp_path / LIPS).parent.mkdir()
    sync.cache_clear()
    return tmp_path


@pytest.mark.parametrize("late", [-4, 0, 3])
def test_the_offset_is_where_features_belong_together(late: int) -> None:
    lips = np.random.default_rng(0).normal(0, 1, (60, 16)).astype(np.float32)
    found = judged(lips, np.roll(lips, late, 0))
    assert found.offset == -late
    assert found.distance < 1.5
    assert found.confidence > 3


def test_features_that_differ_are_further_apart() -> None:
    made = np.random.default_rng(0)
    lips = made.normal(0, 1, (80, 16)).astype(np.float32)
    found = [
        judged(lips, lips + made.normal(0, noise, lips.shape).astype(np.float32)) for noise in (0.1, 0.5, 1)
    ]
    assert found[0].distance < found[1].distance < found[2].distance
    assert found[0].confidence > found[1].confidence > found[2].confidence


def test_cepstra_are_a_hundred_a_second() -> None:
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.float32)
    cepstra = mfcc(tone)
    assert cepstra.shape == (99, CEPSTRA)
    assert np.allclose(cepstra[10], cepstra[50], atol=1.0)
    louder = mfcc(2 * tone)
    assert louder[50, 0] - cepstra[50, 0] == pytest.approx(np.log(4), abs=0.01)
    assert np.abs(louder[50, 1:4] - cepstra[50, 1:4]).max() < 0.2


def test_a_face_fills_its_crop(rendered: Take) -> None:
    pictures = crops(rendered)
    assert abs(len(pictures) - rendered.frames) <= 1
    assert pictures[0].shape == (SIDE, SIDE, 3)
    assert pictures[0][60:160, 60:160].std() > 20


def test_without_weights_it_says_where_they_go(rendered: Take, weights: Path) -> None:
    reading = DISTANCE.measure(rendered)
    assert reading.value is None
    assert str(weights / LIPS) in reading.note


def test_tiny_weights_are_loaded_and_run(rendered: Take, weights: Path) -> None:
    (weights / LIPS).write_bytes(network("ReduceMean", shape=("batch", 3, 5, SIDE, SIDE)))
    (weights / SOUND).write_bytes(network("ReduceMean", shape=("batch", 1, CEPSTRA, 20)))
    with pytest.raises(EngineError, match="is no half of SyncNet"):
        sync(rendered)
    (weights / LIPS).write_bytes(network("GlobalAveragePool", shape=("batch", 3, 5, SIDE, SIDE)))
    (weights / SOUND).write_bytes(network("GlobalAveragePool", shape=("batch", 1, CEPSTRA, 20)))
    distance, confidence = DISTANCE.measure(rendered), CONFIDENCE.measure(rendered)
    assert distance.value is not None
    assert confidence.value is not None
    assert distance.value > 0
    assert confidence.value >= 0
    assert abs(int(distance.note.split()[1])) <= SHIFT


def test_a_file_that_is_no_network_is_told(rendered: Take, weights: Path) -> None:
    (weights / LIPS).write_bytes(b"no")
    (weights / SOUND).write_bytes(b"no")
    with pytest.raises(EngineError, match=r"lips.onnx cannot be loaded"):
        sync(rendered)
