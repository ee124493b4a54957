"""How replies share a machine: so many at once, each spoken, drawn and encoded as for a client of its own."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from visavis.apart import Apart
from visavis.contracts import Face, Prepared, Stream, Tts
from visavis.conversation.stage import Moment
from visavis.evaluate.speed.staging import FPS, Staging
from visavis.evaluate.speed.texts import RIGHTS
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import said
from visavis.media import AudioChunk, Samples, sample_at
from visavis.streams import Crew, Worker, processors
from visavis.transports.fragments import Coder

COUNTS: Final = (1, 2, 4, 8)

TEXT: Final = RIGHTS["en"]


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """Engines that all share, as in a server: faces are drawn in processes of their own where it can."""
    with (
        looping() as run,
        contextlib.closing(staging.new_tts()) as tts,
        contextlib.closing(_face(staging)) as face,
        contextlib.closing(Worker("encoder", processors())) as encoder,
    ):
        prepared = face.prepare(staging.portrait(case.side))

        async def together() -> Done:
            async with Crew() as crew:
                reply = partial(_reply, staging, tts, face, prepared, case.side, encoder)
                replies = [crew.begin(reply()) for _ in range(round(case.size or 1))]
                return Done(sum([await each for each in replies]))

        yield partial(run, together)


def _face(staging: Staging) -> Face:
    if sys.platform == "linux" and processors() > 1:
        return Apart(staging.face, fps=FPS, seed=staging.seed)
    return staging.new_face()


async def _reply(
    staging: Staging, tts: Tts, face: Face, prepared: Prepared, side: int, encoder: Worker
) -> float:
    """Seconds of one, spoken, drawn and encoded."""
    heard = Heard(tts.rate)
    coder = await encoder.run(partial(Coder, FPS, tts.rate, (side, side)))
    number = 0
    async with (
        said(staging, tts, TEXT, "en") as chunks,
        contextlib.aclosing(face.animate(heard.through(chunks), prepared, 0)) as frames,
    ):
        async for frame in frames:
            moment = Moment(number, heard.of(number), frame.pixels, spoken=True)
            await encoder.run(partial(coder.code, moment, fresh=number == 0, opens=number % FPS == 0))
            number += 1
            # A face that is ahead must not keep the others from their turn.
            await asyncio.sleep(0)
    await encoder.run(partial(coder.finish, number))
    return number / FPS


class Heard:
    """The sound that has come, by the picture that it belongs to."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._at = 0
        self._kept: Samples = np.zeros(0, np.float32)

    async def through(self, chunks: Stream[AudioChunk]) -> Stream[AudioChunk]:
        """The same chunks."""
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self._kept = np.concatenate([self._kept, chunk.samples])
                yield chunk

    def of(self, number: int) -> Samples:
        """The sound of a picture, once, in order; with silence behind the end."""
        count = sample_at(number + 1, self._rate, FPS) - self._at
        sound, self._kept = self._kept[:count], self._kept[count:]
        self._at += count
        return np.pad(sound, (0, count - len(sound)))


WORK: Final = Work(
    name="sessions",
    title="replies at once",
    unit="seconds of video",
    told="rate",
    grows="replies at once",
    cases=tuple(Case(f"{count} at once", float(count)) for count in COUNTS),
    at_most=5,
    stands_for="so many replies of ten seconds at once, each as fast as it goes: voice, face and chunks for "
    "a client on a WebSocket, with engines shared as in the server. Stands for what a crowd costs; it has no "
    "sockets, no clients, no ears and no clock that holds replies back. The rate is of all together: divided "
    "by their number, it has to stay above 1 for all of them to be in time.",
    opened=opened,
)
