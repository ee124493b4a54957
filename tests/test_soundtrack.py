from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.tts import LETTER, VOICES, ScriptedTts
from tests.test_reading import Wordless
from tests.test_sound import write as write_sound
from visavis.contracts import Clause
from visavis.errors import UnknownName
from visavis.media import AudioChunk, Phone
from visavis.reading import Reader
from visavis.sound import recording
from visavis.soundtrack import SECONDS_BEFORE, recorded, rested, spoken, voice_for
from visavis.stopwatch import Stopwatch
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


async def test_stillness_keeps_readings_and_has_none_of_its_own() -> None:
    one, two = hum(50, 30, phones=False)
    read = (Phone("m", 0, 0.5),)
    made = await gathered(rested(stream_of([replace(one, reading=read), replace(two, reading=())]), 0.2, 0.4))
    assert [chunk.reading for chunk in made] == [(), read, (), ()]
    assert [chunk.phones for chunk in made] == [None] * 4


async def test_stillness_around_sound_without_a_reading_has_none() -> None:
    made = await gathered(rested(stream_of(hum(50, phones=False)), 0.2, 0.4))
    assert [chunk.reading for chunk in made] == [None, None, None]


async def test_a_voice_that_does_not_know_its_phones_is_read_along_with() -> None:
    clauses = Clause("ab", "en"), Clause("cd", "en")
    track = spoken(iter(clauses), Wordless(), None, Stopwatch(0.0), reader=Reader(ScriptedTts))
    made = await gathered(track.chunks)
    assert [[p.symbol for p in chunk.reading or ()] for chunk in made] == [[], ["a", "b"], ["c", "d"], []]
    assert made[2].reading[0].start == pytest.approx(2 * LETTER)  # type: ignore[index]
    assert made[1].at == SECONDS_BEFORE * track.rate


async def test_a_voice_that_knows_its_phones_is_not() -> None:
    reader = ScriptedTts()
    track = spoken(
        iter([Clause("ab", "en")]), ScriptedTts(), None, Stopwatch(0.0), reader=Reader(lambda: reader)
    )
    made = await gathered(track.chunks)
    assert [chunk.reading for chunk in made] == [None, None, None]
    assert not reader.spoken


async def test_a_recording_is_read_to_where_its_words_are_given(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.flac", "flac", 16_000, seconds=1.0)
    sound = recording(tmp_path / "a.flac")
    alone = await gathered(recorded(sound).chunks)
    made = await gathered(recorded(sound, iter([Clause("ab", "en")]), Reader(ScriptedTts)).chunks)
    assert [chunk.reading for chunk in alone] == [None] * len(alone)
    assert [[p.symbol for p in chunk.reading or ()] for chunk in made] == [
        ["a", "b"],
        *[[]] * (len(made) - 1),
    ]
    assert (np.concatenate([c.samples for c in made]) == np.concatenate([c.samples for c in alone])).all()


async def test_no_stillness_around_nothing() -> None:
    assert await gathered(rested(stream_of([]), 0.2, 0.4)) == []


def test_a_language_without_a_voice() -> None:
    with pytest.raises(UnknownName, match="unknown voice for the language 'zh'; there is: en"):
        voice_for(VOICES[:2], None, "zh")
