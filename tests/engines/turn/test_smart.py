"""The engine on a network of two operators, and what it sees against the definition, written out slowly."""

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from visavis.engines.turn import smart
from visavis.engines.turn.smart import BANDS, HOP, LOOKS, RATE, WINDOW, SmartTurn, features
from visavis.errors import EngineError
from visavis.media import Samples

FLOAT, INT = 1, 2


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def entry(field: int, value: int | str | bytes) -> bytes:
    """A field of a protocol buffer message."""
    if isinstance(value, int):
        return varint(field << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(content)) + content


def node(operator: str, into: str, out: str) -> bytes:
    """NodeProto. keepdims is an attribute of reductions only."""
    attribute = entry(5, entry(1, "keepdims") + entry(3, 0) + entry(20, INT))
    return entry(1, into) + entry(2, out) + entry(4, operator) + attribute * operator.startswith("Reduce")


def tensor(name: str, shape: tuple[int | str, ...]) -> bytes:
    """ValueInfoProto; a name stands for any length."""
    sizes = b"".join(entry(1, entry(1 if isinstance(size, int) else 2, size)) for size in shape)
    return entry(1, name) + entry(2, entry(1, entry(1, FLOAT) + entry(2, sizes)))


def network(*operators: str, shape: tuple[int | str, ...] = ("batch", BANDS, LOOKS)) -> bytes:
    """ModelProto, onnx.proto of ONNX 1.10: these operators, one after the other."""
    names = ["input_features", *(f"step{i}" for i in range(len(operators)))]
    nodes = (node(operator, a, b) for operator, a, b in zip(operators, names, names[1:], strict=False))
    graph = b"".join(entry(1, each) for each in nodes) + entry(2, "turn")
    graph += entry(11, tensor(names[0], shape)) + entry(12, tensor(names[-1], ()))
    return entry(1, 8) + entry(7, graph) + entry(8, entry(1, "") + entry(2, 13))


def put(folder: Path, content: bytes) -> Path:
    model = folder / smart.MODEL.name
    model.write_bytes(content)
    return model


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SmartTurn]:
    with contextlib.closing(SmartTurn(put(tmp_path, network("ReduceMean", "Sigmoid")))) as engine:
        yield engine


def tone(seconds: float, hertz: float = 1000.0) -> Samples:
    return (0.1 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.0, 0.5, 8.0, 12.0])
async def test_the_answer_is_the_networks(engine: SmartTurn, seconds: float) -> None:
    seen = features(tone(seconds))
    assert seen.shape == (BANDS, LOOKS)
    assert seen.dtype == np.float32
    answer = await engine.ended(tone(seconds))
    assert answer == pytest.approx(1 / (1 + math.exp(-seen.mean())), abs=1e-5)


def test_only_the_end_of_a_long_turn_is_looked_at() -> None:
    long = np.concatenate([tone(5.0, 300), tone(8.0)])
    assert np.array_equal(features(long), features(tone(8.0)))


def test_a_short_turn_comes_after_silence() -> None:
    seen = features(tone(2.0))
    loud = seen.max(axis=0) > seen.max() - 0.5
    assert loud[-190:].all()
    assert not loud[: LOOKS - 202].any()


def test_loudness_does_not_matter() -> None:
    assert features(0.01 * tone(8.0)) == pytest.approx(features(tone(8.0)), abs=0.02)


def test_silence_is_finite() -> None:
    assert np.isfinite(features(np.zeros(RATE, np.float32))).all()


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_seen_in_its_band(hertz: float) -> None:
    """Slaney's scale: 200/3 Hz a mel below 1 kHz, then 27 mels for a factor of 6.4."""

    def mel(f: float) -> float:
        return f * 3 / 200 if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)

    band = int(features(tone(8.0, hertz))[:, LOOKS // 2].argmax())
    assert band == pytest.approx(mel(hertz) / mel(8000) * (BANDS + 1) - 1, abs=0.6)


def test_a_look_is_what_its_definition_says() -> None:
    rng = np.random.default_rng(3)
    sound = rng.standard_normal(LOOKS * HOP).astype(np.float32)
    seen = features(sound)
    whole = (sound - sound.astype(float).mean()) / math.sqrt(sound.astype(float).var() + 1e-7)
    number, bin_ = 321, np.arange(WINDOW // 2 + 1)
    around = whole[number * HOP - WINDOW // 2 :][:WINDOW]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    angle = np.exp(-2j * np.pi * np.outer(bin_, np.arange(WINDOW)) / WINDOW)
    power = np.abs(angle @ (around * window)) ** 2
    levels = np.log10(np.maximum(power @ smart._bands(), 1e-10))
    assert seen[:, number] == pytest.approx((levels + 4) / 4, abs=1e-4)


def test_every_band_has_the_same_area() -> None:
    weights = smart._bands()
    area = weights.sum(axis=0) * RATE / WINDOW
    assert area[30:] == pytest.approx(1.0, abs=0.2)
    assert (weights >= 0).all()
    assert (weights.sum(axis=0) > 0).all()


async def test_an_answer_that_is_no_probability_is_refused(tmp_path: Path) -> None:
    model = put(tmp_path, network("ReduceMin", "Exp", "Exp", "Exp"))
    with (
        contextlib.closing(SmartTurn(model)) as engine,
        pytest.raises(EngineError, match="which is no probability"),
    ):
        await engine.ended(tone(8.0))


@pytest.mark.parametrize("content", [b"", b"not a network", network("ReduceMean")[:-20]])
def test_a_file_that_is_no_network_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="put smart-turn-v3 there, or remove it"):
        SmartTurn(put(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"smart-turn-v3\.onnx cannot be loaded"):
        SmartTurn(tmp_path / "smart-turn-v3.onnx")


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not 80 bands and 800 looks"):
        SmartTurn(put(tmp_path, network("ReduceMean", shape=(1, 128, 3000))))
