"""A conversation with one person, from opening to closing, in one scope.

Owns whose turn it is: ears, one reply and perhaps one that is being prepared, and the history. An engine's
error ends what it was at, is told, and the session goes on. Refuses to know how moments and wishes travel.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

from visavis.contracts import Clause, Stream, Utterance
from visavis.conversation.cast import Engines, Role
from visavis.conversation.history import History, prompt
from visavis.conversation.listening import RATE, Listening
from visavis.conversation.onlookers import Recorder, SessionFigures
from visavis.conversation.performance import Performance, Signals
from visavis.conversation.reply import Reply, Stumble, written
from visavis.conversation.stage import (
    Doing,
    Event,
    Failed,
    Interrupted,
    Moment,
    Pace,
    Said,
    State,
    Timed,
    Understood,
)
from visavis.conversation.turns import (
    BargedIn,
    Began,
    Decision,
    Misheard,
    Partial,
    Resumed,
    Speculate,
    TurnEnded,
)
from visavis.errors import TextError
from visavis.media import Language, Mood, Samples
from visavis.streams import Channel, Crew, loop_time

EVENTS_KEPT: Final = 1000
"""Events that wait for a client which is away; the oldest give way."""

THOUGHTFUL: Final = 0.3
"""Seconds that an answer may take before the face looks as if it thought about it."""

DEAF: Final = (1.0, 30.0)
"""Seconds that ears which failed are given to recover, at first and at most."""

MOODS: Final[dict[State, Mood]] = {
    "idle": "resting",
    "listening": "listening",
    "thinking": "thinking",
    "speaking": "resting",
}


class Session:
    """Implements stage.Talk; make one with `opened`.

    state: what it is at. size: of its pictures, another one after `recast` to a role of another size.
    recorders: see all that is performed and heard.
    """

    def __init__(self, engines: Engines, role: Role, crew: Crew) -> None:
        self.fps, self.rate, self.size = engines.face.fps, engines.tts.rate, role.size
        self.figures = SessionFigures()
        self.state: State = "idle"
        self._engines, self._crew = engines, crew
        signals = Signals(self._began, self._spoke, self._ended, self._faceless)
        self._performance = Performance(engines, role, crew, signals, self.figures)
        self.recorders: set[Recorder] = self._performance.recorders
        self._history = History()
        self._events = Channel[Event](EVENTS_KEPT)
        self._making: dict[Reply, asyncio.Task[None]] = {}
        self._prepared: tuple[_Question, Reply] | None = None
        self._addressed = False
        self._listening = self._ears()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, engines: Engines, role: Role) -> AsyncIterator["Session"]:
        """A session; leaving the block ends all that it does, and waits for that."""
        async with Crew() as crew:
            session = cls(engines, role, crew)
            crew.begin(session._listen())
            try:
                yield session
            finally:
                session._events.close()
                crew.dismiss()

    @property
    def role(self) -> Role:
        return self._performance.role

    @property
    def history(self) -> tuple[Utterance, ...]:
        """What was said by both, as it was heard, the oldest first: the latest few hundred turns."""
        return self._history.turns

    # What a transport does with it; see stage.Talk.

    async def moments(self, pace: Pace) -> Stream[Moment]:
        """See Talk. The first one has a picture. Raises RuntimeError while another stream of them is open."""
        if self._performance.is_on:
            raise RuntimeError("the moments of a session are taken by one transport at a time")
        try:
            async with contextlib.aclosing(self._performance.moments(pace)) as moments:
                async for moment in moments:
                    yield moment
        finally:
            self._discard()
            self._listening.press(False)  # or whoever vanished with the key down would be listened to
            await self.interrupt()

    def events(self) -> Stream[Event]:
        """See Talk. The oldest of EVENTS_KEPT give way; ends when the session is closed."""
        return self._events.receive()

    def hear(self, samples: Samples) -> None:
        """See Talk."""
        self._performance.overhear(samples, RATE)
        self._listening.hear(samples)

    def press(self, down: bool) -> None:
        """See Talk. Who presses interrupts."""
        if down:
            self._silence()
            self._settle()
        self._listening.press(down)

    def played(self, seconds: float) -> None:
        """See Talk."""
        self._performance.played(seconds)

    async def say(self, text: str, language: Language | None = None) -> None:
        """See Talk."""
        words = written(text, language or self.role.language)
        gone = self._silence()
        self._play(self._make(lambda reply: words))
        await _over(gone)

    async def ask(self, text: str) -> None:
        """See Talk. Raises TextError for an empty text."""
        text = text.strip()
        if not text:
            raise TextError("there is nothing to answer; write at least one word")
        gone = self._silence()
        question = self._question(text, None)
        self._history.add("user", text)
        self._play(self._answer(question))
        await _over(gone)

    async def interrupt(self) -> None:
        """See Talk."""
        gone = self._silence()
        self._settle()
        await _over(gone)

    async def recast(self, role: Role) -> None:
        """Play another role from now on: face, voice or language. Interrupts; the history stays."""
        self._discard()
        gone = self._silence()
        self._performance.recast(role)
        self.size = role.size
        self._settle()
        await _over(gone)

    def recall(self) -> tuple[Utterance, ...]:
        """The history, for a client that comes: what it holds is not told as an event any more."""
        under_way = self._performance.reply
        number = under_way.number if under_way is not None else None
        self._events.discard(
            lambda event: (
                isinstance(event, Understood)
                or (isinstance(event, Said | Interrupted | Timed) and event.reply != number)
            )
        )
        return self._history.turns

    def announce(self, event: Event) -> None:
        """Tell the client of something that happened beside the conversation, as of a recording."""
        self._tell(event)

    # Replies.

    def _question(self, text: str, language: Language | None) -> "_Question":
        told = prompt(self.role.system, self._history.turns, text)
        return _Question(told, self.role.language or language)

    def _answer(self, question: "_Question") -> Reply:
        """An answer that is being prepared from now on."""
        return self._make(lambda reply: reply.thought(self._engines.llm, question.told, question.language))

    def _make(self, words: Callable[[Reply], Stream[Clause]]) -> Reply:
        stage = self._performance
        reply = Reply(self._engines, self.role, loop_time(), stage.enter, stage.stir)
        task = self._crew.begin(self._made(reply, words(reply)))
        self._making[reply] = task
        task.add_done_callback(lambda _: self._making.pop(reply, None))
        return reply

    async def _made(self, reply: Reply, words: Stream[Clause]) -> None:
        await reply.run(words)
        if reply.failure is not None and self._performance.reply is reply:
            self._fail(reply.failure)

    def _play(self, reply: Reply) -> None:
        """Perform it; there is no other one."""
        self.figures.replies += 1
        reply.number = self.figures.replies
        self._performance.play(reply)
        self._settle()

    def _silence(self) -> asyncio.Task[None] | None:
        """Break off what is being said, at once; what is left of it is gone when the task is over."""
        broken = self._performance.cut()
        if broken is None:
            return None
        reply, text = broken
        self._history.add("assistant", text, cut=True)
        self.figures.interruptions += 1
        self._tell(Interrupted(reply.number, text))
        return self._drop(reply)

    def _discard(self) -> None:
        """Think no more of an answer to what was not the end of a turn."""
        if self._prepared is not None:
            self._drop(self._prepared[1])
            self._prepared = None

    def _drop(self, reply: Reply) -> asyncio.Task[None] | None:
        task = self._making.get(reply)
        if task is not None:
            task.cancel()
        return task

    def _began(self, reply: Reply) -> None:
        reply.reached("first")
        timed = Timed(reply.number, reply.stages)
        self.figures.timed.append(timed)
        self._settle()
        self._tell(timed)

    def _spoke(self, reply: Reply, text: str, start: float, final: bool) -> None:
        self._tell(Said(reply.number, text, start, final))

    def _ended(self, reply: Reply, text: str) -> None:
        self._history.add("assistant", text)
        self._drop(reply)
        self._settle()

    # Ears.

    def _ears(self) -> Listening:
        engines, stage = self._engines, self._performance
        return Listening(
            engines.vad,
            engines.asr,
            lambda: self.role.language,
            lambda: stage.reply is not None,
            engines.end_of_turn,
        )

    async def _listen(self) -> None:
        """Heed what is heard; ears that fail are given a while, and then replaced."""
        recovery, most = DEAF
        while True:
            try:
                async with contextlib.aclosing(self._listening.decisions()) as decisions:
                    async for decision in decisions:
                        self._heed(decision)
                        recovery = DEAF[0]
            except Exception as error:
                self._fail(Stumble("ear", error))
            self._discard()
            self._addressed = False
            self._settle()
            await asyncio.sleep(recovery)
            recovery = min(2 * recovery, most)
            self._listening = self._ears()

    def _heed(self, decision: Decision) -> None:
        match decision:
            case Began():
                self._addressed = True
            case BargedIn():
                self._addressed = True
                self._silence()
            case Partial(text=text, language=language):
                self._tell(Understood(text, language, final=False))
            case Speculate(text=text, language=language):
                self._prepare(self._question(text.strip(), language))
            case Resumed():
                self._discard()
            case Misheard(error=error):
                self._fail(Stumble("ear", error))
            case TurnEnded():
                self._addressed = False
                self._respond(decision)
        self._settle()

    def _prepare(self, question: "_Question") -> Reply:
        """An answer that is held back until it is known to be wanted; the one that there is if it fits."""
        if self._prepared is not None:
            prepared, reply = self._prepared
            if prepared == question and reply.failure is None:
                return reply
            self._discard()
        reply = self._answer(question)
        self._prepared = question, reply
        return reply

    def _respond(self, turn: TurnEnded) -> None:
        text = turn.text.strip()
        if not text:
            self._discard()
            return
        self._tell(Understood(text, turn.language, final=True))
        self._silence()
        reply = self._prepare(self._question(text, turn.language))
        self._prepared = None
        reply.asked = loop_time() - turn.silence_s
        reply.reached("turn")
        reply.reached("transcript")
        self._history.add("user", text)
        self._play(reply)

    # What is told.

    def _settle(self) -> None:
        """Be at what there is to be at now."""
        reply = self._performance.reply
        state: State = "listening" if self._addressed else "idle"
        if reply is not None:
            state = "speaking" if self._performance.speaking else "thinking"
        if state != self.state:
            self.state = state
            self._tell(Doing(state))
            self._performance.feel(MOODS[state], THOUGHTFUL if state == "thinking" else 0.0)

    def _faceless(self, error: Exception) -> None:
        self._fail(Stumble("face", error))

    def _fail(self, stumble: Stumble) -> None:
        self.figures.failures += 1
        self._tell(Failed(stumble.part, str(stumble)))

    def _tell(self, event: Event) -> None:
        self._events.send(event)


class _Question(NamedTuple):
    """What a mind is told, and the language in which it should answer, where that is known."""

    told: tuple[Utterance, ...]
    language: Language | None


async def _over(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        await asyncio.wait([task])
