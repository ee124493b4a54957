"""Every route there is, asked by somebody without a key, and by one user for another's things."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.server.house import ADA, BOB, FILE, VIDEO, House, agreed, house, registered

# For everybody: that it runs, and what it answers.
OPEN = {
    "GET /", "GET /avatar-registration", "GET /server", "GET /docs", "GET /health", "GET /ready",
    "GET /openapi.json", "HEAD /openapi.json",
}  # fmt: skip

# For everybody, too: what the page is made of, where it was built.
FILES = {"GET /assets/{name}", "HEAD /assets/{name}"}

# What names one of Ada's things: Bob is told that there is no such thing.
NAMED = {
    "GET /avatar/{avatar_id}/info",
    "GET /avatar/{avatar_id}/picture",
    "DELETE /avatar/{avatar_id}",
    "GET /voice/{voice_id}/info",
    "DELETE /voice/{voice_id}",
    "GET /api/v1/videos/{filename}",
    "HEAD /api/v1/videos/{filename}",
    "DELETE /api/v1/videos/{filename}",
    "GET /api/v1/jobs/{job_id}",
    "GET /api/v1/jobs/{job_id}/events",
    "DELETE /api/v1/jobs/{job_id}",
    "POST /consent/{consent_id}/revoke",
}

# What names one of Ada's things in its body.
ORDERS = {"POST /avatar/process", "POST /api/v1/generate"}

# What is answered with one's own things.
OWN = {
    "GET /avatar/list",
    "GET /voice/list",
    "GET /api/v1/jobs",
    "GET /api/v1/recordings",
    "GET /consent/list",
    "GET /audit",
    "GET /user/export",
    "DELETE /user",
}

# What belongs to nobody.
SHARED = {
    "GET /avatar/cache/status", "GET /avatar/default/picture", "GET /metrics", "GET /api/v1/figures",
    "GET /api/v1/webrtc/config",
}  # fmt: skip

UPLOADS = {"POST /avatar/register", "POST /voice/register"}

# What is asked of ears, a mind or a live conversation; their own tests look at whose things they use.
TALK = {
    "GET /api/v1/voices",
    "POST /api/v1/transcribe", "POST /api/v1/chat", "POST /api/v1/conversation",
    "POST /api/v1/webrtc/offer", "WS /ws/stream",
}  # fmt: skip

ALL = OPEN | FILES | NAMED | ORDERS | OWN | SHARED | UPLOADS | TALK


def routes(app: FastAPI) -> Iterator[str]:
    """As in GET /avatar/list, all that an app has, those of its routers too."""
    for route in app.routes:
        included = getattr(route, "effective_route_contexts", None)
        contexts: list[Any] = included() if included else [route]
        for one in contexts:
            path = one.path or one.starlette_route.path
            yield from (f"{method} {path}" for method in one.methods or ("WS",))


@pytest.fixture
def made() -> House:
    return house(keys=True)


async def things(made: House) -> dict[str, str]:
    """What Ada has, by the names of the parameters that name it."""
    async with made.client(ADA) as ada:
        face = await registered(ada, "Ada's face")
        voice = await registered(ada, "Ada's voice", "voice")
        video = (await ada.post("/api/v1/generate", json={"text": "Hi."})).json()
    return {
        "avatar_id": face["avatar_id"],
        "voice_id": voice["voice_id"],
        "consent_id": face["consent_id"],
        "job_id": video["job_id"],
        "filename": video["filename"],
    }


async def asked(client: httpx.AsyncClient, route: str, names: dict[str, str], **more: Any) -> httpx.Response:
    method, path = route.split()
    return await client.request(method, path.format_map(names), **more)


def test_the_matrix_has_every_route(made: House) -> None:
    assert set(routes(made.app)) == ALL


async def test_without_a_key_nothing_is_answered_but_what_is_for_everybody(made: House) -> None:
    names = await things(made)
    before = list(made.shelf.changes)
    for key in (b"", b"vv_nobody", b"x" * 5_000, "ключ".encode()):
        async with made.client() as client:
            client.headers = httpx.Headers({b"X-API-Key": key, b"Authorization": b"Basic " + key})
            for route in sorted(ALL - FILES - {"WS /ws/stream"}):
                answer = await asked(client, route, names)
                if route in OPEN:
                    assert answer.status_code < 400, route
                else:
                    assert answer.status_code == 401, route
                    assert answer.headers["www-authenticate"] == "Bearer"
    assert made.shelf.changes == before


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {ADA}"}, {"X-API-Key": ADA}])
async def test_a_key_is_shown_in_either_header(made: House, headers: dict[str, str]) -> None:
    async with made.client() as client:
        assert (await client.get("/avatar/list", headers=headers)).status_code == 200


async def test_a_key_in_the_address_is_no_key(made: House) -> None:
    async with made.client() as client:
        assert (await client.get("/avatar/list", params={"api_key": ADA, "key": ADA})).status_code == 401


@pytest.mark.parametrize("route", sorted(NAMED))
async def test_anothers_things_are_as_if_they_were_not_there(made: House, route: str) -> None:
    names = await things(made)
    nothing = dict.fromkeys(names, "0" * 32)
    before = list(made.shelf.changes)
    async with made.client(BOB) as bob, made.client(ADA) as ada:
        others, none = await asked(bob, route, names), await asked(bob, route, nothing)
        assert (others.status_code, none.status_code) == (404, 404)
        told = others.text
        for value in names.values():  # the same words, but for what was asked for
            told = told.replace(value, "0" * 32)
        assert told == none.text
        assert made.shelf.changes == before
        assert (await asked(ada, route, names)).status_code == 200


@pytest.mark.parametrize("route", sorted(ORDERS))
async def test_anothers_face_and_voice_cannot_be_ordered(made: House, route: str) -> None:
    names = await things(made)
    async with made.client(BOB) as bob, made.client(ADA) as ada:
        wish = {"text": "Hi.", "avatar_id": names["avatar_id"]}
        assert (await asked(bob, route, names, json=wish)).status_code == 404
        await registered(bob, "Ada's face")
        told = (await asked(bob, route, names, json=wish | {"avatar_id": "Ada's face"})).json()
        assert told["avatar_id"] != names["avatar_id"]
        mine = await asked(bob, route, names, json=wish | {"avatar_id": "Ada's face", "voice": "Ada's voice"})
        assert made.screen.orders[mine.json()["job_id"]].voice == "Ada's voice", "no id of hers"
        assert (await asked(ada, route, names, json=wish)).status_code == 200


@pytest.mark.parametrize("route", sorted(OWN))
async def test_everybody_sees_their_own_things_only(made: House, route: str) -> None:
    names = await things(made)
    async with made.client(BOB) as bob, made.client(ADA) as ada:
        answer = await asked(bob, route, names)
        assert answer.status_code == 200
        for secret in (*names.values(), "Ada", "ada"):
            assert secret not in answer.text
        assert len(made.shelf.rows) == 2
        assert len((await ada.get("/avatar/list")).json()["avatars"]) == 1


@pytest.mark.parametrize("route", sorted(SHARED))
async def test_what_belongs_to_nobody_names_nobody(made: House, route: str) -> None:
    names = await things(made)
    async with made.client(BOB) as bob:
        answer = await asked(bob, route, names)
        assert answer.status_code == 200
        for secret in (*names.values(), "Ada", "ada", ADA):
            assert secret not in answer.text


@pytest.mark.parametrize("route", sorted(UPLOADS))
async def test_what_is_sent_belongs_to_whose_key_was_shown(made: House, route: str) -> None:
    kind = route.split("/")[1]
    async with made.client(BOB) as bob:
        form = agreed("Mine", kind, user_id="ada")
        assert (await bob.post(f"/{kind}/register", data=form, files={"file": FILE})).status_code == 201
    assert {row.owner for row in made.shelf.rows} == {"bob"}
    assert made.shelf.changes == [("bob-key", "registered")]


async def test_who_owns_a_video_can_see_it(made: House) -> None:
    names = await things(made)
    async with made.client(ADA) as ada:
        assert (await ada.get(f"/api/v1/videos/{names['filename']}")).content == VIDEO
