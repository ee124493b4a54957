"""Conversations that are recorded on request, and become videos of whoever held them.

Owns who may be recorded, and what the file says of itself. Whoever is seen and heard has to have agreed, at
the beginning and at the end; otherwise nothing is kept. Refuses to know how wishes travel.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol, Self, TypeAlias

from visavis.avatars.database.tables import Avatar, Voice
from visavis.avatars.registry import usable
from visavis.contracts import title_of
from visavis.conversation.cast import Engines, Role
from visavis.conversation.onlookers import Recorder
from visavis.conversation.stage import Event, Moment, Recording
from visavis.credentials import Facts, Signer, sign
from visavis.errors import UnknownName
from visavis.media import Samples
from visavis.render import MARK, Film, Progress
from visavis.renderings.failure import told, traced
from visavis.renderings.jobs import Renderings
from visavis.renderings.order import Rendering, Take
from visavis.stopwatch import Stopwatch
from visavis.streams import Crew, Worker, closing
from visavis.transports.montage import AHEAD
from visavis.transports.recording import Tape, recorded

Gone: TypeAlias = Callable[[], Awaitable[object]]

DISCARDED: Final = "the recording was not kept: it was cancelled, or a consent was taken back"


class Cast(Protocol):
    """Who is registered, by id. Raises UnknownName."""

    async def avatar(self, owner: str, which: str) -> Avatar: ...

    async def voice(self, owner: str, which: str) -> Voice: ...


class Recordable(Protocol):
    """What a recording has to do with of a session."""

    fps: int
    rate: int
    size: tuple[int, int]
    recorders: set[Recorder]

    @property
    def role(self) -> Role: ...

    def announce(self, event: Event) -> None:
        """Tell its client."""
        ...


class _Shown(NamedTuple):
    """Who is seen and heard, by id, and the records by which they agree."""

    avatar: str | None
    voice: str | None
    consents: tuple[str, ...]


class Recordings:
    """Records conversations; a context manager: at its end they end, and are kept.

    engines: that the sessions share. ahead: seconds that a client is sent before they are heard, at most.
    """

    def __init__(
        self,
        renderings: Renderings,
        cast: Cast,
        signer: Signer,
        engines: Callable[[], Engines],
        ahead: float = AHEAD,
    ) -> None:
        self._renderings, self._cast, self._signer, self._engines = renderings, cast, signer, engines
        self._ahead = ahead
        self._reels: set[_Reel] = set()
        self._crew = Crew()

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for reel in self._reels:
            reel.tape.stop()
        await self._crew.__aexit__(None)

    def camera(self, owner: str, actor: str, session: Recordable, gone: Gone) -> "Camera":
        """What records one client's session. gone: returns when the client leaves, which ends a recording."""
        return Camera(partial(self._begin, owner, actor, session, gone))

    async def _begin(self, owner: str, actor: str, session: Recordable, gone: Gone) -> Tape:
        shown = await self._shown(owner, session.role.uses)
        reel = _Reel(session)
        self._reels.add(reel)
        session.recorders.add(reel)
        leaving = self._crew.begin(_ended_with(gone, reel.tape))
        self._crew.begin(self._kept(owner, actor, reel, shown)).add_done_callback(lambda _: leaving.cancel())
        return reel.tape

    async def _kept(self, owner: str, actor: str, reel: "_Reel", shown: _Shown) -> None:
        """See to a recording until it is kept or has failed, and tell its session."""
        session, language = reel.session, reel.session.role.language
        film, finish = partial(self._film, owner, reel), reel.tape.stop
        take = Take(shown.avatar, shown.voice, language, session.size, session.fps, film, finish)
        try:
            rendering = await self._renderings.record(owner, actor, take)
            session.announce(_ending(rendering))
        except Exception as error:
            session.announce(Recording("failed", detail=told(error).sentence))
            logging.error("a recording could not be written down: %s", traced(error))
        finally:
            reel.tape.stop()
            session.recorders.discard(reel)
            self._reels.discard(reel)

    async def _film(self, owner: str, reel: "_Reel", out: Path, progress: Progress) -> Film:
        """See order.Take; also marks the film, if all who are in it still agree."""
        session, watch, engines = reel.session, Stopwatch(), self._engines()
        size, fps, language = session.size, session.fps, session.role.language
        made = await recorded(
            reel.tape,
            out,
            size,
            fps,
            session.rate,
            ahead=self._ahead,
            comment=MARK,
            progress=lambda done: progress(done, None),
        )
        consents = (await self._shown(owner, reel.uses)).consents
        facts = Facts(title_of(engines.face), title_of(engines.tts), language, consents)
        async with closing(Worker("signing")) as worker:
            await worker.run(partial(sign, out, self._signer, facts))
        return Film(out, size, fps, made.frames, made.seconds, watch.timings(0.0))

    async def _shown(self, owner: str, uses: frozenset[str]) -> _Shown:
        """Raises ConsentError where somebody does not agree, UnknownName where they are known no more."""
        shown = _Shown(None, None, ())
        for id_ in sorted(uses):
            try:
                consent = usable(await self._cast.avatar(owner, id_)).consent
                shown = shown._replace(avatar=shown.avatar or id_)
            except UnknownName:
                consent = usable(await self._cast.voice(owner, id_)).consent
                shown = shown._replace(voice=shown.voice or id_)
            shown = shown._replace(consents=(*shown.consents, consent))
        return shown


class Camera:
    """Begins and ends the recording of one client's session."""

    def __init__(self, begin: Callable[[], Awaitable[Tape]]) -> None:
        self._begin = begin
        self._tape: Tape | None = None

    @property
    def is_on(self) -> bool:
        """Whether it records."""
        return self._tape is not None and not self._tape.stopped

    async def record(self, on: bool) -> Recording:
        """Begin to record, or end it; how that stands now. What became of it is an event of the session.

        Raises:
            ConsentError: somebody who is seen or heard has not agreed, or no longer.
            UnknownName: they are not registered any more.
        """
        if on and not self.is_on:
            self._tape = await self._begin()
        if on:
            return Recording("on")
        if self._tape is None or self._tape.stopped:
            return Recording("off")
        self._tape.stop()
        return Recording("saving")


class _Reel:
    """What one recording takes from a session: a Recorder of the session's.

    uses: the ids of all that was seen or heard meanwhile.
    """

    def __init__(self, session: Recordable) -> None:
        self.session = session
        self.tape = Tape()
        self.uses = session.role.uses

    def performed(self, moment: Moment) -> None:
        """See conversation.onlookers.Recorder."""
        if not self.tape.stopped:
            self.uses |= self.session.role.uses
        self.tape.performed(moment)

    def voided(self, heard: float) -> None:
        """See conversation.onlookers.Recorder."""
        self.tape.voided(heard)

    def overheard(self, samples: Samples, at: float) -> None:
        """See conversation.onlookers.Recorder."""
        self.tape.overheard(samples, at)


async def _ended_with(gone: Gone, tape: Tape) -> None:
    await gone()
    tape.stop()


def _ending(rendering: Rendering) -> Recording:
    match rendering.progress.state:
        case "done":
            return Recording("kept", rendering.filename, rendering.facts["seconds"])
        case "cancelled":
            return Recording("failed", detail=DISCARDED)
        case _:
            return Recording("failed", detail=rendering.progress.error)
