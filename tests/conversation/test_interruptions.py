"""Interrupting at any moment: silence at once, the history keeps what was heard, and nothing is left."""

import asyncio
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conversation.scenes import (
    SPEECH_ONLY,
    WEBRTC,
    WEBSOCKET,
    Cast,
    CountedFace,
    CountedTts,
    now,
    role,
    talking,
)
from tests.fakes.llm import ScriptedLlm
from tests.fakes.tts import LETTER
from tests.virtual import VirtualLoop
from visavis.conversation.performance import FALL
from visavis.conversation.stage import Interrupted, Pace

ANSWER = ["One two three four, ", "five six seven. ", "Eight nine ten eleven twelve. ", "Thirteen."]
WRITTEN = "".join(ANSWER)


async def interrupted_after(seconds: float, pace: Pace, slowness: float, behind: float | None) -> None:
    cast = Cast(ScriptedLlm(ANSWER, seconds=0.05), CountedTts(slowness=slowness))
    async with talking(cast, pace) as client:
        await asyncio.sleep(0.3)
        await client.session.ask("Count.")
        asked = now()
        while now() < asked + seconds - 1e-6:
            await asyncio.sleep(min(0.1, asked + seconds - now()))
            if behind is not None and client.moments:
                came, moment = (client.spoken or client.moments)[0]
                client.session.played(max(0.0, moment.at / 25 + now() - came - behind))
        state, before = client.session.state, len(client.moments)
        await client.session.interrupt()
        await asyncio.sleep(0)
        at, taken = now(), len(client.spoken)
        assert client.session.state == "idle"
        turns = client.session.history[1:]
        text = turns[0].text if turns else ""
        assert len(turns) <= 1
        assert WRITTEN.startswith(text)
        letters = np.count_nonzero(client.sound) / (LETTER * client.session.rate)
        assert sum(map(str.isalnum, text)) <= letters + 1, "no more than the sound that was taken"
        if client.spoken:
            elapsed = at - client.spoken[0][0] + (pace.rest or 0.0)
            assert sum(map(str.isalnum, text)) * LETTER <= max(0.0, elapsed - (behind or 0.0)) + LETTER
        if state != "idle":
            assert [event.text for event in client.events if isinstance(event, Interrupted)] == [text]
        await asyncio.sleep(1)
        assert len(client.spoken) == taken, "not a sound more"
        after = [moment for _, moment in client.moments[before:]]
        if taken and state == "speaking" and after:
            assert after[0].cut
        assert not any(moment.cut for moment in after[1:])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(seconds=0.4375, pace=WEBSOCKET, slowness=0.5, behind=0.4)
@given(
    seconds=st.floats(0, 6),
    pace=st.sampled_from([WEBRTC, WEBSOCKET, SPEECH_ONLY]),
    slowness=st.sampled_from([0.0, 0.5, 1.3]),
    behind=st.sampled_from([None, 0.0, 0.4]),
)
def test_what_is_kept_was_heard(seconds: float, pace: Pace, slowness: float, behind: float | None) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(interrupted_after(seconds, pace, slowness, behind))


@pytest.mark.parametrize("pace", [WEBRTC, WEBSOCKET, SPEECH_ONLY], ids=["webrtc", "ws", "speech"])
async def test_after_a_cut_the_next_moment_comes_at_once(pace: Pace) -> None:
    async with talking(pace=pace) as client:
        await client.session.say("One two three four five six seven eight.")
        await asyncio.sleep(1.5)
        before = client.moments[-1][1].at
        await client.session.say("Nine.")
        await asyncio.sleep(0.2)
        when, first = next((when, moment) for when, moment in client.moments if moment.at == before + 1)
        assert first.cut
        assert when <= 1.5 + 0.041
        await client.silence()


@pytest.mark.parametrize(("pace", "falls"), [(WEBRTC, True), (WEBSOCKET, False)], ids=["webrtc", "ws"])
async def test_what_is_heard_as_it_comes_falls_silent_without_a_click(pace: Pace, falls: bool) -> None:
    """Who has more at hand than is heard knows where to end it."""
    async with talking(pace=pace) as client:
        await client.session.say("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")
        await asyncio.sleep(1.01)
        before = len(client.moments)
        await client.session.interrupt()
        await asyncio.sleep(0.5)
        last, fall, *rest = [moment.samples for _, moment in client.moments[before - 1 :]]
        assert fall.any() == falls
        assert not any(samples.any() for samples in rest)
        if falls:
            length = round(FALL * client.session.rate)
            assert not fall[length:].any()
            assert np.abs(np.diff(np.concatenate([last[-length:], fall]))).max() < 0.1
            assert np.abs(fall[:40]).max() > 4 * np.abs(fall[length - 40 :]).max()


async def test_what_falls_silent_makes_room_for_what_is_said_next() -> None:
    async with talking(pace=WEBRTC) as client:
        await client.session.say("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")
        await asyncio.sleep(1.01)
        await client.session.say("Nine.")
        await client.silence()
        after = max(when for when, _ in client.spoken)
        await asyncio.sleep(0.5)
        assert not any(moment.samples.any() for when, moment in client.moments if when > after)


async def test_two_hundred_interruptions_leave_nothing() -> None:
    """By everything that interrupts, at random times, with engines that take theirs."""
    chance = random.Random(5)
    cast = Cast(
        ScriptedLlm(ANSWER, seconds=0.07),
        CountedTts(seconds=0.05, slowness=0.3),
        CountedFace(seconds=0.02),
    )
    async with talking(cast, WEBRTC) as client:
        session = client.session
        for _ in range(200):
            await asyncio.sleep(chance.choice([0.0, 0.01, 0.1, 0.5, 2.0]) * chance.random())
            match chance.randrange(6):
                case 0:
                    await session.say("Something else altogether, and more of it.")
                case 1:
                    await session.ask("And now?")
                case 2:
                    await session.interrupt()
                case 3:
                    session.press(True)
                    session.press(False)
                case 4:
                    await session.recast(role(*chance.choice([(64, 64), (96, 64)])))
                case 5:
                    await client.vanish()
                    client.watch(chance.choice([WEBRTC, WEBSOCKET, SPEECH_ONLY]))
        await session.interrupt()
        await asyncio.sleep(1)
        assert cast.open == {"llm": 0, "tts": 0, "face": 0}
        assert session.state in {"idle", "listening"}
        assert cast.llm.opened > 20
        assert cast.face.opened > 20


async def test_many_who_interrupt_at_once_leave_the_last_one_speaking() -> None:
    cast = Cast()
    async with talking(cast, SPEECH_ONLY) as client:
        await asyncio.gather(*(client.session.say(f"I am number {number}.") for number in range(20)))
        await client.silence()
        assert [turn.text for turn in client.session.history] == ["I am number 19."]


async def test_a_session_that_is_left_while_it_speaks_leaves_nothing() -> None:
    cast = Cast(ScriptedLlm(ANSWER, seconds=0.2))
    async with talking(cast) as client:
        await client.session.ask("Count.")
        await asyncio.sleep(1)
        assert client.session.state == "speaking"
