"""A session in virtual time: what is told and given, in which order, and what is left of it."""

import asyncio
import logging
from itertools import pairwise

import numpy as np
import pytest

from tests.conversation.scenes import (
    SPEECH_ONLY,
    WEBRTC,
    WEBSOCKET,
    Cast,
    Client,
    CountedFace,
    CountedTts,
    now,
    role,
    talking,
)
from tests.fakes.face import mood
from tests.fakes.llm import ScriptedLlm
from tests.virtual import VirtualLoop
from visavis.contracts import Clause, Stream, Utterance, Voice
from visavis.conversation.onlookers import Recorder
from visavis.conversation.playout import SOUND_AHEAD
from visavis.conversation.reply import HOPELESS
from visavis.conversation.session import EVENTS_KEPT
from visavis.conversation.stage import Doing, Failed, Interrupted, Moment, Pace, Said, Timed
from visavis.errors import TextError, UnknownName
from visavis.media import AudioChunk, Samples

PACES = pytest.mark.parametrize("pace", [WEBRTC, WEBSOCKET, SPEECH_ONLY], ids=["webrtc", "ws", "speech"])


def kinds(client: Client) -> list[str]:
    return [event.state if isinstance(event, Doing) else type(event).__name__ for event in client.events]


def failures(client: Client) -> list[tuple[str, str]]:
    return [(event.code, event.sentence) for event in client.events if isinstance(event, Failed)]


def texts(client: Client) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in client.session.history]


# What happens when all is well.


@PACES
async def test_a_question_is_answered(pace: Pace) -> None:
    async with talking(pace=pace) as client:
        await asyncio.sleep(0.5)
        await client.session.ask("  Is it so? ")
        await client.silence()
        await asyncio.sleep(0)
        assert kinds(client) == ["thinking", "speaking", "Timed", "Said", "Said", "Said", "idle"]
        assert texts(client) == [("user", "Is it so?"), ("assistant", "Well. I think so.")]


@PACES
async def test_every_sample_of_the_voice_is_given_once(pace: Pace) -> None:
    cast = Cast()
    async with talking(cast, pace) as client:
        await client.session.ask("Go on.")
        await client.silence()
        voice = np.concatenate(cast.tts.sound)
        assert (client.sound[: len(voice)] == voice).all()
        assert not client.sound[len(voice) :].any()
        assert len(client.sound) - len(voice) < client.session.rate / client.session.fps
        assert client.session.figures.late == client.session.figures.starved == 0


async def test_moments_come_when_they_are_due_and_life_goes_on() -> None:
    cast = Cast()
    async with talking(cast) as client:
        await asyncio.sleep(1)
        await client.session.say("Hello there.")
        await client.silence()
        await asyncio.sleep(1)
        assert [when for when, _ in client.moments] == pytest.approx(
            [moment.at / 25 for _, moment in client.moments], abs=0.0011
        )
        assert all(moment.pixels is not None for _, moment in client.moments)
    first = cast.face.firsts[0]
    assert first == pytest.approx(client.spoken[0][1].at, abs=2), "a reply begins where resting was"
    assert cast.face.rested[-1] == pytest.approx(client.moments[-1][1].at, abs=4)


async def test_rest_that_was_given_ahead_makes_room_for_a_reply() -> None:
    cast = Cast()
    async with talking(cast, Pace(0.8, 0.5)) as client:
        await asyncio.sleep(1)
        await client.session.say("Hello there.")
        await client.silence()
        when, first = client.spoken[0]
    assert when == pytest.approx(1.0, abs=0.05), "half a second before rest had been over"
    assert first.cut
    assert cast.face.firsts[0] == pytest.approx(first.at - 0.5 * 25, abs=2), "from the picture that is shown"


@pytest.mark.parametrize(("pace", "ahead"), [(WEBRTC, 0.0), (WEBSOCKET, 0.8), (Pace(0.3, None), 0.3)])
async def test_no_more_is_given_than_the_pace_allows(pace: Pace, ahead: float) -> None:
    async with talking(Cast(ScriptedLlm(["One two three four five six seven."] * 3)), pace) as client:
        await asyncio.sleep(0.4)
        await client.session.ask("Go on.")
        await client.silence()
        begun, first = client.spoken[0]
        due = begun + (pace.rest or 0.0)
        leads = [due + (moment.at - first.at) / 25 - when for when, moment in client.spoken]
        assert max(leads) == pytest.approx(ahead, abs=0.05 + (pace.rest or 0.0))
        assert min(leads) > -0.002


async def test_without_rest_the_timeline_has_only_speech_in_it_and_no_gaps() -> None:
    cast = Cast()
    async with talking(cast, SPEECH_ONLY) as client:
        for _ in range(3):
            await asyncio.sleep(5)
            await client.session.say("One two.")
            await client.silence()
        assert all(moment.spoken for _, moment in client.moments)
        assert [moment.at for _, moment in client.moments] == list(range(len(client.moments)))
        assert len([moment for _, moment in client.moments if moment.last]) == 3
        starts = [event.start for event in client.events if isinstance(event, Said) and not event.final]
        lasts = [moment.at for _, moment in client.moments if moment.last]
        assert starts == [0.0, (lasts[0] + 1) / 25, (lasts[1] + 1) / 25]
    assert len(cast.face.rested) <= 4, "only the picture that a reply fades in from"


async def test_nothing_is_drawn_when_nobody_takes_moments() -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven eight nine ten. "] * 1000))
    async with talking(cast, pace=None) as client:
        await client.session.ask("Is anybody there?")
        await asyncio.sleep(60)
        assert client.session.state == "thinking"
    assert cast.face.rested == []
    assert len(cast.face.drawn) < 20, "no more than there is room for"
    assert sum(map(len, cast.tts.sound)) / cast.tts.rate < SOUND_AHEAD + 0.2


async def test_two_hours_do_not_drift() -> None:
    async with talking(Cast(face=CountedFace(fps=2))) as client:
        for _ in range(12):
            await asyncio.sleep(600)
            await client.session.ask("Still there?")
            await client.silence()
        assert [when for when, _ in client.moments] == pytest.approx(
            [moment.at / 2 for _, moment in client.moments], abs=0.0011
        )
        assert now() > 7200


async def test_captions_come_with_their_sound() -> None:
    async with talking(Cast(ScriptedLlm(["One two three. ", "Four five. ", "Six."]))) as client:
        await client.session.ask("Count.")
        await client.silence()
        await asyncio.sleep(0)
        said = [event for event in client.events if isinstance(event, Said)]
        assert "".join(event.text for event in said) == "One two three. Four five. Six."
        assert [event.final for event in said] == [False] * (len(said) - 1) + [True]
        for when, event in client.told:
            if isinstance(event, Said):
                assert event.start == pytest.approx(when, abs=0.045)


async def test_how_long_it_took_is_told_stage_by_stage() -> None:
    cast = Cast(ScriptedLlm(seconds=0.2), CountedTts(seconds=0.1), CountedFace(seconds=0.03))
    async with talking(cast) as client:
        await asyncio.sleep(1)
        await client.session.ask("How long?")
        await client.silence()
        stages = next(event.stages for event in client.events if isinstance(event, Timed))
        assert list(stages) == ["mind", "voice", "face", "first"]
        assert stages["mind"] == pytest.approx(0.2)
        assert list(stages.values()) == sorted(stages.values())
        assert stages["first"] - stages["face"] <= 0.041


async def test_the_mind_is_told_what_was_heard() -> None:
    cast = Cast(ScriptedLlm(["One two three four five. ", "Six seven eight nine ten."]))
    async with talking(cast, who=role(system="You are Ada.")) as client:
        await client.session.ask("Count.")
        await asyncio.sleep(0.9)
        await client.session.ask("Again.")
        heard = client.session.history[1].text
        assert "One two three four five.".startswith(heard)
        assert cast.llm.asked[1] == (
            Utterance("system", "You are Ada."),
            Utterance("user", "Count."),
            Utterance("assistant", heard, cut=True),
            Utterance("user", "Again."),
        )


async def test_who_comes_back_is_not_told_again_what_the_history_holds() -> None:
    async with talking(Cast(ScriptedLlm(["One two three four five. "] * 3))) as client:
        await client.session.ask("Count.")
        await asyncio.sleep(0.9)
        await client.leave()
        asked, cut = client.session.recall()
        assert (asked.cut, cut.cut) == (False, True)
        again = Client(client.session)
        await asyncio.sleep(0.1)
        assert {type(event) for event in again.events} == {Doing}, "what it is at is news all the same"
        assert again.states[-1] == "idle"
        await again.leave()


async def test_what_cannot_be_said_is_refused_and_interrupts_nobody() -> None:
    async with talking() as client:
        await client.session.say("Listen to me.")
        await asyncio.sleep(0.3)
        for nothing in ("", "  ", "...", "😀"):
            with pytest.raises(TextError):
                await client.session.say(nothing)
        with pytest.raises(TextError, match="nothing to answer"):
            await client.session.ask("  ")
        await client.silence()
        assert texts(client) == [("assistant", "Listen to me.")]


async def test_a_voice_is_that_of_the_role_or_of_the_language() -> None:
    cast = Cast()
    async with talking(cast, pace=SPEECH_ONLY) as client:
        await client.session.say("Hola, ¿qué tal estás?")
        await client.silence()
        await client.session.say("doce", "es")
        await client.silence()
        await client.session.recast(role(language="zh"))
        await client.session.say("12")
        await client.silence()
    assert [clause.language for clause in cast.tts.spoken][-2:] == ["es", "zh"]


async def test_faces_change_between_replies_and_the_history_stays() -> None:
    async with talking() as client:
        await client.session.say("I am small and I shall be interrupted.")
        await asyncio.sleep(0.5)
        await client.session.recast(role(96, 80))
        assert client.session.size == (96, 80)
        await asyncio.sleep(0.5)
        await client.session.say("I am tall.")
        await client.silence()
        sizes = [moment.pixels.shape[:2] for _, moment in client.moments if moment.pixels is not None]
        assert sizes == sorted(sizes)
        assert set(sizes) == {(64, 64), (80, 96)}
        place = sizes.index((80, 96))
        assert client.moments[place][1].pixels is not None
        assert [turn for turn, _ in texts(client)] == ["assistant", "assistant"]


# How it looks.


async def test_it_looks_as_it_is() -> None:
    cast = Cast(ScriptedLlm(seconds=1.0))
    async with talking(cast) as client:
        await asyncio.sleep(0.5)
        asked = now()
        await client.session.ask("What is the meaning of life?")
        await client.silence()
        moods = [
            (when - asked, mood(moment.pixels))
            for when, moment in client.moments
            if moment.pixels is not None
        ]
        thinking = [when for when, kind in moods if kind == "thinking"]
        assert thinking[0] == pytest.approx(0.4, abs=0.1)
        assert thinking[-1] < 2.2
        assert moods[-1][1] == "resting"


async def test_an_answer_that_comes_at_once_is_not_thought_about() -> None:
    async with talking(Cast(ScriptedLlm(seconds=0.1))) as client:
        await client.session.ask("Quick!")
        await client.silence()
        assert {mood(moment.pixels) for _, moment in client.moments if moment.pixels is not None} == {
            "resting"
        }


async def test_nothing_jumps_where_pictures_change_their_source() -> None:
    async with talking() as client:
        await asyncio.sleep(0.5)
        await client.session.say("Aaaaaaaaaaaaaaaaaaaaaaaaaah.")
        await asyncio.sleep(0.6)
        await client.session.interrupt()
        await asyncio.sleep(0.5)
        pictures = [moment.pixels for _, moment in client.moments if moment.pixels is not None]
        steps = [float(np.abs(after.astype(float) - before).mean()) for before, after in pairwise(pictures)]
        cut = next(place for place, (_, moment) in enumerate(client.moments) if moment.cut)
        assert max(steps[cut - 1 : cut + 5]) < 0.4 * sum(steps[cut - 1 : cut + 5]), (
            "a part of the way each time"
        )


# When something is slow or dead.


async def test_a_slow_mind_is_waited_for_and_its_pauses_are_silence() -> None:
    cast = Cast(ScriptedLlm(["One two. ", "Three four five. ", "Six seven."], seconds=1.5))
    async with talking(cast) as client:
        await client.session.ask("Slowly.")
        await client.silence()
        figures = client.session.figures
        assert figures.starved > 0
        assert figures.late <= 3
        assert texts(client)[-1] == ("assistant", "One two. Three four five. Six seven.")
        assert client.sound.any()
        voice = np.concatenate(cast.tts.sound)
        assert np.abs(client.sound).sum() == pytest.approx(np.abs(voice).sum(), rel=1e-6)


@PACES
async def test_a_voice_slower_than_its_sound_stutters_and_loses_nothing(pace: Pace) -> None:
    cast = Cast(ScriptedLlm(["One two three four five six."]), CountedTts(slowness=1.5))
    async with talking(cast, pace) as client:
        await client.session.ask("Slowly.")
        await client.silence()
        voice = np.concatenate(cast.tts.sound)
        heard = client.sound[client.sound != 0]
        assert (heard == voice[voice != 0]).all()
        assert client.session.figures.starved > 0


@PACES
@pytest.mark.parametrize("seconds", [0.05, 0.2, 1000.0])
async def test_a_slow_face_delays_no_sound(pace: Pace, seconds: float) -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven."] * 4), face=CountedFace(seconds=seconds))
    async with talking(cast, pace) as client:
        await client.session.ask("Faster!")
        await client.silence()
        figures = client.session.figures
        assert figures.starved == 0
        assert figures.late > 0
        voice = np.concatenate(cast.tts.sound)
        assert (client.sound[: len(voice)] == voice).all()
        begun, first = client.spoken[0]
        assert begun <= 0.3 + 0.04 + (pace.rest or 0.0) + 0.001, "a first picture is waited for no longer"
        for when, moment in client.spoken:
            assert when <= begun + (pace.rest or 0.0) + (moment.at - first.at) / 25 + 0.002


async def test_a_face_that_hangs_is_given_up() -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven."] * 4), face=CountedFace(seconds=1000.0))
    async with talking(cast) as client:
        await client.session.ask("Hello?")
        await client.silence()
        await asyncio.sleep(0.1)
        assert client.session.figures.late == pytest.approx(HOPELESS * 25, abs=2)
        assert client.spoken[-1][1].pixels is not None, "it rests while it speaks"
        assert cast.open == {"llm": 0, "tts": 0, "face": 0}
        await client.session.say("Short.")
        await client.silence()
        await asyncio.sleep(0.1)
        assert cast.open == {"llm": 0, "tts": 0, "face": 0}


async def test_a_face_that_is_a_little_too_slow_is_seen_most_of_the_time() -> None:
    cast = Cast(ScriptedLlm(["One two three four five six seven."] * 8), face=CountedFace(seconds=0.05))
    async with talking(cast) as client:
        await client.session.ask("Faster!")
        await client.silence()
        figures = client.session.figures
        assert figures.late < 0.55 * figures.spoken


@pytest.mark.parametrize("which", ["mind at once", "mind later", "voice at once", "voice later"])
async def test_an_engine_that_dies_ends_its_reply_and_nothing_else(which: str) -> None:
    llm, tts, part, heard = {
        "mind at once": (ScriptedLlm(fails_at=0), None, "mind", ""),
        "mind later": (ScriptedLlm(["One two. ", "Three."], fails_at=1), None, "mind", "One two."),
        "voice at once": (None, CountedTts(fails_at=0), "voice", ""),
        "voice later": (None, CountedTts(fails_at=1), "voice", "Well."),
    }[which]
    cast = Cast(llm, tts)
    async with talking(cast) as client:
        await client.session.ask("Are you well?")
        await client.silence()
        await asyncio.sleep(0)
        assert [code for code, _ in failures(client)] == [part]
        assert "as it was told to" in failures(client)[0][1]
        assert texts(client) == [("user", "Are you well?"), *([("assistant", heard)] if heard else [])]
        cast.llm.fails_at = cast.tts.fails_at = None
        await client.session.say("I am back.")
        await client.silence()
        assert texts(client)[-1] == ("assistant", "I am back.")


@pytest.mark.parametrize("picture", [0, 12])
async def test_a_face_that_dies_ends_its_reply(picture: int, caplog: pytest.LogCaptureFixture) -> None:
    cast = Cast(face=CountedFace(fails_at=picture))
    async with talking(cast) as client:
        await client.session.ask("Are you well?")
        await client.silence()
        await asyncio.sleep(0)
        assert failures(client) == [("face", "the face failed; the server's log says why")]
        assert texts(client)[0] == ("user", "Are you well?")
        assert "Well. I think so.".startswith("".join(text for _, text in texts(client)[1:]))
        cast.face.fails_at = None
        await client.session.say("I am back.")
        await client.silence()
        assert texts(client)[-1] == ("assistant", "I am back.")
    assert "told to" in caplog.text


async def test_a_face_that_cannot_rest_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    cast = Cast(face=CountedFace(rest_fails=True))
    async with talking(cast) as client:
        await asyncio.sleep(20)
        assert [code for code, _ in failures(client)] == ["face"]
        assert len(client.moments) == pytest.approx(20 * 25, abs=2)
        await client.session.say("I still speak.")
        await client.silence()
        cast.face.rest_fails = False
        await asyncio.sleep(3)
        assert client.moments[-1][1].pixels is not None
        assert len(failures(client)) == 1


@pytest.mark.parametrize("pieces", [[], ["..."], ["", " "]])
async def test_a_mind_without_an_answer_is_told_of(pieces: list[str]) -> None:
    async with talking(Cast(ScriptedLlm(pieces))) as client:
        await client.session.ask("Well?")
        await client.silence()
        await asyncio.sleep(0)
        assert failures(client) == [("mind", "the answer held nothing that can be said; ask again")]
        assert texts(client) == [("user", "Well?")]


class Mute(CountedTts):
    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        async for _ in clauses:
            yield AudioChunk(np.zeros(0, np.float32), self.rate, 0)


async def test_a_voice_that_makes_no_sound_is_told_of() -> None:
    async with talking(Cast(tts=Mute())) as client:
        await client.session.ask("Well?")
        await client.silence()
        await asyncio.sleep(0)
        assert failures(client) == [("voice", "the voice made no sound of it; choose another voice")]
        assert texts(client) == [("user", "Well?")]


async def test_a_language_without_a_voice_is_told_of() -> None:
    cast = Cast()
    cast.tts.voices = cast.tts.voices[:1]
    async with talking(cast) as client:
        await client.session.say("你好。")
        await client.silence()
        await asyncio.sleep(0)
        ((code, sentence),) = failures(client)
        assert code == "voice"
        assert sentence == str(UnknownName("voice for the language", "zh", {"en"}))


# Clients.


async def test_a_client_that_stops_taking_moments_finds_no_burst() -> None:
    async with talking(pace=None) as client:
        moments = client.session.moments(WEBRTC)
        for _ in range(5):
            await anext(moments)
        await asyncio.sleep(30)
        times = []
        for _ in range(20):
            await anext(moments)
            times.append(now())
        await moments.aclose()
        assert times[1:] == pytest.approx([times[0] + place / 25 for place in range(1, 20)], abs=0.002)


async def test_a_loop_that_was_blocked_a_little_catches_up() -> None:
    async with talking() as client:
        await asyncio.sleep(0.5)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.block(0.3)
        await asyncio.sleep(1.0)
        assert len(client.moments) == pytest.approx(1.8 * 25, abs=1)
        assert client.moments[-1][0] == pytest.approx(client.moments[-1][1].at / 25, abs=0.002)


@PACES
async def test_a_client_whose_player_stops_is_not_spoken_to_for_ever(pace: Pace) -> None:
    async with talking(pace=pace) as client:
        await client.session.say("One two three four five six seven eight.")
        await asyncio.sleep(1.2)
        for _ in range(60):
            client.session.played(1.2)
            await asyncio.sleep(0.25)
        assert client.session.state == "idle"
        ((_, text),) = texts(client)
        assert text
        assert "One two three four".startswith(text), "the rest was not heard"
        client.session.played(client.moments[-1][1].at / client.session.fps)
        await client.session.say("Nine.")
        await client.silence()
        assert texts(client)[-1] == ("assistant", "Nine.")


async def test_a_client_that_vanishes_ends_the_reply_and_may_come_back() -> None:
    async with talking() as client:
        await client.session.say("One two three four five six seven eight nine ten.")
        await asyncio.sleep(1)
        await client.vanish()
        assert client.session.state == "idle"
        (interrupted,) = [event for event in client.events if isinstance(event, Interrupted)]
        assert interrupted.text
        assert texts(client) == [("assistant", interrupted.text)]
        gone = client.moments[-1][1].at
        await asyncio.sleep(20)
        client.watch(WEBRTC)
        await client.session.say("Here I am.")
        await client.silence()
        back = client.moments[[moment.at for _, moment in client.moments].index(gone) + 1][1]
        assert back.pixels is not None
        assert back.cut
        assert texts(client)[-1] == ("assistant", "Here I am.")


async def test_two_transports_at_once_are_refused_and_disturb_nobody() -> None:
    async with talking() as client:
        await client.session.say("Mine.")
        await asyncio.sleep(0.1)
        with pytest.raises(RuntimeError, match="one transport"):
            await anext(client.session.moments(WEBRTC))
        await client.silence()
        assert texts(client) == [("assistant", "Mine.")]


async def test_events_wait_for_a_client_that_is_away_but_not_forever() -> None:
    cast = Cast()
    async with talking(cast) as client:
        client._listening.cancel()
        await asyncio.sleep(0.1)
        for _ in range(EVENTS_KEPT):
            await client.session.say("Hm.")
        events = client.session.events()
        assert isinstance(await anext(events), Doing | Interrupted)
        await events.aclose()


class Notes(Recorder):
    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.void: list[float] = []
        self.pieces: list[tuple[int, float]] = []

    def performed(self, moment: Moment) -> None:
        self.moments.append(moment)

    def voided(self, heard: float) -> None:
        self.void.append(heard)

    def overheard(self, samples: Samples, at: float) -> None:
        self.pieces.append((len(samples), at))


async def test_a_recorder_sees_what_is_given_and_heard_and_cut() -> None:
    notes = Notes()
    async with talking(pace=WEBSOCKET) as client:
        await asyncio.sleep(0.5)
        client.session.recorders.add(notes)
        await client.session.say("One two three four five.")
        await asyncio.sleep(1)
        client.session.hear(np.zeros(1600, np.float32))
        await client.session.interrupt()
        client.session.recorders.discard(notes)
        await asyncio.sleep(0.5)
    assert [moment.at for moment in notes.moments] == list(
        range(notes.moments[0].at, notes.moments[-1].at + 1)
    )
    began, broken = notes.void
    assert began == pytest.approx(0.5), "what was given of the face at rest, when the reply began"
    first = next(moment for moment in notes.moments if moment.spoken)
    assert first.cut
    assert broken == pytest.approx(first.at / 25 + 1.0)
    ((length, at),) = notes.pieces
    assert (length, round(at, 6)) == (1600, round(broken - 0.1, 6))
    assert notes.moments[-1].at / 25 == pytest.approx(broken + 0.8, abs=0.1)
