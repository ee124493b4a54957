"""When each sound of a recording is uttered."""

from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("soxr")

from tests.train.sentences import SENTENCES
from train.hearing.alignment import aligned, pronounced
from train.hearing.labelled import RATE, Labelled, resampled


@pytest.mark.parametrize("voice", SENTENCES)
def test_the_phones_of_a_sentence_are_found_near_their_true_times(
    voice: str, said: dict[str, tuple[Labelled, ...]]
) -> None:
    missed, known = [], 0
    for text, speech in zip(SENTENCES[voice], said[voice], strict=True):
        found = [phone for phone in aligned(speech.samples, text, voice) if phone.symbol]
        true = [phone for phone in speech.phones if phone.symbol]
        same = SequenceMatcher(None, [p.symbol for p in true], [p.symbol for p in found], autojunk=False)
        for block in same.get_matching_blocks():
            pairs = zip(true[block.a :][: block.size], found[block.b :][: block.size], strict=True)
            missed += [abs(early.start - late.start) for early, late in pairs]
        known += len(true)
    assert len(missed) > 0.8 * known
    assert np.median(missed) < 0.04


def test_phones_are_in_order_within_the_sound_and_bear_stress(said: dict[str, tuple[Labelled, ...]]) -> None:
    speech = said["en-us"][0]
    phones = aligned(speech.samples, SENTENCES["en-us"][0], "en-us")
    assert phones[0].start == 0
    assert phones[-1].end == pytest.approx(speech.seconds, abs=0.02)
    for early, late in pairwise(phones):
        assert early.start < early.end <= late.start + 1e-9
    assert max(phone.stress for phone in phones) == 2


@pytest.mark.usefixtures("said")
def test_a_text_that_was_never_said_is_refused() -> None:
    hiss = np.random.default_rng(0).normal(0, 0.01, RATE // 10).astype(np.float32)
    with pytest.raises(ValueError, match="does not fit 'An entirely different and much longer"):
        aligned(hiss, "An entirely different and much longer sentence than that.", "en-us")


@pytest.mark.usefixtures("said")
def test_words_are_told_in_espeaks_sounds_and_the_nearest_ones() -> None:
    (papa,) = pronounced("Papa", "es-419")
    assert [sound.symbol for sound in papa] == ["p", "a", "p", "a"]
    assert [sound.nearest for sound in papa] == [("P",), ("AA",), ("P",), ("AA",)]
    assert [sound.stress for sound in papa] == [0, 2, 0, 0]


def test_another_rate_is_brought_to_the_recognisers() -> None:
    sound = np.sin(np.arange(44_100) / 20).astype(np.float32)
    assert resampled(sound, RATE) is sound
    lower = resampled(sound, 44_100)
    assert lower.dtype == np.float32
    assert len(lower) == pytest.approx(RATE, abs=1)
