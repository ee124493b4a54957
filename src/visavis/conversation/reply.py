"""One reply: the mind, the voice and the face at work on it, each streaming into the next, in one scope.

Cancelling `run` cancels them all and waits for them; an error of one ends the others. What they make goes
into the reply's playout, no more of it than there is room for. Refuses to know when it is heard.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Final, Literal, TypeVar

from visavis.contracts import Clause, Llm, Stream, Utterance
from visavis.conversation.cast import Engines, Role
from visavis.conversation.playout import Playout
from visavis.errors import EngineError, TextError, VisavisError
from visavis.language import clauses
from visavis.media import AudioChunk, Language, Look, sample_at
from visavis.reading import read_along
from visavis.soundtrack import voice_for
from visavis.streams import Channel, Crew, buffered, loop_time, through

T = TypeVar("T")

Part = Literal["ear", "mind", "voice", "face", "reply"]

CLAUSES_AHEAD: Final = 32
"""Text is light: a mind does not wait for the voice before there is a minute of it."""

CHUNKS_AHEAD: Final = 4096
"""Of the voice before the face, far more than `HOPELESS` lets come together."""

BEHIND: Final = 0.12
"""Seconds by which a face may be behind the sound before it leaves out what is over."""

HOPELESS: Final = 2.0
"""Seconds without any picture after which the reply goes on without the face."""


class Stumble(EngineError):
    """An engine failed; `part` says which. What was not foreseen is for the log, not for the client."""

    def __init__(self, part: Part, error: Exception) -> None:
        known = isinstance(error, VisavisError)
        super().__init__(str(error) if known else f"the {part} failed; the server's log says why")
        self.part = part
        if not known:
            logging.error("the %s failed", part, exc_info=error)


class Reply:
    """A text on its way to being heard and seen.

    number: within the session, from when it is performed. asked: the loop's time at which what it answers was
        over.
    stages: seconds from then to each stage, as stage.Timed has them; those of the session come in besides.
    failure: what ended it before its time.
    first: the session's number of its first picture, once the face has begun.
    enter: called when the face begins; gives that number, and the look.
    stirred: called when there is more to perform than before.
    """

    def __init__(
        self,
        engines: Engines,
        role: Role,
        asked: float,
        enter: Callable[[], tuple[int, Look]],
        stirred: Callable[[], None],
    ) -> None:
        self.number, self.asked = 0, asked
        self.playout = Playout(engines.tts.rate, engines.face.fps)
        self.first = 0
        self.failure: Stumble | None = None
        self._engines, self._role = engines, role
        self._enter, self._stirred = enter, stirred
        self._released, self._taken = asyncio.Event(), asyncio.Event()
        self._times: dict[str, float] = {}
        self._face: asyncio.Task[None] | None = None

    def release(self) -> None:
        """It may be performed: until now it was only prepared, and the face was spared."""
        self._released.set()

    def taken(self) -> None:
        """There is room again, and time has passed."""
        self._taken.set()
        face = self._face
        if face is not None and self.playout.behind > HOPELESS and not face.cancelling():
            face.cancel()

    def reached(self, stage: str) -> None:
        """A stage gives its first result now."""
        self._times.setdefault(stage, loop_time())

    @property
    def stages(self) -> dict[str, float]:
        return {stage: at - self.asked for stage, at in self._times.items()}

    def thought(self, llm: Llm, history: tuple[Utterance, ...], language: Language | None) -> Stream[Clause]:
        """An answer as the mind thinks of it."""
        pieces = self._noted("mind", _blamed("mind", llm.reply(history)))
        return _blamed("mind", through(partial(clauses, language=language, early=True), pieces))

    async def run(self, words: Stream[Clause]) -> None:
        """Say these words; returns when all is made, and `failure` says whether it went wrong."""
        try:
            async with buffered(words, CLAUSES_AHEAD) as ahead, Crew() as crew:
                await self._say(ahead, crew)
        except Stumble as stumble:
            self.failure = stumble
        except Exception as error:
            self.failure = Stumble("reply", error)
        finally:
            self.playout.close(whole=False)
            self.playout.faceless = True
            self._stirred()

    async def _say(self, words: Stream[Clause], crew: Crew) -> None:
        first = await anext(words, None)
        if first is None:
            raise Stumble("mind", TextError("there was no answer; ask again"))
        tape = _Tape()
        self._face = face = crew.begin(self._show(tape))
        async with contextlib.aclosing(self._voiced(first, words)) as chunks:
            async for chunk in chunks:
                self.reached("voice")
                self.playout.sound(chunk.samples, loop_time())
                self._stirred()
                if not face.done():
                    tape.send(chunk)
                elif not face.cancelled() and face.exception():
                    break
                await self._room(lambda: self.playout.has_room)
            else:
                if not self.playout.made:
                    raise Stumble("voice", EngineError("the voice made no sound of it; choose another voice"))
                self.playout.close(whole=True)
        self._stirred()
        tape.close()
        await asyncio.wait([face])
        if not face.cancelled():
            face.result()

    async def _voiced(self, first: Clause, words: Stream[Clause]) -> Stream[AudioChunk]:
        tts = self._engines.tts
        reader = self._engines.reader and self._engines.reader()
        try:
            voice = self._role.voice or voice_for(tts.voices, None, first.language)
        except VisavisError as error:
            raise Stumble("voice", error) from error
        said = read_along(tts, self._cued(first, words), voice, reader)
        async with contextlib.aclosing(_blamed("voice", said)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _cued(self, first: Clause, words: Stream[Clause]) -> Stream[Clause]:
        """The words, noting where in the sound the engine asks for each of them."""
        async with contextlib.aclosing(_after(first, words)) as all_of_them:
            async for clause in all_of_them:
                self.playout.cue(clause)
                yield clause

    async def _show(self, tape: "_Tape") -> None:
        """Have the face follow the sound, from when the reply may be performed."""
        try:
            if await tape.begun():
                await self._released.wait()
                self.first, look = self._enter()
                picture: int | None = 0
                while picture is not None:
                    picture = await self._follow(tape, picture, look)
        finally:
            self.playout.faceless = True
            self._stirred()

    async def _follow(self, tape: "_Tape", picture: int, look: Look) -> int | None:
        """Pictures from this one on, to the end or until they are too late; the one to go on with then."""
        face, first = self._engines.face, self.first + picture
        speech = tape.since(sample_at(picture, self._engines.tts.rate, face.fps))
        moved = face.animate(speech, self._role.prepared, first, look)
        async with contextlib.aclosing(_blamed("face", moved)) as frames:
            async for frame in frames:
                self.reached("face")
                self.playout.picture(frame.at - self.first, self._role.finish(frame.pixels))
                self._stirred()
                if self.playout.behind > BEHIND:
                    return self.playout.skip()
                await self._room(lambda: self.playout.has_room_for_pictures)
                tape.forget(self.playout.taken)
        return None

    async def _room(self, there_is: Callable[[], bool]) -> None:
        while not there_is():
            self._taken.clear()
            await self._taken.wait()

    async def _noted(self, stage: str, items: Stream[T]) -> Stream[T]:
        async with contextlib.aclosing(items):
            async for item in items:
                self.reached(stage)
                yield item


class _Tape:
    """The sound that a face follows, kept until it was heard: a face that was too late begins anew in it."""

    def __init__(self) -> None:
        self._coming = Channel[AudioChunk](CHUNKS_AHEAD)
        self._kept: deque[AudioChunk] = deque()

    def send(self, chunk: AudioChunk) -> None:
        self._coming.send(chunk)

    def close(self) -> None:
        self._coming.close()

    async def begun(self) -> bool:
        """Wait for the first chunk; False: there is none."""
        async with contextlib.aclosing(self._coming.receive()) as chunks:
            async for chunk in chunks:
                self._kept.append(chunk)
                break
        return bool(self._kept)

    async def since(self, start: int) -> Stream[AudioChunk]:
        """The sound from this sample on, as an utterance of its own."""
        for chunk in tuple(self._kept):
            if chunk.end > start:
                yield _since(chunk, start)
        async with contextlib.aclosing(self._coming.receive()) as chunks:
            async for chunk in chunks:
                self._kept.append(chunk)
                if chunk.end > start:
                    yield _since(chunk, start)

    def forget(self, before: int) -> None:
        """What ends before this sample is not followed any more."""
        while self._kept and self._kept[0].end < before:
            self._kept.popleft()


def _since(chunk: AudioChunk, start: int) -> AudioChunk:
    """What of a chunk is behind a sample, counted from there. Where that cuts, no reading goes with it."""
    if start == 0:
        return chunk
    seconds = start / chunk.rate
    phones = chunk.phones and tuple(
        replace(phone, start=max(0.0, phone.start - seconds), end=phone.end - seconds)
        for phone in chunk.phones
        if phone.end > seconds
    )
    samples = chunk.samples[max(0, start - chunk.at) :]
    return AudioChunk(samples, chunk.rate, max(0, chunk.at - start), phones)


def written(text: str, language: Language | None) -> Stream[Clause]:
    """A text that is all there, as words for a reply.

    Raises TextError, at once, where nothing of it can be said.
    """
    words: Iterator[Clause] = clauses(text, language, early=True)
    return _one_by_one(chain([next(words)], words))


async def _one_by_one(words: Iterator[Clause]) -> Stream[Clause]:
    """What takes a while to find, some milliseconds each: whoever waits for the first of it goes on."""
    for clause in words:
        yield clause
        await asyncio.sleep(0)


async def _after(first: T, rest: Stream[T]) -> Stream[T]:
    async with contextlib.aclosing(rest):
        yield first
        async for item in rest:
            yield item


async def _blamed(part: Part, items: Stream[T]) -> Stream[T]:
    """The same stream; its errors, if none before it is to blame, are this part's."""
    try:
        async with contextlib.aclosing(items):
            async for item in items:
                yield item
    except Stumble:
        raise
    except TextError as error:
        raise Stumble(part, TextError("the answer held nothing that can be said; ask again")) from error
    except Exception as error:
        raise Stumble(part, error) from error
