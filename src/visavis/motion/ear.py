"""The network that hears how a mouth moved to make a sound: acoustic-to-articulatory inversion.

Owns the file hearing.onnx (train/hearing made it, and tells what of and how well it does) and its state
within an utterance. It looks 80 ms ahead, has no notion of words, and hears any rate from 4 kHz.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.media import AudioChunk
from visavis.motion.frames import Mouth
from visavis.motion.spectrum import BANDS, PAIRS, REACH, Spectrum

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

STEPS: Final = PAIRS
"""Times a second at which the mouth is heard; step k is at k / STEPS seconds."""

AHEAD: Final = 4
"""Steps of sound after a step's own that the network takes in."""

KNOWN_AFTER: Final = AHEAD / STEPS + REACH
"""Seconds of sound after a step's time until it is heard."""

GAP: Final = 0.2
"""From this `Mouth.open` on, about that of an [s], lips do not seem to touch at all."""

ANSWERS: Final = len(Mouth._fields) + 1

MODEL: Final = Path(__file__).with_name("hearing.onnx")


def touching(gap: NDArray[np.float64]) -> NDArray[np.float64]:
    """How nearly lips touch that are `Mouth.open` by so much: 1 without a gap, 0 from GAP on."""
    return np.minimum(np.maximum(1 - gap / GAP, 0.0), 1.0)


class Heard(NamedTuple):
    """What one step sounded like.

    mouth: float32 [ANSWERS], the channels of Mouth, and how nearly the lips touch; not yet within bounds.
    kinds: float32 [len(VISEMES)], the natural logarithm of each viseme's probability.
    """

    mouth: NDArray[np.float32]
    kinds: NDArray[np.float32]


class Ear:
    """Turns one utterance's chunks into steps, bit for bit the same for any chunking."""

    def __init__(self) -> None:
        self._spectrum = Spectrum()
        self._network = _network()
        _, state = self._network.get_inputs()
        self._state = np.zeros(state.shape, np.float32)
        self._step = -AHEAD

    def feed(self, chunk: AudioChunk) -> list[Heard]:
        """The steps that a further chunk completes; chunks come in order, at one rate."""
        return self._heard(self._spectrum.feed(chunk))

    def finish(self, steps: int) -> list[Heard]:
        """The steps up to `steps` at least, with silence after the sound; none where there was no sound."""
        return self._heard(self._spectrum.finish(steps + AHEAD))

    def _heard(self, pairs: list[NDArray[np.float32]]) -> list[Heard]:
        heard: list[Heard] = []
        for pair in pairs:
            feeds = {"looks": pair.reshape(1, 1, 2 * BANDS), "state": self._state}
            mouth, kinds, self._state = self._network.run(None, feeds)
            self._step += 1
            if self._step > 0:
                heard.append(Heard(mouth[0, 0], kinds[0, 0]))
        return heard


@cache
def _network() -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
