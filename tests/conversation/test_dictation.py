from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.asr import ScriptedAsr
from tests.fakes.vad import ScriptedVad
from visavis.conversation.dictation import AROUND, LONGEST, RATE, dictated, samples_of, stretches
from visavis.media import Samples

STEP = 0.032


def heard(*parts: tuple[float, float]) -> list[float]:
    """Probabilities: each for so many seconds."""
    return [probability for probability, seconds in parts for _ in range(round(seconds / STEP))]


def sound(*parts: tuple[float, float]) -> Samples:
    """Levels: each for so many seconds."""
    return np.concatenate([np.full(round(seconds * RATE), level, np.float32) for level, seconds in parts])


def test_speech_is_parted_where_nobody_speaks_for_a_while() -> None:
    probabilities = heard((0, 1), (0.9, 2), (0.1, 0.3), (0.9, 1), (0.1, 2), (0.8, 1))
    first, second = stretches(probabilities, STEP, len(probabilities) * STEP)
    assert first == pytest.approx((1 - AROUND, 4.3 + AROUND), abs=2 * STEP)
    assert second == pytest.approx((6.3 - AROUND, 7.3), abs=4 * STEP)


def test_clicks_and_doubts_are_no_speech() -> None:
    assert not list(stretches(heard((0, 1), (0.9, 0.1), (0, 1), (0.45, 5)), STEP, 7.1))


def test_somebody_who_never_stops_is_cut() -> None:
    cut = list(stretches(heard((0.9, 100)), STEP, 100))
    assert len(cut) == 4
    assert max(end - begin for begin, end in cut) <= LONGEST + 2 * AROUND


@given(st.lists(st.floats(0, 1), max_size=300))
def test_stretches_are_in_order_within_the_sound_and_apart(probabilities: list[float]) -> None:
    seconds = len(probabilities) * STEP
    found = list(stretches(probabilities, STEP, seconds))
    assert all(0 <= begin < end <= seconds for begin, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


async def test_a_recording_is_written_down_stretch_by_stretch() -> None:
    vad, asr = ScriptedVad(), ScriptedAsr(["good morning", "how are you"])
    samples = sound((0, 1), (0.3, 1), (0, 1), (0.3, 2), (0, 0.5))
    first, second = await dictated(vad, asr, samples, "en")
    assert (first.text, second.text, second.language) == ("good morning", "how are you", "en")
    assert first.start == pytest.approx(1 - AROUND, abs=0.1)
    assert second.end == pytest.approx(5 + AROUND, abs=0.1)
    assert (vad.closed, asr.closed) == (1, 2)


async def test_silence_has_no_text() -> None:
    assert await dictated(ScriptedVad(), ScriptedAsr(), sound((0, 3)), None) == []
    assert await dictated(ScriptedVad(), ScriptedAsr(), np.zeros(0, np.float32), None) == []


async def test_what_was_not_understood_is_left_out() -> None:
    assert await dictated(ScriptedVad(), ScriptedAsr([" "]), sound((0.3, 1), (0, 1)), None) == []


def test_samples_of_pcm() -> None:
    assert samples_of(b"\x00\x80\x00\x00\xff\x7f").tolist() == [-1.0, 0.0, pytest.approx(32767 / 32768)]
    assert samples_of(b"").dtype == np.float32
