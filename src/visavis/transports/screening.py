"""A session's moments as chunks, one client's: encoded as they come, and sent as soon as a chunk is there.

Owns the order of taking, encoding and sending, one at a time: while a chunk waits to be sent no moment is
taken, so that nothing piles up. Refuses to know what a chunk is sent through.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from visavis.contracts import Stream
from visavis.conversation.stage import Moment, Pace, State, Talk
from visavis.streams import Crew, Worker, loop_time
from visavis.transports.chunking import Supply, enough, patience
from visavis.transports.fragments import Coded, Coder, Head, fragment


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some moments, ready to be played.

    start, duration: seconds on the session's timeline. spoken: whether it is part of a reply.
    final: whether a reply ends with it. cut: whether what was sent before and is not heard yet is void.
    head: what it is decoded with. data: one fragment.
    """

    start: float
    duration: float
    spoken: bool
    final: bool
    cut: bool
    head: Head
    data: bytes


Send = Callable[[Chunk, Callable[[], bool]], Awaitable[None]]
"""Sends a chunk, unless it is void by the time that it could be sent, which it asks then."""


class _Turned:
    """Stands for a moment where none was waited for any longer."""


_TURNED: Final = _Turned()


class Screening:
    """What one client is shown.

    pace: at which moments are taken. coding: the threads that encode, which others may share.
    send: waits as long as the client does not read.
    """

    def __init__(self, talk: Talk, pace: Pace, coding: Worker, send: Send) -> None:
        self._talk, self._pace, self._worker, self._send = talk, pace, coding, send
        self._coding: Coder | None = None
        self._supply = Supply(talk.fps)
        self._draft: list[Coded] = []
        self._before: Moment | None = None
        self._size: tuple[int, ...] | None = None
        self._state: State = "idle"
        self._opening = self._fresh = True
        self._cut = self._turned = self._stale = False
        self._sent = self._voids = 0
        self._coming: asyncio.Task[Moment | None] | None = None
        self._opened = asyncio.Event()

    def void(self) -> None:
        """What was taken and has not been sent will not be; the next chunk says `cut`."""
        self._voids += 1
        self._draft, self._before = [], None
        self._stale = self._coming is not None and self._coming.done()
        self._supply.cut()
        self._cut = self._fresh = self._opening = True

    def heed(self, state: State) -> None:
        """What the session is at now."""
        self._state = state
        self._turn()

    async def repace(self, pace: Pace) -> None:
        """Take moments at another pace.

        To close a stream of moments ends what is being said, or thought of, so a reply that is under way
        comes to its end before. Otherwise it is done when this returns.
        """
        if pace != self._pace:
            self._pace, self._turned = pace, True
            self._opened.clear()
            self._turn()
            if not self._busy:
                await self._opened.wait()

    def _turn(self) -> None:
        if self._turned and not self._busy and self._coming is not None:
            self._coming.cancel()

    async def run(self) -> None:
        """Perform until the session ends."""
        going_on = True
        try:
            while going_on:
                self._turned = False
                async with contextlib.aclosing(self._talk.moments(self._pace)) as moments:
                    self._opened.set()
                    going_on = await self._perform(moments)
        finally:
            self._coding = None  # megabytes, which would else wait for the collector

    @property
    def _busy(self) -> bool:
        return self._speaks or self._state in ("thinking", "speaking")

    @property
    def _speaks(self) -> bool:
        return self._before is not None and self._before.spoken and not self._before.last

    async def _perform(self, moments: Stream[Moment]) -> bool:
        """Whether it ended for the sake of another pace."""
        while not self._turned or self._busy:
            moment = await self._next(moments)
            if isinstance(moment, _Turned):
                break
            if moment is None:
                await self._flush()
                return False
            if moment.cut or not self._stale:
                await self._take(moment)
        await self._flush()
        return True

    async def _next(self, moments: Stream[Moment]) -> Moment | _Turned | None:
        """The next moment; None behind the last. While it is not due, what is there is sent without it."""
        self._stale = False
        async with Crew() as crew:
            self._coming = coming = crew.begin(_next_of(moments))
            while not coming.done():
                left = self._supply.left(loop_time())
                wait = patience(self._talk.fps, left) if self._draft else None
                if not (await asyncio.wait([coming], timeout=wait))[0]:
                    await self._flush()
        return _TURNED if coming.cancelled() else coming.result()

    async def _take(self, moment: Moment) -> None:
        parts = self._parts(moment)
        if moment.cut:
            self.void()
        elif parts:
            await self._emit(final=self._speaks and not moment.spoken)
            self._opening = True
        self._before = moment
        if (coded := await self._coded(moment)) is None:
            return
        self._draft.append(coded)
        left = self._supply.left(loop_time())
        opening = self._opening and moment.spoken
        if moment.last or enough(
            len(self._draft), self._talk.fps, left, spoken=moment.spoken, opening=opening
        ):
            await self._emit(final=moment.last)

    def _parts(self, moment: Moment) -> bool:
        """Whether a chunk cannot go on with this moment, and notes its size."""
        size = self._size if moment.pixels is None else moment.pixels.shape
        resized, self._size = size != self._size, size
        before = self._before
        return resized or (before is not None and (before.last or moment.spoken != before.spoken))

    async def _coded(self, moment: Moment) -> Coded | None:
        """None where it has become void meanwhile."""
        voids, fresh, self._fresh = self._voids, self._fresh, moment.last
        opens = not self._draft
        coded = await self._worker.run(lambda: self._coder().code(moment, fresh=fresh, opens=opens))
        return coded if voids == self._voids else None

    def _coder(self) -> Coder:
        """Opens the encoders, where it is called first: on their thread."""
        if self._coding is None:
            self._coding = Coder(self._talk.fps, self._talk.rate, self._talk.size)
        return self._coding

    async def _flush(self) -> None:
        """Send what there is, with all of its sound; what follows is decoded by itself."""
        if not self._draft:
            return
        voids, last = self._voids, self._draft[-1]
        self._fresh = True
        sound_at, sound = await self._worker.run(lambda: self._coder().finish(last.at + 1))
        if voids == self._voids:
            self._draft[-1] = replace(
                last, sound=last.sound + sound, sound_at=last.sound_at if last.sound else sound_at
            )
            await self._emit(final=False)

    async def _emit(self, *, final: bool) -> None:
        draft, self._draft = self._draft, []
        if not draft or self._before is None:
            return
        fps, cut, voids = self._talk.fps, self._cut, self._voids
        self._sent += 1
        self._cut = self._opening = False
        self._supply.sent(len(draft), loop_time())
        chunk = Chunk(
            start=draft[0].at / fps,
            duration=len(draft) / fps,
            spoken=self._before.spoken,
            final=final,
            cut=cut,
            head=draft[0].head,
            data=fragment(self._sent, draft),
        )
        await self._send(chunk, lambda: voids != self._voids)


async def _next_of(moments: Stream[Moment]) -> Moment | None:
    return await anext(moments, None)
