"""Any OpenAI-compatible server as the mind: OpenAI itself, vLLM, SGLang, Ollama, llama.cpp and others.

What is sent and what is kept of an answer is decided here; `openai_server` talks to the server. Tools are not
offered, and what a model calls by itself is ignored.
"""

import asyncio
import contextlib
import os
from functools import partial
from typing import Final

from visavis.contracts import Stream, Utterance
from visavis.engines.llm.openai_history import LONGEST, SYSTEM, messages, said
from visavis.errors import EngineError
from visavis.streams import through

OPENAI: Final = "https://api.openai.com/v1"

MODEL: Final = "gpt-4.1-mini"
"""OpenAI's model where none is named: quick to its first word, because it does not think beforehand."""

FIRST: Final = 15.0
BETWEEN: Final = 10.0
LOOK: Final = 5.0


class OpenAi:
    """The engine. Making it loads the client library, 0.7 s; `look` and `reply` ask the server."""

    def __init__(
        self,
        base_url: str = "",
        api_key: str = "",
        model: str = "",
        system: str = SYSTEM,
        first: float = FIRST,
        between: float = BETWEEN,
    ) -> None:
        """What is empty is taken from OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL.

        With a base URL and no model, the first one that the server lists is taken.
        system: goes before whatever the history says about who answers.
        first, between: seconds for the first piece of an answer, and from one to the next.

        Raises:
            EngineError: there is neither a base URL nor a key, or the URL is none.
        """
        url = base_url or os.environ.get("OPENAI_BASE_URL", "").strip()
        key = api_key or os.environ.get("OPENAI_API_KEY", "").strip()
        named = model or os.environ.get("OPENAI_MODEL", "").strip()
        if not url and not key:
            raise EngineError(
                "no language model is set; set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own"
                " such as http://127.0.0.1:11434/v1"
            )
        from visavis.engines.llm.openai_server import Server

        self._server = Server(url or OPENAI, key, named or ("" if url else MODEL), first, between)
        self._system = system
        self._loop: asyncio.AbstractEventLoop | None = None

    async def look(self, patience: float = LOOK) -> None:
        """Ask the server once for its models, for so many seconds.

        Raises:
            EngineError: it cannot be reached, refuses the key, or has no model.
        """
        self._loop = asyncio.get_running_loop()
        await self._server.look(patience)

    async def reply(self, history: tuple[Utterance, ...]) -> Stream[str]:
        """See contracts.Llm. Closing it closes the connection, by which the server knows to stop.

        Raises:
            EngineError: the server cannot be reached, refuses, is silent for too long, breaks off, or
                answers nothing.
        """
        self._loop = asyncio.get_running_loop()
        length = 0
        whole = self._server.pieces(partial(messages, history, self._system))
        async with contextlib.aclosing(through(said, whole)) as pieces:
            async for piece in pieces:
                yield piece
                length += len(piece)
                if length > LONGEST:
                    return
        if not length:
            raise EngineError(
                f"the language model at {self._server.place} gave an empty answer; ask again, or look whether"
                " OPENAI_BASE_URL ends with /v1"
            )

    def close(self) -> None:
        """Close the connections: at once, or, called on the loop that they belong to, when it goes on."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        if not loop.is_running():
            loop.run_until_complete(self._server.close())
            return
        closed = asyncio.run_coroutine_threadsafe(self._server.close(), loop)
        if loop is not _running():
            closed.result()


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
