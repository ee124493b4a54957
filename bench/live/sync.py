"""Whether lips and sound stay together, and whether they drift apart over minutes.

The server has a face whose mouth is as high as the sound of its picture is loud (tests.fakes.face),
installed as any engine is; voice, session, transports and encoders are the real ones. A reader talks
without end. The client measures the mouth on every decoded picture and how loud the decoded sound is every
5 ms, and finds, for every four seconds, by how much pictures come after their sound: where their courses
are most alike (correlation, with a parabola through its top). That is a matter of a few milliseconds where
a flash and a beep would leave the 40 ms of a picture open.

Over WebRTC times are what a browser goes by: the RTP time of what came out of the receiver, put on the
sender's clock by its latest report (RFC 3550, 6.4.1). "As they come out" leaves the reports aside: aiortc
holds back sound and not pictures, browsers hold back the earlier. Over the WebSocket times are those of the
media, which a player keeps.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from itertools import cycle
from statistics import median
from typing import Final

import numpy as np
from av import VideoFrame

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds
from bench.live.house import serving
from bench.live.material import SENTENCES, SPEECH
from bench.live.skew import skews
from bench.live.transports import CONNECTED, WEBSOCKET
from tests.fakes.face import MOUTH, SKIN
from visavis.evaluate.client.loudness import STEP
from visavis.evaluate.client.reading import read_on
from visavis.evaluate.client.received import Client
from visavis.streams import Crew

MINUTES: Final = 20.0

FPS: Final = 25

PUPPET: Final = "[visavis.face]\npuppet = tests.fakes.face:ScriptedFace\n"

GOAL: Final = "within 60"


def measure(minutes: float = MINUTES) -> Iterator[Figure]:
    yield from asyncio.run(_measured(minutes))


async def _measured(minutes: float) -> list[Figure]:
    """Both transports at the same time, each with a client of its own."""
    async with (
        conditions() as found,
        serving(engines=PUPPET, AVATAR_BACKEND="puppet") as house,
        contextlib.AsyncExitStack() as stack,
    ):
        clients = {
            name: await stack.enter_async_context(connected(house.address, opened))
            for name, connected in CONNECTED.items()
        }
        async with Crew() as crew:
            for client in clients.values():
                crew.begin(read_on(client, cycle((SPEECH, *SENTENCES))))
            await asyncio.sleep(60 * minutes)
            crew.dismiss()
        rows = [row for name, client in clients.items() for row in _rows(name, client)]
    return [*rows, *found.rows("sync")]


def opened(frame: VideoFrame) -> float:
    """How far the puppet's mouth is open on a decoded picture, 0..1; see tests.fakes.face."""
    luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(-1, frame.planes[0].line_size)
    height, width = frame.height, frame.width
    mouth = luma[height // 2 : height // 4 * 3, width // 4 : width // 4 * 3]
    return (SKIN - float(mouth.mean())) / (SKIN - MOUTH)


def _rows(name: str, client: Client) -> Iterator[Figure]:
    clock = "at" if name == WEBSOCKET else "sent"
    found = list(_skews(client, clock))
    what = f"{name}, lips and sound apart"
    yield from milliseconds(what, [abs(lag) for _, lag in found], GOAL)
    for part, lags in _parts(found).items():
        yield Figure(f"{name}, lips after the sound by, {part}", "ms", [1000 * lag for lag in lags], "")
    first, _, last = (median(lags) for lags in _parts(found).values())
    yield Figure(f"{name}, drift from the first tenth to the last", "ms", [1000 * (last - first)], "0")
    if name != WEBSOCKET:
        lags = [abs(lag) for _, lag in _skews(client, "came")]
        yield from milliseconds(f"{what} as they come out of aiortc", lags)


def _skews(client: Client, clock: str) -> Iterator[tuple[float, float]]:
    """When, and by how many seconds pictures come after their sound, by one of the clocks."""
    seen = [(getattr(picture, clock), picture.opened) for picture in client.seen]
    heard = [
        (getattr(piece, clock) + place * STEP, level)
        for piece in client.heard
        for place, level in enumerate(piece.levels)
    ]
    pictures, sound = (np.array([one for one in course if one[0] == one[0]]).T for course in (seen, heard))
    return skews((pictures[0], pictures[1]), (sound[0], sound[1]), FPS)


def _parts(found: list[tuple[float, float]]) -> dict[str, list[float]]:
    """The first, a middle and the last tenth of what was found; no less than one of each."""
    lags = [lag for _, lag in found]
    tenth, middle = max(1, len(lags) // 10), len(lags) // 2
    return {
        "first tenth": lags[:tenth],
        "in the middle": lags[middle : middle + tenth],
        "last tenth": lags[-tenth:],
    }
