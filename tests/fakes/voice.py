"""A voice that hums: as many twentieths of a second a clause as it has characters, then its pause."""

import numpy as np

from visavis.contracts import Clause, Stream, Voice
from visavis.errors import EngineError
from visavis.media import AudioChunk, Phone

SECONDS_A_CHARACTER = 0.05
LOUD = 0.5


class Hum:
    """spoken: what it has been given; broken_by: a clause at which it dies; closed: whether it is."""

    rate = 8000
    voices: tuple[Voice, ...] = (
        Voice("ada", "en", "female"),
        Voice("bo", "en", "male"),
        Voice("carmen", "es", "female"),
        Voice("ding", "zh", "male"),
        Voice("elham", "fa", "female"),
    )

    def __init__(self, broken_by: str | None = None) -> None:
        self.broken_by = broken_by
        self.spoken: list[tuple[str, str]] = []
        self.closed = False

    async def speak(self, clauses: Stream[Clause], voice: Voice) -> Stream[AudioChunk]:
        at = 0
        async for clause in clauses:
            if clause.text == self.broken_by:
                raise EngineError("the humming voice has died; try again")
            self.spoken.append((voice.name, clause.text))
            loud = round(len(clause.text) * SECONDS_A_CHARACTER * self.rate)
            quiet = round(clause.pause * self.rate)
            samples = np.zeros(loud + quiet, np.float32)
            samples[:loud] = LOUD * np.sign(np.sin(2 * np.pi * 100 * np.arange(loud) / self.rate + 0.1))
            turn, end = (at + loud) / self.rate, (at + loud + quiet) / self.rate
            phones = (Phone("m", at / self.rate, turn, 1), Phone("", turn, end))
            yield AudioChunk(samples, self.rate, at, phones)
            at += loud + quiet

    def close(self) -> None:
        self.closed = True
