"""As many people as there is room for, all talking at once, and one who finds no room.

Six clients have texts read to them at the same time, over one transport and then over the other: 512 x 512,
25 pictures a second. Counted is what arrived at each of them: whole pictures, not decoded, and sound in
pieces of 20 ms. A reply's first chunk is there when both its first sound and its first picture are, as in
`typed`. In the second half somebody asks for a seventh place every second and is refused; pictures, the
longest time without sound, or the least that a player had left, tell whether that disturbed the six. The
clients' own work is done on the same processors, and over WebRTC it is most of the seventh's, who makes a
certificate and an offer each time.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from typing import Final

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds, own_seconds
from bench.live.house import House, serving
from bench.live.material import SENTENCES
from bench.live.playback import opens
from bench.live.transports import CONNECTED
from bench.live.webrtc import undecoded
from visavis.evaluate.client.reading import read_on
from visavis.evaluate.client.received import Client, Refused, now
from visavis.evaluate.client.websocket import WebSocketClient
from visavis.streams import Crew

PEOPLE: Final = 6

SECONDS: Final = 60.0

KNOCKING: Final = 1.0
"""Seconds between two who ask for a place."""

PIECE: Final = 0.02

FULL: Final = 503


@dataclass
class Crowd:
    """What came of it.

    asked: when each client sent its texts. refusals: seconds that each took. odd: the statuses of other
    answers; 200 is for somebody who was let in.
    """

    clients: Sequence[Client]
    begin: float = field(default_factory=now)
    middle: float = 0.0
    end: float = 0.0
    asked: dict[Client, list[float]] = field(default_factory=dict)
    refusals: list[float] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    server: float = 0.0
    own: float = 0.0


def measure(seconds: float = SECONDS) -> Iterator[Figure]:
    yield from asyncio.run(_measured(seconds))


async def _measured(seconds: float) -> list[Figure]:
    rows: list[Figure] = []
    for name in CONNECTED:
        async with conditions() as found, serving(PEOPLE) as house:
            with undecoded():
                crowd = await _talked(house, name, seconds)
            figures = await house.figures()
            pictures, lost = figures["pictures"], figures["sessions"]["lost"]
            rows += _rows(name, crowd)
            rows.append(Figure(f"{name}, clients taken for lost who were there", "", [lost], "0"))
            rows.append(
                Figure(
                    f"{name}, moments of speech without their picture", "%", [_share(pictures, "late")], ""
                )
            )
            rows.append(
                Figure(f"{name}, moments of speech without sound", "%", [_share(pictures, "starved")], "0")
            )
        rows += found.rows(f"crowd, {name}")
    return rows


async def _talked(house: House, name: str, seconds: float) -> Crowd:
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(CONNECTED[name](house.address)) for _ in range(PEOPLE)]
        for client in clients:
            await client.clocked()
        crowd = Crowd(clients)
        server, own = house.seconds(), own_seconds()
        async with Crew() as crew:
            for place, client in enumerate(clients):
                crowd.asked[client] = []
                crew.begin(read_on(client, _texts(place), crowd.asked[client].append))
            await asyncio.sleep(seconds / 2)
            crowd.middle = now()
            knocking = crew.begin(_knock(house, name, crowd))
            await asyncio.sleep(seconds / 2)
            crowd.end = now()
            crowd.server, crowd.own = house.seconds() - server, own_seconds() - own
            crew.dismiss()
        if not knocking.cancelled():
            knocking.result()
    return crowd


def _texts(place: int) -> Iterator[str]:
    """Some ten seconds each; everybody's others at a time."""
    for first in cycle(range(len(SENTENCES))):
        yield " ".join(islice(cycle(SENTENCES), first + place, first + place + 3))


async def _knock(house: House, name: str, crowd: Crowd) -> None:
    while True:
        began = now()
        try:
            async with CONNECTED[name](house.address):
                crowd.odd.append(200)
        except Refused as refused:
            if refused.status == FULL:
                crowd.refusals.append(now() - began)
            else:
                crowd.odd.append(refused.status)
        await asyncio.sleep(KNOCKING)


def _rows(name: str, crowd: Crowd) -> Iterator[Figure]:
    seconds = crowd.end - crowd.begin
    heard = [
        sum(one.lasts for one in client.heard if crowd.begin <= one.came < crowd.end) / PIECE / seconds
        for client in crowd.clients
    ]
    what = f"{name}, {PEOPLE} talk at once"
    yield Figure(f"{what}: pieces of sound a second, the slowest of them", "", [min(heard)], ">= 49")
    yield Figure(f"{what}: pieces of sound a second", "", heard, "")
    yield Figure(f"{what}: the server, of a processor", "%", [100 * crowd.server / seconds], "")
    yield Figure(f"{what}: the clients, of a processor", "%", [100 * crowd.own / seconds], "")
    yield from milliseconds(f"{name}, a seventh is refused with 503 within", crowd.refusals)
    told = f" ({', '.join(map(str, crowd.odd))})" if crowd.odd else ""
    yield Figure(f"{name}, a seventh answered otherwise{told}", "times", [len(crowd.odd)], "0")
    for half, begin, end in (("nobody", crowd.begin, crowd.middle), ("somebody", crowd.middle, crowd.end)):
        meanwhile = f"{what}, while {half} is refused"
        seen = [
            sum(begin <= one.came < end for one in client.seen) / (end - begin) for client in crowd.clients
        ]
        goal, soon = (">= 24.5", "< 500") if half == "nobody" else ("", "")
        yield Figure(f"{meanwhile}: pictures a second, the slowest of them", "", [min(seen)], goal)
        yield Figure(f"{meanwhile}: pictures a second", "", seen, "")
        yield from milliseconds(f"{meanwhile}: first chunk", list(_firsts(crowd, begin, end)), soon)
        yield _worst(meanwhile, crowd.clients, begin, end)


def _firsts(crowd: Crowd, begin: float, end: float) -> Iterator[float]:
    """Seconds from each text sent between two times to the first chunk of what is said, where that came."""
    for client, asked in crowd.asked.items():
        for since in (sent for sent in asked if begin <= sent < end):
            if (first := client.reply_after(since)) is not None:
                yield first


def _worst(what: str, clients: Sequence[Client], begin: float, end: float) -> Figure:
    """Each client's worst moment between two times."""
    if all(isinstance(client, WebSocketClient) for client in clients):
        margins = [
            min(
                chunk.left or 0.0
                for before, chunk in pairwise(client.chunks)
                if chunk.spoken and not opens(before, chunk) and begin <= chunk.came < end
            )
            for client in clients
            if isinstance(client, WebSocketClient)
        ]
        return Figure(
            f"{what}: the least that a player had left", "ms", [1000 * left for left in margins], ">= 0"
        )
    gaps = [
        max(
            later.came - earlier.came
            for earlier, later in pairwise(client.heard)
            if begin <= later.came < end
        )
        for client in clients
    ]
    return Figure(f"{what}: the longest time without sound", "ms", [1000 * gap for gap in gaps], "")


def _share(pictures: dict[str, int], which: str) -> float:
    return 100 * pictures[which] / max(1, pictures["spoken"])
