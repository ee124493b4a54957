import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from tests.server.house import ADA, BOB, FILE, VIDEO, agreed, house, opened_house, registered
from visavis.avatars.database.tables import Avatar
from visavis.config import Settings
from visavis.errors import EngineError, PortraitError, StorageError
from visavis.renderings.line import LineFull
from visavis.renderings.order import Order, Progress, Rendering
from visavis.server.wishes import PICTURE_IN_JSON, PICTURE_JSON


async def test_a_face_is_registered_listed_shown_and_deleted() -> None:
    async with opened_house() as (made, client):
        face = await registered(client, "Ada", user_id="u1")
        assert face["avatar_name"] == "Ada"
        assert face["quality"]["overall"] == 0.9
        assert made.shelf.media[face["avatar_id"]] == FILE
        assert [row["avatar_id"] for row in (await client.get("/avatar/list")).json()["avatars"]] == [
            face["avatar_id"]
        ]
        for which in (face["avatar_id"], "Ada"):
            assert (await client.get(f"/avatar/{which}/info")).json() == face
        assert (await client.delete("/avatar/Ada")).json() == {"deleted": face["avatar_id"]}
        assert (await client.get("/avatar/Ada/info")).status_code == 404
        assert made.screen.stopped_for == [face["avatar_id"]]
        assert made.shelf.changes == [("local", "registered"), ("local", "deleted")]


async def test_a_voice_is_registered_listed_shown_and_deleted() -> None:
    async with opened_house() as (_, client):
        voice = await registered(client, "Bea", "voice", language="fa")
        assert (voice["language"], voice["quality"]) == ("fa", {"f0": 200})
        assert len((await client.get("/voice/list")).json()["voices"]) == 1
        assert (await client.get("/voice/Bea/info")).json() == voice
        assert (await client.delete(f"/voice/{voice['voice_id']}")).status_code == 200
        assert (await client.get("/voice/list")).json() == {"voices": []}


async def test_faces_are_found_by_whom_they_are_made_for() -> None:
    async with opened_house() as (_, client):
        await registered(client, "One", user_id="u1")
        await registered(client, "Two", user_id="u2")
        found = await client.get("/avatar/list", params={"user_id": "u2"})
        assert [row["avatar_name"] for row in found.json()["avatars"]] == ["Two"]


async def test_the_cache_tells_how_it_does() -> None:
    async with opened_house() as (_, client):
        told = (await client.get("/avatar/cache/status")).json()
        assert told["hit_rate"] == 0.8
        assert told["bytes"] == 2_000


async def test_a_text_becomes_a_video() -> None:
    async with opened_house() as (made, client):
        face = await registered(client, "Ada")
        voice = await registered(client, "Bea", "voice")
        wish = {"text": "Hello.", "avatar_id": "Ada", "voice": "Bea", "language": "en", "width": 256}
        answer = await client.post("/api/v1/generate", json=wish)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["duration"] == 2.0
        assert told["timings"] == {"render": 0.5}
        assert told["avatar_id"] == face["avatar_id"]
        order = made.screen.orders[told["job_id"]]
        assert order == Order("Hello.", "en", face["avatar_id"], voice["voice_id"], 256, 512, 25, False)
        assert (await client.get(told["url"])).content == VIDEO
        assert (await client.delete(told["url"])).status_code == 200
        assert (await client.get(told["url"])).status_code == 404


async def test_a_voice_of_an_engine_and_no_avatar_are_handed_on() -> None:
    async with opened_house() as (made, client):
        told = (await client.post("/api/v1/generate", json={"text": "Hola.", "voice": "es"})).json()
        assert made.screen.orders[told["job_id"]] == Order("Hola.", voice="es")


async def test_an_avatar_is_processed_by_its_name() -> None:
    async with opened_house() as (made, client):
        face = await registered(client, "Ada")
        told = (await client.post("/avatar/process", json={"text": "Hi.", "avatar_id": "Ada"})).json()
        assert made.screen.orders[told["job_id"]].avatar == face["avatar_id"]
        assert (await client.post("/avatar/process", json={"text": "Hi."})).status_code == 422
        assert (
            await client.post("/avatar/process", json={"text": "Hi.", "avatar_id": "x"})
        ).status_code == 404


PICTURED = {"text": "Hi.", "consent": True, "subject": "Ada", "purpose": "tests"}


@pytest.mark.parametrize("prefix", ["", "data:image/jpeg;base64,"])
async def test_a_picture_in_json_is_registered_once_and_speaks(prefix: str) -> None:
    async with opened_house() as (made, client):
        wish = PICTURED | {"reference_image": prefix + base64.b64encode(FILE).decode()}
        first = (await client.post("/api/v1/generate", json=wish)).json()
        again = (await client.post("/api/v1/generate", json=wish)).json()
        assert first["avatar_id"] == again["avatar_id"]
        assert list(made.shelf.media.values()) == [FILE]


async def test_a_picture_in_a_form_is_registered_and_speaks() -> None:
    async with opened_house() as (made, client):
        fields = {name: str(value) for name, value in PICTURED.items()} | {"avatar_name": "Ada", "fps": "30"}
        answer = await client.post("/api/v1/generate", data=fields, files={"reference_image": FILE})
        assert answer.status_code == 200, answer.text
        assert list(made.shelf.media.values()) == [FILE]
        assert made.screen.orders[answer.json()["job_id"]].fps == 30
        assert (await client.get("/avatar/Ada/info")).status_code == 200


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"reference_image": "!"}, 422, "not_base64"),
        ({"reference_image": "data:text/html;base64,AAAA"}, 422, "not_base64"),
        ({"reference_image": base64.b64encode(FILE).decode(), "consent": False}, 403, "consent"),
        ({"reference_image": base64.b64encode(b"").decode(), "avatar_id": "nobody"}, 404, "not_found"),
        ({"text": ""}, 422, "invalid"),
        ({"text": "   "}, 422, "text"),
        ({"text": "a\ud800"}, 400, "bad_json"),
        ({"reference_image": base64.b64encode(FILE).decode(), "avatar_id": "Ada"}, 422, "two_faces"),
        ({"reference_image": base64.b64encode(bytes(PICTURE_IN_JSON + 1)).decode()}, 413, "too_large"),
        ({"reference_image": "A" * PICTURE_JSON}, 413, "too_large"),
        ({"language": "de"}, 422, "invalid"),
        ({"width": 333}, 422, "invalid"),
        ({"fps": 1_000}, 422, "invalid"),
        ({"avatar_id": "../../etc/passwd"}, 404, "not_found"),
    ],
)
async def test_what_cannot_be_made_is_refused(wish: dict[str, object], status: int, code: str) -> None:
    async with opened_house() as (made, client):
        body = json.dumps(PICTURED | wish)
        answer = await client.post(
            "/api/v1/generate", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert not made.screen.jobs


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    async with opened_house() as (_, client):
        for path in ("/api/v1/generate", "/avatar/process"):
            answer = await client.post(path, content=body, headers={"content-type": "application/json"})
            assert answer.status_code in (400, 422), body
            assert answer.json()["code"]


async def test_a_job_is_followed_and_cancelled() -> None:
    async with opened_house(at_once=False) as (made, client):
        answer = await client.post("/api/v1/generate", json={"text": "Hello.", "wait": False})
        assert answer.status_code == 202
        job = answer.json()
        assert answer.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
        made.screen.at(job["job_id"], Progress("running", 1.0, 2.0))
        assert (await client.get(answer.headers["location"])).json()["progress"]["done"] == 1.0
        assert (await client.get(job["url"])).status_code == 404
        assert (await client.delete(answer.headers["location"])).json()["progress"]["state"] == "cancelled"
        assert len((await client.get("/api/v1/jobs")).json()["jobs"]) == 1


async def test_progress_comes_as_events() -> None:
    async with opened_house(at_once=False) as (made, client):
        job = (await client.post("/api/v1/generate", json={"text": "Hello.", "wait": False})).json()
        following = asyncio.ensure_future(client.get(job["events"]))
        for progress in (Progress("running", 0.5, 2.0), Progress("running", 1.5, 2.0)):
            await asyncio.sleep(0.02)
            made.screen.at(job["job_id"], progress)
        await asyncio.sleep(0.02)
        made.screen.end(job["job_id"], Progress("done", 2.0, 2.0))
        answer = await following
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [
            line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event")
        ]
        assert events == ["queued", "running", "running", "done"]
        data = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        assert [one["done"] for one in data] == [0.0, 0.5, 1.5, 2.0]
        assert (await client.get("/api/v1/jobs/none/events")).status_code == 404


@pytest.mark.parametrize(
    ("end", "status", "code"),
    [
        (Progress("failed", error="something is gone"), 500, "failed"),
        (Progress("failed", error="there is nothing to say", code="text"), 422, "text"),
        (Progress("failed", error="it was taken back", code="consent"), 403, "consent"),
        (Progress("failed", error="the voice is gone", code="not_found"), 404, "not_found"),
        (Progress("failed", error="the voice broke", code="engine"), 500, "engine"),
        (Progress("cancelled"), 409, "cancelled"),
    ],
)
async def test_who_waits_is_told_how_it_ended(end: Progress, status: int, code: str) -> None:
    async with opened_house(at_once=False) as (made, client):
        waiting = asyncio.ensure_future(client.post("/api/v1/generate", json={"text": "Hello."}))
        await made.screen.ordered.wait()
        made.screen.end(next(iter(made.screen.jobs)), end)
        answer = await waiting
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_who_waits_when_the_server_ends_is_told_where_to_ask() -> None:
    async with opened_house(at_once=False) as (made, client):
        waiting = asyncio.ensure_future(client.post("/api/v1/generate", json={"text": "Hello."}))
        await made.screen.ordered.wait()
        job = next(iter(made.screen.jobs))
        made.screen.end(job, Progress("queued", place=1))
        answer = await waiting
        assert (answer.status_code, answer.headers["location"]) == (202, f"/api/v1/jobs/{job}")


async def test_what_consent_was_taken_back_for_is_refused_at_once() -> None:
    async with opened_house() as (made, client):
        for kind in ("avatar", "voice"):
            consent = (await registered(client, "Ada", kind))["consent_id"]
            await client.post(f"/consent/{consent}/revoke")
        picture = {"avatar_name": "Ada", "reference_image": base64.b64encode(FILE).decode()}
        for wish in ({"avatar_id": "Ada"}, {"voice": "Ada"}, PICTURED | picture):
            answer = await client.post("/api/v1/generate", json={"text": "Hi."} | wish)
            assert (answer.status_code, answer.json()["code"]) == (403, "consent")
        assert not made.screen.jobs


@pytest.mark.parametrize(("set_", "wished"), [(False, False), (False, True), (True, False)])
async def test_a_notice_is_drawn_where_it_is_wished_or_set(set_: bool, wished: bool) -> None:
    made = house(Settings(visible_notice=set_))
    async with made.client() as client:
        told = (await client.post("/api/v1/generate", json={"text": "Hi.", "notice": wished})).json()
        assert made.screen.orders[told["job_id"]].notice is (set_ or wished)


@pytest.mark.parametrize(("own", "status"), [(True, 429), (False, 503)])
async def test_a_full_line_says_when_to_come_back(own: bool, status: int) -> None:
    async with opened_house() as (made, client):

        async def full(owner: str, actor: str, order: Order) -> Rendering:
            raise LineFull(20, own=own)

        made.screen.submit = full  # type: ignore[method-assign]
        answer = await client.post("/api/v1/generate", json={"text": "Hello."})
        assert (answer.status_code, answer.json()["code"]) == (status, "line_full")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_consent_is_listed_and_taken_back() -> None:
    async with opened_house() as (made, client):
        face = await registered(client, "Ada")
        (given,) = (await client.get("/consent/list")).json()["consents"]
        assert (given["consent_id"], given["subject"]) == (face["consent_id"], "Ada")
        assert given["revoked"] is None
        after = await client.post(f"/consent/{face['consent_id']}/revoke")
        assert after.json()["consents"][0]["revoked"]
        assert (await client.get("/avatar/Ada/info")).json()["state"] == "revoked"
        assert made.screen.stopped_for == [face["avatar_id"]]
        await client.post(f"/consent/{face['consent_id']}/revoke", params={"delete": True})
        assert (await client.get("/avatar/list")).json() == {"avatars": []}


async def test_all_that_is_held_can_be_taken_away_and_deleted() -> None:
    async with opened_house() as (made, client):
        await registered(client, "Ada")
        answer = await client.get("/user/export")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"] == 'attachment; filename="visavis-export.zip"'
        assert b"Ada" in answer.content
        assert made.shelf.changes[-1] == ("local", "exported")
        assert (await client.delete("/user")).json() == {"deleted": "local"}
        assert not made.shelf.rows


async def test_deleting_everything_goes_on_where_a_video_is_deleted_beside_it() -> None:
    async with opened_house() as (made, client):
        ids = [
            (await client.post("/api/v1/generate", json={"text": "Hi."})).json()["job_id"] for _ in range(3)
        ]
        made.screen.deleted_beside = ids[1]
        await registered(client, "Ada")
        assert (await client.delete("/user")).status_code == 200
        assert (made.shelf.rows, made.screen.jobs) == ([], {})


async def test_the_audit_tells_who_changed_what() -> None:
    async with opened_house() as (_, client):
        await registered(client, "Ada")
        await client.delete("/avatar/Ada")
        events = (await client.get("/audit")).json()["events"]
        assert [(event["actor"], event["action"]) for event in events] == [
            ("local", "registered"), ("local", "deleted"),
        ]  # fmt: skip
        assert len((await client.get("/audit", params={"most": 1})).json()["events"]) == 1
        assert (await client.get("/audit", params={"most": 0})).status_code == 422


async def test_the_server_says_how_it_is() -> None:
    async with opened_house() as (made, client):
        health = (await client.get("/health")).json()
        assert health["engines"].pop("asr") == {"name": "scripted", "state": "works", "sentence": ""}
        assert set(health.pop("engines")) == {"vad", "llm", "tts", "face"}
        assert health == {
            "status": "healthy",
            "device": "cpu",
            "avatar_backend": "warp",
            "models": {"tts": True, "avatar": True, "avatar_backend": "warp"},
            "conversations": {"places": 3, "talking": 0, "capacity": ""},
            "missing": [],
            "without": [],
        }
        assert (await client.get("/ready")).status_code == 200
        made.condition.append(replace(made.condition[0], tts=False, missing=("the voice",)))
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()["missing"]) == (503, ["the voice"])
        assert (await client.get("/health")).json()["status"] == "degraded"
        made.condition.append(replace(made.condition[0], without=("nobody hears",)))
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "without": ["nobody hears"]})
        assert (await client.get("/health")).json()["status"] == "degraded"


async def test_prometheus_reads_figures_with_few_labels() -> None:
    async with opened_house() as (_, client):
        for path in ("/avatar/nobody/info", "/nowhere/at/all", "/health"):
            await client.get(path)
        await client.request("BREW", "/health")
        answer = await client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = answer.text.splitlines()
        for expected in (
            'visavis_requests_total{method="GET",route="/avatar/{avatar_id}/info",status="404"} 1.0',
            'visavis_requests_total{method="GET",route="none",status="404"} 1.0',
            "visavis_cache_hits_total 6.0",
            "visavis_cache_bytes 2000.0",
        ):
            assert expected in lines
        assert any('method="OTHER"' in line for line in lines)


async def test_two_apps_count_for_themselves() -> None:
    async with opened_house() as (_, one), opened_house() as (_, two):
        await one.get("/health")
        assert 'route="/health"' not in (await two.get("/metrics")).text


async def test_the_page_of_the_interface_needs_nothing_from_elsewhere() -> None:
    async with opened_house() as (made, client):
        answer = await client.get("/docs")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script" not in answer.text
        assert "src=" not in answer.text
        assert "style-src 'sha256-" in answer.headers["content-security-policy"]
        for path in made.app.openapi()["paths"]:
            assert path.replace("{", "{") in answer.text
        assert "avatar_name" in answer.text
        described = (await client.get("/openapi.json")).json()
        form = described["paths"]["/avatar/register"]["post"]["requestBody"]["content"]["multipart/form-data"]
        assert {"file", "avatar_name"} <= set(form["schema"]["required"])


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PortraitError("no face was found; look into the camera"), 422, "portrait"),
        (StorageError("cannot open /var/lib/secret"), 503, "storage"),
        (EngineError("/opt/engine.so died"), 500, "engine"),
        (ZeroDivisionError("/home/somebody/file.py"), 500, "failed"),
    ],
)
async def test_errors_are_answered_in_one_shape_without_places(
    error: Exception, status: int, code: str
) -> None:
    async with opened_house() as (made, client):

        async def fail(owner: str, label: str | None = None) -> list[object]:
            raise error

        made.shelf.avatars = fail  # type: ignore[method-assign,assignment]
        answer = await client.get("/avatar/list")
        assert answer.status_code == status
        assert set(answer.json()) == {"code", "detail"}
        assert answer.json()["code"] == code
        assert "/" not in answer.json()["detail"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/avatar/a/b/c/info", 404, "not_found"),
        ("PUT", "/avatar/list", 405, "method_not_allowed"),
        ("POST", "/avatar/register", 415, "not_a_form"),
    ],
)
async def test_what_is_not_there_is_answered_in_the_same_shape(
    method: str, path: str, status: int, code: str
) -> None:
    async with opened_house() as (_, client):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_uploads_and_videos_are_rationed_where_there_are_keys() -> None:
    made = house(Settings(upload_rate="2/hour", rendering_rate="1/hour"), keys=True)
    async with made.client(ADA) as ada, made.client(BOB) as bob:
        await registered(ada, "One")
        await registered(ada, "Two")
        third = await ada.post("/avatar/register", data=agreed("Three"), files={"file": FILE})
        assert (third.status_code, third.json()["code"]) == (429, "too_many")
        assert 3_500 <= int(third.headers["retry-after"]) <= 3_600
        assert (await ada.get("/avatar/list")).status_code == 200
        await registered(bob, "One")
        assert (await ada.post("/api/v1/generate", json={"text": "Hi."})).status_code == 200
        assert (await ada.post("/api/v1/generate", json={"text": "Hi."})).status_code == 429
        assert (await bob.post("/api/v1/generate", json={"text": "Hi."})).status_code == 200


async def test_a_new_picture_beside_a_text_is_an_upload_and_a_known_one_is_none() -> None:
    made = house(Settings(upload_rate="1/hour", rendering_rate="9/hour"), keys=True)
    async with made.client(ADA) as ada:
        for picture, status in ((FILE, 200), (FILE, 200), (FILE + b"1", 429)):
            wish = PICTURED | {"reference_image": base64.b64encode(picture).decode()}
            assert (await ada.post("/api/v1/generate", json=wish)).status_code == status
        assert list(made.shelf.media.values()) == [FILE]


async def test_the_same_new_picture_of_two_clients_is_registered_once() -> None:
    async with opened_house() as (made, client):
        look, looked = made.shelf.avatars, asyncio.Barrier(2)

        async def look_together(owner: str, label: str | None = None) -> Sequence[Avatar]:
            found = await look(owner, label)
            if not found:
                await looked.wait()
            return found

        made.shelf.avatars = look_together  # type: ignore[method-assign]
        wish = PICTURED | {"reference_image": base64.b64encode(FILE).decode()}
        answers = await asyncio.gather(*(client.post("/api/v1/generate", json=wish) for _ in range(2)))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert list(made.shelf.media.values()) == [FILE]
        other = PICTURED | {"reference_image": base64.b64encode(FILE + b"1").decode()}
        name = {"avatar_name": made.shelf.rows[0].name}
        assert (await client.post("/api/v1/generate", json=other | name)).status_code == 409


async def test_nothing_is_read_of_who_shows_no_key() -> None:
    made = house(keys=True)
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"[" * 1_000

    async with made.client() as client:
        for path in ("/api/v1/generate", "/avatar/process"):
            kind = {"content-type": "application/json"}
            assert (await client.post(path, content=body(), headers=kind)).status_code == 401
    assert read == 0


async def test_a_name_is_taken_once_and_not_without_consent() -> None:
    async with opened_house() as (_, client):
        await registered(client, "Ada")
        for fields, status, code in (
            (agreed("Ada"), 409, "name_taken"),
            (agreed("Eve", consent="false"), 403, "consent"),
            ({"avatar_name": "Eve"}, 403, "consent"),
            (agreed(""), 422, "invalid"),
            (agreed("x" * 65), 422, "invalid"),
            ({}, 422, "invalid"),
        ):
            answer = await client.post("/avatar/register", data=fields, files={"file": FILE})
            assert (answer.status_code, answer.json()["code"]) == (status, code), fields
        answer = await client.post("/avatar/register", files={"other": (None, "x")})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_file")
        assert len((await client.get("/avatar/list")).json()["avatars"]) == 1


async def test_an_empty_file_is_refused() -> None:
    async with opened_house() as (_, client):
        answer = await client.post("/avatar/register", data=agreed("Eve"), files={"file": b""})
        assert (answer.status_code, answer.json()["code"]) == (422, "empty")


def test_a_client_can_be_made_of_the_description() -> None:
    """Every operation has a summary, an answer and a name of its own."""
    paths = house().app.openapi()["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    assert all(operation["description"] and operation["responses"] for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("field", ["voice_id", "avatar", "txt"])
async def test_a_field_with_a_wrong_name_is_refused(field: str) -> None:
    async with house().client() as client:
        answer = await client.post("/api/v1/generate", json={"text": "Hello.", field: "x"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "there is a field that is not known here; see /docs"
