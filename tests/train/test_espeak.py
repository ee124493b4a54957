"""Speech of people who do not exist."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("soxr")

from train.hearing.espeak import _variant
from train.hearing.labelled import Labelled


def test_everybody_speaks_and_is_labelled_from_beginning_to_end(
    said: dict[str, tuple[Labelled, ...]],
) -> None:
    for speech in (speech for sentences in said.values() for speech in sentences):
        assert speech.samples.dtype == np.float32
        assert 0.05 < np.abs(speech.samples).max() <= 1.1
        assert 1 < speech.seconds < 8
        assert speech.phones[0].start == 0
        assert speech.phones[-1].end == pytest.approx(speech.seconds, abs=0.001)
        for early, late in pairwise(speech.phones):
            assert early.end == pytest.approx(late.start)


def test_a_variant_is_drawn(said: dict[str, tuple[Labelled, ...]]) -> None:
    usual, odd = said["en-us"][0], said["someone0"][0]
    assert len(usual.samples) != len(odd.samples)
    drawn = [_variant("someone", np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert [line.split()[0] for line in drawn[0].splitlines()][:3] == ["name", "gender", "pitch"]
    assert sum(line.startswith("formant ") for line in drawn[0].splitlines()) == 9
