"""Who begins goes first: the order alone, and faces that are drawn."""

import asyncio
import contextlib

from tests.motion.sounds import voice
from visavis.engines.face.warp import Warp
from visavis.engines.face.warp.precedence import Precedence
from visavis.media import AudioChunk, Portrait
from visavis.streams import stream_of

RATE = 16_000


async def test_who_begins_is_let_pass_until_it_has_begun() -> None:
    precedence = Precedence()
    precedence.begin("a")
    precedence.begin("b")
    passing = asyncio.create_task(precedence.let_pass("c"))
    for who in ("a", "a", "nobody"):
        precedence.begun(who)
        await asyncio.sleep(0)
        assert not passing.done()
    precedence.begun("b")
    await asyncio.wait_for(passing, 1)


async def test_nobody_waits_for_itself_or_for_nobody() -> None:
    precedence = Precedence()
    await asyncio.wait_for(precedence.let_pass("a"), 1)
    precedence.begin("a")
    await asyncio.wait_for(precedence.let_pass("a"), 1)


async def test_who_is_cancelled_while_it_waits_is_forgotten() -> None:
    precedence = Precedence()
    precedence.begin("a")
    passing = asyncio.create_task(precedence.let_pass("b"))
    await asyncio.sleep(0)
    passing.cancel()
    await asyncio.wait([passing])
    precedence.begun("a")
    await precedence.let_pass("b")


async def test_a_face_that_has_begun_waits_for_another_that_begins(portrait: Portrait) -> None:
    """Each of them draws its first three pictures, 0.12 s, whoever else begins."""
    with contextlib.closing(Warp(threads=1)) as warp:
        face = warp.prepare(portrait)
        chunk = AudioChunk(voice("a", 1.0, RATE), RATE, 0)
        somebody = object()
        warp._precedence.begin(somebody)
        pictures = warp.animate(stream_of([chunk]), face, 0)
        async with contextlib.aclosing(pictures):
            assert [(await anext(pictures)).at for _ in range(3)] == [0, 1, 2]
            fourth = asyncio.ensure_future(anext(pictures))
            await asyncio.wait([fourth], timeout=0.3)
            assert not fourth.done()
            warp._precedence.begun(somebody)
            assert (await asyncio.wait_for(fourth, 5)).at == 3


async def test_a_face_has_begun_when_its_first_pictures_are_drawn_or_it_is_closed(portrait: Portrait) -> None:
    with contextlib.closing(Warp(threads=1)) as warp:
        face = warp.prepare(portrait)
        for length, taken in ((1.0, 3), (1.0, 0), (0.05, 2)):
            pictures = warp.animate(stream_of([AudioChunk(voice("a", length, RATE), RATE, 0)]), face, 0)
            async with contextlib.aclosing(pictures):
                for _ in range(taken):
                    await anext(pictures)
                if taken:
                    await asyncio.wait_for(warp._precedence.let_pass("another"), 5)
            await asyncio.wait_for(warp._precedence.let_pass("another"), 5)
