from collections.abc import AsyncGenerator

import numpy as np
import pytest

from tests.fakes.tts import VOICES
from visavis.errors import UnknownName
from visavis.media import AudioChunk, Phone
from visavis.soundtrack import rested, voice_for
from visavis.streams import stream_of


def hum(*lengths: int, phones: bool = True) -> list[AudioChunk]:
    chunks, at = [], 0
    for length in lengths:
        here = (Phone("m", at / 100, (at + length) / 100),) if phones else None
        chunks.append(AudioChunk(np.ones(length, np.float32), 100, at, here))
        at += length
    return chunks


async def gathered(chunks: AsyncGenerator[AudioChunk, None]) -> list[AudioChunk]:
    return [chunk async for chunk in chunks]


async def test_stillness_around_an_utterance_moves_sound_and_phones_alike() -> None:
    made = await gathered(rested(stream_of(hum(50, 30)), 0.2, 0.4))
    assert [(chunk.at, chunk.end) for chunk in made] == [(0, 20), (20, 70), (70, 100), (100, 140)]
    phones = [phone for chunk in made for phone in chunk.phones or ()]
    assert [(p.symbol, round(p.start, 6), round(p.end, 6)) for p in phones] == [
        ("", 0, 0.2),
        ("m", 0.2, 0.7),
        ("m", 0.7, 1),
        ("", 1, 1.4),
    ]
    assert not made[0].samples.any()
    assert not made[-1].samples.any()


async def test_stillness_around_sound_without_phones_has_none() -> None:
    made = await gathered(rested(stream_of(hum(50, phones=False)), 0.2, 0.4))
    assert [chunk.phones for chunk in made] == [None, None, None]


async def test_no_stillness_around_nothing() -> None:
    assert await gathered(rested(stream_of([]), 0.2, 0.4)) == []


def test_a_language_without_a_voice() -> None:
    with pytest.raises(UnknownName, match="unknown voice for the language 'zh'; there is: en"):
        voice_for(VOICES[:2], None, "zh")
