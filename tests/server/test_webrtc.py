"""Offers over HTTP: conversations with scripted engines, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_interface
from typing import Any

import httpx
import pytest

from tests.server.house import ADA, BOB, House, house
from tests.transports.webrtc.browsers import chromium
from tests.transports.webrtc.client import Client, connected
from visavis.config import IceServer, Settings
from visavis.server.routes.webrtc import CONFIG, OFFER
from visavis.transports.webrtc.gathering import Sockets
from visavis.transports.webrtc.ice import reach
from visavis.transports.webrtc.peers import Peers


@asynccontextmanager
async def live(*, keys: bool = False, places: int = 2) -> AsyncIterator[House]:
    """A house that connections can be made to."""
    made = house(keys=keys, places=places)
    here = reach("127.0.0.1", [ip_interface("127.0.0.1/8")])
    async with made.lobby, Peers(here, Sockets(("127.0.0.1",))) as peers:
        made.app.state.parts = replace(made.app.state.parts, peers=peers)
        yield made


async def offered(client: httpx.AsyncClient, sdp: str, **fields: Any) -> httpx.Response:
    return await client.post(OFFER, json={"sdp": sdp, "type": "offer", **fields})


@asynccontextmanager
async def talking(client: httpx.AsyncClient, **fields: Any) -> AsyncIterator[Client]:
    async def answer(sdp: str) -> str:
        answer = await offered(client, sdp, **fields)
        assert answer.status_code == 200, answer.text
        assert answer.json()["type"] == "answer"
        told: str = answer.json()["sdp"]
        return told

    async with connected(answer) as there:
        await there.until(lambda: there.typed("session") and there.numbers)
        yield there


async def test_a_conversation_is_had() -> None:
    async with live() as made, made.client() as client, talking(client) as there:
        there.send(type="chat_input", text="Who are you?")
        await there.until(lambda: any(reply["final"] for reply in there.typed("reply")))
        assert "".join(reply["text"] for reply in there.typed("reply")) == "Well. I think so."
        assert [state["state"] for state in there.typed("state")][:2] == ["thinking", "speaking"]
        assert there.sizes[0] == (64, 64)


async def test_a_session_is_found_again_by_its_owner_only() -> None:
    async with live(keys=True) as made, made.client(ADA) as ada, made.client(BOB) as bob:
        async with talking(ada) as there:
            token = there.typed("session")[0]["session"]
        async with talking(bob, session=token) as other:
            assert not other.typed("session")[0]["resumed"]
        async with talking(ada, session=token) as again:
            assert again.typed("session")[0]["resumed"]


async def test_a_session_that_goes_on_plays_another_role_only_where_that_is_another() -> None:
    async with live() as made, made.client() as client:
        async with talking(client, language="es") as there:
            token = there.typed("session")[0]["session"]
        session = made.lobby.session("local", token)
        assert session is not None
        role = session.role
        async with talking(client, session=token, language="es"):
            assert session.role is role
        async with talking(client, session=token):
            assert session.role is role, "nothing was named"
        async with talking(client, session=token, language="en"):
            assert session.role.language == "en"


async def test_when_all_places_are_taken_it_is_said_at_once_and_when_to_ask_again() -> None:
    async with live(places=1) as made, made.client() as client, talking(client):
        refused = await offered(client, chromium())
        assert (refused.status_code, refused.json()["code"]) == (503, "full")
        assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"sdp": "v=0\r\n"}, 400, "offer"),
        ({"sdp": ""}, 422, "invalid"),
        ({"type": "answer"}, 422, "invalid"),
        ({"session": "x" * 65}, 422, "invalid"),
        ({"language": "xx"}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
        ({"avatar_id": "nobody"}, 404, "not_found"),
        ({"sdp": "v=0\r\n" + "a" * 70_000}, 422, "invalid"),
        ({"sdp": "v=0\r\n" + "a" * 200_000}, 413, "too_large"),
    ],
)
async def test_what_is_wrong_with_an_offer_is_told_and_takes_no_place(
    fields: dict[str, Any], status: int, code: str
) -> None:
    async with live() as made, made.client() as client:
        answer = await client.post(OFFER, json={"sdp": chromium(), "type": "offer"} | fields)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["detail"].count("\n") == 0
        assert made.lobby.figures().talking == 0


async def test_strangers_may_neither_offer_nor_see_passwords() -> None:
    async with live(keys=True) as made, made.client() as client:
        assert (await offered(client, chromium())).status_code == 401
        assert (await client.get(CONFIG)).status_code == 401


async def test_who_may_talk_is_told_of_the_servers_that_help() -> None:
    turn = IceServer("turn:turn.example.org:3478", "ada", "secret")
    made = house(Settings(ice_servers=(IceServer("stun:stun.example.org:3478"), turn)))
    async with made.client() as client:
        assert (await client.get(CONFIG)).json() == {
            "ice_servers": [
                {"urls": "stun:stun.example.org:3478"},
                {"urls": "turn:turn.example.org:3478", "username": "ada", "credential": "secret"},
            ]
        }


async def test_a_server_without_webrtc_says_what_there_is() -> None:
    made = house()
    async with made.lobby, made.client() as client:
        answer = await offered(client, chromium())
        assert (answer.status_code, answer.json()["code"]) == (503, "no_webrtc")


async def test_another_face_can_be_selected_and_one_that_is_not_there_is_told_of() -> None:
    async with live() as made, made.client() as client, talking(client) as there:
        there.send(type="avatar_selection", avatar_id="nobody")
        there.send(type="avatar_selection", language="es")
        await there.until(lambda: there.typed("avatar"))
        assert [error["code"] for error in there.typed("error")] == ["not_found"]
        assert there.typed("avatar")[0]["language"] == "es"


async def test_nothing_of_a_conversation_is_logged() -> None:
    async with live() as made, made.client() as client:
        async with talking(client) as there:
            there.send(type="chat_input", text="plantedtext")
            await there.until(lambda: there.typed("reply"))
            token = there.typed("session")[0]["session"]
        await asyncio.sleep(0.05)
        for secret in ("planted", token, "ice-pwd"):
            assert secret not in made.log.getvalue()
