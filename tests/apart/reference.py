"""What an engine draws in a process like those of `Apart`, but without them: printed as digests.

Run with an engine's name, and a file that has a portrait. Which processor arithmetic runs on, and with how
many threads, is seen in the last bit; so this is done in a process with the same environment.
"""

import asyncio
import contextlib
import pickle
import sys
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

from tests.contracts.face import RATE, cut, utterance
from visavis.contracts import Face, Prepared
from visavis.media import Look, Portrait, VideoFrame
from visavis.plugins import engine
from visavis.streams import stream_of

LOOK = Look(((3, "listening"), (20, "thinking")))
FIRST = 11


async def drawn(face: Face, prepared: Prepared) -> AsyncIterator[VideoFrame]:
    """A few pictures at rest, and an utterance with and without phones."""
    for number in (0, 12, 90_000):
        yield face.rest(prepared, number, LOOK)
    for phones in (True, False):
        chunks = cut(utterance(phones=phones), [RATE // 7, RATE // 2])
        async with contextlib.aclosing(face.animate(stream_of(chunks), prepared, FIRST, LOOK)) as frames:
            async for frame in frames:
                yield frame


def digest(frame: VideoFrame) -> str:
    shape, kind = frame.pixels.shape, frame.pixels.dtype
    return f"{frame.at} {kind} {shape} {sha256(frame.pixels.tobytes()).hexdigest()}"


async def main(name: str, portrait: Portrait) -> None:
    with contextlib.closing(engine("face", name)(fps=25, seed=3)) as face:
        prepared = face.prepare(portrait)
        print(sha256(face.packed(prepared)).hexdigest())
        async for frame in drawn(face, prepared):
            print(digest(frame))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], pickle.loads(Path(sys.argv[2]).read_bytes())))
