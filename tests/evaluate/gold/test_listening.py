"""What is measured of speech moves as it should when the speech is spoiled."""

import numpy as np
import pytest

from tests.evaluate.gold.material import (
    RATE,
    chunks,
    clipped,
    heard,
    quiet,
    sounds,
    with_music,
    with_noise,
)
from tests.motion.sounds import resampled, voice
from visavis.evaluate.gold.choosing import FLAT, NOISY
from visavis.evaluate.gold.listening import Stretch, flatness, snr, stretches
from visavis.media import Samples
from visavis.voices import listening


def only(samples: Samples) -> Stretch:
    """A sentence between pauses, measured."""
    (stretch,) = heard(sounds(quiet(1), samples, quiet(1)))
    return stretch


def at_24k(samples: Samples) -> Samples:
    return resampled(samples, RATE, listening.RATE)


def test_clean_speech_is_clean(james: list[Samples]) -> None:
    stretch = only(james[0])
    assert stretch.snr > 30
    assert stretch.clipped < 0.001
    assert stretch.flat < FLAT / 4
    assert not stretch.music
    assert stretch.begins
    assert stretch.ends
    assert stretch.height == pytest.approx(95, abs=10)
    assert stretch.start == pytest.approx(1 - 0.16, abs=0.1)
    assert stretch.end - stretch.start == pytest.approx(stretch.said + 0.32, abs=0.05)


@pytest.mark.parametrize("level", [25, 15, 5])
def test_noise_that_comes_and_goes_with_the_words_is_measured(level: float, james: list[Samples]) -> None:
    assert only(with_noise(james[1], level)).snr == pytest.approx(level, abs=3)


def test_more_noise_is_always_worse(emma: list[Samples]) -> None:
    said = at_24k(emma[0])
    found = [snr(said), *(snr(with_noise(said, level)) for level in (30, 20, 10, 0))]
    assert found == sorted(found, reverse=True)
    assert found[-1] < NOISY < found[2]


def test_music_is_heard(james: list[Samples]) -> None:
    assert only(with_music(james[2], 12)).music


def test_clipping_is_heard_though_a_codec_has_rounded_it_off(
    james: list[Samples], emma: list[Samples]
) -> None:
    for said in (at_24k(james[0]), at_24k(emma[0])):
        found = [flatness(said), *(flatness(clipped(said, by)) for by in (6, 12, 20))]
        assert found == sorted(found)
        assert found[0] < FLAT / 4
        assert found[2] > FLAT
        rounded = np.convolve(clipped(said, 12), np.ones(3) / 3, "same").astype(np.float32)
        assert flatness(rounded) > FLAT
    assert flatness(np.zeros(10, np.float32)) == 0
    assert snr(np.zeros(10, np.float32)) == 0


def test_who_never_pauses_is_cut_where_it_is_quiet_or_told_to_be_torn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Always:
        def probability(self, step: Samples) -> float:
            return 1.0

    monkeypatch.setattr(listening, "Spotter", Always)
    droning = heard(voice("a", 14.0, RATE))
    assert len(droning) == 2
    assert not droning[0].ends
    assert not droning[1].begins
    assert droning[1].start == droning[0].end
    parts = [part for _ in range(6) for part in (voice("a", 2.2, RATE), quiet(0.2))]
    breathing = heard(sounds(*parts))
    assert breathing[0].ends
    assert breathing[1].begins


def test_voices_are_asked_for_where_there_is_enough_of_them(james: list[Samples]) -> None:
    asked: list[float] = []

    def voiceprint(samples: Samples, rate: int) -> Samples:
        asked.append(len(samples) / rate)
        return np.ones(1, np.float32)

    film = sounds(quiet(1), james[0], james[1][:RATE], quiet(1))
    found = list(stretches(chunks(film), voiceprint))
    assert [stretch.voice is not None for stretch in found] == [True, False]
    assert len(asked) == 1
    assert asked[0] <= 5
