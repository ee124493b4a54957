"""What a reply hands from one engine to the next, and real engines in a session."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.conversation.scenes import SPEECH_ONLY, Cast, CountedFace, CountedTts, talking
from tests.fakes.llm import ScriptedLlm
from tests.fakes.tts import ScriptedTts
from tests.test_reading import Wordless
from visavis.contracts import RESTING, Clause, Prepared, Stream, Voice
from visavis.conversation import reply
from visavis.conversation.cast import Role
from visavis.conversation.stage import Failed
from visavis.engines.face.warp import Warp
from visavis.engines.tts.espeak import Espeak
from visavis.language import clauses
from visavis.media import AudioChunk, Look, Portrait, VideoFrame, sample_at
from visavis.reading import Reader
from visavis.streams import closing

LONG = ["One two three four five six seven. "] * 4


class Attentive(CountedFace):
    """Keeps what it is told to follow, an utterance after the other."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(seconds=seconds)
        self.followed: list[list[AudioChunk]] = []

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        heard: list[AudioChunk] = []
        self.followed.append(heard)

        async def noted() -> Stream[AudioChunk]:
            async with contextlib.aclosing(speech):
                async for chunk in speech:
                    heard.append(chunk)
                    yield chunk

        async with contextlib.aclosing(super().animate(noted(), face, first, look)) as frames:
            async for frame in frames:
                yield frame


async def test_a_voice_without_phones_is_read_along_with() -> None:
    cast = Cast(ScriptedLlm(["One. ", "Two."]), face=(face := Attentive()))
    cast.engines = replace(cast.engines, tts=Wordless(), reader=lambda: Reader(ScriptedTts))
    async with talking(cast, SPEECH_ONLY) as client:
        await client.session.ask("Count.")
        await client.silence()
    readings = [chunk.reading for chunk in face.followed[0]]
    assert all(reading is not None for reading in readings)
    read = "".join(phone.symbol for reading in readings for phone in reading or ())
    assert read == "onetwo"


async def test_the_first_words_of_a_long_text_do_not_wait_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    def cut(*given: Any, **how: Any) -> Iterator[Clause]:
        for clause in clauses(*given, **how):
            order.append("cut")
            yield clause

    class Noting(CountedTts):
        async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
            async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
                async for chunk in chunks:
                    order.append("sound")
                    yield chunk

    monkeypatch.setattr(reply, "clauses", cut)
    async with talking(Cast(tts=Noting()), SPEECH_ONLY) as client:
        await client.session.say("One two three four five six seven eight. " * 100)
        await client.silence(600)
    assert order.count("cut") == 100
    assert order.index("sound") < 10


async def test_a_face_that_begins_anew_follows_an_utterance_of_its_own() -> None:
    cast = Cast(ScriptedLlm(LONG), face=(face := Attentive(seconds=0.06)))
    async with talking(cast) as client:
        await client.session.ask("Faster!")
        await client.silence()
    assert len(face.followed) > 2
    whole = np.concatenate(cast.tts.sound)
    for heard, first in zip(face.followed, face.firsts, strict=True):
        assert [chunk.at for chunk in heard] == [0, *(chunk.end for chunk in heard)][: len(heard)]
        sound = np.concatenate([np.zeros(0, np.float32), *(chunk.samples for chunk in heard)])
        begin = sample_at(first - face.firsts[0], cast.tts.rate, 25)
        assert (sound == whole[begin : begin + len(sound)]).all()


async def test_a_session_that_is_left_while_it_falls_silent_waits_for_that() -> None:
    cast = Cast(ScriptedLlm(LONG), CountedTts(slowness=0.5), CountedFace(seconds=0.01))
    async with talking(cast) as client:
        await client.session.ask("Count.")
        await asyncio.sleep(1)
        falling_silent = asyncio.create_task(client.session.interrupt())
        await asyncio.sleep(0)
    await falling_silent


@pytest.mark.parametrize("seconds", [0.0, 0.06])
async def test_the_embedded_engines_hold_a_conversation(portrait: Portrait, seconds: float) -> None:
    """However late the face is, and wherever in a phone it has to begin anew."""

    class Slow(Warp):
        async def animate(
            self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
        ) -> Stream[VideoFrame]:
            async with contextlib.aclosing(super().animate(speech, face, first, look)) as frames:
                async for frame in frames:
                    await asyncio.sleep(seconds)
                    yield frame

    async with closing(Slow(25, 0, threads=1)) as face, closing(Espeak()) as tts:
        cast = Cast(ScriptedLlm(["I am made of one photograph. ", "你好。"]))
        cast.engines = replace(cast.engines, tts=tts, face=face)
        async with talking(cast, SPEECH_ONLY, Role(face.prepare(portrait), portrait.size)) as client:
            await client.session.ask("Who are you?")
            await client.silence()
            assert not [event for event in client.events if isinstance(event, Failed)]
            figures = client.session.figures
            assert figures.starved == 0
            assert (figures.late > 0) == (seconds > 0)
            assert figures.late < 0.7 * figures.spoken
            assert client.session.history[-1].text == "I am made of one photograph. 你好。"
