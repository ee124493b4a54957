import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.engines.turn.test_smart import entry, node, tensor
from tests.evaluate.material import TAKE
from tests.evaluate.metrics.speech import ENGLISH, PERSIAN, jfk, other_sound, said, with_jfk
from visavis.errors import ModelError
from visavis.evaluate.metrics import _voiceprint, speaker
from visavis.evaluate.metrics._voiceprint import HOP, PARTIAL, RATE, Network, embedded, looks, network
from visavis.evaluate.metrics._weights import MAGIC, PROTOCOL, Weights, brought, tensors
from visavis.evaluate.spoiling import sound
from visavis.evaluate.takes import Take
from visavis.voices.spectrum import at_rate

with_resemblyzer = pytest.mark.skipif(_voiceprint.found() is None, reason="needs resemblyzer's weights")


class Stored:
    """A tensor as torch.save has it: a view of a storage, which is written behind the pickle."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def __reduce__(self) -> tuple[Any, ...]:
        shape = self.weights.shape
        strides = tuple(int(np.prod(shape[axis + 1 :])) for axis in range(len(shape)))
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (Storage(self.weights), 0, shape, strides, False, OrderedDict())


class Storage:
    def __init__(self, weights: Weights) -> None:
        self.weights = weights


Save = Callable[[Path, dict[str, Weights]], Path]


@pytest.fixture
def save(monkeypatch: pytest.MonkeyPatch) -> Save:
    """Writes a file as torch.save did before version 1.6, without torch."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    storage = type("FloatStorage", (), {"__module__": "torch"})

    def rebuild() -> None: ...

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    monkeypatch.setattr(torch, "FloatStorage", storage, raising=False)
    monkeypatch.setattr(utils, "_rebuild_tensor_v2", rebuild, raising=False)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing: Any) -> Any:
            if not isinstance(thing, Storage):
                return None
            return "storage", storage, str(id(thing.weights)), "cpu", thing.weights.size, None

    def saved(path: Path, weights: dict[str, Weights]) -> Path:
        file = io.BytesIO()
        for plain in (MAGIC, PROTOCOL, {"little_endian": True}):
            pickle.dump(plain, file, protocol=2)
        content = {"step": 1, "model_state": OrderedDict((key, Stored(w)) for key, w in weights.items())}
        Pickler(file, protocol=2).dump(content)
        pickle.dump([str(id(w)) for w in weights.values()], file, protocol=2)
        for w in weights.values():
            file.write(np.int64(w.size).tobytes() + w.astype("<f4").tobytes())
        path.write_bytes(file.getvalue())
        return path

    return saved


def tiny(hidden: int = 4) -> dict[str, Weights]:
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {"linear.weight": (hidden, hidden), "linear.bias": (hidden,)}
    for layer in range(3):
        shapes[f"lstm.weight_ih_l{layer}"] = (4 * hidden, hidden if layer else 40)
        shapes[f"lstm.weight_hh_l{layer}"] = (4 * hidden, hidden)
        shapes |= {f"lstm.bias_{kind}_l{layer}": (4 * hidden,) for kind in ("ih", "hh")}
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def test_weights_are_read_as_they_were_written(tmp_path: Path, save: Save) -> None:
    wanted = tiny()
    read = tensors(save(tmp_path / "w.pt", wanted), "model_state")
    assert read.keys() == wanted.keys()
    assert all(np.array_equal(read[name], wanted[name]) for name in wanted)


def test_a_file_that_would_run_something_is_refused(tmp_path: Path, save: Save) -> None:
    canary = tmp_path / "canary"
    path = save(tmp_path / "w.pt", tiny())
    evil = pickle.dumps(MAGIC, 2) + pickle.dumps(PROTOCOL, 2) + pickle.dumps({}, 2)
    path.write_bytes(evil + b"\x80\x02cpathlib\nPath\n(X" + len(str(canary)).to_bytes(4, "little")
                     + str(canary).encode() + b"tR.")  # fmt: skip
    with pytest.raises(ModelError, match=r"it asks for pathlib\.Path"):
        tensors(path, "model_state")
    assert not canary.exists()


@pytest.mark.parametrize("kept", [0, 10, 200, 1500, -40])
def test_damaged_weights_are_told(tmp_path: Path, save: Save, kept: int) -> None:
    path = save(tmp_path / "w.pt", tiny())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"w\.pt holds no weights that can be read"):
        tensors(path, "model_state")


def test_other_weights_are_told(tmp_path: Path, save: Save) -> None:
    with pytest.raises(ModelError, match=r"has no 'lstm\.weight_ih_l0'"):
        network(save(tmp_path / "w.pt", {"linear.weight": np.zeros((2, 2), np.float32)}))
    with pytest.raises(ModelError, match="holds no weights"):
        tensors(tmp_path / "none.pt", "model_state")


def test_the_network_is_three_layers_of_lstm(tmp_path: Path, save: Save) -> None:
    net = network(save(tmp_path / "w.pt", tiny()))
    given = np.random.default_rng(1).standard_normal((3, 5, 40)).astype(np.float32)
    assert np.allclose(embedded(given, net), [slowly(look, net) for look in given], atol=1e-5)


def slowly(look: Weights, net: Network) -> Weights:
    """The definition, one gate at a time."""
    sequence = list(look.astype(np.float64))
    for inputs, states, bias in zip(net.inputs, net.states, net.biases, strict=True):
        hidden, cell = np.zeros(states.shape[1]), np.zeros(states.shape[1])
        for place, given in enumerate(sequence):
            enter, keep, new, leave = np.split(inputs @ given + states @ hidden + bias, 4)
            cell = cell / (1 + np.exp(-keep)) + np.tanh(new) / (1 + np.exp(-enter))
            hidden = np.tanh(cell) / (1 + np.exp(-leave))
            sequence[place] = hidden
    raw = np.maximum(net.linear @ sequence[-1] + net.offset, 0)
    return np.asarray(raw / np.linalg.norm(raw))


def test_looks_cover_the_sound() -> None:
    assert looks(RATE) == [0]
    for seconds in (3, 5, 11):
        starts = looks(seconds * RATE)
        assert starts[0] == 0
        assert len(set(np.diff(starts))) == 1
        assert seconds * RATE - 0.6 * RATE < (starts[-1] + PARTIAL) * HOP < seconds * RATE + 0.5 * RATE


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert brought("no-such-package", "x") is None
    assert brought("numpy", "numpy/no-such-file") is None
    monkeypatch.setattr(speaker, "found", lambda: None)
    claimed = replace(TAKE, reference=TAKE.samples, reference_rate=TAKE.rate)
    assert "pip install --no-deps resemblyzer" in speaker.similarity(claimed).note
    assert "pip install --no-deps resemblyzer" in speaker.steadiness(claimed).note
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    assert str(tmp_path / speaker.WAVLM) in speaker.wavlm_similarity(claimed).note


def test_without_a_claim_there_is_no_likeness() -> None:
    for measure in (speaker.similarity, speaker.wavlm_similarity):
        assert measure(TAKE).value is None
        assert "nobody is meant" in measure(TAKE).note


@with_resemblyzer
def test_silence_is_nobody() -> None:
    claimed = replace(TAKE, reference=TAKE.samples, reference_rate=TAKE.rate)
    assert speaker.similarity(claimed).value is None
    assert speaker.steadiness(TAKE).value is None


@with_jfk
@with_resemblyzer
def test_one_person_is_like_himself_and_others_are_not() -> None:
    he = jfk()
    half = len(he.samples) // 2
    claimed = replace(he, samples=he.samples[:half], reference=he.samples[half:], reference_rate=he.rate)
    himself = value(speaker.similarity, claimed)
    assert himself > 0.78
    other = said(ENGLISH, "emma")
    another = value(speaker.similarity, replace(claimed, samples=other.samples, rate=other.rate))
    assert another < 0.65
    mixture = sound.mixed(claimed.samples, he.samples[::-1].copy(), 0)
    assert another < value(speaker.similarity, other_sound(claimed, mixture))


@with_jfk
@with_resemblyzer
def test_a_voice_that_becomes_another_one_is_unsteady() -> None:
    he = jfk()
    one = value(speaker.steadiness, he)
    other = said(ENGLISH, "emma")
    turned = sound.spliced(at_rate(he.samples, he.rate, other.rate).astype(np.float32),
                           other.samples, other.rate, 6.0)  # fmt: skip
    two = value(speaker.steadiness, replace(other, samples=turned))
    assert two < one - 0.05


@with_resemblyzer
def test_a_steady_voice_is_steadier_than_two() -> None:
    one, other = said(ENGLISH, "james"), said(PERSIAN, "parisa")
    steady = sound.spliced(one.samples, one.samples, one.rate, 99)
    turned = sound.spliced(one.samples, other.samples, one.rate, 99)
    same = value(speaker.steadiness, other_sound(one, steady))
    assert value(speaker.steadiness, other_sound(one, turned)) < same - 0.05


def value(measure: Callable[[Take], Any], take: Take) -> float:
    found = measure(take).value
    assert isinstance(found, float)
    return found


def onnx(output: str) -> bytes:
    """A network whose answer is what it is given, without signs (onnx.proto of ONNX 1.10)."""
    given, answer = tensor("input_values", ("batch", "length")), tensor(output, ("batch", "length"))
    graph = entry(1, node("Abs", "input_values", output)) + entry(2, "tiny") + entry(11, given)
    return entry(1, 8) + entry(7, graph + entry(12, answer)) + entry(8, entry(1, "") + entry(2, 13))


def test_wavlm_compares_what_its_network_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    path = tmp_path / speaker.WAVLM
    path.parent.mkdir()
    path.write_bytes(onnx("embeddings"))
    noise = np.random.default_rng(0).standard_normal((2, 2 * RATE)).astype(np.float32) / 10
    take = replace(TAKE, samples=noise[0], rate=RATE, reference=noise[0], reference_rate=RATE)
    assert value(speaker.wavlm_similarity, take) == pytest.approx(1.0, abs=1e-4)
    assert value(speaker.wavlm_similarity, replace(take, reference=noise[1])) == pytest.approx(
        2 / np.pi, abs=0.03
    )
    assert speaker.wavlm_similarity(replace(take, reference=noise[1] * 0)).value is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no network", "is no network that can be used"), (onnx("logits"), "is not WavLM.* it gives logits")],
)
def test_another_network_is_not_taken_for_wavlm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    path = tmp_path / speaker.WAVLM
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        speaker.wavlm_similarity(replace(TAKE, reference=TAKE.samples, reference_rate=RATE))
