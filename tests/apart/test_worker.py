"""What a process that draws keeps, and how it listens."""

import asyncio
import contextlib
import pickle
from typing import cast

import numpy as np
import pytest

from tests.fakes.face import Blank, ScriptedFace, blank_portrait
from visavis.apart.line import Line
from visavis.apart.messages import AHEAD, GRANT, Kind
from visavis.apart.worker import Heard, Kept, Unspoken
from visavis.media import AudioChunk
from visavis.streams import Worker


class Wire:
    """A line that notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Kind] = []

    def send(self, kind: Kind, body: bytes = b"") -> None:
        self.sent.append(kind)


def chunk(at: int) -> bytes:
    return pickle.dumps(AudioChunk(np.zeros(10, np.float32), 16_000, at))


async def test_a_face_is_unpacked_once_whoever_asks() -> None:
    face, kept, asked = ScriptedFace(), Kept(), []
    content = face.packed(face.prepare(blank_portrait()))

    def read() -> bytes:
        asked.append(True)
        return content

    with contextlib.closing(Worker("test", 4)) as worker:
        ready = await asyncio.gather(*(worker.run(lambda: kept.ready(face, read)) for _ in range(8)))
    assert asked == [True]
    assert all(one is kept.prepared for one in ready)
    assert kept.prepared == Blank(64, 64)


def test_a_face_that_could_not_be_read_is_read_again() -> None:
    face, kept = ScriptedFace(), Kept()
    with pytest.raises(ValueError, match="too short"):
        kept.ready(face, lambda: b"")
    content = face.packed(face.prepare(blank_portrait()))
    assert kept.ready(face, lambda: content) == Blank(64, 64)


async def test_each_chunk_but_the_first_is_asked_for() -> None:
    heard, wire = Heard(), Wire()
    async with contextlib.aclosing(heard.speech(cast(Line, wire))) as speech:
        heard.message(Kind.SPEECH, chunk(0))
        assert (await anext(speech)).at == 0
        assert wire.sent == []
        waiting = asyncio.ensure_future(anext(speech))
        await asyncio.sleep(0)
        assert wire.sent == [Kind.LISTENS]
        heard.message(Kind.SPEECH, chunk(10))
        assert (await waiting).at == 10
        heard.message(Kind.SPOKEN, b"")
        assert await anext(speech, None) is None


async def test_speech_that_failed_is_no_speech_that_ended() -> None:
    heard, wire = Heard(), Wire()
    heard.message(Kind.SPEECH, chunk(0))
    heard.message(Kind.UNSPOKEN, b"")
    speech = heard.speech(cast(Line, wire))
    assert (await anext(speech)).at == 0
    with pytest.raises(Unspoken):
        await anext(speech)


async def test_there_is_room_for_as_many_pictures_as_are_taken() -> None:
    heard = Heard()
    for _ in range(AHEAD):
        await asyncio.wait_for(heard.room.acquire(), 5)
    assert heard.room.locked()
    heard.message(Kind.TAKEN, b"")
    for _ in range(GRANT):
        await asyncio.wait_for(heard.room.acquire(), 5)
    assert heard.room.locked()
