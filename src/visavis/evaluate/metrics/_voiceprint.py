"""Who speaks, as a point on a sphere: Resemblyzer's network, in numpy.

It is the encoder of Wan, Wang, Papir and Moreno, "Generalized end-to-end loss for speaker verification"
(ICASSP 2018), with the weights that the package resemblyzer brings: three LSTM layers of 256 over 1.6 s of 40
mel bands, a linear layer, no negative numbers, length one. PyTorch is not needed, and a pickle is not run.
"""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ModelError
from visavis.evaluate.metrics._mel import mel
from visavis.evaluate.metrics._weights import Weights, brought, tensors
from visavis.media import Samples
from visavis.voices.spectrum import at_rate

Floats = NDArray[np.float32]

RATE: Final = 16_000
WINDOW, HOP, BANDS = 400, 160, 40
LAYERS: Final = 3

PARTIAL: Final = 160
"""Frames of 10 ms that the network looks at."""

STEP: Final = 77
"""Frames from one look to the next: 1.3 of them a second."""

COVERED: Final = 0.75
"""The share of the last look that has to hold sound."""

QUIETEST: Final = 10 ** (-30 / 20)
"""The level, as a root mean square, that what is quieter is raised to."""

FAINT: Final = 10 ** (-35 / 10)
"""Power below the loudest parts' from which on nobody speaks."""

BLOCK, SMOOTH, REACH = 480, 8, 3
"""Samples that are speech or not; over how many of them that is decided; how many beside speech are kept."""


class Network(NamedTuple):
    """inputs, states: float32 [1024, n] and [1024, 256] of each layer, biases [1024], in the order of input
    gate, forget gate, cell and output gate. linear, offset: of the last layer.
    """

    inputs: tuple[Weights, ...]
    states: tuple[Weights, ...]
    biases: tuple[Weights, ...]
    linear: Weights
    offset: Weights


def found() -> Path | None:
    """Where the weights are; None where the package is not installed."""
    return brought("resemblyzer", "resemblyzer/pretrained.pt")


@cache
def network(path: Path) -> Network:
    """The weights in a file. Blocks. Raises ModelError where there are none in it."""
    weights = tensors(path, "model_state")
    try:
        return Network(
            tuple(weights[f"lstm.weight_ih_l{layer}"] for layer in range(LAYERS)),
            tuple(weights[f"lstm.weight_hh_l{layer}"] for layer in range(LAYERS)),
            tuple(weights[f"lstm.bias_ih_l{n}"] + weights[f"lstm.bias_hh_l{n}"] for n in range(LAYERS)),
            weights["linear.weight"],
            weights["linear.bias"],
        )
    except KeyError as error:
        raise ModelError(f"{path} has no {error}; install resemblyzer again") from error


def prints(samples: Samples, rate: int, net: Network) -> tuple[Floats, Floats]:
    """Who speaks in each look at a sound, float32 [n, 256] of length one, and when it begins, in seconds [n].

    Silences are left out, so that a look lasts 1.6 s or longer. Where nobody speaks there are no looks.
    """
    sound, times = spoken(at_rate(samples, rate, RATE).astype(np.float32))
    if not len(sound):
        return np.zeros((0, len(net.offset)), np.float32), np.zeros(0, np.float32)
    starts = looks(len(sound))
    whole = np.pad(sound, (0, max(0, (starts[-1] + PARTIAL) * HOP - len(sound))))
    spectrum = mel(whole, RATE, WINDOW, HOP, BANDS).astype(np.float32)
    partials = np.stack([spectrum[start : start + PARTIAL] for start in starts])
    return embedded(partials, net), times[[start * HOP // BLOCK for start in starts]]


def embedded(partials: Floats, net: Network) -> Floats:
    """The network's answers, [n, 256], to n looks [n, frames, bands]."""
    sequence = partials.transpose(1, 0, 2)
    for inputs, states, bias in zip(net.inputs, net.states, net.biases, strict=True):
        sequence = _layer(sequence @ inputs.T + bias, states)
    raw = np.maximum(sequence[-1] @ net.linear.T + net.offset, 0)
    return np.asarray(raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9), np.float32)


def _layer(driven: Floats, states: Weights) -> Floats:
    """Hidden states [frames, n, 256] of one LSTM layer (Hochreiter and Schmidhuber 1997, with forget gates).

    driven: what its inputs bring to its gates, [frames, n, 1024].
    """
    size = states.shape[1]
    hidden = np.zeros((driven.shape[1], size), np.float32)
    cell = np.zeros_like(hidden)
    made = np.empty((len(driven), *hidden.shape), np.float32)
    for place, drive in enumerate(driven):
        gates = drive + hidden @ states.T
        enter, keep, leave = (_logistic(gates[:, n * size : (n + 1) * size]) for n in (0, 1, 3))
        cell = keep * cell + enter * np.tanh(gates[:, 2 * size : 3 * size])
        hidden = made[place] = leave * np.tanh(cell)
    return made


def _logistic(x: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)


def mean(points: Floats) -> Floats:
    """The middle of some points on the sphere."""
    middle = points.mean(0)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), np.float32)


def looks(samples: int) -> list[int]:
    """The frames at which looks begin; one at least, and the last one mostly of sound."""
    frames = samples // HOP + 1
    starts = list(range(0, max(1, frames - PARTIAL + STEP + 1), STEP))
    if len(starts) > 1 and samples - starts[-1] * HOP < COVERED * PARTIAL * HOP:
        starts.pop()
    return starts


def spoken(sound: Samples) -> tuple[Samples, Floats]:
    """The sound without its longer silences, no quieter than QUIETEST; when each BLOCK of it was, in seconds.

    Resemblyzer leaves silence out by WebRTC's detector of speech; here it is what is 35 dB below the loudest.
    """
    count = len(sound) // BLOCK
    blocks = sound[: count * BLOCK].reshape(count, BLOCK)
    level = float(np.sqrt(np.mean(blocks**2))) if count else 0.0
    if level <= 0:
        return sound[:0], np.zeros(0, np.float32)
    power = np.mean(blocks**2, axis=1)
    heard = (power > FAINT * np.percentile(power, 95)).astype(np.float64)
    steady = np.convolve(heard, np.ones(SMOOTH) / SMOOTH, "same") >= 0.5
    kept = np.flatnonzero(np.convolve(steady, np.ones(2 * REACH + 1), "same") > 0.5)
    louder = max(1.0, QUIETEST / level)
    return (blocks[kept] * louder).astype(np.float32).ravel(), (kept * BLOCK / RATE).astype(np.float32)
