from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from tests.evaluate.metrics.speech import ENGLISH, other_sound, said
from visavis.errors import ModelError
from visavis.evaluate.metrics import dnsmos
from visavis.evaluate.metrics._weights import brought
from visavis.evaluate.metrics.dnsmos import (
    FOLDER,
    LOOK,
    P835,
    RATE,
    Scale,
    looks,
    opinion,
    opinions,
    spectrum,
)
from visavis.evaluate.spoiling import sound
from visavis.evaluate.takes import Take

with_speechmos = pytest.mark.skipif(
    brought("speechmos", f"{FOLDER}/{P835}") is None, reason="needs the networks that speechmos brings"
)


def test_a_sound_is_heard_from_its_beginning_to_its_end() -> None:
    steps = np.arange(20 * RATE, dtype=np.float32)
    for seconds in (9, 10, 13, 20):
        heard = looks(steps[: seconds * RATE])
        assert {len(look) for look in heard} == {LOOK}
        assert heard[0][0] == 0
        assert max(look.max() for look in heard) == seconds * RATE - 1
    assert len(looks(steps)) == 5


def test_a_short_sound_is_repeated() -> None:
    (look,) = looks(np.arange(RATE, dtype=np.float32))
    assert np.array_equal(look[:RATE], look[RATE : 2 * RATE])


def test_the_spectrum_is_between_minus_one_and_one() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(LOOK) / RATE).astype(np.float32)
    seen = spectrum(tone)
    assert seen.shape == (900, 120)
    assert seen.max() == 1
    assert seen.min() == -1


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnsmos, "brought", lambda package, file: None)
    for metric in dnsmos.METRICS:
        reading = metric.measure(TAKE)
        assert reading.value is None
        assert "pip install --no-deps speechmos" in reading.note


def test_damaged_networks_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / P835
    path.write_bytes(b"no network")
    monkeypatch.setattr(dnsmos, "brought", lambda package, file: path)
    with pytest.raises(ModelError, match="install speechmos again"):
        opinion("sig", other_sound(TAKE, TAKE.samples + np.float32(0.1)))


@with_speechmos
def test_silence_has_no_quality() -> None:
    assert opinion("ovrl", TAKE).value is None
    assert opinions(TAKE.samples, TAKE.rate) is None


@with_speechmos
def test_noise_is_worse_the_louder_it_is() -> None:
    take = said(ENGLISH, "james")
    takes = [take, *(other_sound(take, sound.hissing(take.samples, decibels)) for decibels in (15, 0))]
    said_of = [[mos(scale, each) for scale in ("bak", "ovrl", "p808")] for each in takes]
    for heard in zip(*said_of, strict=True):
        assert list(heard) == sorted(heard, reverse=True)
        assert heard[0] - heard[-1] > 0.7
    assert all(1 < mos(scale, take) < 5 for scale in ("sig", "bak", "ovrl", "p808"))


@with_speechmos
def test_what_is_clipped_or_backwards_is_worse() -> None:
    take = said(ENGLISH, "james")
    assert mos("p808", other_sound(take, sound.clipped(take.samples, 0.3))) < mos("p808", take) - 0.5
    assert mos("sig", other_sound(take, sound.backwards(take.samples))) < mos("sig", take)


def mos(scale: Scale, take: Take) -> float:
    found = opinion(scale, take).value
    assert found is not None
    return found
