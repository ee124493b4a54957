"""Speaking to a session: what is heard becomes a turn, an answer is begun early, and the voice interrupts."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from tests.conversation.scenes import WEBRTC, Cast, Client, CountedTts, now, talking
from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import mood
from tests.fakes.llm import ScriptedLlm
from tests.fakes.vad import ScriptedVad
from visavis.contracts import Stream, Utterance
from visavis.conversation import session as module
from visavis.conversation.stage import Doing, Failed, Interrupted, Timed, Understood
from visavis.conversation.turns import (
    BargedIn,
    Began,
    Decision,
    Misheard,
    Partial,
    Resumed,
    Speculate,
    TurnEnded,
)
from visavis.errors import EngineError
from visavis.media import Samples
from visavis.streams import Channel

HEARD = 16_000


def kinds(client: Client) -> list[str]:
    return [event.state if isinstance(event, Doing) else type(event).__name__ for event in client.events]


# With ears that are told what to decide.


class Ears:
    """In place of Listening: decides what a test tells it to."""

    def __init__(self, *_: object) -> None:
        self.channel = Channel[Decision | Exception](100)
        self.heard = 0
        self.pressed: list[bool] = []
        self.made.append(self)

    made: list["Ears"] = []  # noqa: RUF012

    def hear(self, samples: Samples) -> None:
        self.heard += len(samples)

    def press(self, down: bool) -> None:
        self.pressed.append(down)

    async def decisions(self) -> Stream[Decision]:
        async for decision in self.channel.receive():
            if isinstance(decision, Exception):
                raise decision
            yield decision


async def decide(*decisions: Decision | Exception) -> None:
    for decision in decisions:
        Ears.made[-1].channel.send(decision)
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Ears]]:
    monkeypatch.setattr(module, "Listening", Ears)
    yield Ears.made
    Ears.made.clear()


@pytest.mark.usefixtures("ears")
async def test_a_turn_is_told_and_answered_in_order() -> None:
    cast = Cast()
    async with talking(cast) as client:
        await asyncio.sleep(0.5)
        await decide(Began(0.0), Partial("hello", "en"))
        await asyncio.sleep(0.5)
        await decide(Partial("hello there", "en"), TurnEnded("hello there", "en", 0.5))
        await client.silence()
        await asyncio.sleep(0)
        assert kinds(client) == [
            *("listening", "Understood", "Understood", "Understood"),
            *("thinking", "speaking", "Timed", "Said", "Said", "Said", "idle"),
        ]
        understood = [event for event in client.events if isinstance(event, Understood)]
        assert [(event.text, event.final) for event in understood] == [
            ("hello", False),
            ("hello there", False),
            ("hello there", True),
        ]
        assert client.session.history[0] == Utterance("user", "hello there")
        timed = next(event for event in client.events if isinstance(event, Timed))
        assert list(timed.stages) == ["turn", "transcript", "mind", "voice", "face", "first"]
        assert timed.stages["turn"] == timed.stages["transcript"] == 0.5
        assert 0.5 <= timed.stages["first"] <= 0.541


@pytest.mark.usefixtures("ears")
async def test_an_answer_that_was_begun_early_is_there_when_the_turn_is_over() -> None:
    cast = Cast(ScriptedLlm(seconds=0.1), CountedTts(seconds=0.1))
    async with talking(cast) as client:
        await decide(Began(0.0), Speculate("what now", "en"))
        await asyncio.sleep(0.4)
        assert client.session.state == "listening"
        assert client.session.history == ()
        assert cast.face.opened == 0, "the face is spared"
        await decide(TurnEnded("what now", "en", 0.4))
        await client.silence()
        assert cast.llm.opened == cast.tts.opened == 1
        timed = next(event for event in client.events if isinstance(event, Timed))
        assert timed.stages["voice"] < timed.stages["turn"]
        assert timed.stages["first"] <= 0.4 + 0.041
        assert told(client) == ["what now", "Well. I think so."]


@pytest.mark.usefixtures("ears")
async def test_an_early_answer_is_thrown_away_when_speech_goes_on() -> None:
    cast = Cast()
    async with talking(cast) as client:
        await decide(Began(0.0), Speculate("what", "en"))
        await asyncio.sleep(0.2)
        await decide(Resumed())
        await asyncio.sleep(0.2)
        assert cast.open == {"llm": 0, "tts": 0, "face": 0}
        await decide(Speculate("what now", "en"))
        await asyncio.sleep(0.2)
        await decide(TurnEnded("what now", "en", 0.4))
        await client.silence()
        assert [told[-1].text for told in cast.llm.asked] == ["what", "what now"]
        assert [turn.text for turn in client.session.history] == ["what now", "Well. I think so."]
        assert client.session.figures.interruptions == 0
        assert client.session.figures.replies == 1


@pytest.mark.usefixtures("ears")
@pytest.mark.parametrize("early", ["what no", "what now"])
async def test_an_early_answer_to_something_else_is_none(early: str) -> None:
    cast = Cast()
    async with talking(cast) as client:
        await decide(Began(0.0), Speculate(early, "en"))
        await asyncio.sleep(0.2)
        if early == "what now":
            await client.session.say("By the way.")
            await asyncio.sleep(2)
        await decide(TurnEnded("what now", "en", 0.4))
        await client.silence()
        assert cast.llm.asked[-1][-1].text == "what now"
        assert len(cast.llm.asked) == 2, "history or text were not those it was begun with"


@pytest.mark.usefixtures("ears")
async def test_an_early_answer_that_failed_is_tried_again() -> None:
    cast = Cast(ScriptedLlm(fails_at=0))
    async with talking(cast) as client:
        await decide(Began(0.0), Speculate("what now", "en"))
        await asyncio.sleep(0.2)
        assert not any(isinstance(event, Failed) for event in client.events), "nobody has asked yet"
        cast.llm.fails_at = None
        await decide(TurnEnded("what now", "en", 0.4))
        await client.silence()
        assert client.session.history[-1].text == "Well. I think so."


@pytest.mark.usefixtures("ears")
@pytest.mark.parametrize("after", [0.0, 0.3, 1.0])
async def test_a_voice_interrupts(after: float) -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven eight nine ten."], seconds=0.2))
    async with talking(cast) as client:
        await client.session.ask("Count.")
        await asyncio.sleep(after)
        await decide(BargedIn(0.0))
        (interrupted,) = [event for event in client.events if isinstance(event, Interrupted)]
        assert client.session.state == "listening"
        assert bool(interrupted.text) == (after == 1.0)
        await decide(TurnEnded("stop", "en", 0.5))
        await client.silence()
        heard = [interrupted.text] if interrupted.text else []
        assert [turn.text for turn in cast.llm.asked[1]] == ["Count.", *heard, "stop"]


@pytest.mark.usefixtures("ears")
async def test_a_turn_of_nothing_is_over_without_an_answer() -> None:
    cast = Cast()
    async with talking(cast) as client:
        await decide(Began(0.0), Speculate("hm", "en"), Resumed(), TurnEnded("", "en", 0.5))
        await asyncio.sleep(0.1)
        assert kinds(client) == ["listening", "idle"]
        assert client.session.history == ()
        assert cast.open == {"llm": 0, "tts": 0, "face": 0}


@pytest.mark.usefixtures("ears")
async def test_who_presses_the_key_silences_at_once(ears: list[Ears]) -> None:
    async with talking() as client:
        await client.session.say("One two three four five six.")
        await asyncio.sleep(0.5)
        client.session.press(True)
        assert client.session.state == "idle"
        client.session.press(False)
        assert ears[-1].pressed == [True, False]


@pytest.mark.usefixtures("ears")
async def test_it_looks_as_if_it_listened() -> None:
    async with talking() as client:
        await asyncio.sleep(0.5)
        await decide(Began(0.0))
        await asyncio.sleep(1)
        await decide(TurnEnded("hello", "en", 0.5))
        await client.silence()
        await asyncio.sleep(0.5)
        moods = [mood(moment.pixels) for _, moment in client.moments if moment.pixels is not None]
        changes = [
            moods[0],
            *(after for before, after in pairwise(moods) if after != before),
        ]
        assert changes == ["resting", "listening", "resting"]


@pytest.mark.usefixtures("ears")
async def test_what_was_misheard_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with talking() as client:
        await decide(Began(0.0), Misheard(EngineError("the recogniser is away")), Misheard(OSError("secret")))
        await decide(TurnEnded("", "en", 0.5))
        failed = [(event.code, event.sentence) for event in client.events if isinstance(event, Failed)]
        assert failed == [
            ("ear", "the recogniser is away"),
            ("ear", "the ear failed; the server's log says why"),
        ]
        assert client.session.state == "idle"


async def test_ears_that_die_are_replaced_after_a_while(ears: list[Ears]) -> None:
    async with talking() as client:
        await decide(Began(0.0), Speculate("what", "en"), EngineError("the ears are gone"))
        assert client.session.state == "idle"
        await client.session.say("I can still speak.")
        await client.silence()
        assert len(ears) == 2
        for _ in range(6):
            await decide(EngineError("again"))
            await asyncio.sleep(40)
        assert len(ears) == 8
        began = now()
        await decide(EngineError("and again"))
        await asyncio.sleep(29)
        assert len(ears) == 8, "ever more seldom"
        await asyncio.sleep(2)
        assert len(ears) == 9, now() - began
        await decide(Began(0.0), TurnEnded("hello", "en", 0.5))
        await client.silence()
        assert client.session.history[-1].text == "Well. I think so."


# With ears that hear.


async def speak(client: Client, *stretches: tuple[float, bool]) -> None:
    """A microphone: seconds of speech and of silence, as they come in pieces of 20 ms."""
    for seconds, loud in stretches:
        for _ in range(round(seconds / 0.02)):
            client.session.hear(np.full(HEARD // 50, 0.5 * loud, np.float32))
            await asyncio.sleep(0.02)


def told(client: Client) -> Sequence[str]:
    return [turn.text for turn in client.session.history]


async def test_what_is_said_is_answered() -> None:
    cast = Cast(asr=ScriptedAsr(["how are you today"]))
    async with talking(cast) as client:
        await speak(client, (0.5, False), (1.0, True), (1.0, False))
        await client.silence()
        await asyncio.sleep(0)
        assert told(client) == ["how are you today", "Well. I think so."]
        assert [kind for kind in kinds(client) if kind in ("listening", "thinking", "speaking", "idle")] == [
            *("listening", "thinking", "speaking", "idle")
        ]
        timed = next(event for event in client.events if isinstance(event, Timed))
        assert timed.stages["first"] < 0.9


async def test_a_voice_interrupts_the_answer() -> None:
    cast = Cast(
        ScriptedLlm(["One two three four five six seven eight nine ten."]),
        asr=ScriptedAsr(["count", "stop it"]),
    )
    async with talking(cast) as client:
        await speak(client, (0.2, False), (0.6, True), (1.5, False))
        assert client.session.state == "speaking"
        began = now()
        await speak(client, (0.6, True), (1.0, False))
        cut = next(when for when, event in client.told if isinstance(event, Interrupted))
        assert cut - began < 0.3
        await client.silence()
        assert told(client)[2] == "stop it"


async def test_who_vanishes_with_the_key_down_is_not_listened_to_any_longer() -> None:
    cast = Cast(asr=ScriptedAsr(["hold the line"]))
    async with talking(cast) as client:
        client.session.press(True)
        await speak(client, (1.0, True))
        await client.vanish()
        await asyncio.sleep(1)
        assert client.session.state == "thinking", "for whoever comes back"
        client.watch(WEBRTC)
        await client.silence()
        assert told(client) == ["hold the line", "Well. I think so."]
        client.session.press(True)
        await speak(client, (1.0, True))
        client.session.press(False)
        await speak(client, (0.2, False))
        assert len(told(client)) > 2, "the key is that of a new client"


async def test_a_noise_interrupts_nobody() -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven eight nine ten."]))
    async with talking(cast) as client:
        await client.session.ask("Count.")
        await speak(client, (0.5, False), (0.1, True), (2.0, False))
        await client.silence()
        assert not any(isinstance(event, Interrupted) for event in client.events)


@pytest.mark.parametrize("step", [0, 10])
async def test_a_session_whose_ears_are_dead_can_be_typed_to(step: int) -> None:
    async with talking(Cast(vad=ScriptedVad(fails_at=step))) as client:
        await speak(client, (0.5, False), (0.5, True), (0.5, False))
        assert next(event.code for event in client.events if isinstance(event, Failed)) == "ear"
        await client.session.ask("Can you read?")
        await client.silence()
        assert told(client) == ["Can you read?", "Well. I think so."]


async def test_a_recogniser_that_dies_once_hears_the_next_turn() -> None:
    cast = Cast(asr=ScriptedAsr(["one", "two"], fails_at=0))
    async with talking(cast, WEBRTC) as client:
        await speak(client, (0.2, False), (0.6, True), (2.0, False))
        assert [event.code for event in client.events if isinstance(event, Failed)] == ["ear"]
        await speak(client, (0.6, True), (2.0, False))
        await client.silence()
        assert told(client) == ["two", "Well. I think so."]
