"""A mind on a server for others: what went wrong with it is told to the log, not to whoever talks.

The sentences of minds are for who runs the server: they name its addresses and models.
"""

import contextlib
import logging
from typing import Final

from visavis.contracts import Llm, Stream, Utterance
from visavis.errors import EngineError

MINDLESS: Final = "the mind cannot answer just now; try again, or tell whoever runs this server"


class Discreet:
    """Answers as another mind does."""

    def __init__(self, mind: Llm) -> None:
        self._mind = mind

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """See contracts.Llm."""
        try:
            async with contextlib.aclosing(self._mind.reply(history)) as pieces:
                async for piece in pieces:
                    yield piece
        except EngineError as error:
            logging.error("%s", error)
            raise EngineError(MINDLESS) from error

    def close(self) -> None:
        """Whoever opened the other mind closes it."""
