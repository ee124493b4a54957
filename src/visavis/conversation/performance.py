"""What is heard and seen of a session, moment by moment: a face at rest, and one reply at a time.

Owns the timeline, the frame numbers and the picture on show. Draws no more than is taken. Refuses to know
what is said, and why.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Final

import numpy as np

from visavis.contracts import Stream
from visavis.conversation.cast import Engines, Role
from visavis.conversation.fading import Crossfade
from visavis.conversation.onlookers import Recorder, SessionFigures
from visavis.conversation.playout import Part
from visavis.conversation.reply import Reply
from visavis.conversation.resting import AHEAD, Resting
from visavis.conversation.stage import Moment, Pace
from visavis.conversation.timeline import Timeline, latest
from visavis.media import Look, Mood, Pixels, Samples, sample_at
from visavis.streams import Crew, loop_time

POSTER: Final = 1.0
"""Seconds that a first picture is waited for; a face that has none by then is a grey one."""

GREY: Final = 128

FALL: Final = 0.01
"""Seconds in which sound that is cut falls silent: at once would be a click."""

TICK: Final = 0.001
"""Seconds that a moment may come before its time, as timers do."""

_NOTHING: Final = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Signals:
    """Whom a performance tells how it goes.

    began: a reply's first moment is given. spoke: the next words of it are heard from these seconds of the
    timeline on; the last argument tells whether there are no more. ended: it is over, and this is what was
    heard of it. failed: there is no picture of the face at rest.
    """

    began: Callable[[Reply], None]
    spoke: Callable[[Reply, str, float, bool], None]
    ended: Callable[[Reply, str], None]
    failed: Callable[[Exception], None]


class Performance:
    """The stage of one session; `recorders` see all that is given."""

    def __init__(
        self, engines: Engines, role: Role, crew: Crew, signals: Signals, figures: SessionFigures
    ) -> None:
        self.fps, self.rate = engines.face.fps, engines.tts.rate
        self.recorders: set[Recorder] = set()
        self.is_on = False
        """Whether its moments are being taken."""
        self.reply: Reply | None = None
        """The one that is performed, or that will be as soon as there is anything of it."""
        self._engines, self._crew, self._signals, self._figures = engines, crew, signals, figures
        self._timeline = Timeline(self.fps)
        self._began: float | None = None
        self._until = self._opened = 0.0
        self._fade = Crossfade()
        self._source: object = None
        self._number = 0
        self._look = Look()
        self._mood: Mood = "resting"
        self._mood_from = -inf
        self._cut = self._fresh = False
        self._tail = _NOTHING
        self._stirred = asyncio.Event()
        self._rest = self._resting(role)
        self.role = role

    @property
    def speaking(self) -> bool:
        """Whether the reply has begun."""
        return self.reply is not None and self._began is not None

    # What is asked of it.

    def recast(self, role: Role) -> None:
        """Show another one from now on, between two replies."""
        if role.size != self.role.size:
            self._fade.shown = None
        self._rest = self._resting(role)
        self.role = role
        self.stir()

    def play(self, reply: Reply) -> None:
        """Perform this reply as soon as there is anything of it."""
        self.reply, self._began = reply, None
        reply.release()
        self.stir()

    def cut(self) -> tuple[Reply, str] | None:
        """Break off the reply that there is; also, how much of its text was heard."""
        reply, self.reply = self.reply, None
        if reply is None:
            return None
        now = loop_time()
        text = reply.playout.heard(self._timeline.heard(now))
        if self._began is not None:
            if not (self._timeline.is_ahead(now) or reply.playout.ended):
                self._tail = hushed(reply.playout.take(self._timeline.at).samples, self.rate)
            self._void(now)
        self.stir()
        return reply, text

    def _void(self, now: float) -> None:
        """What was given and not heard never was: the face goes on from the picture that is shown."""
        for recorder in self.recorders:
            recorder.voided(self._timeline.heard(now))
        self._cut = True
        if unseen := self._unseen(now):
            self._number -= unseen
            self._fade.jump()
        self._timeline.cut(now)

    def enter(self) -> tuple[int, Look]:
        """The face of a reply begins: the number of its first picture, and its look."""
        shown = self._number - self._unseen(loop_time())
        self._turn(shown + 1, "resting")
        return shown + 1, self._look

    def _unseen(self, now: float) -> int:
        """How many of the pictures that were given have not been shown yet."""
        if not self._timeline.is_ahead(now):
            return 0
        return min(self._number, round((self._timeline.end - self._timeline.heard(now)) * self.fps))

    def feel(self, mood: Mood, after: float = 0.0) -> None:
        """What the face is at while it does not speak, from so many seconds from now on."""
        self._mood, self._mood_from = mood, loop_time() + after

    def played(self, seconds: float) -> None:
        """Where on the timeline the client is."""
        self._timeline.played(seconds, loop_time())
        self.stir()

    def overhear(self, samples: Samples, rate: int) -> None:
        """Let the recorders have a piece of the microphone's sound that has just ended."""
        at = max(0.0, self._timeline.heard(loop_time()) - len(samples) / rate)
        for recorder in self.recorders:
            recorder.overheard(samples, at)

    def stir(self) -> None:
        """There may be something now that was not there before."""
        self._stirred.set()

    async def moments(self, pace: Pace) -> Stream[Moment]:
        """See stage.Talk; one stream of them at a time, and its end does not end a reply."""
        self.is_on = self._fresh = True
        self._opened = loop_time()
        try:
            while True:
                if self._fade.shown is None:
                    await self._show_poster()
                self._stirred.clear()
                step = self._step(pace, loop_time())
                if isinstance(step, Moment):
                    yield step
                else:
                    await self._wait(step)
        finally:
            self.is_on = False

    # How it goes on.

    def _step(self, pace: Pace, now: float) -> Moment | float:
        """The next moment if it may be taken now, else when to look again, if nothing stirs before."""
        self._end(now)
        reply = self.reply
        if reply is not None and self._sounds(reply, now):
            return self._spoken(reply, pace, now)
        again = inf
        if reply is not None:
            over = now + self._timeline.left(self._until, now)
            again = over if self.speaking else reply.playout.begins_by
        if pace.rest is None:
            return again
        step = self._rested(pace.rest, now)
        return step if isinstance(step, Moment) else min(step, again)

    def _sounds(self, reply: Reply, now: float) -> bool:
        """Whether the next moment is one of the reply's."""
        return not reply.playout.ended and (self.speaking or reply.playout.begins(now + TICK))

    def _spoken(self, reply: Reply, pace: Pace, now: float) -> Moment | float:
        line, playout = self._timeline, reply.playout
        if self._began is None:
            self._begin(pace, now)
        due = line.due(now)
        began = due if self._began is None else self._began
        whole = playout.complete(line.at)
        given = due - pace.speech if whole else latest(due, began, pace.speech)
        if given - now > TICK:
            return given
        if self._began is None:
            self._began = due
            self._signals.began(reply)
        part = playout.take(line.at)
        reply.taken()
        late = part.pixels is None and not (part.starved or playout.faceless)
        self._figures.spoken += 1
        self._figures.late += late
        self._figures.starved += part.starved
        if part.pixels is not None or late:
            moment = self._give(part._replace(picture=reply.first + part.picture), reply, now, spoken=True)
        else:
            moment = self._give(self._idle(part.samples, now, part.last), self._rest, now, spoken=True)
        self._tell(reply, part.last)
        if part.last and pace.rest is not None:
            self._rest.picture(self._number, now)
        return moment

    def _begin(self, pace: Pace, now: float) -> None:
        """The reply's first moment is due now; what was given ahead of the face at rest makes room for it."""
        if pace.rest is None:
            self._timeline.resume(now)
        elif self._timeline.is_ahead(now):
            self._void(now)

    def _tell(self, reply: Reply, last: bool) -> None:
        for text, start in reply.playout.begun():
            self._signals.spoke(reply, text, start, False)
        if last:
            self._until = self._timeline.end
            self._signals.spoke(reply, "", self._until, True)

    def _rested(self, lead: float, now: float) -> Moment | float:
        line = self._timeline
        due = line.due(now)
        if due - lead - now > TICK:
            return due - lead
        length = sample_at(line.at + 1, self.rate, self.fps) - sample_at(line.at, self.rate, self.fps)
        samples = np.zeros(length, np.float32)
        samples[: len(self._tail)] = self._tail[: len(samples)]
        part = self._idle(samples, now)
        if part.pixels is None and (given := latest(due, self._opened, lead)) - now > TICK:
            return given
        return self._give(part, self._rest, now, spoken=False)

    def _give(self, part: Part, source: Reply | Resting, now: float, *, spoken: bool) -> Moment:
        """The next moment, of a part whose picture is numbered within the session."""
        pixels = part.pixels
        if pixels is not None:
            if source is not self._source:
                self._fade.turn()
            self._source, self._number = source, part.picture + 1
            pixels = self._fade.into(pixels)
        elif self._fresh:
            pixels = self._fade.shown
        moment = Moment(self._timeline.at, part.samples, pixels, spoken, self._cut, part.last)
        self._cut = self._fresh = False
        self._tail = _NOTHING
        self._timeline.taken(now)
        self._figures.moments += 1
        for recorder in self.recorders:
            recorder.performed(moment)
        return moment

    def _end(self, now: float) -> None:
        """Let go of a reply that was heard to its end, or of which there is nothing to be heard."""
        reply = self.reply
        if reply is None:
            return
        empty = reply.playout.closed and not reply.playout.made
        if empty or (reply.playout.ended and self._timeline.left(self._until, now) <= TICK):
            self.reply = None
            self._signals.ended(reply, reply.playout.heard(self._timeline.heard(now + TICK)))

    # The face at rest.

    def _resting(self, role: Role) -> Resting:
        return Resting(self._crew, partial(self._draw, role), self.stir, self._signals.failed)

    def _idle(self, samples: Samples, now: float, last: bool = False) -> Part:
        """The face at rest beside this sound."""
        if now >= self._mood_from:
            self._turn(self._number + AHEAD, self._mood)
        return Part(samples, self._rest.picture(self._number, now), self._number, last=last)

    def _turn(self, frame: int, mood: Mood) -> None:
        """Another mood, behind all changes that there are."""
        changes = self._look.changes
        self._look = self._look.turned(max(frame, changes[-1][0] + 1) if changes else frame, mood)

    async def _draw(self, role: Role, number: int) -> Pixels:
        face, look = self._engines.face, self._look

        def drawn() -> Pixels:
            return role.finish(face.rest(role.prepared, number, look).pixels)

        return await self._engines.draws.run(drawn)

    async def _show_poster(self) -> None:
        """Have a picture that those of the first moments may be late behind."""
        until = loop_time() + POSTER
        while (pixels := self._rest.picture(self._number, loop_time())) is None and not self._rest.failing:
            if loop_time() + TICK >= until:
                break
            self._stirred.clear()
            await self._wait(until)
        width, height = self.role.size
        self._fade.shown = np.full((height, width, 3), GREY, np.uint8) if pixels is None else pixels
        self._fresh = True

    async def _wait(self, until: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(None if until == inf else until):
                await self._stirred.wait()


def hushed(samples: Samples, rate: int) -> Samples:
    """The first FALL seconds, falling silent along half a cosine."""
    count = min(len(samples), round(FALL * rate))
    fall = 0.5 + 0.5 * np.cos(np.pi * (np.arange(count) + 1) / count)
    return np.asarray(samples[:count] * fall, np.float32)
