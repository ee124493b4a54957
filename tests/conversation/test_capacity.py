import numpy as np
import pytest

from visavis.conversation.capacity import BESIDE, BUDGET, MOST, WARM, cost, places
from visavis.media import Pixels


class Work:
    """A clock that goes on by so many seconds with each picture that is drawn, and each that is encoded."""

    def __init__(self, drawing: float, encoding: float, warm: float = 0.0) -> None:
        self.now = 0.0
        self.drawn: list[int] = []
        self._drawing, self._encoding, self._warm = drawing, encoding, warm

    def draw(self, number: int) -> Pixels:
        self.drawn.append(number)
        self.now += self._drawing + (self._warm if number < WARM else 0)
        return np.zeros((2, 2, 3), np.uint8)

    def encode(self, pixels: Pixels) -> None:
        self.now += self._encoding

    def cost(self) -> float:
        return cost(self.draw, self.encode, 25, lambda: self.now)


def test_a_second_of_pictures_is_tried_and_the_first_ones_are_not_counted() -> None:
    work = Work(0.004, 0.002, warm=10.0)
    assert work.cost() == pytest.approx(25 * 0.006 + BESIDE)
    assert work.drawn == list(range(WARM + 25))


def test_a_slow_machine_is_not_tried_for_long() -> None:
    work = Work(0.4, 0.1)
    assert work.cost() == pytest.approx(25 * 0.5 + BESIDE)
    assert work.now <= WARM * 0.5 + BUDGET + 1.0


def test_at_least_one_fits_and_no_more_than_one_process_can_serve() -> None:
    assert places(cost=12.5, processors=2) == 1
    assert places(cost=0.2, processors=2, share=0.8) == 8
    assert places(cost=0.2, processors=64) == MOST
