"""The ears of one session: sound in, decisions out.

Owns the microphone's stream while it is listened to: which of it goes to the recogniser, and what comes back.
`turns` decides; here that is carried out. Refuses to know what follows from a decision.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from logging import getLogger
from typing import Final, Protocol, TypeAlias

import numpy as np

from visavis.contracts import Asr, Stream, Vad
from visavis.conversation.turns import Closed, Decision, Misheard, Opened, Steps, TurnEnded, Turns
from visavis.errors import EngineError
from visavis.media import LANGUAGE_NAMES, AudioChunk, Language, Samples
from visavis.streams import Channel, Crew, loop_time

RATE: Final = 16_000
"""Hz that a microphone is heard at."""

KEPT: Final = 2.0
"""Seconds of sound that wait to be listened to; the oldest give way."""

FELL_SILENT: Final = 0.3
"""Seconds without any sound after which somebody whose turn it is is heard as silent."""

SILENT: Final = 10 ** (-75 / 20)
"""The level below which nobody is heard: a microphone behind a gate, or off. The Vad need not be asked."""

LONGEST: Final = 64.0
"""Seconds of a segment that wait for the recogniser."""

_WAITING: Final = 1000
"""Things heard and not yet decided upon: half a minute of them."""


class EndOfTurn(Protocol):
    """Hears from the voice whether somebody who has paused is done.

    rate: that it hears at, in Hz. seconds: of sound, up to the pause's end, that it takes in.
    languages: that it was made for.
    """

    rate: int
    seconds: float
    languages: tuple[Language, ...]

    async def ended(self, sound: Samples) -> float:
        """Probability 0..1 that the turn is over; float32 [n], mono, with the pause at its end.

        Raises EngineError when it cannot tell.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """A step of sound. at: seconds at its end. down: whether the key is. came: the loop's time.

    level: its root mean square, 0..1.
    """

    samples: Samples
    at: float
    down: bool
    came: float
    level: float


@dataclass(frozen=True, slots=True)
class _Heard:
    block: _Block
    probability: float


@dataclass(frozen=True, slots=True)
class _Understood:
    segment: int
    text: str
    language: Language
    final: bool


@dataclass(frozen=True, slots=True)
class _Lost:
    segment: int
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class _Guessed:
    segment: int
    probability: float


_News: TypeAlias = _Heard | _Understood | _Lost | _Guessed


class Listening:
    """Made for one session, and again when its `decisions` have ended with an error."""

    def __init__(
        self,
        vad: Vad,
        asr: Asr,
        language: Callable[[], Language | None],
        speaking: Callable[[], bool],
        end_of_turn: EndOfTurn | None = None,
    ) -> None:
        """Nothing is heard before `decisions` are asked for.

        language: that the session is held in; None: what the recogniser finds.
        speaking: whether the avatar is.

        Raises:
            EngineError: an engine hears at another rate than RATE.
        """
        _same_rate(vad, asr, *([end_of_turn] if end_of_turn else []))
        self._vad, self._asr, self._end_of_turn = vad, asr, end_of_turn
        self._language, self._speaking = language, speaking
        step = vad.step / RATE
        self._turns = Turns(step, language)
        self._left: Samples = np.zeros(0, np.float32)
        self._steps, self._down = 0, False
        self._waiting = Channel[_Block](round(KEPT / step))
        kept = max(KEPT, end_of_turn.seconds if end_of_turn else 0.0)
        self._latest = deque[_Block](maxlen=round(kept / step))
        self._open: _Segment | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._turn_start = 0.0
        self._foreign: set[Language] = set()
        self._crew = Crew()
        self._news = Channel[_News](_WAITING)

    def hear(self, samples: Samples) -> None:
        """More of the microphone: float32 [n], mono, at RATE, -1..1. Never waits.

        Where listening is KEPT seconds behind, the oldest sound is lost.
        """
        step = self._vad.step
        left = np.concatenate([self._left, samples])
        whole = len(left) - len(left) % step
        for at in range(0, whole, step):
            self._send(left[at : at + step])
        self._left = left[whole:]

    def press(self, down: bool) -> None:
        """The push-to-talk key: pressed, it begins a turn at once; let go, it ends the turn at once."""
        if down != self._down:
            self._down = down
            rest, self._left = self._left, self._left[:0]
            self._send(np.pad(rest, (0, self._vad.step - len(rest))))

    async def decisions(self) -> Stream[Decision]:
        """What follows from what is heard, as it does. Asked for once; closing it ends the listening.

        Raises what the Vad died of. A recogniser that dies is told as Misheard, and tried again.
        """
        async with self._crew:
            watching = self._crew.begin(self._watch())
            watching.add_done_callback(lambda _: self._news.close())
            try:
                async for item in self._news.receive():
                    for step in self._follow(item):
                        yield step
                await watching
            finally:
                self._crew.dismiss()

    def _send(self, samples: Samples) -> None:
        self._steps += 1
        at = self._steps * self._vad.step / RATE
        level = float(np.sqrt(np.mean(np.square(samples))))
        self._waiting.send(_Block(samples, at, self._down, loop_time(), level))

    async def _watch(self) -> None:
        """Pair every block with what the Vad says of it."""
        asked = deque[_Block]()
        async with contextlib.aclosing(self._vad.listen(self._sound(asked))) as probabilities:
            async for probability in probabilities:
                self._news.send(_Heard(asked.popleft(), probability))

    async def _sound(self, asked: deque[_Block]) -> Stream[AudioChunk]:
        """What comes in; silence where nothing comes in though it is somebody's turn."""
        blocks = self._waiting.receive()
        at = 0
        while True:
            try:
                async with asyncio.timeout(FELL_SILENT):
                    block = await anext(blocks)
            except TimeoutError:
                blocks = self._waiting.receive()
                if self._turns.open:
                    self.hear(np.zeros(round(FELL_SILENT * RATE), np.float32))
                continue
            if block.level < SILENT and not asked:
                self._news.send(_Heard(block, 0.0))
                continue
            asked.append(block)
            yield AudioChunk(block.samples, RATE, at)
            at += len(block.samples)

    def _follow(self, item: _News) -> Iterator[Decision]:
        """Carry out what is to be done; what is left is to be told."""
        for step in self._considered(item):
            match step:
                case Opened():
                    yield from self._begin(step)
                case Closed():
                    self._finish(step)
                case TurnEnded():
                    self._forget()
                    late = loop_time() - self._latest[-1].came
                    yield replace(step, silence_s=step.silence_s + late)
                case _:
                    yield step

    def _considered(self, item: _News) -> Steps:
        """What the turns make of it. Time goes on with the sound alone."""
        match item:
            case _Heard(block, probability):
                self._latest.append(block)
                if self._open is not None:
                    self._open.hear(block.samples)
                yield from self._turns.heard(probability, block.at, self._speaking(), block.down, block.level)
            case _Understood(segment, text, language, final):
                yield from self._turns.understood(segment, text, language, final, self._latest[-1].at)
            case _Guessed(segment, probability):
                yield from self._turns.guessed(segment, probability, self._latest[-1].at)
            case _Lost(segment, error):
                if isinstance(error, Exception):
                    yield Misheard(error)
                yield from self._turns.lost(segment, self._latest[-1].at)

    def _begin(self, opened: Opened) -> Iterator[Misheard]:
        """Have a segment recognised, from a little before it was noticed."""
        if not self._tasks:
            self._turn_start = opened.start
        language = self._language()
        if language is not None and language not in self._asr.languages:
            self._news.send(_Lost(opened.segment, None))
            if language not in self._foreign:
                self._foreign.add(language)
                yield Misheard(_not_understood(language, self._asr.languages))
            return
        self._open = _Segment(round(LONGEST * RATE / self._vad.step))
        for block in self._since(opened.start):
            self._open.hear(block.samples)
        task = self._crew.begin(self._recognise(opened.segment, self._open.sound.receive(), language))
        task.add_done_callback(partial(self._over, opened.segment))
        self._tasks.append(task)

    def _finish(self, closed: Closed) -> None:
        if self._open is not None:
            self._open.sound.close()
            self._open = None
        model = self._end_of_turn
        if model is not None and closed.pause and self._turns.language in model.languages:
            sound = np.concatenate([block.samples for block in self._since(self._turn_start)])
            self._tasks.append(self._crew.begin(self._guess(model, closed.segment, sound)))

    def _forget(self) -> None:
        """What the last turn left under way is wanted no more."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    def _since(self, start: float) -> list[_Block]:
        late = takewhile(lambda block: block.at > start + 1e-6, reversed(self._latest))
        return [*late][::-1]

    async def _recognise(self, segment: int, sound: Stream[AudioChunk], language: Language | None) -> None:
        async with contextlib.aclosing(self._asr.transcribe(sound, language)) as transcripts:
            async for heard in transcripts:
                self._news.send(_Understood(segment, heard.text, heard.language, heard.final))

    def _over(self, segment: int, task: "asyncio.Task[None]") -> None:
        """Nothing further comes of a segment; where its final transcript has come, that changes nothing."""
        if not task.cancelled():
            self._news.send(_Lost(segment, task.exception()))

    async def _guess(self, model: EndOfTurn, segment: int, sound: Samples) -> None:
        try:
            self._news.send(_Guessed(segment, await model.ended(sound)))
        except EngineError as error:
            self._end_of_turn = None
            getLogger(__name__).warning("turns are ended by silence alone from now on: %s", error)


class _Segment:
    """The sound that a recogniser is being given."""

    def __init__(self, size: int) -> None:
        self.sound = Channel[AudioChunk](size)
        self._at = 0

    def hear(self, samples: Samples) -> None:
        self.sound.send(AudioChunk(samples, RATE, self._at))
        self._at += len(samples)


def _same_rate(*engines: Vad | Asr | EndOfTurn) -> None:
    for engine in engines:
        if engine.rate != RATE:
            raise EngineError(
                f"the engine {type(engine).__name__} hears at {engine.rate} Hz, and a microphone is heard at "
                f"{RATE}; use another engine"
            )


def _not_understood(language: Language, known: tuple[Language, ...]) -> EngineError:
    others = " and ".join(LANGUAGE_NAMES[other] for other in known) or "no language"
    return EngineError(
        f"the recogniser of this server understands {others}, not {LANGUAGE_NAMES[language]}; "
        f"type what you want to say, or ask its keeper to install a recogniser for {LANGUAGE_NAMES[language]}"
    )
