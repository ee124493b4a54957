import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from visavis.contracts import Prepared
from visavis.conversation.cast import Role
from visavis.conversation.lobby import MOST_PARKED, RECHECK, SOONEST, USUAL, Lobby, Seat
from visavis.conversation.onlookers import SessionFigures
from visavis.conversation.stage import Timed
from visavis.errors import EngineError, NoRoom, StorageError
from visavis.streams import Crew

if TYPE_CHECKING:
    from visavis.conversation.session import Session


class Pretended:
    """A session that does nothing; open: how many there are."""

    open = 0

    def __init__(self, role: Role) -> None:
        self.role = role
        self.figures = SessionFigures()


class Stage:
    """Opens pretended sessions. seconds: that it takes. fails: whether it does not get so far."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.fails = False
        self.open: list[Pretended] = []

    @contextlib.asynccontextmanager
    async def __call__(self, role: Role) -> AsyncIterator["Session"]:
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise EngineError("the stage is on fire")
        made = Pretended(role)
        self.open.append(made)
        try:
            yield cast("Session", made)
        finally:
            self.open.remove(made)


def role(*uses: str) -> Role:
    return Role(cast(Prepared, None), (64, 64), uses=frozenset(uses))


@contextlib.asynccontextmanager
async def opened(places: int = 2, **others: Any) -> AsyncIterator[tuple[Lobby, Stage]]:
    stage = Stage(others.pop("seconds", 0.0))
    async with Lobby(places, stage, **others) as lobby:
        yield lobby, stage
    assert not stage.open


def now() -> float:
    return asyncio.get_running_loop().time()


async def kept_alive(seat: Seat, seconds: float) -> None:
    """Signs of life for a while."""
    end = now() + seconds
    while now() < end:
        seat.renew()
        await asyncio.sleep(1)


async def test_who_is_one_too_many_is_told_so_at_once_and_nobody_else_notices() -> None:
    async with opened(2, seconds=0.5) as (lobby, stage):
        seats = [await lobby.enter("ada", role()), await lobby.enter("bob", role())]
        began = now()
        with pytest.raises(NoRoom, match=r"all 2 places are taken at present; try again in 30 s") as refused:
            await lobby.enter("eve", role())
        assert now() == began
        assert refused.value.wait == USUAL / 2
        assert [seat.why for seat in seats] == [None, None]
        assert len(stage.open) == 2
        await seats[0].leave(keep=False)
        assert lobby.talking == 1
        await lobby.enter("eve", role())
        assert lobby.figures().refused == 1


async def test_a_place_is_taken_while_its_session_is_being_opened() -> None:
    async with opened(1, seconds=5) as (lobby, _), Crew() as crew:
        first = crew.begin(lobby.enter("ada", role()))
        await asyncio.sleep(1)
        with pytest.raises(NoRoom, match="the only place is taken"):
            await lobby.enter("bob", role())
        assert (await first).why is None


async def test_how_long_people_stay_says_when_to_come_again() -> None:
    async with opened(4) as (lobby, _):
        seats = [await lobby.enter("ada", role()) for _ in range(4)]
        await asyncio.gather(*(kept_alive(seat, 40) for seat in seats))
        await seats[0].leave(keep=False)
        await lobby.enter("ada", role())
        with pytest.raises(NoRoom) as refused:
            await lobby.enter("bob", role())
        assert refused.value.wait == 10, "four places, of which one becomes free every ten seconds"


async def test_the_time_that_a_session_is_parked_is_no_time_that_somebody_talks() -> None:
    async with opened(1, keep=30) as (lobby, _):
        seat = await lobby.enter("ada", role())
        await kept_alive(seat, 10)
        await seat.leave(keep=True)
        await asyncio.sleep(40)
        await lobby.enter("bob", role())
        with pytest.raises(NoRoom) as refused:
            await lobby.enter("eve", role())
        assert refused.value.wait == 10


async def test_where_somebody_seems_to_go_one_need_not_wait_for_long() -> None:
    async with opened(2, lease=20) as (lobby, _), Crew() as crew:
        talks, lost = [await lobby.enter("ada", role()) for _ in range(2)]
        crew.begin(kept_alive(talks, 13))
        await asyncio.sleep(12)
        assert lost.why is None
        with pytest.raises(NoRoom) as refused:
            await lobby.enter("eve", role())
        assert refused.value.wait == 8
        lobby.end_of("ada")
        with pytest.raises(NoRoom) as refused:
            await lobby.enter("eve", role())
        assert refused.value.wait == SOONEST


async def test_a_session_that_cannot_be_opened_leaves_its_place() -> None:
    async with opened(1) as (lobby, stage):
        stage.fails = True
        with pytest.raises(EngineError, match="on fire"):
            await lobby.enter("ada", role())
        stage.fails = False
        await lobby.enter("ada", role())


async def test_who_goes_while_a_session_is_being_opened_leaves_nothing() -> None:
    async with opened(1, seconds=3) as (lobby, stage), Crew() as crew:
        for after in (0, 1):
            task = crew.begin(lobby.enter("ada", role()))
            if after:
                await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])
            await asyncio.sleep(5)
            assert (lobby.talking, stage.open) == (0, [])


async def test_a_client_that_gives_no_sign_of_life_loses_its_place_after_the_lease() -> None:
    async with opened(1) as (lobby, stage), Crew() as crew:
        seat = await lobby.enter("ada", role())
        await kept_alive(seat, 20)
        last = now() - 1
        ended = crew.begin(seat.ended())
        assert await ended == "silent"
        assert now() - last == pytest.approx(5.0)
        assert lobby.talking == 0
        await lobby.enter("bob", role())
        assert len(stage.open) == 2, "hers is parked"
        assert (lobby.figures().parked, lobby.figures().silent) == (1, 1)


async def test_a_parked_session_goes_on_with_its_owner_alone() -> None:
    async with opened(1) as (lobby, _):
        seat = await lobby.enter("ada", role("face"))
        await seat.leave(keep=True)
        assert (seat.why, lobby.talking) == ("left", 0)
        stranger = await lobby.enter("bob", role(), seat.token)
        assert (stranger.resumed, stranger.session is seat.session) == (False, False)
        await stranger.leave(keep=False)
        await asyncio.sleep(29)
        again = await lobby.enter("ada", role(), seat.token)
        assert (again.resumed, again.token, again.session is seat.session) == (True, seat.token, True)
        await kept_alive(again, 100)
        assert again.why is None
        assert lobby.figures().resumed == 1


async def test_a_parked_session_ends_when_nobody_comes_back() -> None:
    async with opened() as (lobby, stage):
        seat = await lobby.enter("ada", role())
        await seat.leave(keep=True)
        await asyncio.sleep(31)
        assert not stage.open
        again = await lobby.enter("ada", role(), seat.token)
        assert not again.resumed
        assert again.token != seat.token


async def test_who_comes_back_to_a_full_house_is_refused_and_may_try_again() -> None:
    async with opened(1) as (lobby, _):
        seat = await lobby.enter("ada", role())
        await seat.leave(keep=True)
        other = await lobby.enter("bob", role())
        with pytest.raises(NoRoom):
            await lobby.enter("ada", role(), seat.token)
        await other.leave(keep=False)
        assert (await lobby.enter("ada", role(), seat.token)).resumed


async def test_tokens_are_long_and_no_two_are_the_same() -> None:
    async with opened(50) as (lobby, _):
        tokens = {(await lobby.enter("ada", role())).token for _ in range(50)}
        assert len(tokens) == 50
        assert min(map(len, tokens)) * 6 >= 128
        for wrong in ("", "x", "\ud800", "é", max(tokens)[:-1]):
            assert lobby.session("ada", wrong) is None


async def test_another_connection_takes_over_once_the_first_has_left() -> None:
    async with opened(1) as (lobby, stage), Crew() as crew:
        first = await lobby.enter("ada", role())

        async def served() -> None:
            await first.ended()
            await asyncio.sleep(0.5)
            await first.leave(keep=False)

        leaving = crew.begin(served())
        began = now()
        second = await lobby.enter("ada", role(), first.token)
        assert now() - began == pytest.approx(0.5)
        await leaving
        assert (first.why, second.why, len(stage.open), lobby.talking) == ("moved", None, 1, 1)
        await first.leave(keep=False)
        await first.leave(keep=True)
        assert (second.why, len(stage.open)) == (None, 1), "it is not the first one's any more"


async def test_a_first_connection_that_hangs_is_not_waited_for_for_long() -> None:
    async with opened(1) as (lobby, _):
        first = await lobby.enter("ada", role())
        began = now()
        second = await lobby.enter("ada", role(), first.token)
        assert now() - began == pytest.approx(2.0)
        await kept_alive(second, 10)
        assert second.why is None


async def test_many_who_take_over_at_once_take_turns() -> None:
    async with opened(1) as (lobby, stage), Crew() as crew:
        seat = await lobby.enter("ada", role())

        async def connection() -> Seat:
            mine = await lobby.enter("ada", role(), seat.token)
            crew.begin(_leaving(mine))
            return mine

        crew.begin(_leaving(seat))
        seats = await asyncio.gather(*(connection() for _ in range(10)))
        assert sorted(str(each.why) for each in seats) == ["None", *["moved"] * 9]
        assert (lobby.talking, len(stage.open)) == (1, 1)


async def _leaving(seat: Seat) -> None:
    await seat.ended()
    await seat.leave(keep=True)


async def test_who_goes_while_taking_over_leaves_the_session_parked() -> None:
    async with opened(1) as (lobby, stage), Crew() as crew:
        seat = await lobby.enter("ada", role())
        task = crew.begin(lobby.enter("ada", role(), seat.token))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        assert (lobby.talking, lobby.figures().parked) == (0, 1)
        await asyncio.sleep(33)
        assert not stage.open


async def test_what_is_withdrawn_ends_what_uses_it_within_five_seconds() -> None:
    gone: set[str] = set()

    async def withdrawn(owner: str, items: frozenset[str]) -> frozenset[str]:
        return items & gone

    async with opened(4, withdrawn=withdrawn) as (lobby, stage), Crew() as crew:
        hers = await lobby.enter("ada", role("face", "voice"))
        others = [await lobby.enter("ada", role("other")), await lobby.enter("ada", role())]
        parked = await lobby.enter("ada", role("voice"))
        await parked.leave(keep=True)
        for seat in (hers, *others):
            crew.begin(kept_alive(seat, 20))
        await asyncio.sleep(1.5)
        gone.add("voice")
        crew.begin(_leaving(hers))
        began = now()
        assert await hers.ended() == "withdrawn"
        assert now() - began <= RECHECK < 5
        await asyncio.sleep(0.1)
        assert [seat.why for seat in others] == [None, None]
        assert len(stage.open) == 2, "the parked one has ended as well"
        assert lobby.figures().withdrawn == 2


async def test_an_avatar_that_is_chosen_later_counts() -> None:
    async with opened() as (lobby, _):
        seat = await lobby.enter("ada", role())
        cast(Any, seat.session).role = role("face")
        lobby.end_using("bob", frozenset({"face"}))
        assert seat.why is None
        lobby.end_using("ada", frozenset({"face"}))
        assert seat.why == "withdrawn"


async def test_a_revoked_key_ends_its_conversations_and_no_others() -> None:
    gone: set[str] = set()

    async def revoked(actors: frozenset[str]) -> frozenset[str]:
        return actors & gone

    async with opened(3, revoked=revoked) as (lobby, stage), Crew() as crew:
        old = await lobby.enter("ada", role(), actor="old key")
        other = await lobby.enter("ada", role(), actor="new key")
        moved = await lobby.enter("ada", role(), actor="old key")
        await moved.leave(keep=True)
        moved = await lobby.enter("ada", role(), moved.token, actor="new key")
        for seat in (old, other, moved):
            crew.begin(kept_alive(seat, 9))
        crew.begin(_leaving(old))
        gone.add("old key")
        began = now()
        assert await old.ended() == "revoked"
        assert now() - began <= RECHECK
        await asyncio.sleep(0.1)
        assert [other.why, moved.why] == [None, None]
        assert len(stage.open) == 2


async def test_a_database_that_is_away_ends_nobody_and_is_asked_again() -> None:
    answers = iter([StorageError("away"), StorageError("away")])
    asked = 0

    async def withdrawn(owner: str, items: frozenset[str]) -> frozenset[str]:
        nonlocal asked
        asked += 1
        if (error := next(answers, None)) is not None:
            raise error
        return frozenset()

    async with opened(withdrawn=withdrawn) as (lobby, _):
        seat = await lobby.enter("ada", role("face"))
        await kept_alive(seat, 15)
        assert (seat.why, asked) == (None, 3)


async def test_an_owner_who_is_erased_is_ended_everywhere() -> None:
    async with opened(3) as (lobby, stage):
        seats = [await lobby.enter(owner, role()) for owner in ("ada", "ada", "bob")]
        await seats[1].leave(keep=True)
        lobby.end_of("ada")
        await seats[0].leave(keep=True)
        await asyncio.sleep(0.1)
        assert [seat.why for seat in seats] == ["withdrawn", "left", None]
        assert len(stage.open) == 1


async def test_its_end_ends_everybody_and_lets_nobody_in() -> None:
    stage = Stage()
    async with Crew() as crew:
        async with Lobby(3, stage) as lobby:
            seats = [await lobby.enter("ada", role()) for _ in range(2)]
            parked = await lobby.enter("ada", role())
            await parked.leave(keep=True)
            crew.begin(_leaving(seats[0]))
            lobby.stop()
            with pytest.raises(NoRoom, match="being ended"):
                await lobby.enter("bob", role())
            with pytest.raises(NoRoom, match="being ended"):
                await lobby.enter("ada", role(), parked.token)
            began = now()
        assert now() - began == pytest.approx(2.0), "one of them hangs, and is not waited for any longer"
    assert not stage.open
    assert [seat.why for seat in seats] == ["closing", "closing"]


async def test_parked_sessions_are_bounded() -> None:
    async with opened(2) as (lobby, stage):
        tokens = []
        for _ in range(20):
            seat = await lobby.enter("ada", role())
            tokens.append(seat.token)
            await seat.leave(keep=True)
        await asyncio.sleep(0.1)
        assert len(stage.open) == 2 * MOST_PARKED
        assert (await lobby.enter("ada", role(), tokens[-1])).resumed
        assert not (await lobby.enter("ada", role(), tokens[0])).resumed


async def test_who_comes_and_goes_a_lot_ends_nobody_elses_parked_session() -> None:
    async with opened(1) as (lobby, _):
        hers = await lobby.enter("ada", role())
        await hers.leave(keep=True)
        for _ in range(3 * MOST_PARKED):
            seat = await lobby.enter("eve", role())
            await seat.leave(keep=True)
            await asyncio.sleep(0.1)
        assert lobby.figures().parked == MOST_PARKED
        assert (await lobby.enter("ada", role(), hers.token)).resumed


async def test_five_hundred_come_and_go_and_nothing_is_left() -> None:
    async with opened(2) as (lobby, stage):
        tasks = len(asyncio.all_tasks())
        for number in range(500):
            seat = await lobby.enter("ada", role(), None)
            if number % 3 == 0:
                await seat.leave(keep=True)
                seat = await lobby.enter("ada", role(), seat.token)
                assert seat.resumed
            await seat.leave(keep=False)
        assert (len(asyncio.all_tasks()), stage.open) == (tasks, [])
        gc.collect()
        assert sum(type(thing) is Seat for thing in gc.get_objects()) <= 1
        figures = lobby.figures()
        assert (figures.entered, figures.talking, figures.parked) == (500, 0, 0)


async def test_a_flood_of_the_refused_is_nobody_elses_trouble() -> None:
    async with opened(1) as (lobby, stage):
        seat = await lobby.enter("ada", role())
        answers = await asyncio.gather(
            *(lobby.enter("eve", role()) for _ in range(1_000)), return_exceptions=True
        )
        assert all(isinstance(answer, NoRoom) for answer in answers)
        assert (seat.why, len(stage.open), lobby.figures().refused) == (None, 1, 1_000)


async def test_more_places_let_more_in_and_fewer_send_nobody_away() -> None:
    async with opened(1) as (lobby, _):
        seats = [await lobby.enter("ada", role())]
        lobby.places = 2
        seats.append(await lobby.enter("ada", role()))
        lobby.places = 1
        assert [seat.why for seat in seats] == [None, None]
        await seats[0].leave(keep=False)
        with pytest.raises(NoRoom):
            await lobby.enter("ada", role())


async def test_what_sessions_did_is_added_up_beyond_their_end() -> None:
    async with opened() as (lobby, stage):
        first, second = await lobby.enter("ada", role()), await lobby.enter("ada", role())
        for number, session in enumerate(stage.open, 1):
            session.figures.replies, session.figures.late = number, 10 * number
            session.figures.timed.append(Timed(1, {"first": 0.2 * number}))
        assert lobby.figures().performed.late == 30
        await first.leave(keep=False)
        figures = lobby.figures()
        assert (figures.performed.replies, figures.performed.late) == (3, 30)
        assert (figures.stages["first"].p50, figures.stages["first"].p95) == (0.2, 0.4)
        assert sum(figures.counts) == 2, "each reply is counted once"
        await second.leave(keep=False)
