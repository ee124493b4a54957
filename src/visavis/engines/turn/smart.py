"""Whether somebody who has paused is done, by how it sounded: smart-turn v3, where its file is at hand.

The network is pipecat-ai/smart-turn-v3 (BSD-2-Clause), Whisper Tiny's encoder with one answer. It is neither
shipped nor fetched: a user puts it where `MODEL` says, in the folder of models. Owns the look at the sound
that it was trained with. Refuses to know what follows from the answer.
"""

from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from visavis.errors import EngineError
from visavis.media import Language, Samples
from visavis.streams import Worker

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL: Final = PurePosixPath("smart-turn", "smart-turn-v3.onnx")
"""Within the folder of models."""

RATE: Final = 16_000
SECONDS: Final = 8.0

BANDS: Final = 80
WINDOW: Final = 400
HOP: Final = 160
LOOKS: Final = round(SECONDS * RATE) // HOP

Features = NDArray[np.float32]


class SmartTurn:
    """The engine, on a thread of its own: an answer is about 0.1 s of work. Sessions take turns."""

    rate = RATE
    seconds = SECONDS
    languages: tuple[Language, ...] = ("en", "zh", "es")

    def __init__(self, model: Path) -> None:
        """Load the network.

        Raises:
            EngineError: the file is none that can be used.
        """
        self._network = _network(model)
        self._input = self._network.get_inputs()[0].name
        self._worker = Worker("turn")

    async def ended(self, sound: Samples) -> float:
        """See conversation.listening.EndOfTurn. Cancelling stops the waiting, not the work.

        Raises:
            EngineError: the network failed.
        """
        return await self._worker.run(lambda: self._answer(sound))

    def close(self) -> None:
        """Let the running answer end, and free the thread."""
        self._worker.close()

    def _answer(self, sound: Samples) -> float:
        try:
            (answer, *_) = self._network.run(None, {self._input: features(sound)[None]})
        except Exception as error:  # onnxruntime's own errors have no common root
            raise EngineError(f"the end-of-turn network failed: {_line(error)}") from error
        probability = float(np.ravel(answer)[0])
        if not 0 <= probability <= 1:
            raise EngineError(f"the end-of-turn network answered {probability}, which is no probability")
        return probability


def features(sound: Samples) -> Features:
    """The last SECONDS of a sound as Whisper sees them, float32 [BANDS, LOOKS]; silence before a short one.

    The logarithm of the power in mel bands under a Hann window, looks centred on every HOP samples, no more
    than 8 decades below its peak, then moved to about -1..1 (Radford et al., "Robust Speech Recognition via
    Large-Scale Weak Supervision", 2022). Before that the sound is brought to mean 0 and deviation 1, as in
    training.
    """
    length = LOOKS * HOP
    window = np.zeros(length)
    last = sound[-length:]
    window[length - len(last) :] = last
    window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
    padded = np.pad(window, WINDOW // 2, mode="reflect")
    looks = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:LOOKS]
    hann = np.hanning(WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(looks * hann)) ** 2
    level = np.log10(np.maximum(power @ _bands(), 1e-10)).T
    return np.asarray((np.maximum(level, level.max() - 8) + 4) / 4, np.float32)


@cache
def _bands() -> NDArray[np.float64]:
    """Weights [bins, BANDS] of triangles of equal area, evenly spaced on Slaney's mel scale up to 8 kHz."""
    edges = _hertz(np.linspace(0, _mel(RATE / 2), BANDS + 2))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins) / np.diff(edges)[1:]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2]))


# Slaney, "Auditory Toolbox", 1998: linear below 1 kHz, logarithmic above, 27 steps for a factor of 6.4.
_KNEE: Final = 1000.0
_LINEAR: Final = 200 / 3
_STEP: Final = float(np.log(6.4)) / 27


def _mel(hertz: float) -> float:
    return float(_KNEE / _LINEAR + np.log(hertz / _KNEE) / _STEP) if hertz > _KNEE else hertz / _LINEAR


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE / _LINEAR
    return np.where(mel > knee, _KNEE * np.exp((np.maximum(mel, knee) - knee) * _STEP), mel * _LINEAR)


def _network(model: Path) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        network = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors have no common root
        raise EngineError(
            f"{model} cannot be loaded as an end-of-turn network ({_line(error)}); "
            "put smart-turn-v3 there, or remove it"
        ) from error
    shape = network.get_inputs()[0].shape
    if len(shape) != 3 or any(
        isinstance(size, int) and size != wanted
        for size, wanted in zip(shape, (1, BANDS, LOOKS), strict=True)
    ):
        raise EngineError(
            f"{model} takes in {shape}, not {BANDS} bands and {LOOKS} looks; "
            "put smart-turn-v3 there, or remove it"
        )
    return network


def _line(error: Exception) -> str:
    """The first line of what a library says."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
