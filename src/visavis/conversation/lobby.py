"""Who may talk at present: so many places, and sessions that outlive a lost connection for a while.

Owns the sessions of a process, from their opening to their end, and a task for each. A client that shows no
sign of life for the time of a lease loses its place; its session is parked then, holds no place and draws
nothing, and goes on when its client is back in time. Refuses to know how moments travel, and what a session
does.
"""

import asyncio
import contextlib
import logging
import math
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self

from visavis.conversation.tally import Performed, Spread, Tally
from visavis.errors import NoRoom, StorageError
from visavis.streams import Crew, loop_time

if TYPE_CHECKING:
    from visavis.conversation.cast import Role
    from visavis.conversation.session import Session
    from visavis.conversation.stage import Timed

Ending = Literal["left", "silent", "moved", "withdrawn", "revoked", "closing"]
"""Why a seat is none any more: its client left, or gave no sign of life; another connection has the session;
the consent was taken back or the avatar deleted; the client's key was revoked; the server ends."""

Withdrawn = Callable[[str, frozenset[str]], Awaitable[frozenset[str]]]
"""Those of an owner's registered things, by id, that may not be used any more."""

Revoked = Callable[[frozenset[str]], Awaitable[frozenset[str]]]
"""Those of the actors, whoever's they are, that may not act any more."""

HANDOVER: Final = 2.0
"""Seconds that a connection has to leave when its seat has ended, before the session goes on without it."""

RECHECK: Final = 4.0
"""Seconds between looks at what was withdrawn, perhaps by another process."""

USUAL: Final = 60.0
"""Seconds that somebody talks, as long as nobody has ended."""

SOONEST, LATEST = 2, 60
"""Seconds after which those who are refused are told to ask again."""

MOST_PARKED: Final = 4
"""Sessions that may be parked for each place. Of those of the owner who has the most of them, the one that
has been parked longest gives way."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How full it is, and what has happened since it was opened.

    places: how many can talk at once. talking: how many do. parked: sessions that wait for their clients.
    entered, resumed, refused: how often. silent: leases that ran out. withdrawn: sessions that ended so.
    performed: by all sessions. stages: of the last replies. counts, seconds: as `Tally` has them.
    """

    places: int
    talking: int
    parked: int
    entered: int
    resumed: int
    refused: int
    silent: int
    withdrawn: int
    performed: Performed
    stages: Mapping[str, Spread]
    counts: tuple[int, ...]
    seconds: float


class Seat:
    """One connection's hold on a session.

    token: shown at `Lobby.enter`, it gives the same owner the same session again.
    actor: who sits here. resumed: whether the session was there before.
    """

    def __init__(
        self, stay: "_Stay", session: "Session", actor: str, leave: "_Leave", *, resumed: bool
    ) -> None:
        self.token = stay.token
        self.session = session
        self.actor = actor
        self.resumed = resumed
        self._leave = leave
        self._renewed = loop_time()
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._left = asyncio.Event()

    def renew(self) -> None:
        """The client gave a sign of life: the lease begins anew."""
        self._renewed = loop_time()

    async def leave(self, keep: bool) -> None:
        """Give the place back; again, it does nothing.

        keep: whether the session is parked for a client that may come back; otherwise it is closed when this
        returns. What was taken from the session (moments, events) has to be closed before.
        """
        self._left.set()
        await self._leave(self, keep)

    async def ended(self) -> Ending:
        """Why it ended, as soon as it has; the connection is to leave then. Anybody may wait for it."""
        return await asyncio.shield(self._ended)

    @property
    def why(self) -> Ending | None:
        """Why it has ended; None if it has not."""
        return self._ended.result() if self._ended.done() else None

    def silent_at(self, lease: float) -> float:
        """The loop's time at which the lease runs out if nothing more is heard."""
        return self._renewed + lease

    def end(self, why: Ending) -> None:
        """For the lobby: let whoever waits for the end know it."""
        if not self._ended.done():
            self._ended.set_result(why)

    async def vacated(self) -> None:
        """Wait until the connection has left, or long enough."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANDOVER):
                await self._left.wait()


_Leave = Callable[[Seat, bool], Awaitable[None]]


class _Stay:
    """A session in the house, from its opening to its end.

    seat: the present one, or the last. since: when it took the place that it holds, or has held.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.token = secrets.token_urlsafe(24)
        self.take_place()
        self.seat: Seat | None = None
        self.session: Session | None = None
        self.over = asyncio.Event()
        self.changing_hands = asyncio.Lock()
        self.timer: asyncio.TimerHandle | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def uses(self) -> frozenset[str]:
        """The ids of what is registered and shown or heard in it."""
        return self.session.role.uses if self.session is not None else frozenset()

    def take_place(self) -> None:
        self.holds_place, self.since = True, loop_time()

    def wake(self, seconds: float, then: Callable[["_Stay"], None]) -> None:
        """Do something in a while, in place of what was to be done before."""
        self.rest()
        self.timer = asyncio.get_running_loop().call_later(max(0.0, seconds), then, self)

    def rest(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


class Lobby:
    """Lets people in, as an asynchronous context manager; leaving it ends all sessions.

    places: how many may talk at once; it may be changed, and nobody has to go for that.
    open: a session for a role. keep: seconds that a session waits for a client that was lost.
    lease: seconds after its last sign of life at which a client is lost.
    withdrawn: asked every few seconds about what the sessions use; revoked: about who sits here.
    """

    def __init__(
        self,
        places: int,
        open: "Callable[[Role], AbstractAsyncContextManager[Session]]",  # noqa: A002
        keep: float = 30.0,
        lease: float = 5.0,
        withdrawn: Withdrawn | None = None,
        revoked: Revoked | None = None,
    ) -> None:
        self.places = places
        self._open = open
        self._keep, self._lease = keep, lease
        self._withdrawn, self._revoked = withdrawn, revoked
        self._stays: list[_Stay] = []
        self._stayed: deque[float] = deque(maxlen=20)
        self._entered = self._resumed = self._refused = self._silent = self._ended_for_consent = 0
        self._tally = Tally()
        self._closing = False
        self._crew = Crew()
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        self._watching = self._crew.begin(self._watch())
        return self

    async def __aexit__(self, *error: object) -> None:
        self.stop()
        if self._watching is not None:
            self._watching.cancel()
        await self._crew.__aexit__(*error)

    def stop(self) -> None:
        """Let nobody in any more, and tell everybody to go."""
        self._closing = True
        for stay in self._stays:
            self._dismiss(stay, "closing")

    # Coming and going

    async def enter(self, owner: str, role: "Role", resume: str | None = None, actor: str = "") -> Seat:
        """A place, and a session in it.

        role: of a new session; one that goes on keeps its own. resume: the token of a session of the same
        owner that is to go on; where there is none, a new one begins. A connection that has it still is told
        to leave first. actor: who comes in the owner's name.

        Raises:
            NoRoom: all places are taken; said at once. VisavisError: the session could not be opened.
        """
        stay = self._known(owner, resume) if resume else None
        if stay is not None:
            async with stay.changing_hands:
                if (seat := await self._back_in(stay, actor)) is not None:
                    return seat
        return await self._begun(owner, role, actor)

    async def _begun(self, owner: str, role: "Role", actor: str) -> Seat:
        self._check_room()
        stay = _Stay(owner)
        self._stays.append(stay)
        opened: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        stay.task = self._crew.begin(self._lived(stay, role, opened))
        stay.task.add_done_callback(lambda _: self._forget(stay))
        try:
            stay.session = await opened
        except BaseException:
            stay.task.cancel()
            await asyncio.wait([stay.task])
            raise
        self._entered += 1
        return self._seated(stay, actor, resumed=False)

    async def _back_in(self, stay: _Stay, actor: str) -> Seat | None:
        """A seat in a session that is there already; None where it has just ended."""
        if not stay.holds_place:
            self._check_room()
            stay.take_place()
        stay.rest()
        try:
            if stay.seat is not None:
                stay.seat.end("moved")
                await stay.seat.vacated()
        except BaseException:  # who wanted it has gone
            self._park(stay)
            raise
        if stay.over.is_set() or stay not in self._stays:
            return None
        self._resumed += 1
        return self._seated(stay, actor, resumed=True)

    async def _lived(self, stay: _Stay, role: "Role", opened: "asyncio.Future[Session]") -> None:
        """One session's whole life."""
        try:
            async with self._open(role) as session:
                if opened.done():  # who wanted it has gone
                    return
                opened.set_result(session)
                await stay.over.wait()
                if stay.seat is not None:
                    await stay.seat.vacated()
        except Exception as error:
            if not opened.done():
                opened.set_exception(error)
            else:
                logging.error("a session did not end well: %s", type(error).__name__)
        finally:
            opened.cancel()  # of no effect where it was told how the opening went

    def _seated(self, stay: _Stay, actor: str, *, resumed: bool) -> Seat:
        assert stay.session is not None
        stay.seat = Seat(stay, stay.session, actor, self._leave, resumed=resumed)
        if stay.over.is_set():  # in the moment between
            stay.seat.end("closing")
        stay.wake(self._lease, self._check_lease)
        return stay.seat

    async def _leave(self, seat: Seat, keep: bool) -> None:
        stay = next((stay for stay in self._stays if stay.seat is seat), None)
        if stay is None or seat.why == "moved":
            return
        was_over = seat.why is not None
        seat.end("left")
        if not keep:
            stay.rest()
            stay.over.set()
        elif not was_over:
            self._park(stay)
        if stay.over.is_set() and stay.task is not None:
            await asyncio.wait([stay.task])

    def _check_lease(self, stay: _Stay) -> None:
        """When the lease may have run out."""
        assert stay.seat is not None
        left = stay.seat.silent_at(self._lease) - loop_time()
        if left > 0:
            stay.wake(left, self._check_lease)
        else:
            self._silent += 1
            stay.seat.end("silent")
            self._park(stay)

    def _park(self, stay: _Stay) -> None:
        if stay not in self._stays:  # it has ended meanwhile
            return
        self._vacate(stay)
        self._stays.remove(stay)
        self._stays.append(stay)  # the order is the one in which they were parked
        stay.wake(self._keep, lambda stay: stay.over.set())
        while len(parked := self._parked()) > MOST_PARKED * self.places:
            crowded = Counter(other.owner for other in parked)
            max(parked, key=lambda other: crowded[other.owner]).over.set()

    def _vacate(self, stay: _Stay) -> None:
        if stay.holds_place:
            stay.holds_place = False
            self._stayed.append(loop_time() - stay.since)

    def _forget(self, stay: _Stay) -> None:
        stay.rest()
        if stay.seat is not None:
            stay.seat.end("closing")
        self._stays.remove(stay)
        self._vacate(stay)
        if stay.session is not None:
            self._tally.timed(_taken(stay.session))
            self._tally.ended(stay.session.figures)

    # Room

    def _check_room(self) -> None:
        if self._closing:
            raise NoRoom("the server is being ended; try again in a moment", 5)
        if self.talking >= self.places:
            self._refused += 1
            wait = self._wait()
            many = "the only place is" if self.places == 1 else f"all {self.places} places are"
            raise NoRoom(f"{many} taken at present; try again in {wait} s", wait)

    def _wait(self) -> int:
        """Seconds after which a place is likely to be free: people who stay T seconds free one of n every
        T / n seconds (Little's law), unless it can be seen that somebody goes sooner.
        """
        usual = sorted(self._stayed)[len(self._stayed) // 2] if self._stayed else USUAL
        going = (self._going_in(stay) for stay in self._stays if stay.holds_place)
        return max(SOONEST, min(LATEST, math.ceil(min([usual / self.places, *going]))))

    def _going_in(self, stay: _Stay) -> float:
        """Seconds after which it gives its place back; a client is likely gone after half a lease."""
        if stay.over.is_set():
            return 0.0
        left = self._lease if stay.seat is None else stay.seat.silent_at(self._lease) - loop_time()
        return left if left < self._lease / 2 else math.inf

    @property
    def talking(self) -> int:
        """How many places are taken."""
        return sum(stay.holds_place for stay in self._stays)

    def _parked(self) -> list[_Stay]:
        return [stay for stay in self._stays if not stay.holds_place and not stay.over.is_set()]

    def _known(self, owner: str, token: str) -> _Stay | None:
        """All are compared, and each in the same time, so that no time tells how much of a token is right."""
        shown = token.encode("utf-8", "replace")
        found = [stay for stay in self._stays if secrets.compare_digest(stay.token.encode(), shown)]
        return next((stay for stay in found if stay.owner == owner and stay.session is not None), None)

    def session(self, owner: str, token: str) -> "Session | None":
        """The session of an owner's that has this token, if it has not ended."""
        stay = self._known(owner, token)
        return stay.session if stay is not None else None

    # Undoing

    def end_using(self, owner: str, items: frozenset[str]) -> None:
        """End every session of an owner's that shows or speaks with one of these."""
        for stay in [stay for stay in self._stays if stay.owner == owner and stay.uses & items]:
            self._ended_for_consent += not stay.over.is_set()
            self._dismiss(stay, "withdrawn")

    def end_of(self, owner: str) -> None:
        """End every session of an owner's: all that is held about them goes."""
        for stay in [stay for stay in self._stays if stay.owner == owner]:
            self._dismiss(stay, "withdrawn")

    def _dismiss(self, stay: _Stay, why: Ending) -> None:
        if stay.seat is not None:
            stay.seat.end(why)
        stay.over.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RECHECK)
            with contextlib.suppress(StorageError):  # it is asked again in a moment
                await self._end_revoked()
            used: dict[str, frozenset[str]] = {}
            for stay in self._stays:
                used[stay.owner] = used.get(stay.owner, frozenset()) | stay.uses
            for owner, items in used.items():
                if items and self._withdrawn is not None:
                    with contextlib.suppress(StorageError):
                        self.end_using(owner, await self._withdrawn(owner, items))

    async def _end_revoked(self) -> None:
        """End the sessions of those who may not act any more."""
        seats = [stay.seat for stay in self._stays if stay.seat is not None]
        if self._revoked is None or not seats:
            return
        gone = await self._revoked(frozenset(seat.actor for seat in seats))
        for stay in [stay for stay in self._stays if stay.seat is not None and stay.seat.actor in gone]:
            self._dismiss(stay, "revoked")

    # Telling

    def figures(self) -> Figures:
        """How it stands now."""
        performed = self._tally.performed
        for stay in self._stays:
            if stay.session is not None:
                performed = performed.plus(stay.session.figures)
                self._tally.timed(_taken(stay.session))
        return Figures(
            places=self.places,
            talking=self.talking,
            parked=len(self._parked()),
            entered=self._entered,
            resumed=self._resumed,
            refused=self._refused,
            silent=self._silent,
            withdrawn=self._ended_for_consent,
            performed=performed,
            stages=self._tally.stages,
            counts=tuple(self._tally.counts),
            seconds=self._tally.seconds,
        )


def _taken(session: "Session") -> "Iterator[Timed]":
    """The replies that have begun since this was asked for the last time."""
    while session.figures.timed:
        yield session.figures.timed.popleft()
