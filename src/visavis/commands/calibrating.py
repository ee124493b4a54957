"""How many can talk at once on this machine: tried at the start, with the face that is set."""

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

KEPT: Final = 8
"""Pictures that are encoded over and over again."""

if TYPE_CHECKING:
    from visavis.contracts import Face, Prepared
    from visavis.conversation.cast import Engines
    from visavis.media import Pixels


async def cost_of(engines: "Engines", prepared: "Prepared", side: int) -> float:
    """Seconds of a processor that one conversation takes in each second; tried for about two.

    Drawing and encoding are tried one behind the other. In turns, each would find its processor's cache full
    of the other's, and two processes would wake each other, as they do not when many talk.
    """
    from visavis.conversation.capacity import BESIDE, cost
    from visavis.streams import Worker, closing

    face, kept = engines.face, deque["Pixels"](maxlen=KEPT)
    draw, encode = _drawing(engines, prepared), _encoding(engines, side)
    async with closing(Worker("calibration")) as worker:
        drawing = await worker.run(partial(cost, draw, kept.append, face.fps, worked(face)))
        encoding = await worker.run(partial(cost, lambda number: kept[number % len(kept)], encode, face.fps))
    return drawing + encoding - BESIDE


def worked(face: "Face") -> "Callable[[], float]":
    """What tells how many seconds this thread has worked, and what draws for it elsewhere."""
    from visavis.apart import Apart

    return (lambda: time.thread_time() + face.worked()) if isinstance(face, Apart) else time.thread_time


def _drawing(engines: "Engines", prepared: "Prepared") -> "Callable[[int], Pixels]":
    return lambda number: engines.face.rest(prepared, number).pixels


def _encoding(engines: "Engines", side: int) -> "Callable[[Pixels], None]":
    """What a client on a WebSocket is sent: it costs a little more than WebRTC."""
    import numpy as np

    from visavis.conversation.stage import Moment
    from visavis.media import sample_at
    from visavis.transports.fragments import Coder

    fps, rate = engines.face.fps, engines.tts.rate
    coder, count = Coder(fps, rate, (side, side)), 0

    def encode(pixels: "Pixels") -> None:
        nonlocal count
        samples = np.zeros(sample_at(count + 1, rate, fps) - sample_at(count, rate, fps), np.float32)
        coder.code(Moment(count, samples, pixels, spoken=False), fresh=count == 0, opens=False)
        count += 1

    return encode
