"""Recorded conversations over HTTP, and what the transports are given to begin and end them with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import cast

import pytest

from tests.server.house import House, opened_house
from visavis.conversation.lobby import Seat
from visavis.conversation.stage import Recording
from visavis.errors import ConsentError
from visavis.renderings.order import Order
from visavis.renderings.recordings import Camera, Recordings
from visavis.server.keys import Caller
from visavis.server.parts import Parts
from visavis.server.routes.recordings import recording
from visavis.transports.messages import MessageError, told
from visavis.transports.recording import Tape


async def test_they_are_listed_apart_from_what_was_ordered() -> None:
    async with opened_house() as (made, client):
        ids = [(await made.screen.submit("local", "local", Order(text))).id for text in ("one", "two")]
        made.screen.jobs[ids[1]] = replace(made.screen.jobs[ids[1]], options={"width": 64, "recorded": True})
        [listed] = (await client.get("/api/v1/recordings")).json()["jobs"]
        assert (listed["job_id"], listed["url"]) == (ids[1], f"/api/v1/videos/{ids[1]}.mp4")
        assert len((await client.get("/api/v1/jobs")).json()["jobs"]) == 2


@dataclass
class Filmed:
    """Recordings that begin, or do not. asked: in whose name."""

    agreed: bool = True
    asked: tuple[str, str] = ("", "")

    def camera(
        self, owner: str, actor: str, session: object, gone: Callable[[], Awaitable[object]]
    ) -> Camera:
        self.asked = owner, actor

        async def begin() -> Tape:
            if not self.agreed:
                raise ConsentError("the consent was taken back")
            return Tape()

        return Camera(begin)


@dataclass
class Chair:
    session: object = None

    async def ended(self) -> None:
        await asyncio.Event().wait()


def given(made: House, recordings: Filmed | None) -> Parts:
    parts: Parts = made.app.state.parts
    return replace(parts, recordings=cast("Recordings | None", recordings))


async def test_a_transport_is_told_how_it_stands() -> None:
    async with opened_house() as (made, _):
        filmed = Filmed()
        record = recording(given(made, filmed), Caller("ada", "a key"), cast(Seat, Chair()))
        assert record is not None
        begun, ended = await record(True), await record(False)
    assert filmed.asked == ("ada", "a key")
    assert begun == {
        "type": "recording", "on": True, "state": "on",
        "url": None, "filename": None, "seconds": None, "detail": None,
    }  # fmt: skip
    assert ended == begun | {"on": False, "state": "saving"}


async def test_who_does_not_agree_is_told_so() -> None:
    async with opened_house() as (made, _):
        record = recording(given(made, Filmed(agreed=False)), Caller("ada", "ada"), cast(Seat, Chair()))
        assert record is not None
        with pytest.raises(MessageError, match="was taken back") as refused:
            await record(True)
    assert refused.value.code == "consent"


async def test_a_server_that_records_nothing_gives_nothing_to_record_with() -> None:
    async with opened_house() as (made, _):
        assert recording(given(made, None), Caller("ada", "ada"), cast(Seat, Chair())) is None


def test_a_recording_that_is_kept_can_be_had() -> None:
    kept = told(Recording("kept", "abc.mp4", 12.348))
    assert (kept["url"], kept["seconds"]) == ("/api/v1/videos/abc.mp4", 12.35)
    assert told(Recording("failed", detail="no"))["detail"] == "no"
