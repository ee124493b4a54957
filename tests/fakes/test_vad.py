"""The scripted ears keep what real ears have to keep: one answer a step, however the sound is cut."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.vad import LOUD, ScriptedVad
from visavis.contracts import Stream
from visavis.errors import EngineError
from visavis.media import AudioChunk, Samples
from visavis.streams import stream_of


def cut(sound: Samples, *lengths: int) -> Stream[AudioChunk]:
    places = [0, *np.cumsum(lengths), len(sound)]
    return stream_of(
        AudioChunk(sound[begin:end], ScriptedVad.rate, int(begin)) for begin, end in pairwise(places)
    )


async def answers(vad: ScriptedVad, sound: Stream[AudioChunk]) -> list[float]:
    return [probability async for probability in vad.listen(sound)]


async def test_loud_is_speech_and_quiet_is_none() -> None:
    step = ScriptedVad.step
    sound = np.concatenate([np.full(step, level, np.float32) for level in (0, LOUD / 2, -LOUD, 1)])
    assert await answers(ScriptedVad(), cut(sound)) == pytest.approx([0, 0.5, 1, 1])


@given(st.lists(st.integers(0, 700), max_size=5))
def test_how_it_is_cut_does_not_matter(lengths: list[int]) -> None:
    sound = np.random.default_rng(0).normal(0, LOUD, 4000).astype(np.float32)
    with asyncio.Runner() as runner:
        whole = runner.run(answers(ScriptedVad(), cut(sound)))
        assert runner.run(answers(ScriptedVad(), cut(sound, *lengths))) == whole
    assert len(whole) == 4000 // ScriptedVad.step


async def test_it_dies_where_it_is_told_to_and_closes_what_it_hears() -> None:
    vad, sound = ScriptedVad(fails_at=1), cut(np.zeros(4000, np.float32))
    with pytest.raises(EngineError, match="told"):
        await answers(vad, sound)
    assert await anext(sound, None) is None
    assert (vad.opened, vad.closed) == (1, 1)
