"""Many visitors at once, each with a client of its own, and what each of them gets.

The clients are played here, on the processors that a server on this machine works on as well; they decode
sound and no pictures. Refuses to judge.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import cycle, pairwise
from typing import Final, TypeAlias, cast

from visavis.errors import EngineError
from visavis.evaluate.client.address import Address
from visavis.evaluate.client.processes import Used
from visavis.evaluate.client.reading import read_on
from visavis.evaluate.client.received import Refused, now
from visavis.evaluate.client.websocket import PAGE, Chunk, WebSocketClient, connected
from visavis.evaluate.scenarios import Scenario
from visavis.evaluate.scenarios.load import Load
from visavis.evaluate.subjects import Progress
from visavis.evaluate.takes import Crowd, CrowdSession
from visavis.media import Language
from visavis.streams import Crew

PIECE: Final = 0.02
"""Seconds of sound that are counted as one piece."""

LATE: Final = 5.0
"""Seconds after which who has heard nothing of a text is not served."""

Usage: TypeAlias = Callable[[], Awaitable[Used | None]]
"""What the server uses at the moment; None where nobody tells."""


async def crowded(
    scenario: Scenario, address: Address, choice: Mapping[str, str], usage: Usage, progress: Progress
) -> Crowd:
    """What became of all visitors. choice: whom they select.

    Raises:
        EngineError: nobody was let in, and not because there was no room; or the server is gone.
    """
    load = cast(Load, scenario.script)
    async with contextlib.AsyncExitStack() as stack:
        async with Crew() as crew:  # where one fails, nobody else comes any more
            arriving = [
                crew.begin(_arrived(stack, address, {**PAGE, **choice})) for _ in range(load.sessions)
            ]
            came = await asyncio.gather(*arriving)
        clients = [client for client in came if isinstance(client, WebSocketClient)]
        refused = [one for one in came if isinstance(one, Refused)]
        sessions, before, after = await _stayed(clients, load, scenario.language, usage, progress)
    known = before is not None and after is not None
    return Crowd(
        scenario=scenario.name,
        seconds=load.seconds,
        sessions=(*sessions, *map(_turned_away, refused)),
        processor=(after.seconds - before.seconds) / load.seconds if before and after else None,
        memory=after.memory if known and after else None,
    )


async def _arrived(
    stack: contextlib.AsyncExitStack, address: Address, choice: Mapping[str, str]
) -> WebSocketClient | Refused:
    try:
        return await stack.enter_async_context(connected(address, choice=choice, ears=False))
    except Refused as refused:
        if refused.status != 503:
            raise
        return refused


async def _stayed(
    clients: list[WebSocketClient], load: Load, language: Language, usage: Usage, progress: Progress
) -> tuple[list[CrowdSession], Used | None, Used | None]:
    """Have all of them read to; what each got, and what the server used before and after."""
    asked: list[list[float]] = [[] for _ in clients]
    before, begin = await usage(), now()
    async with Crew() as crew:
        reading = [
            crew.begin(read_on(client, _from(load.texts, place), asked[place].append, language))
            for place, client in enumerate(clients)
        ]
        for second in range(round(load.seconds)):
            progress(second, load.seconds)
            await asyncio.sleep(begin + (second + 1) * load.seconds / round(load.seconds) - now())
        after, end = await usage(), now()
        for task in reading:
            if task.done() and not task.cancelled() and (failed := task.exception()):
                raise EngineError(f"a visitor was let down: {failed or type(failed).__name__}") from failed
        crew.dismiss()
    return [_session(c, times, begin, end) for c, times in zip(clients, asked, strict=True)], before, after


def _from(texts: tuple[str, ...], place: int) -> Iterator[str]:
    """All of them again and again, from another one on for each visitor."""
    first = place % len(texts)
    return cycle((*texts[first:], *texts[:first]))


def _session(client: WebSocketClient, asked: list[float], begin: float, end: float) -> CrowdSession:
    seconds = end - begin
    return CrowdSession(
        pictures=sum(begin <= one.came < end for one in client.seen) / seconds,
        sounds=sum(one.lasts for one in client.heard if begin <= one.came < end) / PIECE / seconds,
        firsts=_firsts(client, asked, end),
        gaps=tuple(gaps(client.chunks)),
    )


def _firsts(client: WebSocketClient, asked: list[float], end: float) -> tuple[float, ...]:
    """Seconds from each text to the first chunk of what is said.

    (): none came for one of them, though there were LATE seconds for it, or none for any.
    """
    firsts: list[float] = []
    for since in asked:
        if (first := client.reply_after(since)) is not None:
            firsts.append(first)
        elif end - since >= LATE:
            return ()
    return tuple(firsts)


def gaps(chunks: list[Chunk]) -> Iterator[float]:
    """Seconds for which a player stood still within a reply, for each time that it did."""
    for before, chunk in pairwise(chunks):
        opens = chunk.cut or before.final or not before.spoken
        if chunk.spoken and not opens and chunk.left is not None and chunk.left < 0:
            yield -chunk.left


def _turned_away(refused: Refused) -> CrowdSession:
    again = "" if refused.again is None else f", come back in {refused.again} s"
    return CrowdSession(pictures=0.0, sounds=0.0, refused=f"{refused.status}{again}")
