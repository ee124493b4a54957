"""A language model on a server that may come and go: asked at the start, and believed by its last answer.

Owns when it counts as there. Refuses to put another mind in its place: it may be there at the next question.
"""

import contextlib
from collections.abc import Callable

from visavis.contracts import Stream, Utterance
from visavis.engines.llm.openai import OpenAi
from visavis.errors import EngineError


class Minded:
    """Answers as the mind does. told: called with what is wrong with it, and with "" when it answers."""

    def __init__(self, mind: OpenAi, told: Callable[[str], None]) -> None:
        self._mind, self._told = mind, told

    async def look(self) -> str:
        """Ask whether it is there; what is wrong with it, or ""."""
        trouble = ""
        try:
            await self._mind.look()
        except EngineError as error:
            trouble = str(error)
        self._told(trouble)
        return trouble

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """See contracts.Llm."""
        try:
            async with contextlib.aclosing(self._mind.reply(history)) as pieces:
                async for piece in pieces:
                    self._told("")
                    yield piece
        except EngineError as error:
            self._told(str(error))
            raise

    def close(self) -> None:
        """Whoever opened the mind closes it."""
