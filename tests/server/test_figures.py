"""How the server is doing, for its page and for Prometheus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.server.house import ADA, House, house, registered
from visavis.config import Settings
from visavis.conversation.cast import Role
from visavis.conversation.onlookers import SessionFigures
from visavis.conversation.stage import Timed
from visavis.errors import NoRoom
from visavis.transports.messages import Select

if TYPE_CHECKING:
    from visavis.conversation.session import Session


class Performed:
    """A session that has done something."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.figures = SessionFigures(moments=500, late=3, starved=1, replies=2, interruptions=1)
        self.figures.timed.extend([Timed(1, {"first": 0.18, "mind": 0.1}), Timed(2, {"first": 0.6})])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose sessions have done something already."""
    made = house(Settings(openai_api_key="planted", session_rate="2/minute"), keys=True, places=1)

    @contextlib.asynccontextmanager
    async def performed(role: Role) -> "AsyncIterator[Session]":
        yield cast("Session", Performed(role))

    monkeypatch.setattr(made.lobby, "_open", performed)
    return made


async def test_what_the_page_of_figures_shows(made: House) -> None:
    async with made.client(ADA) as http:
        seat = await made.lobby.enter("ada", await made.app.state.parts.casting("ada", Select()))
        with pytest.raises(NoRoom):
            await made.lobby.enter("bob", cast(Any, None))
        told = (await http.get("/api/v1/figures")).json()
        await seat.leave(keep=False)
        later = (await http.get("/api/v1/figures")).json()
    assert told["places"] == {"all": 1, "talking": 1, "parked": 0, "told": ""}
    assert told["sessions"]["refused"] == 1
    assert told["replies"] == {"begun": 2, "interrupted": 1, "failed": 0}
    assert told["stages"]["first"] == {"p50": 0.18, "p95": 0.6, "count": 2}
    assert told["pictures"] == {"moments": 500, "spoken": 0, "late": 3, "starved": 1}
    assert told["engines"]["asr"]["state"] == "works"
    assert told["videos"] == {"running": 0, "waiting": 0}
    assert told["memory"] is None or told["memory"] > 10_000_000
    assert told["processors"]["count"] >= 1
    assert later["places"]["talking"] == 0
    assert later["pictures"] == told["pictures"], "what has ended is not forgotten"


async def test_prometheus_sees_conversations(made: House) -> None:
    async with made.client(ADA) as http:
        seat = await made.lobby.enter("ada", await made.app.state.parts.casting("ada", Select()))
        lines = (await http.get("/metrics")).text.splitlines()
        await seat.leave(keep=True)
        for expected in (
            "visavis_places 1.0",
            "visavis_talking 1.0",
            "visavis_sessions_total 1.0",
            "visavis_pictures_late_total 3.0",
            "visavis_moments_starved_total 1.0",
            "visavis_replies_total 2.0",
            "visavis_interruptions_total 1.0",
            'visavis_first_sound_seconds_bucket{le="0.2"} 1.0',
            'visavis_first_sound_seconds_bucket{le="0.7"} 2.0',
            'visavis_first_sound_seconds_bucket{le="+Inf"} 2.0',
            "visavis_first_sound_seconds_count 2.0",
        ):
            assert expected in lines
        assert "visavis_parked 1.0" in (await http.get("/metrics")).text.splitlines()
        assert "planted" not in "".join(lines)


async def test_a_consent_that_is_taken_back_ends_the_conversation_at_once(made: House) -> None:
    async with made.client(ADA) as http:
        for path in ("/consent/{consent_id}/revoke", "/avatar/{avatar_id}"):
            face = await registered(http, path)
            role = await made.app.state.parts.casting("ada", Select(avatar_id=path))
            assert role.uses == {face["avatar_id"]}
            seat = await made.lobby.enter("ada", role)
            method = "POST" if "revoke" in path else "DELETE"
            assert (await http.request(method, path.format_map(face))).status_code == 200
            assert await seat.ended() == "withdrawn"
            await seat.leave(keep=True)
        seat = await made.lobby.enter("ada", await made.app.state.parts.casting("ada", Select()))
        await http.delete("/user")
        assert await seat.ended() == "withdrawn"
        await seat.leave(keep=True)
        await asyncio.sleep(0)
        assert made.lobby.talking == 0
