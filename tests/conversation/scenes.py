"""A session with scripted engines and a client that watches it, in virtual time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np

from tests.fakes.asr import ScriptedAsr
from tests.fakes.face import ScriptedFace, blank_portrait
from tests.fakes.llm import ScriptedLlm
from tests.fakes.tts import ScriptedTts
from tests.fakes.vad import ScriptedVad
from visavis.contracts import RESTING, Asr, Clause, Prepared, Stream, Vad, Voice
from visavis.conversation.cast import Engines, Role
from visavis.conversation.session import Session
from visavis.conversation.stage import Doing, Event, Moment, Pace
from visavis.media import AudioChunk, Look, Samples, VideoFrame, sample_at
from visavis.streams import Worker

WEBRTC = Pace(0.0, 0.0)
WEBSOCKET = Pace(0.8, 0.2)
SPEECH_ONLY = Pace(0.8, None)

PIECE = 0.1


class CountedTts(ScriptedTts):
    """Speaks in pieces of 0.1 s. Counts its streams.

    slowness: of the running loop's seconds that each second of sound takes.
    """

    def __init__(self, seconds: float = 0.0, fails_at: int | None = None, slowness: float = 0.0) -> None:
        super().__init__(seconds, fails_at)
        self.slowness = slowness
        self.opened = self.closed_streams = 0
        self.sound: list[Samples] = []

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        self.opened += 1
        try:
            async with contextlib.aclosing(super().speak(clauses, voice)) as chunks:
                async for chunk in chunks:
                    for at in range(0, len(chunk.samples), piece := round(PIECE * self.rate)):
                        samples = chunk.samples[at : at + piece]
                        await asyncio.sleep(self.slowness * len(samples) / self.rate)
                        self.sound.append(samples)
                        yield AudioChunk(samples, self.rate, chunk.at + at)
        finally:
            self.closed_streams += 1


class CountedFace(ScriptedFace):
    """Counts its streams.

    seconds: that each picture of a reply takes. fails_at: number of the picture of a reply that it dies on.
    rest_fails: whether it has no pictures of the face at rest.
    """

    def __init__(
        self, fps: int = 25, seconds: float = 0.0, fails_at: int | None = None, rest_fails: bool = False
    ) -> None:
        super().__init__(fps)
        self.seconds, self.fails_at, self.rest_fails = seconds, fails_at, rest_fails
        self.opened = self.closed_streams = 0
        self.rested: list[int] = []
        self.firsts: list[int] = []

    async def animate(
        self, speech: Stream[AudioChunk], face: Prepared, first: int, look: Look = RESTING
    ) -> Stream[VideoFrame]:
        self.opened += 1
        self.firsts.append(first)
        try:
            async with contextlib.aclosing(super().animate(speech, face, first, look)) as frames:
                async for frame in frames:
                    await asyncio.sleep(self.seconds)
                    if frame.at - first == self.fails_at:
                        raise OSError("the scripted face dies, as it was told to")
                    yield frame
        finally:
            self.closed_streams += 1

    def rest(self, face: Prepared, frame: int, look: Look = RESTING) -> VideoFrame:
        if self.rest_fails:
            raise OSError("the scripted face is gone, as it was told to be")
        self.rested.append(frame)
        return super().rest(face, frame, look)


class Cast:
    """Scripted engines; what is not given is quick and well."""

    def __init__(
        self,
        llm: ScriptedLlm | None = None,
        tts: CountedTts | None = None,
        face: CountedFace | None = None,
        vad: Vad | None = None,
        asr: Asr | None = None,
    ) -> None:
        self.llm = llm or ScriptedLlm()
        self.tts = tts or CountedTts()
        self.face = face or CountedFace()
        self.vad = vad or ScriptedVad()
        self.asr = asr or ScriptedAsr()
        self.draws = Worker("draws")
        self.engines = Engines(self.vad, self.asr, self.llm, self.tts, self.face, self.draws)

    @property
    def open(self) -> dict[str, int]:
        """Streams that were begun and not closed."""
        return {
            "llm": self.llm.opened - self.llm.closed,
            "tts": self.tts.opened - self.tts.closed_streams,
            "face": self.face.opened - self.face.closed_streams,
        }


def role(width: int = 64, height: int = 64, **others: Any) -> Role:
    return Role(ScriptedFace().prepare(blank_portrait(width, height)), (width, height), **others)


class Client:
    """Takes what a session gives: `moments` with the times they came at, and `events` in order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.moments: list[tuple[float, Moment]] = []
        self.told: list[tuple[float, Event]] = []
        self._news = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._listening = asyncio.create_task(self._listen())

    def watch(self, pace: Pace) -> None:
        self._watching = asyncio.create_task(self._watch(pace))

    async def vanish(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def leave(self) -> None:
        self._listening.cancel()
        await asyncio.wait([self._listening])
        await self.vanish()

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.told]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, Doing)]

    @property
    def spoken(self) -> list[tuple[float, Moment]]:
        return [(when, moment) for when, moment in self.moments if moment.spoken]

    @property
    def sound(self) -> Samples:
        """Of the replies, one after the other."""
        return np.concatenate([np.zeros(0, np.float32), *(moment.samples for _, moment in self.spoken)])

    async def until(self, happened: Callable[[], bool], within: float = 60.0) -> None:
        async with asyncio.timeout(within):
            while not happened():
                self._news.clear()
                await self._news.wait()

    async def silence(self, within: float = 120.0) -> None:
        """Until nobody is at anything."""
        await self.until(lambda: self.session.state == "idle", within)

    async def _watch(self, pace: Pace) -> None:
        async with contextlib.aclosing(self.session.moments(pace)) as moments:
            async for moment in moments:
                self.moments.append((now(), moment))
                self._news.set()

    async def _listen(self) -> None:
        async with contextlib.aclosing(self.session.events()) as events:
            async for event in events:
                self.told.append((now(), event))
                self._news.set()


@contextlib.asynccontextmanager
async def talking(
    cast: Cast | None = None, pace: Pace | None = WEBRTC, who: Role | None = None
) -> AsyncIterator[Client]:
    """A client of a new session; afterwards nothing of it may be left."""
    cast = cast or Cast()
    before = asyncio.all_tasks()
    async with Session.opened(cast.engines, who or role()) as session:
        client = Client(session)
        if pace is not None:
            client.watch(pace)
        try:
            yield client
        finally:
            await client.leave()
    cast.draws.close()
    assert asyncio.all_tasks() <= before
    assert cast.open == {"llm": 0, "tts": 0, "face": 0}
    check_timeline(client)


def check_timeline(client: Client) -> None:
    """All that holds of any moments: they are numbered in a row, and each has exactly its samples."""
    rate, fps = client.session.rate, client.session.fps
    for place, (_, moment) in enumerate(client.moments):
        assert moment.at == client.moments[0][1].at + place
        assert len(moment.samples) == sample_at(moment.at + 1, rate, fps) - sample_at(moment.at, rate, fps)
        assert moment.samples.dtype == np.float32
    if client.moments:
        assert client.moments[0][1].pixels is not None


def now() -> float:
    return asyncio.get_running_loop().time()
