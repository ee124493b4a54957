"""What both say of a film who make one, or have one made: from when on it is long, and what a stage is."""

from collections.abc import Mapping
from typing import Final

LONG: Final = 20.0
"""Seconds of video from which on only the end is looked at."""

_NO_STAGES: Final = ("first_frame", "total")


def stages_of(timings: Mapping[str, float]) -> dict[str, float]:
    """Seconds of work by stage, out of all that `stopwatch.Timings` tells."""
    return {stage: spent for stage, spent in timings.items() if stage not in _NO_STAGES}
