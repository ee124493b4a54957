"""A mind that says what it was told to say, as slowly as it was told to."""

import asyncio
from collections.abc import Sequence

from visavis.contracts import Stream, Utterance
from visavis.errors import EngineError


class ScriptedLlm:
    """Answers with these pieces; asked: what it was told each time. opened, closed: streams begun and ended.

    seconds: of the running loop's time before each piece.
    fails_at: number of the piece that it dies on instead, in every answer.
    """

    def __init__(
        self,
        pieces: Sequence[str] = ("Well. ", "I think so."),
        seconds: float = 0.0,
        fails_at: int | None = None,
    ) -> None:
        self.pieces = list(pieces)
        self.seconds = seconds
        self.fails_at = fails_at
        self.asked: list[tuple[Utterance, ...]] = []
        self.opened = self.closed = 0

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        self.opened += 1
        self.asked.append(history)
        try:
            for number in range(len(self.pieces) + 1):
                await asyncio.sleep(self.seconds)
                if number == self.fails_at:
                    raise EngineError("the scripted mind is gone, as it was told to be")
                if number < len(self.pieces):
                    yield self.pieces[number]
        finally:
            self.closed += 1

    def close(self) -> None: ...
