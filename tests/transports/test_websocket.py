"""One client and a scripted session, whose clock runs faster than the loop's where that saves time."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.fakes.talk import ScriptedTalk
from tests.transports.playing import played, runs
from visavis.contracts import Stream
from visavis.conversation.stage import Doing, Interrupted, Moment, Pace
from visavis.errors import UnknownName
from visavis.streams import Worker, closing
from visavis.transports import websocket
from visavis.transports.boxes import PICTURES, SOUND
from visavis.transports.messages import Fields, MessageError, Select
from visavis.transports.websocket import Ending, Gone, converse
from visavis.transports.wishes import Services

FIRST: Fields = {"type": "session", "session": "t"}
FAR = 60.0
"""Seconds ahead: all that is said is taken at once."""


@dataclass
class Line:
    """A connection in memory. sent: what the client got. reads: cleared while it does not read."""

    sent: list[Fields] = field(default_factory=list)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Queue[str | bytes | None] = field(default_factory=asyncio.Queue)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: str | bytes) -> None:
        await self.reads.wait()
        self.sent.append(unpacked(message))
        self.arrived.set()

    async def receive(self) -> str | bytes:
        if (message := await self.waiting.get()) is None:
            raise Gone(1001)
        return message

    def says(self, kind: str, **fields: Any) -> None:
        self.waiting.put_nowait(json.dumps({"type": kind, **fields}))

    async def until(self, wanted: Callable[[list[Fields]], bool]) -> list[Fields]:
        """Everything sent so far, as soon as it is what is wanted."""
        async with asyncio.timeout(20):
            while not wanted(self.sent):
                self.arrived.clear()
                await self.arrived.wait()
        return self.sent

    async def until_type(self, kind: str, number: int = 1) -> Fields:
        await self.until(lambda sent: len(of_type(sent, kind)) >= number)
        return of_type(self.sent, kind)[number - 1]

    @property
    def chunks(self) -> list[Fields]:
        return of_type(self.sent, "video_chunk")


def unpacked(message: str | bytes) -> Fields:
    """A message, its bytes in "content"."""
    if isinstance(message, bytes):
        end = 4 + int.from_bytes(message[:4], "big")
        fields: Fields = json.loads(message[4:end])
        return fields | {"content": message[end:], "binary": True}
    fields = json.loads(message)
    return fields | {"content": base64.b64decode(fields["data"])} if "data" in fields else fields


def of_type(sent: list[Fields], kind: str) -> list[Fields]:
    return [message for message in sent if message["type"] == kind]


def ended(sent: list[Fields], times: int = 1) -> bool:
    """Whether so many replies have come to their end."""
    return len([chunk for chunk in of_type(sent, "video_chunk") if chunk["final"]]) >= times


def joined(chunks: list[Fields]) -> bytes:
    return b"".join(chunk["content"] for chunk in chunks)


def numbers_of(chunks: list[Fields]) -> list[int]:
    """The moments that chunks say they have, at 25 a second."""
    begins = [round(chunk["start"] * 25) for chunk in chunks]
    counts = [round(chunk["duration"] * 25) for chunk in chunks]
    return [begin + more for begin, count in zip(begins, counts, strict=True) for more in range(count)]


@dataclass
class Call:
    line: Line
    talk: ScriptedTalk
    task: "asyncio.Task[Ending]"
    cast: list[Select]


@contextlib.asynccontextmanager
async def calling(
    talk: ScriptedTalk | None = None,
    *,
    ahead: float = FAR,
    select: Select | None = None,
    cast: Callable[[Select], Any] | None = None,
) -> AsyncIterator[Call]:
    talk = talk or ScriptedTalk()
    line, selections = Line(), list[Select]()
    line.reads.set()

    async def casting(select: Select) -> None:
        selections.append(select)
        if cast is not None:
            await cast(select)

    async with closing(Worker("coding")) as coding:
        work = converse(
            line, talk, Services(casting), coding, first=FIRST, select=select or Select(), ahead=ahead
        )
        task = asyncio.ensure_future(work)
        try:
            yield Call(line, talk, task, selections)
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_a_reply_comes_as_a_film_in_order() -> None:
    async with calling() as call:
        call.line.says("text_input", text="x" * 60)
        await call.line.until(ended)
        assert call.line.sent[0] == FIRST
        kinds = [message["type"] for message in call.line.sent]
        assert kinds.index("reply") < kinds.index("video_chunk"), "a caption comes before what is heard"
        chunks = call.line.chunks
        assert [chunk["index"] for chunk in chunks] == list(range(len(chunks)))
        assert chunks[0]["duration"] == pytest.approx(3 / 25)
        assert [bool(chunk.get("mime")) for chunk in chunks] == [True] + [False] * (len(chunks) - 1)
        assert [chunk["final"] for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
        assert not any(chunk["cut"] for chunk in chunks)
        assert all(chunk["spoken"] for chunk in chunks)
        for before, after in pairwise(chunks):
            assert after["start"] == pytest.approx(before["start"] + before["duration"], abs=0.001)
            assert 0.08 <= before["duration"] <= 0.4
        film = played(joined(chunks))
        assert film.numbers == list(range(60))
        assert film.beeps[1:] == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0], abs=0.002)


async def test_the_next_reply_goes_on_where_the_last_one_ended_and_is_cut_small_again() -> None:
    async with calling() as call:
        for number in (1, 2):
            call.line.says("text_input", text="x" * 25)
            await call.line.until(partial(ended, times=number))
        finals = [place for place, chunk in enumerate(call.line.chunks) if chunk["final"]]
        second = call.line.chunks[finals[0] + 1]
        assert second["duration"] == pytest.approx(3 / 25)
        assert not second["cut"]
        assert played(joined(call.line.chunks)).numbers == list(range(50))
        for track in (PICTURES, SOUND):
            found = [run for run in runs(joined(call.line.chunks)) if run.track == track]
            assert [run.begin for run in found[1:]] == [run.end for run in found[:-1]]


async def test_chunks_can_be_binary() -> None:
    async with calling() as call:
        call.line.says("avatar_selection", binary=True)
        call.line.says("text_input", text="x" * 10)
        await call.line.until(ended)
        assert all(chunk["binary"] for chunk in call.line.chunks)
        assert played(joined(call.line.chunks)).numbers == list(range(10))
        assert not call.cast, "nobody else was selected"


async def test_between_replies_life_goes_on_where_it_is_wanted() -> None:
    talk = ScriptedTalk(haste=20)
    async with calling(talk, select=Select(idle=True), ahead=0.8) as call:
        await call.line.until_type("video_chunk", 3)
        call.line.says("text_input", text="x" * 12)
        await call.line.until(ended)
        await call.line.until(lambda sent: not of_type(sent, "video_chunk")[-1]["spoken"])
        chunks = call.line.chunks
        assert [chunk["duration"] for chunk in chunks[:2]] == pytest.approx([0.2, 0.2])
        spoken = [chunk for chunk in chunks if chunk["spoken"]]
        assert sum(chunk["duration"] for chunk in spoken) == pytest.approx(12 / 25)
        assert spoken[0]["duration"] == pytest.approx(3 / 25)
        assert [chunk["final"] for chunk in spoken] == [False] * (len(spoken) - 1) + [True]
        assert not [chunk for chunk in chunks if chunk["cut"] and chunk != spoken[0]]
        assert played(joined(chunks)).numbers == numbers_of(chunks)
        for before, after in pairwise(chunks):
            assert after["cut"] or numbers_of([after])[0] == numbers_of([before])[-1] + 1


async def test_what_is_between_replies_can_be_turned_on_and_off() -> None:
    talk = ScriptedTalk(haste=20)
    async with calling(talk, ahead=0.8) as call:
        await until(lambda: bool(talk.paces))
        call.line.says("avatar_selection", idle=True)
        await call.line.until_type("video_chunk", 2)
        call.line.says("avatar_selection", idle=False)
        await call.line.until_type("avatar", 2)
        call.line.says("text_input", text="x" * 9)
        await call.line.until(ended)
        assert [pace.rest for pace in talk.paces] == [None, 0.5, None]
        numbers = played(joined(call.line.chunks)).numbers
        assert numbers == numbers_of(call.line.chunks)
        assert numbers[-9:] == list(range(call.talk.at - 9, call.talk.at))


async def test_a_reply_is_not_broken_off_for_another_pace() -> None:
    talk = ScriptedTalk(haste=4)
    async with calling(talk, ahead=0.2) as call:
        call.line.says("text_input", text="x" * 40)
        await call.line.until_type("video_chunk")
        call.line.says("avatar_selection", idle=True)
        await call.line.until(ended)
        await call.line.until(lambda sent: not of_type(sent, "video_chunk")[-1]["spoken"])
        assert len(talk.paces) == 2
        assert sum(chunk["duration"] for chunk in call.line.chunks if chunk["spoken"]) == pytest.approx(1.6)


async def test_the_pace_can_change_after_an_interruption() -> None:
    async with calling() as call:
        call.line.says("text_input", text="x" * 2_000)
        await call.line.until_type("video_chunk")
        call.line.says("interrupt")
        await call.line.until_type("interrupted")
        call.line.says("avatar_selection", idle=True)
        await call.line.until(lambda sent: not of_type(sent, "video_chunk")[-1]["spoken"])
        assert of_type(call.line.sent, "video_chunk")[-1]["cut"]


async def test_what_is_said_after_a_change_of_pace_is_not_lost() -> None:
    class Strict(ScriptedTalk):
        async def moments(self, pace: Pace) -> Stream[Moment]:
            try:
                async for moment in super().moments(pace):
                    yield moment
            finally:
                await self.interrupt()

    talk = Strict(haste=20)
    async with calling(talk, ahead=0.8) as call:
        for number in range(10):
            call.line.says("avatar_selection", idle=number % 2 == 0)
            call.line.says("text_input", text="x" * 8)
            await call.line.until(partial(ended, times=number + 1))
        assert not of_type(call.line.sent, "interrupted")


async def test_an_interruption_leaves_out_what_is_not_sent_and_says_cut() -> None:
    async with calling() as call:
        call.line.says("text_input", text="x" * 500)
        await call.line.until_type("video_chunk", 2)
        call.line.reads.clear()
        taken = len(call.talk.taken)
        call.line.says("interrupt")
        await until(lambda: call.talk.at > taken or not call.talk._left)
        call.line.reads.set()
        await call.line.until_type("interrupted")
        call.line.says("text_input", text="y" * 20)
        await call.line.until(ended)
        kinds = [message["type"] for message in call.line.sent]
        cut = kinds.index("interrupted")
        assert kinds[cut - 1 : cut].count("video_chunk") <= 1
        after = of_type(call.line.sent[cut:], "video_chunk")
        assert [chunk["cut"] for chunk in after] == [True] + [False] * (len(after) - 1)
        first = runs(after[0]["content"])
        assert first[0].keys[0], "a player can begin here"
        assert after[0]["start"] * 25 == pytest.approx(call.talk.at - 20)
        head = call.line.chunks[0]["content"]
        film = played(head + joined(after))
        assert film.numbers[-20:] == list(range(call.talk.at - 20, call.talk.at))
        assert [run.begin for run in first] == [
            (call.talk.at - 20) * 512,
            (call.talk.at - 20) * 1920,
        ], "sound begins with the picture"


async def test_the_head_is_sent_though_the_first_chunk_was_void() -> None:
    async with calling() as call:
        await call.line.until(lambda sent: bool(sent))
        call.line.reads.clear()
        call.line.says("text_input", text="x" * 100)
        await until(lambda: len(call.talk.taken) >= 3)
        call.line.says("interrupt")
        await until(lambda: not call.talk._left)
        call.line.reads.set()
        await call.line.until_type("interrupted")
        call.line.says("text_input", text="y" * 20)
        await call.line.until(ended)
        numbers = played(joined(call.line.chunks)).numbers
        assert numbers[-20:] == list(range(call.talk.at - 20, call.talk.at))


async def test_a_client_that_does_not_read_is_let_go_and_nothing_piles_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "UNREAD", 0.3)
    async with calling() as call:
        await call.line.until(lambda sent: bool(sent))
        call.line.reads.clear()
        call.line.says("text_input", text="x" * 5_000)
        ending = await call.task
        assert (ending.code, ending.gone) == (1008, False)
        assert "nothing was read" in ending.reason
        assert len(call.talk.taken) <= 20


async def test_what_cannot_be_understood_is_answered_and_the_line_stays_open() -> None:
    async with calling() as call:
        call.line.waiting.put_nowait("{]")
        call.line.says("text_inpt", text="x")
        call.line.says("text_input", text="...")
        call.line.says("record", on=True)
        await call.line.until_type("error", 4)
        codes = [message["code"] for message in of_type(call.line.sent, "error")]
        assert codes == ["bad_json", "unknown_type", "text", "unavailable"]
        call.line.says("text_input", text="well")
        await call.line.until_type("video_chunk")


async def test_a_microphone_is_heard_whatever_its_messages_lengths() -> None:
    spoken = (np.arange(-400, 400) * 40).astype("<i2")
    content = spoken.tobytes()
    async with calling() as call:
        for begin, end in ((0, 1), (1, 4), (4, 4), (4, 1001), (1001, 1600)):
            call.line.waiting.put_nowait(content[begin:end])
        await until(lambda: sum(map(len, call.talk.heard)) == 800)
        heard = np.concatenate(call.talk.heard)
        assert heard.dtype == np.float32
        assert np.array_equal(heard * 32768, spoken)


async def test_keys_and_playheads_reach_the_session() -> None:
    async with calling() as call:
        call.line.says("talk", down=True)
        call.line.says("alive", rtt=20)
        call.line.says("talk", down=False)
        call.line.says("played", at=1.5)
        await until(lambda: bool(call.talk.playheads))
        assert (call.talk.pressed, call.talk.playheads) == ([True, False], [1.5])


@pytest.mark.parametrize("message", ['{"type": "alive"}', b"\0" * 60_000])
async def test_a_flood_is_closed(message: str | bytes) -> None:
    async with calling() as call:
        for _ in range(5_000):
            call.line.waiting.put_nowait(message)
        ending = await call.task
        assert (ending.code, ending.gone) == (1008, False)
        assert sum(map(len, call.talk.heard)) < 1_000_000


async def test_somebody_else_is_cast_before_what_is_said_next() -> None:
    let = asyncio.Event()

    async def cast(select: Select) -> None:
        await let.wait()

    async with calling(cast=cast) as call:
        call.line.says("avatar_selection", avatar_id="ada", language="es")
        call.line.says("text_input", text="hola")
        call.line.says("talk", down=True)
        await until(lambda: bool(call.talk.pressed))
        assert not call.talk.taken, "the text waits, the key does not"
        let.set()
        await call.line.until_type("video_chunk")
        kinds = [message["type"] for message in call.line.sent]
        assert kinds.index("avatar") < kinds.index("reply")
        assert call.cast == [Select("ada", None, "es")]
        call.line.says("avatar_selection", voice="bert")
        assert (await call.line.until_type("avatar", 2)) == {
            "type": "avatar", "avatar_id": "ada", "voice": "bert", "language": "es",
        }  # fmt: skip


async def test_who_cannot_be_cast_is_told_and_stays_who_they_are() -> None:
    async def cast(select: Select) -> None:
        if select.avatar_id == "eve":
            raise MessageError("not_found", str(UnknownName("avatar", "eve", ["ada"])))

    async with calling(cast=cast) as call:
        call.line.says("avatar_selection", avatar_id="eve", binary=True)
        assert (await call.line.until_type("error"))["code"] == "not_found"
        call.line.says("avatar_selection", voice="bert")
        assert (await call.line.until_type("avatar"))["avatar_id"] is None


async def test_an_interruption_also_undoes_what_waits_to_be_said() -> None:
    let = asyncio.Event()

    async def cast(select: Select) -> None:
        await let.wait()

    async with calling(cast=cast) as call:
        call.line.says("avatar_selection", avatar_id="ada")
        call.line.says("text_input", text="never")
        call.line.says("interrupt")
        call.line.says("talk", down=True)
        await until(lambda: bool(call.talk.pressed))
        call.line.says("text_input", text="now")
        let.set()
        assert (await call.line.until_type("reply"))["text"] == "now"


async def test_events_are_told_in_order() -> None:
    async with calling() as call:
        call.talk.tell(Doing("listening"))
        call.talk.tell(Interrupted(3, "so much"))
        await call.line.until_type("interrupted")
        assert [message["type"] for message in call.line.sent] == ["session", "state", "interrupted"]


async def test_a_client_that_goes_ends_it_and_leaves_no_task() -> None:
    before = len(asyncio.all_tasks())
    async with calling() as call:
        call.line.says("text_input", text="x" * 500)
        await call.line.until_type("video_chunk")
        call.line.waiting.put_nowait(None)
        assert await call.task == Ending(1001, gone=True)
        assert len(asyncio.all_tasks()) == before


async def test_a_session_that_ends_ends_it() -> None:
    async with calling() as call:
        call.talk.end()
        assert (await call.task).code == 1012


async def until(happens: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happens():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
