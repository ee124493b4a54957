"""What was said, as it was heard, and how much of it a mind is told."""

from collections import deque
from itertools import takewhile
from typing import Final, Literal

from visavis.contracts import Utterance

KEPT: Final = 400
"""Turns that a session remembers; a mind is told fewer."""

TURNS: Final = 24
CHARACTERS: Final = 12_000


class History:
    """The turns of a conversation, the oldest first."""

    def __init__(self) -> None:
        self._turns: deque[Utterance] = deque(maxlen=KEPT)

    @property
    def turns(self) -> tuple[Utterance, ...]:
        return tuple(self._turns)

    def add(self, role: Literal["user", "assistant"], text: str, *, cut: bool = False) -> None:
        """What was said to its end, or as much of it as was heard; nothing leaves no turn."""
        if text:
            self._turns.append(Utterance(role, text, cut))


def prompt(system: str, turns: tuple[Utterance, ...], asked: str) -> tuple[Utterance, ...]:
    """What a mind is told: who it is, the latest turns within TURNS and CHARACTERS, and what is asked now."""
    room = CHARACTERS - len(asked)

    def fits(turn: Utterance) -> bool:
        nonlocal room
        room -= len(turn.text)
        return room >= 0

    latest = tuple(takewhile(fits, reversed(turns[-(TURNS - 1) :])))[::-1]
    who = (Utterance("system", system),) if system else ()
    return (*who, *latest, Utterance("user", asked))
