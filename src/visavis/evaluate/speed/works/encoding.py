"""How many pictures, with their sound, are encoded in a second."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from visavis.evaluate.speed.staging import FPS, Staging
from visavis.evaluate.speed.work import Case, Done, Run, Work
from visavis.evaluate.speed.works._event_loop import looping
from visavis.evaluate.speed.works._speech import RATE, babble
from visavis.media import Pixels, Samples
from visavis.render import encoder_threads
from visavis.streams import stream_of
from visavis.transports.file import writing

SECONDS: Final = 4.0
TIMES: Final = 3


@contextlib.contextmanager
def opened(staging: Staging, case: Case) -> Iterator[Run]:
    """Pictures of a face that speaks, drawn beforehand, and a file for them."""
    pictures, sound = _pictures(staging, case.side), _hum()
    path = Path(staging.folder) / "encoding.mp4"

    def encode() -> Done:
        with writing(path, (case.side, case.side), FPS, RATE, threads=encoder_threads()) as file:
            for _ in range(TIMES):
                for picture in pictures:
                    file.sound(sound)
                    file.picture(picture)
            file.finish()
            seconds = TIMES * len(pictures) / FPS
            return Done(TIMES * len(pictures), also={"kbit_per_s": file.bytes * 8 / 1000 / seconds})

    yield encode


def _pictures(staging: Staging, side: int) -> list[Pixels]:
    with looping() as run, contextlib.closing(staging.new_face()) as face:
        prepared, speech = face.prepare(staging.portrait(side)), babble(SECONDS)

        async def draw() -> list[Pixels]:
            return [frame.pixels async for frame in face.animate(stream_of([speech]), prepared, 0)]

        return run(draw)


def _hum() -> Samples:
    """The sound of one picture."""
    return np.asarray(0.3 * np.sin(np.arange(RATE // FPS) * 0.06), np.float32)


WORK: Final = Work(
    name="encoding",
    title="encoding into a file",
    unit="pictures",
    told="rate",
    cases=(Case("512 px", quick=True),),
    stands_for=f"H.264 and AAC in MP4 of a face that speaks, {TIMES * SECONDS:g} s, with as many threads as "
    "a video is made with, and the file closed; what the machine's disk does later is not in it.",
    opened=opened,
)
