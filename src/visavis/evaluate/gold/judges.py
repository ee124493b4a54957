"""What can be told of a piece of speech where the packages for it are there: who speaks, how it sounds."""

from collections.abc import Callable

from visavis.evaluate.gold.listening import Voiceprint
from visavis.evaluate.metrics import _voiceprint
from visavis.evaluate.metrics.dnsmos import opinions
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
    """DNSMOS OVRL of a sound, 1..5; None where it is silent or speechmos is missing. Blocks."""
    found = opinions(samples, rate)
    return None if found is None else found["ovrl"]
