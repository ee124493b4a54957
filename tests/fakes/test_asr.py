"""The scripted recogniser keeps what real ones have to keep: growing transcripts, and one final one."""

import numpy as np
import pytest

from tests.fakes.asr import WORD, ScriptedAsr
from visavis.contracts import Stream, Transcript
from visavis.errors import EngineError
from visavis.media import AudioChunk
from visavis.streams import stream_of


def speech(seconds: float, level: float = 0.5) -> Stream[AudioChunk]:
    rate = ScriptedAsr.rate
    piece = np.full(rate // 50, level, np.float32)
    return stream_of(AudioChunk(piece, rate, number * len(piece)) for number in range(round(50 * seconds)))


async def understood(asr: ScriptedAsr, sound: Stream[AudioChunk]) -> list[Transcript]:
    return [transcript async for transcript in asr.transcribe(sound, None)]


async def test_words_come_as_they_are_spoken_and_the_last_transcript_is_final() -> None:
    heard = await understood(ScriptedAsr(["one two three"]), speech(2.5 * WORD))
    assert [(transcript.text, transcript.final) for transcript in heard] == [
        ("one", False),
        ("one two", False),
        ("one two three", True),
    ]
    assert heard[-1].end == pytest.approx(0.5)


async def test_each_stretch_has_its_text() -> None:
    asr = ScriptedAsr(["one", "two"])
    assert [(await understood(asr, speech(0.1)))[-1].text for _ in range(3)] == ["one", "two", "two"]


async def test_of_silence_nothing_is_understood() -> None:
    for sound in (speech(1.0, level=0.0), speech(0.0)):
        (transcript,) = await understood(ScriptedAsr(), sound)
        assert (transcript.text, transcript.final) == ("", True)


async def test_it_dies_where_it_is_told_to_and_closes_what_it_hears() -> None:
    asr, sound = ScriptedAsr(["one", "two"], fails_at=0), speech(1.0)
    with pytest.raises(EngineError, match="told"):
        await understood(asr, sound)
    assert await anext(sound, None) is None
    assert (await understood(asr, speech(1.0)))[-1].text == "two"
    assert (asr.opened, asr.closed) == (2, 2)
