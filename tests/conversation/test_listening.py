"""Ears in virtual time: scripted engines, sound in, decisions out, nothing left behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.fakes.asr import ScriptedAsr
from tests.fakes.vad import LOUD, ScriptedVad
from visavis.contracts import Asr, Stream, Transcript, Vad
from visavis.conversation.listening import FELL_SILENT, KEPT, RATE, EndOfTurn, Listening
from visavis.conversation.turns import (
    TIMING,
    BargedIn,
    Began,
    Decision,
    Misheard,
    Partial,
    Speculate,
    TurnEnded,
)
from visavis.errors import EngineError
from visavis.media import AudioChunk, Language, Samples

PIECE = 320  # samples that come at a time, as from a browser


@dataclass
class Ears:
    """Listening under way, and what it has decided so far, with the loop's time."""

    listening: Listening
    told: list[tuple[float, Decision]] = field(default_factory=list)
    failure: Exception | None = None

    async def follow(self) -> None:
        try:
            async with contextlib.aclosing(self.listening.decisions()) as decisions:
                async for decision in decisions:
                    self.told.append((now(), decision))
        except EngineError as error:
            self.failure = error

    async def hear(self, seconds: float, level: float) -> None:
        """Sound as it comes from a microphone, in time."""
        for _ in range(round(seconds * RATE / PIECE)):
            self.listening.hear(np.full(PIECE, level, np.float32))
            await asyncio.sleep(PIECE / RATE)

    async def speak(self, seconds: float) -> None:
        await self.hear(seconds, 2 * LOUD)

    async def pause(self, seconds: float) -> None:
        await self.hear(seconds, 0.0)

    def only(self, kind: type[Decision]) -> list[Decision]:
        return [decision for _, decision in self.told if isinstance(decision, kind)]

    @property
    def names(self) -> list[str]:
        return [type(decision).__name__ for _, decision in self.told if not isinstance(decision, Partial)]

    @property
    def ended(self) -> TurnEnded:
        (end,) = self.only(TurnEnded)
        assert isinstance(end, TurnEnded)
        return end


@contextlib.asynccontextmanager
async def ears(
    vad: Vad | None = None,
    asr: Asr | None = None,
    language: Language | None = "en",
    speaking: Callable[[], bool] = lambda: False,
    end_of_turn: EndOfTurn | None = None,
) -> AsyncIterator[Ears]:
    listening = Listening(vad or ScriptedVad(), asr or ScriptedAsr(), lambda: language, speaking, end_of_turn)
    made = Ears(listening)
    task = asyncio.create_task(made.follow())
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert asyncio.all_tasks() == {asyncio.current_task()}


def now() -> float:
    return asyncio.get_running_loop().time()


class Reporter(ScriptedAsr):
    """Records what it is given: the samples of each stretch, and the language."""

    def __init__(self, *texts: str) -> None:
        super().__init__(texts or ("hello there",))
        self.stretches: list[Samples] = []
        self.told: list[Language | None] = []

    async def transcribe(self, speech: Stream[AudioChunk], language: Language | None) -> Stream[Transcript]:
        number = len(self.stretches)
        self.stretches.append(np.zeros(0, np.float32))
        self.told.append(language)

        async def noted() -> Stream[AudioChunk]:
            async for chunk in speech:
                assert chunk.rate == RATE
                assert chunk.at == len(self.stretches[number])
                self.stretches[number] = np.concatenate([self.stretches[number], chunk.samples])
                yield chunk

        async for transcript in super().transcribe(noted(), language):
            yield transcript


async def test_a_microphone_without_a_sound_costs_nothing() -> None:
    vad = ScriptedVad()
    async with ears(vad) as heard:
        await heard.pause(10)
        await heard.speak(1)
        await heard.pause(10)
        await heard.speak(1)
        await heard.pause(2)
    assert heard.names == ["Began", "Speculate", "TurnEnded"] * 2
    assert vad.steps <= 2 * (RATE // vad.step + 2)


async def test_a_turn_is_understood_while_it_is_said() -> None:
    async with ears(asr=ScriptedAsr(["what is your name"])) as heard:
        await heard.pause(1)
        await heard.speak(1.5)
        await heard.pause(1)
    assert heard.names == ["Began", "Speculate", "TurnEnded"]
    assert [step.text for step in heard.only(Partial) if isinstance(step, Partial)] == [
        "what",
        "what is",
        "what is your",
        "what is your name",
    ]
    assert heard.ended.text == "what is your name"
    assert heard.ended.end == pytest.approx(2.5, abs=0.04)


async def test_the_silence_before_a_decision_is_measured_to_where_it_is_told() -> None:
    async with ears(asr=ScriptedAsr(seconds=0.9)) as heard:
        await heard.speak(1.0)
        await heard.pause(2)
    (at,) = (at for at, decision in heard.told if isinstance(decision, TurnEnded))
    assert heard.ended.silence_s == pytest.approx(at - 1.0, abs=0.05)
    assert heard.ended.silence_s > 1.0


async def test_the_recogniser_is_given_all_of_the_speech_and_a_little_before() -> None:
    asr = Reporter()
    async with ears(asr=asr) as heard:
        await heard.pause(1)
        await heard.speak(1)
        await heard.pause(1)
    (stretch,) = asr.stretches
    assert np.count_nonzero(stretch) == RATE
    assert np.flatnonzero(stretch)[0] / RATE == pytest.approx(TIMING.before, abs=0.04)
    assert (len(stretch) - np.flatnonzero(stretch)[-1]) / RATE == pytest.approx(TIMING.pause, abs=0.04)


async def test_no_sound_is_recognised_twice() -> None:
    asr = Reporter("what is", "your name")
    async with ears(asr=asr) as heard:
        await heard.pause(1)
        await heard.speak(1)
        await heard.pause(0.24)
        await heard.speak(0.8)
        await heard.pause(1)
    assert heard.names == ["Began", "Speculate", "Resumed", "Speculate", "TurnEnded"]
    assert heard.ended.text == "what is your name"
    assert [np.count_nonzero(stretch) for stretch in asr.stretches] == [RATE, round(0.8 * RATE)]


@pytest.mark.parametrize("language", ["en", None])
async def test_the_recogniser_is_told_the_language(language: Language | None) -> None:
    asr = Reporter()
    async with ears(asr=asr, language=language) as heard:
        await heard.speak(1)
    assert asr.told == [language]


async def test_speech_interrupts_the_avatar() -> None:
    async with ears(speaking=lambda: True) as heard:
        await heard.speak(0.15)
        await heard.pause(0.5)
        assert heard.told == []
        await heard.speak(0.4)
    assert heard.only(BargedIn)
    assert not heard.only(Began)


async def test_the_key_begins_and_ends_a_turn_at_once() -> None:
    asr = Reporter()
    async with ears(asr=asr) as heard:
        await heard.pause(0.5)
        heard.listening.press(True)
        heard.listening.press(True)
        await asyncio.sleep(0.01)
        assert heard.names == ["Began"]
        await heard.speak(0.5)
        await heard.pause(1.0)
        await heard.speak(0.505)
        heard.listening.press(False)
        await asyncio.sleep(0.01)
    assert heard.names == ["Began", "TurnEnded"]
    assert heard.ended.silence_s < 0.05
    assert np.count_nonzero(asr.stretches[0]) == pytest.approx(1.0 * RATE, abs=PIECE)


async def test_a_microphone_that_falls_silent_ends_the_turn() -> None:
    async with ears() as heard:
        await heard.speak(1)
        await asyncio.sleep(2)
    assert heard.names == ["Began", "Speculate", "TurnEnded"]
    assert heard.ended.silence_s < 1 + FELL_SILENT


async def test_a_silent_microphone_is_nothing() -> None:
    vad = ScriptedVad()
    async with ears(vad) as heard:
        await asyncio.sleep(3600)
    assert heard.told == []


async def test_what_comes_too_fast_loses_its_oldest() -> None:
    asr = Reporter()
    async with ears(asr=asr) as heard:
        heard.listening.hear(np.full(10 * RATE, 2 * LOUD, np.float32))
        await asyncio.sleep(0)
        await heard.pause(1)
    assert sum(len(stretch) for stretch in asr.stretches) < (KEPT + 1) * RATE
    assert heard.only(TurnEnded)


async def test_a_recogniser_that_dies_is_told_and_tried_again() -> None:
    async with ears(asr=ScriptedAsr(["one", "two three four"], fails_at=0)) as heard:
        await heard.speak(1)
        await heard.pause(1)
        await heard.speak(1)
        await heard.pause(1)
    first, second = (end for end in heard.only(TurnEnded) if isinstance(end, TurnEnded))
    assert (first.text, second.text) == ("", "two three four")
    (trouble,) = heard.only(Misheard)
    assert isinstance(trouble, Misheard)
    assert "dies" in str(trouble.error)
    assert heard.failure is None


async def test_a_recogniser_that_ends_without_a_word_is_not_waited_for() -> None:
    class Mute(ScriptedAsr):
        async def transcribe(
            self, speech: Stream[AudioChunk], language: Language | None
        ) -> Stream[Transcript]:
            await speech.aclose()
            for transcript in list[Transcript]():
                yield transcript

    async with ears(asr=Mute()) as heard:
        await heard.speak(1)
        await heard.pause(0.7)
    assert heard.ended.text == ""


async def test_what_is_still_being_recognised_when_a_turn_ends_is_dropped() -> None:
    asr = ScriptedAsr(seconds=100)
    async with ears(asr=asr) as heard:
        await heard.speak(1)
        await heard.pause(TIMING.patience + 0.5)
        assert heard.only(TurnEnded)
        assert asr.opened == asr.closed == 1


async def test_a_vad_that_dies_ends_the_listening() -> None:
    async with ears(ScriptedVad(fails_at=50)) as heard:
        await heard.speak(3)
    assert isinstance(heard.failure, EngineError)


async def test_a_language_that_is_not_understood_is_said_once() -> None:
    asr = Reporter()
    async with ears(asr=asr, language="fa") as heard:
        for _ in range(3):
            await heard.speak(1)
            await heard.pause(1)
    (trouble,) = heard.only(Misheard)
    assert isinstance(trouble, Misheard)
    assert str(trouble.error) == (
        "the recogniser of this server understands English, not Persian; type what you want to say, "
        "or ask its keeper to install a recogniser for Persian"
    )
    assert asr.stretches == []
    assert [end.text for end in heard.only(TurnEnded) if isinstance(end, TurnEnded)] == ["", "", ""]


@dataclass
class Guesser:
    """An end-of-turn model that answers what it is told to; None: it dies."""

    answer: float | None
    rate: int = RATE
    seconds: float = 8.0
    languages: tuple[Language, ...] = ("en",)
    heard: list[Samples] = field(default_factory=list)

    async def ended(self, sound: Samples) -> float:
        self.heard.append(sound)
        await asyncio.sleep(0.1)
        if self.answer is None:
            raise EngineError("the scripted model dies")
        return self.answer

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("answer", "seconds"), [(0.99, TIMING.complete), (0.01, TIMING.bound), (None, TIMING.silence["en"])]
)
async def test_the_model_is_asked_in_a_pause(answer: float | None, seconds: float) -> None:
    model = Guesser(answer)
    async with ears(end_of_turn=model) as heard:
        await heard.pause(5)
        await heard.speak(2)
        await heard.pause(2)
        await heard.speak(1)
        await heard.pause(2)
    silences = [end.silence_s for end in heard.only(TurnEnded) if isinstance(end, TurnEnded)]
    assert silences[0] == pytest.approx(seconds, abs=0.05)
    assert len(model.heard) == (1 if answer is None else 2)
    assert len(model.heard[0]) / RATE == pytest.approx(2 + TIMING.before + TIMING.pause, abs=0.1)


async def test_the_model_is_not_asked_about_a_language_it_does_not_know() -> None:
    model = Guesser(0.99)

    class Persian(ScriptedAsr):
        languages: tuple[Language, ...] = ("fa",)

    async with ears(asr=Persian(), language="fa", end_of_turn=model) as heard:
        await heard.speak(2)
        await heard.pause(2)
    assert model.heard == []
    assert heard.only(Speculate)


def test_engines_that_hear_at_another_rate_are_refused() -> None:
    class Telephone(ScriptedAsr):
        rate = 8000

    with pytest.raises(EngineError, match="Telephone hears at 8000 Hz"):
        Listening(ScriptedVad(), Telephone(), lambda: None, lambda: False)


@pytest.mark.parametrize("after", [0.0, 0.01, 0.2, 1.0, 1.3, 1.45, 1.6])
async def test_nothing_is_left_of_ears_that_are_closed(after: float) -> None:
    vad, asr, model = ScriptedVad(), ScriptedAsr(seconds=0.2), Guesser(0.5)
    async with ears(vad, asr, end_of_turn=model) as heard:
        speaking = asyncio.create_task(heard.speak(1.2))
        await asyncio.sleep(after)
        if not speaking.done():
            speaking.cancel()
            await asyncio.wait([speaking])
        else:
            await heard.pause(0.3)
    assert (vad.opened, asr.opened) == (vad.closed, asr.closed)
