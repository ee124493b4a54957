"""What is asked of ears and mind over HTTP, one turn at a time."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest

from tests.fakes.asr import ScriptedAsr
from tests.fakes.llm import ScriptedLlm
from tests.server.house import ADA, BOB, ENGAGED, house, opened_house, registered, scripted
from tests.server.served import client, served
from tests.server.test_running import soon
from visavis.config import Settings
from visavis.contracts import Utterance
from visavis.conversation.cast import Engines
from visavis.renderings.order import Progress
from visavis.server.answers import Loading
from visavis.server.parts import Engaged

SECOND = (np.full(16_000, 8_000, "<i2")).tobytes()
SILENCE = bytes(32_000)


def with_mind(llm: ScriptedLlm) -> Engines:
    return replace(scripted(), llm=llm)


class Spoke:
    """A session in which something was said already."""

    history = (Utterance("user", "I am Ada."), Utterance("assistant", "Hello Ada."))


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> str:
    """The token of a live session of the user "ada"."""
    from visavis.conversation.lobby import Lobby

    def session(self: Lobby, owner: str, token: str) -> Spoke | None:
        return Spoke() if (owner, token) == ("ada", "token") else None

    monkeypatch.setattr(Lobby, "session", session)
    return "token"


# Transcribing


@pytest.mark.parametrize("form", [True, False])
async def test_a_recording_is_written_down(form: bool) -> None:
    async with opened_house() as (_, http):
        if form:
            answer = await http.post(
                "/api/v1/transcribe", files={"file": ("a.wav", SECOND + SILENCE)}, data={"language": "en"}
            )
        else:
            answer = await http.post("/api/v1/transcribe?language=en", content=SECOND + SILENCE)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["text"], told["language"], told["duration"]) == ("hello there", "en", 2.0)
        (segment,) = told["segments"]
        assert 0 <= segment["start"] < 1 <= segment["end"] < 1.5


async def test_silence_is_an_empty_text() -> None:
    async with opened_house() as (_, http):
        told = (await http.post("/api/v1/transcribe", content=SILENCE)).json()
        assert (told["text"], told["segments"], told["language"]) == ("", [], None)


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ("", b"", 422, "empty"),
        ("?language=de", SECOND, 422, "invalid"),
        ("?lang=en", SECOND, 422, "invalid"),
        ("?language=zh", SECOND, 422, "language"),
    ],
)
async def test_what_cannot_be_written_down(query: str, content: bytes, status: int, code: str) -> None:
    async with opened_house() as (_, http):
        answer = await http.post(f"/api/v1/transcribe{query}", content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_language_that_is_none_is_told_without_what_is_inside() -> None:
    async with opened_house() as (_, http):
        answer = await http.post("/api/v1/transcribe?language=de", content=SECOND)
        assert answer.json()["detail"] == "language: input should be 'auto', 'en', 'zh', 'es' or 'fa'"


async def test_a_form_without_a_recording_is_refused() -> None:
    async with opened_house() as (_, http):
        answer = await http.post("/api/v1/transcribe", files={"language": (None, "en")})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_file")


async def test_without_ears_it_says_so_before_anything_is_sent() -> None:
    async with opened_house() as (made, http):
        deaf = {**ENGAGED, "asr": Engaged("", "missing", "none")}
        made.condition.append(replace(made.condition[0], engines=deaf))
        answer = await http.post("/api/v1/transcribe", content=SECOND)
        assert (answer.status_code, answer.json()["code"]) == (503, "no_ears")
        spoken = await http.post("/api/v1/conversation", files={"file": SECOND})
        assert spoken.status_code == 503
        assert (await http.post("/api/v1/chat", json={"text": "Hi"})).status_code == 200


async def test_recordings_are_written_down_one_after_the_other() -> None:
    asr = ScriptedAsr()
    made = house(engines=replace(scripted(), asr=asr))
    async with made.client() as http:
        asr.seconds = 0.05
        answers = await asyncio.gather(*(http.post("/api/v1/transcribe", content=SECOND) for _ in range(4)))
        assert [answer.status_code for answer in answers] == [200] * 4
        assert asr.opened == asr.closed == 4


# Chatting


async def test_a_text_is_answered() -> None:
    llm = ScriptedLlm()
    made = house(Settings(system_prompt="Be kind."), engines=with_mind(llm))
    async with made.client() as http:
        answer = await http.post("/api/v1/chat", json={"text": " Shall we? "})
        assert (answer.status_code, answer.json()) == (200, {"reply": "Well. I think so."})
    assert llm.asked == [(Utterance("system", "Be kind."), Utterance("user", "Shall we?"))]


async def test_a_conversation_is_answered() -> None:
    llm = ScriptedLlm()
    made = house(Settings(system_prompt="Be kind."), engines=with_mind(llm))
    turns = [
        {"role": "system", "content": "You are Bob."},
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Who are you?"},
    ]
    async with made.client() as http:
        assert (await http.post("/api/v1/chat", json={"messages": turns})).status_code == 200
        assert (
            await http.post("/api/v1/chat", json={"messages": turns[:3], "text": "So?"})
        ).status_code == 200
    system = Utterance("system", "Be kind.\n\nYou are Bob.")
    before = (Utterance("user", "Hi."), Utterance("assistant", "Hello."))
    assert llm.asked == [
        (system, *before, Utterance("user", "Who are you?")),
        (system, *before, Utterance("user", "So?")),
    ]


async def test_what_was_said_live_comes_before_and_is_nobody_elses(remembered: str) -> None:
    llm = ScriptedLlm()
    made = house(keys=True, engines=with_mind(llm))
    wish = {"text": "Who am I?", "session": remembered}
    async with made.client(ADA) as ada, made.client(BOB) as bob:
        assert (await ada.post("/api/v1/chat", json=wish)).status_code == 200
        other = await bob.post("/api/v1/chat", json=wish)
        assert (other.status_code, other.json()["code"]) == (404, "not_found")
    assert llm.asked == [(*Spoke.history, Utterance("user", "Who am I?"))]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"text": ""},
        {"text": "x" * 20_001},
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "Hi."}]},
        {"messages": [{"role": "robot", "content": "Hi."}]},
        {"text": "Hi", "language": "xx"},
        {"text": "Hi", "temperature": 2},
    ],
)
async def test_what_cannot_be_answered(wish: dict[str, Any]) -> None:
    async with opened_house() as (_, http):
        answer = await http.post("/api/v1/chat", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_mind_that_fails_is_answered_as_an_error() -> None:
    for fails_at, stream in ((0, False), (1, False), (0, True)):
        made = house(engines=with_mind(ScriptedLlm(fails_at=fails_at)))
        async with made.client() as http:
            answer = await http.post("/api/v1/chat", json={"text": "Hi", "stream": stream})
            assert (answer.status_code, answer.json()["code"]) == (502, "mind")
            assert answer.json()["detail"] == "the scripted mind is gone, as it was told to be"


async def test_what_a_mind_says_of_the_server_is_for_those_who_run_it() -> None:
    made = house(engines=with_mind(ScriptedLlm(fails_at=0)), keys=True)
    async with made.client(ADA) as http:
        answer = await http.post("/api/v1/chat", json={"text": "Hi"})
        assert (answer.status_code, answer.json()["code"]) == (502, "mind")
        assert "scripted" not in answer.text
    (failure,) = [line for line in made.lines if line["event"] == "failure"]
    assert " llm.py:" in failure["error"]


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_an_answer_comes_piece_by_piece() -> None:
    async with opened_house() as (_, http):
        answer = await http.post("/api/v1/chat", json={"text": "Hi", "stream": True})
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert events(answer.text) == [
            ("piece", {"text": "Well. "}),
            ("piece", {"text": "I think so."}),
            ("done", {"reply": "Well. I think so."}),
        ]


async def test_a_mind_that_fails_in_the_middle_ends_with_an_error() -> None:
    made = house(engines=with_mind(ScriptedLlm(fails_at=1)))
    async with made.client() as http:
        told = events((await http.post("/api/v1/chat", json={"text": "Hi", "stream": True})).text)
        assert [name for name, _ in told] == ["piece", "error"]
        assert told[1][1]["code"] == "mind"


async def test_a_mind_that_never_ends_is_cut_off() -> None:
    made = house(engines=with_mind(ScriptedLlm(["word "] * 10_000)))
    async with made.client() as http:
        assert len((await http.post("/api/v1/chat", json={"text": "Hi"})).json()["reply"]) < 20_100


@pytest.fixture
async def slow() -> AsyncIterator[tuple[ScriptedLlm, int]]:
    """A mind that takes its time, and the port of a server that has it."""
    llm = ScriptedLlm(["word "] * 1_000, seconds=0.02)
    async with served(house(engines=with_mind(llm))) as port:
        yield llm, port


async def test_a_listener_who_goes_ends_the_thinking(slow: tuple[ScriptedLlm, int]) -> None:
    llm, port = slow
    async with client(port) as http:
        async with http.stream("POST", "/api/v1/chat", json={"text": "Hi", "stream": True}) as answer:
            async for _ in answer.aiter_raw():
                break
            assert llm.closed == 0
        assert await soon(lambda: llm.closed == 1)


async def test_one_who_does_not_wait_for_the_answer_ends_the_thinking(slow: tuple[ScriptedLlm, int]) -> None:
    llm, port = slow
    async with client(port) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/api/v1/chat", json={"text": "Hi"}, timeout=0.3)
        assert await soon(lambda: llm.closed == 1)


# A turn and its video


async def test_a_typed_turn_is_answered_with_a_video() -> None:
    async with opened_house() as (made, http):
        face = await registered(http, "Ada")
        voice = await registered(http, "Bea", "voice")
        wish = {"text": "Hello?", "avatar_id": "Ada", "voice": "Bea", "width": 256, "height": 256}
        answer = await http.post("/api/v1/conversation", json=wish)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["asked"], told["reply"], told["transcript"]) == ("Hello?", "Well. I think so.", None)
        assert set(told["timings"]) == {"think"}
        assert told["job"] is None
        order = made.screen.orders[told["video"]["job_id"]]
        assert (order.text, order.avatar, order.voice) == (
            "Well. I think so.",
            face["avatar_id"],
            voice["voice_id"],
        )
        assert (await http.get(told["video"]["url"])).status_code == 200


async def test_a_spoken_turn_is_understood_first() -> None:
    async with opened_house() as (_, http):
        answer = await http.post("/api/v1/conversation", files={"file": SECOND}, data={"language": "en"})
        told = answer.json()
        assert (told["transcript"]["text"], told["asked"]) == ("hello there", "hello there")
        assert set(told["timings"]) == {"transcribe", "think"}
        assert told["video"]["duration"] == 2.0


async def test_a_turn_can_be_followed_as_a_job() -> None:
    async with opened_house(at_once=False) as (made, http):
        answer = await http.post("/api/v1/conversation", json={"text": "Hi", "wait": False})
        told = answer.json()
        assert (answer.status_code, told["video"], told["reply"]) == (202, None, "Well. I think so.")
        job = told["job"]["job_id"]
        assert answer.headers["location"] == f"/api/v1/jobs/{job}"
        made.screen.end(job, Progress("done", 2.0, 2.0))
        assert (await http.get(f"/api/v1/jobs/{job}")).json()["progress"]["state"] == "done"


@pytest.mark.parametrize(
    ("fields", "content", "status", "code"),
    [
        ({"text": "Hi"}, SECOND, 422, "two_turns"),
        ({}, SILENCE, 422, "not_understood"),
        ({"avatar_id": "nobody"}, SECOND, 404, "not_found"),
        ({"session": "nothing"}, SECOND, 404, "not_found"),
        ({"language": "zh"}, SECOND, 422, "language"),
    ],
)
async def test_turns_that_cannot_be_answered(
    fields: dict[str, str], content: bytes, status: int, code: str
) -> None:
    async with opened_house() as (made, http):
        answer = await http.post("/api/v1/conversation", files={"file": content}, data=fields)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert not made.screen.jobs
        nothing = await http.post("/api/v1/conversation", json={})
        assert (nothing.status_code, nothing.json()["code"]) == (422, "invalid")


async def test_a_voice_that_is_none_is_told_before_anything_is_listened_to() -> None:
    asr = ScriptedAsr()
    made = house(engines=replace(scripted(), asr=asr))
    async with made.client() as http:
        answer = await http.post(
            "/api/v1/conversation", files={"file": SECOND}, data={"voice": "nobody", "language": "en"}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "nobody" in answer.json()["detail"]
        assert asr.opened == 0
        (own, *_) = made.engines.tts.voices
        answer = await http.post("/api/v1/conversation", json={"text": "Hi", "voice": own.name})
        assert answer.status_code == 200, answer.text


async def test_a_mind_with_nothing_to_say_makes_no_video() -> None:
    made = house(engines=with_mind(ScriptedLlm([" "])))
    async with made.client() as http:
        answer = await http.post("/api/v1/conversation", json={"text": "Hi"})
        assert (answer.status_code, answer.json()["code"]) == (422, "text")
    assert not made.screen.jobs


async def test_turns_are_rationed_as_videos_are() -> None:
    made = house(Settings(rendering_rate="1/hour"), keys=True)
    async with made.client(ADA) as ada:
        assert (await ada.post("/api/v1/chat", json={"text": "Hi"})).status_code == 200
        assert (await ada.post("/api/v1/chat", json={"text": "Hi"})).status_code == 429


async def test_before_the_engines_are_open_one_is_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def loading() -> Engines:
        raise Loading("the engines are being loaded; try again in 3 s", 3)

    made = house()
    made.app.state.parts = replace(made.app.state.parts, engines=loading)
    async with made.client() as http:
        for path, wish in (("/api/v1/chat", {"text": "Hi"}), ("/api/v1/conversation", {"text": "Hi"})):
            answer = await http.post(path, json=wish)
            assert (answer.status_code, answer.json()["code"]) == (503, "loading")
            assert answer.headers["retry-after"] == "3"
        assert not [line for line in made.lines if line["level"] == "error"], "nothing is wrong"


# Who can speak, and how they look


async def test_all_voices_at_once() -> None:
    made = house(keys=True)
    async with made.client(ADA) as ada, made.client(BOB) as bob:
        hers = await registered(ada, "Bea", "voice", language="fa")
        voices = (await ada.get("/api/v1/voices")).json()
        own = voices["voices"][0]
        assert own == {"name": "ada", "language": "en", "gender": "female", "voice_id": None}
        assert voices["voices"][-1] == {
            "name": "Bea", "language": "fa", "gender": "female", "voice_id": hers["voice_id"],
        }  # fmt: skip
        assert voices["languages"] == ["en", "zh", "es", "fa"]
        assert "Bea" not in (await bob.get("/api/v1/voices")).text
        await ada.post(f"/consent/{hers['consent_id']}/revoke")
        assert "Bea" not in (await ada.get("/api/v1/voices")).text


async def test_pictures_of_faces() -> None:
    async with opened_house() as (_, http):
        face = await registered(http, "Ada")
        for path in ("/avatar/Ada/picture", "/avatar/default/picture"):
            picture = await http.get(path)
            assert picture.headers["content-type"] == "image/jpeg"
            assert picture.content.startswith(b"\xff\xd8\xff")
            assert picture.headers["cache-control"] == "private, no-cache"
            again = await http.get(path, headers={"if-none-match": picture.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        await http.post(f"/consent/{face['consent_id']}/revoke")
        assert (await http.get("/avatar/Ada/picture")).status_code == 403
