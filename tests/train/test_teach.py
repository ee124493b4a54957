"""Teaching the network."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch

from train.hearing.network import Network
from train.hearing.teach import BATCH, Lessons, _otherwise, teach
from visavis.motion.ear import ANSWERS
from visavis.motion.spectrum import BANDS, FAINTEST
from visavis.motion.visemes import KINDS

pytestmark = pytest.mark.usefixtures("one_thread")
STEPS = 60


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """Two sounds, one of which opens every channel of the mouth, in stretches of random length."""
    rng = np.random.default_rng(0)
    n = 3 * BATCH
    opened = np.repeat(rng.random((n, STEPS // 10)) < 0.5, 10, axis=1)
    levels = np.where(opened, -20, -70)[:, :, None] + rng.normal(0, 3, (n, STEPS, 2 * BANDS))
    answers = np.repeat(opened[:, :, None], ANSWERS, axis=2)
    return Lessons(levels.astype(np.float16), answers.astype(np.float16), opened.astype(np.uint8))


def taught(lessons: Lessons, epochs: int, seed: int) -> tuple[Network, list[tuple[float, float]]]:
    """The network, and what it lost in each epoch: of the mouth, of the kinds."""
    told: list[str] = []
    network = teach(lessons, epochs, seed, told.append)
    return network, [(float(mouth), float(kinds)) for mouth, kinds in map(losses, told)]


def losses(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"epoch \d of \d: mouth ([\d.]+), kinds ([\d.]+)", line)
    assert found
    return found[1], found[2]


def weights(network: Network) -> list[NDArray[np.float32]]:
    return [part.detach().numpy() for part in network.parameters()]


def test_every_epoch_loses_less(lessons: Lessons) -> None:
    network, lost = taught(lessons, 3, 1)
    assert len(lost) == 3
    assert lost[0][0] > lost[1][0] > lost[2][0]
    assert lost[0][1] > lost[1][1] > lost[2][1]
    assert lost[0][1] < 1.2 * np.log(len(KINDS))
    assert not network.training


def test_the_same_seed_gives_the_same_network(lessons: Lessons) -> None:
    first, second, other = (weights(taught(lessons, 1, seed)[0]) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_another_throat_and_microphone_change_a_lesson_but_not_its_course() -> None:
    rng = np.random.default_rng(0)
    looks = torch.from_numpy(rng.uniform(-60, 0, (4, 50, 2 * BANDS)).astype(np.float32))
    looks[:, 20:30] = FAINTEST
    other = _otherwise(looks, torch.Generator().manual_seed(1))
    assert other.shape == looks.shape
    assert (other >= FAINTEST).all()
    assert not torch.equal(other, looks)
    for before, after in zip(looks.mean(-1).numpy(), other.mean(-1).numpy(), strict=True):
        assert np.corrcoef(before, after)[0, 1] > 0.9
