import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from tests.evaluate.material import blinking
from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import blank_portrait
from tests.server.house import ADA, House, house, scripted
from tests.server.served import served
from visavis.config import Settings
from visavis.conversation.cast import Engines
from visavis.errors import EngineError, InputError, UnknownName
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.received import Client, Heard, Lost, Seen, Told
from visavis.evaluate.client.reel import Reel
from visavis.evaluate.client.websocket import PAGE, WebSocketClient
from visavis.evaluate.footage import footage
from visavis.evaluate.scenarios import Scenario, Script
from visavis.evaluate.scenarios.conversation import Conversation, Turn
from visavis.evaluate.scenarios.load import Load
from visavis.evaluate.scenarios.utterance import Saying
from visavis.evaluate.subjects import Setup, _conversing, _crowding, _uttering, doors
from visavis.evaluate.subjects.server import Server, met, sized
from visavis.evaluate.takes import Crowd, Dialogue, Exchange, Material, Take

SETUP = Setup(Settings())

ASKS = Turn("types", text="What do you think?", expects={"answer": "think so"})
READS = Turn("has_read", text="A sentence that takes its time.")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors who wait no longer than scripted engines need."""
    monkeypatch.setattr(_conversing, "BREATH", 0.05)
    monkeypatch.setattr(_conversing, "NOTHING", 0.8)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@contextlib.asynccontextmanager
async def visited(
    setup: Setup = SETUP, *, keys: bool = False, places: int = 3, engines: Engines | None = None
) -> AsyncIterator[tuple[Server, House]]:
    made = house(keys=keys, places=places, engines=engines)
    async with made.lobby, served(made) as port:
        address = Address(f"http://127.0.0.1:{port}", ADA if keys else "")
        async with met(address, setup) as server:
            yield server, made


async def performed(server: Server, folder: Path, script: Script, kind: str = "conversation") -> Material:
    scenario = Scenario("mine", "Mine", kind, "en", (), script)
    return await server.perform(scenario, folder, lambda done, total: None)


async def talked(folder: Path, turns: Sequence[Turn], engines: Engines | None = None) -> Sequence[Exchange]:
    async with visited(engines=engines) as (server, _):
        dialogue = await performed(server, folder, Conversation(tuple(turns)))
    assert isinstance(dialogue, Dialogue)
    assert dialogue.video is not None
    assert footage(dialogue.video).shown[-1] >= dialogue.exchanges[-1].ended - 0.2
    assert {kind for _, kind, _ in dialogue.events} >= {"state", "reply"}
    return dialogue.exchanges


async def test_a_typed_conversation_is_held_and_filmed(tmp_path: Path) -> None:
    asked, read = await talked(tmp_path, [ASKS, replace(READS, text="Read this.")])
    assert asked.answered == "Well. I think so."
    assert asked.first is not None
    assert asked.ended < asked.first < read.began
    assert read.answered == "Read this."
    assert names(tmp_path) == ["mine.mp4"]


async def test_who_types_or_presses_the_button_breaks_in(tmp_path: Path) -> None:
    stops = Turn("stops", during=0.3, expects={"interrupts": "yes", "must_not_answer": "yes"})
    read, asked, _, stopped = await talked(tmp_path, [READS, replace(ASKS, during=0.3), READS, stops])
    assert READS.text.startswith(read.answered)
    assert len(read.answered) < len(READS.text)
    assert asked.answered == "Well. I think so."
    assert asked.silent is not None
    assert stopped.silent is not None
    assert stopped.silent - stopped.began < 0.5
    assert stopped.first is None


async def test_what_is_said_is_understood_and_noise_is_not_answered(tmp_path: Path) -> None:
    """The scripted ears take loudness for speech, so the noise is soft."""
    engines = replace(scripted(), asr=ScriptedAsr(["what do you think"]))
    waits = Turn("waits", seconds=0.5, noise="hiss", snr=40.0, expects={"must_not_answer": "yes"})
    asked, waited = await talked(tmp_path, [Turn("says", text="What do you think?"), waits], engines)
    assert asked.heard == "what do you think"
    assert asked.answered == "Well. I think so."
    assert asked.first is not None
    assert asked.first > asked.ended
    assert (waited.answered, waited.first) == ("", None)


async def test_who_comes_back_goes_on(tmp_path: Path) -> None:
    back = Turn("returns_after", seconds=0.2, expects={"answer": "goes on", "returns": "yes"})
    _, returned, asked = await talked(tmp_path, [ASKS, back, ASKS])
    assert returned.answered == "goes on"
    assert asked.answered == "Well. I think so."


async def test_what_cannot_be_held_is_told(tmp_path: Path) -> None:
    late = [replace(READS, text="Hi."), replace(ASKS, during=1.5)]
    with pytest.raises(EngineError, match=r"turn 2 is to begin 1.5 s after .* it was silent by then"):
        await talked(tmp_path, late)
    spanish = [Turn("says", text="Hola.", language="es")]
    async with visited() as (server, _):
        scenario = Scenario("mine", "Mine", "conversation", "es", (), Conversation(tuple(spanish)))
        with pytest.raises(EngineError, match="understands English, not Spanish; type what you want to say"):
            await server.perform(scenario, tmp_path, lambda done, total: None)
    assert names(tmp_path) == []


async def test_a_server_that_goes_is_told_with_its_last_words(tmp_path: Path) -> None:
    async with visited() as (server, made):
        server._last_words = lambda: "; it said: ouch"

        def stop(done: float, total: float | None) -> None:
            made.lobby.stop()

        scenario = Scenario("mine", "Mine", "conversation", "en", (), Conversation((ASKS,)))
        with pytest.raises(EngineError, match=r"closed the conversation with 1012.*; it said: ouch"):
            await server.perform(scenario, tmp_path, stop)


async def test_a_short_text_comes_live_and_in_pieces(tmp_path: Path) -> None:
    async with visited() as (server, _):
        server._find_portrait = portraitless
        take = await performed(server, tmp_path, Saying("Maybe a map, Anna."), "utterance")
    assert isinstance(take, Take)
    assert take.arrivals[0].start == 0
    assert take.first == take.arrivals[0].came > 0
    assert sum(piece.duration for piece in take.arrivals) == pytest.approx(take.whole)
    assert take.frames == len(list(take.pictures())) == round(take.whole * take.fps)
    assert take.took == 0, "it is paced by the clock"
    assert take.spoken == (("en", 0.0, take.seconds),)
    assert take.seconds == pytest.approx(take.whole, abs=0.05)


async def test_what_is_not_for_a_conversation_is_ordered_and_taken_away(tmp_path: Path) -> None:
    async with visited() as (server, made):
        server._find_portrait = portraitless
        made.screen.content = blinking(tmp_path / "theirs.mp4", 2.0).read_bytes()
        saying = Saying("Large.", size=(512, 512), fps=30)
        take = await performed(server, tmp_path, saying, "utterance")
        (order,) = made.screen.orders.values()
        assert not made.screen.jobs
    assert isinstance(take, Take)
    assert (order.text, order.width, order.fps) == ("Large.", 512, 30)
    assert dict(take.stages) == {"render": 0.5}
    assert take.took > 0
    assert not take.arrivals
    assert (tmp_path / "mine.mp4").read_bytes() == made.screen.content


async def test_what_is_ordered_is_taken_away_though_it_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_uttering, "LARGE", 2)
    async with visited() as (server, made):
        with pytest.raises(EngineError, match="answers with more than 0 MB"):
            await performed(server, tmp_path, Saying("Large.", size=(512, 512)), "utterance")
        assert made.screen.orders
        assert not made.screen.jobs
    assert names(tmp_path) == []


async def test_a_reference_is_of_a_voice_that_was_asked_for(tmp_path: Path) -> None:
    saying = Saying("Maybe.", reference=blinking(tmp_path / "her.mp4", 1.0))
    for setup, is_known in ((SETUP, False), (replace(SETUP, voice="ada"), True)):
        async with visited(setup) as (server, _):
            server._find_portrait = portraitless
            take = await performed(server, tmp_path, saying, "utterance")
        assert isinstance(take, Take)
        assert (take.reference is not None) is is_known
        assert take.twin is None


async def test_nobody_is_left_at_a_server_that_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client.until, "__defaults__", (0.1,))
    async with greeting() as (address, inside):
        with pytest.raises(EngineError, match="shows nobody"):
            async with _conversing.Visit(address, PAGE, Reel()):
                pass
        await gone(inside)


async def test_where_one_of_many_cannot_come_nobody_is_left_there() -> None:
    async with greeting(closes=1) as (address, inside):
        scenario = Scenario("mine", "Mine", "load", "en", (), Load(3, 2.0, ("Hi.",)))
        with pytest.raises(Lost):
            await _crowding.crowded(scenario, address, {}, unknown, lambda done, total: None)
        await gone(inside)


async def unknown() -> None:
    return None


async def gone(inside: set[ServerConnection]) -> None:
    """Wait until nobody is inside any more."""
    async with asyncio.timeout(5):
        for visitor in list(inside):
            await visitor.wait_closed()
    assert all(visitor.state is State.CLOSED for visitor in inside)


@contextlib.asynccontextmanager
async def greeting(closes: int = 0) -> AsyncIterator[tuple[Address, set[ServerConnection]]]:
    """A server that greets whoever comes, some time after it has closed on the first so many, and no more."""
    came: set[ServerConnection] = set()

    async def visit(socket: ServerConnection) -> None:
        came.add(socket)
        if len(came) <= closes:
            await asyncio.sleep(0.1)
            return
        with contextlib.suppress(ConnectionClosed):
            await asyncio.sleep(0.2 if closes else 0)
            await socket.send(json.dumps({"type": "session", "session": "x", "resumed": False}))
            await socket.wait_closed()

    async with serve(visit, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Address(f"http://127.0.0.1:{port}"), came


async def test_who_is_not_answered_in_time_is_not_served() -> None:
    client = WebSocketClient()
    client.told = [Told(1.5, {"type": "reply", "reply": 1, "start": 0.0, "text": "", "final": True})]
    client.heard = [Heard(1.7, 1.7, 0.0, 0.02, np.full(4, 0.2, np.float32))]
    client.seen = [Seen(1.8, 1.8, 0.0, 0.0)]
    assert _crowding._firsts(client, [1.0], 20.0) == pytest.approx((0.8,))
    assert _crowding._firsts(client, [1.0, 18.0], 20.0) == pytest.approx((0.8,))
    assert _crowding._firsts(client, [1.0, 5.0], 20.0) == ()
    assert _crowding._firsts(client, [], 20.0) == ()


async def test_what_would_take_hours_is_refused(tmp_path: Path) -> None:
    async with visited() as (server, _):
        with pytest.raises(EngineError, match="30000 characters would be filmed by the server"):
            await performed(server, tmp_path, Saying("Hi there. " * 3000), "utterance")


async def portraitless() -> None:
    return None


async def test_many_come_and_who_finds_no_room_is_counted(tmp_path: Path) -> None:
    async with visited(places=2) as (server, _):
        crowd = await performed(server, tmp_path, Load(3, 2.0, ("Read this to me.", "And that.")), "load")
    assert isinstance(crowd, Crowd)
    served_, other, refused = crowd.sessions
    for session in (served_, other):
        assert session.pictures > 10
        assert session.sounds > 20
        assert session.firsts
        assert not session.refused
    assert refused.refused.startswith("503, come back in ")
    assert crowd.processor is not None
    assert crowd.memory


async def test_names_that_the_server_does_not_know_are_told() -> None:
    with pytest.raises(UnknownName, match=r"unknown voice of http.* 'adda'; did you mean ada\?"):
        async with visited(replace(SETUP, voice="adda")):
            pass
    with pytest.raises(InputError, match="refused: unknown avatar 'bob'"):
        async with visited(replace(SETUP, avatar="bob")):
            pass
    async with visited(replace(SETUP, voice="ada"), keys=True) as (server, _):
        assert server.configuration["voice"] == "ada"
        assert server.configuration["asr"] == "scripted"


async def test_a_server_by_url_performs_everything() -> None:
    kinds = {"utterance", "conversation", "load"}
    assert {kind for door in doors() if door.remote for kind in door.kinds} == kinds
    assert {kind for door in doors() if not door.remote for kind in door.kinds} == kinds


def test_a_portrait_is_made_as_large_as_the_video() -> None:
    portrait = blank_portrait(512, 512)
    small = sized(portrait, (256, 256))
    assert small is not None
    assert small.size == (256, 256)
    assert np.allclose(small.landmarks, portrait.landmarks / 2)
    assert sized(portrait, (256, 128)) is None
    assert sized(portrait, (512, 512)) is portrait
    assert sized(None, (512, 512)) is None
