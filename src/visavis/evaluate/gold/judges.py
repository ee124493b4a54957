"""What can be told of a piece of speech where the packages for it are there: who speaks, how it sounds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from visavis.evaluate.gold.listening import Voiceprint
from visavis.evaluate.metrics import _voiceprint
from visavis.evaluate.metrics.dnsmos import opinion
from visavis.evaluate.takes import Take
from visavis.media import Samples


def voiceprints() -> Callable[[Samples, int], Voiceprint] | None:
    """What tells people apart by their voices; None where Resemblyzer is not installed. Blocks."""
    path = _voiceprint.found()
    if path is None:
        return None
    network = _voiceprint.network(path)

    def voiceprint(samples: Samples, rate: int) -> Voiceprint:
        points, _ = _voiceprint.prints(samples, rate, network)
        return _voiceprint.mean(points)

    return voiceprint


def overall(samples: Samples, rate: int) -> float | None:
    """What listeners would say of a sound, 1..5: DNSMOS OVRL; None where speechmos is missing. Blocks."""
    take = Take(
        scenario="",
        text="",
        language="en",
        video=Path(),
        samples=samples,
        rate=rate,
        shown=np.zeros(0),
        fps=1,
        size=(0, 0),
    )
    return opinion("ovrl", take).value
