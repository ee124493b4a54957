"""The network in PyTorch and as a file."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnxruntime
import torch

from train.hearing.network import INPUTS, LAYERS, OUTPUTS, WIDTH, Network, export
from visavis.media import AudioChunk
from visavis.motion import ear
from visavis.motion.ear import ANSWERS
from visavis.motion.spectrum import BANDS, Spectrum
from visavis.motion.visemes import KINDS

pytestmark = pytest.mark.filterwarnings("ignore")
"""PyTorch would rather see another exporter."""

RATE = 16_000


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    network = Network()
    network.eval()
    return network


@pytest.fixture(scope="module")
def file(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "hearing.onnx"
    export(network, path)
    return path


@pytest.fixture
def worn(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The ear hears by this network."""
    monkeypatch.setattr(ear, "MODEL", file)
    ear._network.cache_clear()
    yield
    ear._network.cache_clear()


def test_the_network_takes_and_gives_what_it_says(network: Network) -> None:
    mouths, kinds, state = network(torch.zeros(3, 7, 2 * BANDS))
    assert mouths.shape == (3, 7, ANSWERS)
    assert kinds.shape == (3, 7, len(KINDS))
    assert kinds.exp().sum(-1).detach().numpy() == pytest.approx(1, abs=1e-5)
    assert state.shape == (LAYERS, 3, WIDTH)


def test_the_file_is_small_and_alone(file: Path) -> None:
    assert file.stat().st_size < 1_000_000
    assert list(file.parent.iterdir()) == [file]


def test_the_file_gives_what_pytorch_gives_step_by_step(network: Network, file: Path) -> None:
    looks = np.random.default_rng(0).uniform(-90, 0, (1, 60, 2 * BANDS)).astype(np.float32)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    state = np.zeros((LAYERS, 1, WIDTH), np.float32)
    steps = []
    for look in looks[0]:
        feeds = dict(zip(INPUTS, (look[None, None], state), strict=True))
        *heard, state = session.run(OUTPUTS, feeds)
        steps.append(heard)
    with torch.no_grad():
        mouths, kinds, last = (part.numpy() for part in network(torch.from_numpy(looks)))
    assert np.concatenate([mouth for mouth, _ in steps], 1) == pytest.approx(mouths, abs=1e-2)
    assert np.concatenate([kind for _, kind in steps], 1) == pytest.approx(kinds, abs=1e-2)
    assert state == pytest.approx(last, abs=1e-2)


@pytest.mark.usefixtures("worn")
def test_the_ear_hears_by_it(network: Network) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    listening = ear.Ear()
    heard = listening.feed(AudioChunk(sound, RATE)) + listening.finish(ear.STEPS)
    spectrum = Spectrum()
    pairs = spectrum.feed(AudioChunk(sound, RATE)) + spectrum.finish(ear.STEPS + ear.AHEAD)
    with torch.no_grad():
        shown = torch.from_numpy(np.stack(pairs).reshape(1, len(pairs), -1))
        mouths, kinds, _ = (part[0, ear.AHEAD :].numpy() for part in network(shown))
    assert len(heard) == len(mouths) >= ear.STEPS
    assert np.stack([step.mouth for step in heard]) == pytest.approx(mouths, abs=1e-2)
    assert np.stack([step.kinds for step in heard]) == pytest.approx(kinds, abs=1e-2)


def test_a_failed_export_leaves_the_file_that_was_there(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hearing.onnx"
    path.write_bytes(b"the one before")

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("train.hearing.network._halve", fails)
    with pytest.raises(RuntimeError):
        export(network, path)
    assert path.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [path]
