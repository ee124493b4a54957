import asyncio

import numpy as np
import pytest

from visavis.conversation.resting import AHEAD, RECOVERY, Resting
from visavis.media import Pixels
from visavis.streams import Crew


class Painter:
    """Draws a picture whose level is its number, as slowly as it is told to."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.drawn: list[int] = []
        self.fails = False
        self.told: list[str] = []
        self.stirred = 0

    async def draw(self, number: int) -> Pixels:
        self.drawn.append(number)
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise OSError(f"no picture {number}")
        return np.full((2, 2, 3), number, np.uint8)

    def stir(self) -> None:
        self.stirred += 1

    def resting(self, crew: Crew) -> Resting:
        return Resting(crew, self.draw, self.stir, lambda error: self.told.append(str(error)))


def level(pixels: Pixels | None) -> int | None:
    return None if pixels is None else int(pixels[0, 0, 0])


async def test_pictures_are_drawn_ahead_and_no_more_than_are_taken() -> None:
    painter = Painter()
    async with Crew() as crew:
        rest = painter.resting(crew)
        assert rest.picture(0, 0.0) is None
        await asyncio.sleep(0.1)
        for number in range(5):
            assert level(rest.picture(number, 0.0)) == number
            await asyncio.sleep(0.1)
            assert painter.drawn == list(range(number + AHEAD))
        await asyncio.sleep(10)
    assert len(painter.drawn) == 4 + AHEAD


async def test_asking_again_draws_nothing_again() -> None:
    painter = Painter(seconds=1.0)
    async with Crew() as crew:
        rest = painter.resting(crew)
        for _ in range(20):
            assert rest.picture(3, 0.0) is None
            await asyncio.sleep(0.04)
        await asyncio.sleep(1)
        assert level(rest.picture(3, 0.0)) == 3
        assert level(rest.picture(3, 0.0)) == 3
    assert painter.drawn == [3, 4]
    assert painter.stirred == 2


async def test_what_is_no_longer_wanted_is_forgotten() -> None:
    painter = Painter()
    async with Crew() as crew:
        rest = painter.resting(crew)
        rest.picture(0, 0.0)
        await asyncio.sleep(0.1)
        assert rest.picture(50, 0.0) is None
        await asyncio.sleep(0.1)
        assert level(rest.picture(50, 0.0)) == 50
    assert painter.drawn == [0, 1, 50, 51]


async def test_a_face_that_fails_is_told_once_and_asked_again_after_a_while() -> None:
    painter = Painter()
    painter.fails = True
    now = 0.0
    async with Crew() as crew:
        rest = painter.resting(crew)
        while now < 10 * RECOVERY:
            assert rest.picture(0, now) is None
            await asyncio.sleep(0)
            await asyncio.sleep(0.04)
            now += 0.04
        assert rest.failing
        assert len(painter.told) == 1
        assert len(painter.drawn) == pytest.approx(2 * 10, abs=2)
        painter.fails = False
        rest.picture(0, now + RECOVERY)
        await asyncio.sleep(0.1)
        assert level(rest.picture(0, now + RECOVERY)) == 0
        assert not rest.failing
