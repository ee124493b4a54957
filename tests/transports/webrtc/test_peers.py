import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from functools import partial
from ipaddress import ip_interface
from pathlib import Path

import numpy as np
import pytest

from tests.transports.webrtc.browsers import chromium, host
from tests.transports.webrtc.client import Client, Microphone, connected
from tests.transports.webrtc.scripted import ALONE, House, Served, served
from visavis.conversation.stage import Interrupted, Said
from visavis.errors import NoRoom
from visavis.media import Pixels
from visavis.transports.webrtc.encoding import Encoded, PictureEncoder
from visavis.transports.webrtc.ice import Reach, reach
from visavis.transports.webrtc.offers import OfferError
from visavis.transports.webrtc.stepping import Level


@contextlib.asynccontextmanager
async def talking(house: House | None = None) -> AsyncIterator[tuple[Served, Client]]:
    """A client that has been greeted."""
    async with served(house) as there, connected(there.answer, Microphone()) as client:
        await client.until(lambda: client.typed("session"))
        yield there, client


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_pictures_and_sound_come_in_order_and_together() -> None:
    async with talking() as (there, client):
        await client.until(lambda: client.flashes and len(client.numbers) > 30)
        assert client.numbers == list(range(len(client.numbers)))
        steps = {round(later - earlier, 6) for earlier, later in itertools.pairwise(client.times)}
        assert steps == {0.04}
        sounded = [at for at, samples in client.sound if np.abs(samples).max() > 0.2]
        for flash in client.flashes:
            begins = next(at for at in sounded if at > flash - 0.5)
            assert abs(begins - flash) <= 0.04
        assert there.house.talks[0].taken[-1] <= client.numbers[-1] + 3, "nothing is queued"


async def test_the_first_message_tells_of_the_session() -> None:
    async with talking() as (there, client):
        assert client.messages[0] == {
            "type": "session",
            "session": there.tokens[0],
            "resumed": False,
            "fps": 25,
            "width": 128,
            "height": 128,
            "history": [{"role": "user", "text": "hello"}],
        }


async def test_what_happens_is_told_in_order() -> None:
    async with talking() as (there, client):
        talk = there.house.talks[0]
        talk.told.send(Said(3, "Hello there.", 1.25, final=True))
        talk.told.send(Interrupted(3, "Hello"))
        await client.until(lambda: client.typed("interrupted"))
        assert client.messages[1:] == [
            {"type": "reply", "reply": 3, "text": "Hello there.", "start": 1.25, "final": True},
            {"type": "interrupted", "reply": 3, "text": "Hello"},
        ]


async def test_wishes_are_done() -> None:
    async with talking() as (there, client):
        talk = there.house.talks[0]
        client.send(type="text_input", text="Read this.", language="en")
        client.send(type="chat_input", text="Who are you?")
        client.send(type="talk", down=True)
        client.send(type="played", at=1.5)
        client.send(type="avatar_selection", avatar_id="ada")
        await client.until(lambda: client.typed("avatar"))
        client.send(type="interrupt")
        await client.until(lambda: len(client.typed("state")) == 2)
        assert (talk.said, talk.asked, talk.pressed, talk.at) == (
            ["Read this."],
            ["Who are you?"],
            [True],
            1.5,
        )
        assert talk.interrupted == 1
        assert [select.avatar_id for select in there.casts] == ["ada"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("hello", "bad_json"),
        ('{"type": "fly"}', "unknown_type"),
        ('{"type": "text_input", "text": "…"}', "text"),
        ('{"type": "avatar_selection", "avatar_id": "nobody"}', "not_found"),
        ('{"type": "record", "on": true}', "unavailable"),
        ("x" * 70_000, "bad_json"),
        (b"\x00\x01", "bad_json"),
    ],
)
async def test_wrong_messages_are_answered_and_the_talk_goes_on(message: str | bytes, code: str) -> None:
    async with talking() as (_there, client):
        client.channel.send(message)
        await client.until(lambda: client.typed("error"))
        assert [error["code"] for error in client.typed("error")] == [code]
        client.send(type="text_input", text="Still there?")
        await client.until(lambda: client.typed("state"))


async def test_a_client_that_floods_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.transports.incoming.MESSAGES", 0.0)
    async with talking() as (there, client):
        client.send(type="alive")
        await there.until_empty()
        assert there.lobby.figures().talking == 0


async def test_other_channels_are_closed() -> None:
    async with talking() as (_there, client):
        other = client.peer.createDataChannel("files")
        again = client.peer.createDataChannel("events")
        closed = asyncio.Event()
        again.on("close", closed.set)
        async with asyncio.timeout(5):
            await closed.wait()
        assert other.readyState != "open"
        assert client.channel.readyState == "open"


async def test_the_microphone_is_heard_at_16_khz() -> None:
    async with talking() as (there, client):
        heard = there.house.talks[0].heard
        await client.until(lambda: sum(map(len, heard)) > 20_000)
        sound = np.concatenate(heard)[4_000:20_000]
        assert sound.dtype == np.float32
        assert np.abs(np.fft.rfft(sound)).argmax() == 440
        assert np.abs(sound).max() == pytest.approx(0.5, abs=0.15)


async def test_without_a_microphone_there_is_silence_and_no_error() -> None:
    async with served() as there, connected(there.answer) as client:
        await client.until(lambda: len(client.numbers) > 5)
        assert not there.house.talks[0].heard


async def test_a_client_that_says_goodbye_frees_its_place_at_once() -> None:
    async with talking() as (there, client):
        talk = there.house.talks[0]
        await client.close()
        await there.until_empty()
        figures = there.lobby.figures()
        assert (figures.talking, figures.parked, figures.silent) == (0, 1, 0)
        assert talk.open == 0


async def test_a_client_that_vanishes_frees_its_place_when_its_lease_is_over() -> None:
    async with talking(House(lease=0.6)) as (there, client):
        client.vanish()
        await there.until_empty()
        figures = there.lobby.figures()
        assert (figures.talking, figures.parked, figures.silent) == (0, 1, 1)
        assert there.house.talks[0].open == 0


async def test_reports_about_packets_keep_a_silent_page_alive() -> None:
    async with talking(House(lease=1.7)) as (there, client):
        await client.until(lambda: len(client.numbers) > 50)
        assert there.lobby.figures().talking == 1


async def test_who_does_not_connect_frees_the_place() -> None:
    async with served(House(lease=5.0), connecting=0.2) as there:
        await there.answer(chromium())
        assert there.lobby.figures().talking == 1
        await there.until_empty()
        assert there.lobby.figures().talking == 0


async def test_who_takes_long_to_connect_keeps_the_place() -> None:
    async with served(House(lease=0.4), connecting=10.0) as there:
        client = Client()
        answer = await there.answer(await client.offer())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("visavis.transports.webrtc.peers.RENEWING", 0.1)
            await asyncio.sleep(1.0)
            await client.accept(answer)
            await client.until(lambda: client.numbers)
        await client.close()


async def test_a_session_goes_on_in_another_connection() -> None:
    async with talking() as (there, client):
        first = there.house.talks[0]
        await client.close()
        await there.until_empty()
        shown = first.next
        async with connected(partial(there.answer, resume=there.tokens[0])) as again:
            await again.until(lambda: again.numbers and again.typed("session"))
            assert again.typed("session")[0]["resumed"]
            assert again.numbers[0] >= shown
            assert len(there.house.talks) == 1


async def test_a_connection_replaces_the_earlier_one_of_its_session() -> None:
    async with (
        talking() as (there, client),
        connected(partial(there.answer, resume=there.tokens[0])) as again,
    ):
        await client.until(lambda: client.typed("error"))
        assert [error["code"] for error in client.typed("error")] == ["moved"]
        await again.until(lambda: again.numbers)
        assert (there.lobby.figures().talking, len(there.house.talks)) == (1, 1)
        assert there.peers.count == 1


async def test_an_unknown_session_is_a_new_one() -> None:
    async with served() as there, connected(partial(there.answer, resume="none")) as client:
        await client.until(lambda: client.typed("session"))
        assert not client.typed("session")[0]["resumed"]


async def test_when_there_is_no_place_it_is_said_and_nobody_is_disturbed() -> None:
    async with talking(House(places=1)) as (there, client):
        with pytest.raises(NoRoom):
            await there.answer(chromium())
        seen = len(client.numbers)
        await client.until(lambda: len(client.numbers) > seen + 5)


async def test_an_offer_that_cannot_be_answered_takes_no_place() -> None:
    async with served() as there:
        with pytest.raises(OfferError):
            await there.answer("v=0\r\n")
        assert there.lobby.figures().entered == 0


async def test_the_server_ends_and_says_so() -> None:
    async with served() as there, connected(there.answer) as client:
        await client.until(lambda: client.typed("session"))
        there.lobby.stop()
        await client.until(lambda: client.typed("error"))
        assert client.typed("error")[0]["code"] == "closing"


async def test_a_whole_picture_is_sent_when_the_client_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    class Spy(PictureEncoder):
        def encode(self, pixels: Pixels, level: Level, at: int, *, whole: bool) -> list[Encoded]:
            asked.append(whole)
            return super().encode(pixels, level, at, whole=whole)

    monkeypatch.setattr("visavis.transports.webrtc.tracks.PictureEncoder", Spy)
    async with talking() as (_, client):
        await client.until(lambda: len(client.numbers) > 5)
        assert not any(asked)
        await client.lose_a_picture()
        await client.until(lambda: any(asked))


class Careless(Reach):
    """Sends to whoever is named."""

    def may_send_to(self, host: str, port: int) -> bool:
        return True


OUTSIDE = reach("0.0.0.0", [ip_interface("127.0.0.1/8"), ip_interface("10.0.0.1/24")])


@pytest.mark.parametrize(("reached", "hit"), [(ALONE, False), (OUTSIDE, False), (Careless(True, ()), True)])
async def test_nobody_is_sent_packets_because_somebody_named_them(reached: Reach, hit: bool) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as canary:
        canary.bind(("127.0.0.1", 0))
        canary.setblocking(False)
        async with served(reached=reached, connecting=0.2) as there:
            await there.answer(chromium(host("127.0.0.1", canary.getsockname()[1])))
            await there.until_empty()
        with contextlib.nullcontext() if hit else pytest.raises(BlockingIOError):
            canary.recv(1)


async def test_nothing_is_left_of_many_connections() -> None:
    async with served(House(places=2, keep=0.05, lease=1.0)) as there:
        async with connected(there.answer) as client:
            await client.until(lambda: client.numbers)
        await there.until_empty()
        tasks, before = len(asyncio.all_tasks()), files()
        for _ in range(6):
            async with connected(there.answer) as client:
                await client.until(lambda: client.numbers)
            await there.until_empty()
        await asyncio.sleep(0.2)
        assert len(asyncio.all_tasks()) <= tasks
        assert files() <= before
