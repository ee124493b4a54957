"""What a client sends is in no log, no figure and no answer to an error."""

import io
import json
import logging
from typing import Any

import pytest

from tests.server.house import ADA, FILE, House, agreed, house
from visavis.config import IceServer, Settings
from visavis.errors import StorageError
from visavis.server.log import Others, opened

KEY, TEXT, PATH, NAME, QUERY, HEADER = (
    f"planted{word}" for word in ("key", "text", "path", "name", "query", "head")
)
PLANTED = (KEY, TEXT, PATH, NAME, QUERY, HEADER, ADA)


ICE = (IceServer("turn:turn.example.org", "ada", KEY),)

FORM = "multipart/form-data"
UPLOAD = {"file": (f"{NAME}.jpg", FILE, f"image/{NAME}")}

REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", f"/{PATH}/{PATH}", {}),
    ("GET", "/avatar/list", {"headers": {"X-API-Key": KEY}}),
    ("GET", "/avatar/list", {"headers": {"X-API-Key": "", "Authorization": f"Bearer {KEY}"}}),
    ("GET", "/audit", {"params": {"most": QUERY, QUERY: QUERY}}),
    (PATH.upper(), f"/{PATH}", {}),
    ("POST", "/api/v1/generate", {"json": {"text": TEXT, "width": TEXT, "language": TEXT, TEXT: TEXT}}),
    ("POST", "/api/v1/generate", {"json": {"text": TEXT, "reference_image": TEXT}}),
    ("POST", "/api/v1/generate", {"content": f'{{"text": "{TEXT}', "headers": {"content-type": "a/json"}}),
    ("POST", "/avatar/process", {"json": {"text": TEXT, "fps": TEXT}}),
    ("POST", "/avatar/process", {"content": TEXT, "headers": {"content-type": "application/json"}}),
    ("POST", "/avatar/register", {"data": agreed("x", consent=TEXT), "files": UPLOAD}),
    ("POST", "/avatar/register", {"data": agreed(NAME, consent="no"), "files": UPLOAD}),
    ("POST", "/avatar/register", {"files": {NAME: (NAME, FILE)}}),
    ("POST", "/avatar/register", {"content": TEXT, "headers": {"content-type": f"{FORM}; boundary={PATH}"}}),
    ("POST", "/avatar/register", {"content": TEXT, "headers": {"content-type": f"{FORM}; {PATH}"}}),
    ("POST", "/api/v1/chat", {"json": {"text": TEXT, "language": TEXT, TEXT: TEXT}}),
    ("POST", "/api/v1/chat", {"json": {"text": TEXT, "session": "planted"}}),
    ("POST", "/api/v1/chat", {"json": {"messages": [{"role": TEXT, "content": TEXT}]}}),
    ("POST", "/api/v1/conversation", {"data": {"text": TEXT, "voice": TEXT}, "files": UPLOAD}),
    ("POST", "/api/v1/transcribe", {"content": TEXT, "params": {QUERY: QUERY}}),
    ("POST", "/api/v1/webrtc/offer", {"json": {"sdp": TEXT, "type": "offer"}}),
    ("POST", "/api/v1/webrtc/offer", {"json": {"sdp": TEXT, "type": TEXT, "session": TEXT}}),
    ("GET", f"/assets/{PATH}.js", {}),
]


async def plant(made: House) -> list[str]:
    """Send secrets in every way there is; all answers to errors."""
    told = []
    sent = {"User-Agent": HEADER, "X-Request-ID": HEADER, "Referer": HEADER}
    async with made.client(ADA, **sent) as client:
        for method, path, more in REQUESTS:
            answer = await client.request(method, path, **more)
            assert answer.status_code >= 400, path
            assert set(answer.json()) == {"code", "detail"}
            told.append(answer.text + str(answer.headers))
        video = await client.post("/api/v1/generate", json={"text": TEXT})
        assert video.status_code == 200
    return told


async def test_secrets_stay_out_of_answers_figures_and_the_log(caplog: pytest.LogCaptureFixture) -> None:
    made = house(Settings(openai_api_key=KEY, ice_servers=ICE), keys=True)
    others = Others(opened(made.log))
    logging.getLogger().addHandler(others)
    caplog.set_level("DEBUG")
    try:
        told = await plant(made)
        async with made.client(ADA) as client:
            figures = (await client.get("/metrics")).text
            for path in ("/api/v1/figures", "/health", "/ready", "/openapi.json"):
                figures += (await client.get(path)).text
    finally:
        logging.getLogger().removeHandler(others)
    for secret in PLANTED:
        assert not [answer for answer in told if secret in answer.lower()]
        assert secret not in figures.lower()
        assert secret not in made.log.getvalue().lower()
    assert len([line for line in made.lines if line["event"] == "request"]) == len(told) + 6


async def test_a_request_is_one_line_of_a_few_fields() -> None:
    made = house(keys=True)
    async with made.client(ADA) as client:
        answer = await client.get("/avatar/nobody/info")
    (line,) = made.lines
    assert set(line) == {
        "event", "level", "timestamp", "method", "route", "status", "milliseconds", "request_id", "owner",
    }  # fmt: skip
    assert (line["method"], line["route"], line["status"]) == ("GET", "/avatar/{avatar_id}/info", 404)
    assert line["owner"] == "ada"
    assert line["request_id"] == answer.headers["x-request-id"]


async def test_a_mistake_of_ours_is_logged_by_its_place_and_not_by_its_words() -> None:
    made = house()

    async def fail(owner: str, label: str | None = None) -> list[object]:
        raise KeyError(TEXT)

    made.shelf.avatars = fail  # type: ignore[method-assign,assignment]
    async with made.client() as client:
        answer = await client.get("/avatar/list")
    mistakes = [line for line in made.lines if line["event"] == "mistake"]
    assert len(mistakes) == 1
    assert mistakes[0]["error"].startswith("KeyError at ")
    assert " avatars.py:" in mistakes[0]["error"]
    assert mistakes[0]["request_id"] == answer.headers["x-request-id"]
    assert TEXT not in made.log.getvalue() + answer.text


async def test_what_is_answered_in_other_words_is_logged_by_its_place() -> None:
    made = house()

    async def fail(owner: str, label: str | None = None) -> list[object]:
        raise StorageError(TEXT) from OSError(28, TEXT)

    made.shelf.avatars = fail  # type: ignore[method-assign,assignment]
    async with made.client() as client:
        assert (await client.get("/avatar/list")).status_code == 503
    (failure,) = [line for line in made.lines if line["event"] == "failure"]
    assert failure["error"].startswith("StorageError at ")
    assert " test_discretion.py:" in failure["error"]
    assert "because of OSError ENOSPC" in failure["error"]
    assert TEXT not in made.log.getvalue()


def test_a_field_that_is_not_allowed_is_dropped() -> None:
    stream = io.StringIO()
    opened(stream).info("event", route="/", text=TEXT)
    assert set(json.loads(stream.getvalue())) == {"event", "level", "timestamp", "route"}


def test_what_libraries_say_is_not_repeated() -> None:
    stream = io.StringIO()
    others = Others(opened(stream))
    for name in ("python_multipart.multipart", "sqlalchemy.engine", "uvicorn.error"):
        logger = logging.Logger(name)
        logger.addHandler(others)
        try:
            raise ValueError(TEXT)
        except ValueError:
            logger.exception("said of %s", "something")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["logger"] for line in told] == [
        "python_multipart.multipart",
        "sqlalchemy.engine",
        "uvicorn.error",
    ]
    assert "something" in told[2]["event"]
    assert "something" not in told[0]["event"] + told[1]["event"]
    assert TEXT not in stream.getvalue()


def test_the_log_can_be_for_people() -> None:
    stream = io.StringIO()
    log = opened(stream, level="warning", console=True)
    log.info("quiet")
    log.warning("loud", status=500)
    assert "loud" in stream.getvalue()
    assert "quiet" not in stream.getvalue()
